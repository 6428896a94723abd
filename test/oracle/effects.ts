// One compile and all that it leaves: streams, exit code, and files with their modes.

import {
  closeSync,
  type Dirent,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import type { Environment } from "../support/run.ts";
import { argumentsOf, type Command, directoryOf, stdinOf } from "./commands.ts";
import { place, type Standing } from "./placing.ts";
import { CHECKOUTS } from "./tree.ts";

/** What a compile did. Bytes are code units. */
export type Effect = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Mode and content of every file that it left, by path below the root; of a link where it leads. */
  readonly files: Readonly<Record<string, string>>;
};

/** How a command is run. */
export type Way = {
  /** What stands before the arguments: a compiler, or a launcher and a compiler. */
  readonly prefix: readonly string[];
  readonly env: Environment;
  /** What is there beforehand in place of the output. */
  readonly standing: Standing;
};

const LONGEST_HIT_MS = 8;

/** Runs commands below one root, one at a time. */
export class Bench implements Disposable {
  readonly #root: string;
  readonly #streams: readonly [out: number, err: number];
  #lastMillis = 0;
  readonly #paths: readonly [out: string, err: string];

  /** @param root Holds the checkouts; the streams go to files beside them. */
  constructor(root: string) {
    this.#root = root;
    this.#paths = [join(root, "stdout"), join(root, "stderr")];
    this.#streams = [openSync(this.#paths[0], "a"), openSync(this.#paths[1], "a")];
  }

  [Symbol.dispose](): void {
    for (const fd of this.#streams) closeSync(fd);
  }

  /** How long the last command took that was run to its end, and no hit. */
  get lastMillis(): number {
    return this.#lastMillis;
  }

  /** Removes what earlier compiles left. */
  clean(): void {
    for (const path of this.#outputs()) rmSync(path);
  }

  /** Starts a command; the streams are those of the bench. */
  start(command: Command, way: Way): Bun.Subprocess {
    this.clean();
    const checkout = join(this.#root, command.checkout);
    place(command, checkout, way.standing);
    const [out, err] = this.#streams;
    for (const fd of [out, err]) ftruncateSync(fd);
    const cwd = directoryOf(command, this.#root);
    const stdin = stdinOf(command);
    return Bun.spawn([...way.prefix, ...argumentsOf(command, this.#root)], {
      cwd,
      env: { PWD: cwd, ...way.env },
      stdin: stdin === undefined ? "ignore" : Bun.file(join(checkout, stdin)),
      stdout: out,
      stderr: err,
    });
  }

  /** What the last command did, and that it left nothing behind. */
  collect(exitCode: number): Effect {
    const [stdout = "", stderr = ""] = this.#paths.map((path) => readFileSync(path, "latin1"));
    const files = this.#outputs().map((path): [string, string] => {
      return [path.slice(this.#root.length + 1), leftAt(path)];
    });
    this.clean();
    return { exitCode, stdout, stderr, files: Object.fromEntries(files) };
  }

  /** Runs a command to its end. @param ended Called the moment it has ended, before anything is looked at. */
  async run(command: Command, way: Way, ended?: () => void): Promise<Effect> {
    const started = performance.now();
    const exitCode = await this.start(command, way).exited;
    ended?.();
    const millis = performance.now() - started;
    if (millis > LONGEST_HIT_MS) this.#lastMillis = millis;
    const effect = this.collect(exitCode);
    // With -pipe the assembler speaks while the compiler does.
    const isPiped = argumentsOf(command, this.#root).some((argument) => /^--?pipe$/.test(argument));
    return isPiped ? { ...effect, stderr: effect.stderr.split("\n").toSorted().join("\n") } : effect;
  }

  /** Files where outputs go: nothing else is made there, other than sources and links. */
  #outputs(): string[] {
    return CHECKOUTS.flatMap((checkout) =>
      ["out", "build", "src", "."].map((name) => join(this.#root, checkout, name)),
    ).flatMap((directory) =>
      readdirSync(directory, { withFileTypes: true })
        .filter((entry) => (entry.isFile() && !/\.(?:[chS]|cc|cpp)$/.test(entry.name)) || isInOut(entry))
        .map((entry) => join(directory, entry.name)),
    );
  }
}

/** What a command did, under whatever names its files have, in short. */
export function digestOf({ exitCode, stdout, stderr, files }: Effect): string {
  const text = JSON.stringify([exitCode, stdout, stderr, Object.values(files)]);
  return Bun.hash.xxHash64(text).toString(16);
}

/** Links are outputs only there. */
function isInOut(entry: Dirent): boolean {
  return entry.isSymbolicLink() && entry.parentPath.endsWith("/out");
}

function leftAt(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  return `${(stat.mode & 0o7777).toString(8)} ${readFileSync(path, "latin1")}`;
}

/** In words, where two effects differ; undefined if they are the same. */
export function difference(expected: Effect, got: Effect): string | undefined {
  if (expected.exitCode !== got.exitCode) return `exit code ${got.exitCode} instead of ${expected.exitCode}`;
  for (const stream of ["stdout", "stderr"] as const) {
    if (expected[stream] !== got[stream])
      return `${stream} ${JSON.stringify(got[stream])} instead of ${JSON.stringify(expected[stream])}`;
  }
  const names = new Set([...Object.keys(expected.files), ...Object.keys(got.files)]);
  const different = [...names].filter((name) => expected.files[name] !== got.files[name]);
  if (different.length === 0) return undefined;
  return different.map((name) => fileDifference(name, expected.files[name], got.files[name])).join("; ");
}

function fileDifference(name: string, expected: string | undefined, got: string | undefined): string {
  if (expected === undefined) return `${name} is left`;
  if (got === undefined) return `${name} is missing`;
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at++;
  const excerpt = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 60));
  return `${name} is ${excerpt(got)} instead of ${excerpt(expected)} at byte ${at}`;
}
