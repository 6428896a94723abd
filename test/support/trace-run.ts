// Runs real commands under the access tracer, alone or watched by strace as well.

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import type { Observation } from "../../src/core/observation.ts";
import { createMemoryFile } from "../../src/sys/libc.ts";
import { createTraceBuffer } from "../../src/tracer/buffer.ts";
import { compileTracer } from "../../src/tracer/compile.ts";
import { type ObserveOptions, observe } from "../../src/tracer/observe.ts";
import { readRecords, type TraceRecord } from "../../src/tracer/read-records.ts";
import { fileTree } from "./file-tree.ts";
import { withoutSymbols } from "./without-symbols.ts";

export type RunOptions = {
  readonly cwd: string;
  /** Laid over this process's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The tracer to use; the complete one unless a test brings a mutant. */
  readonly library?: string;
  /** Whole value of LD_PRELOAD, where others are in it beside the tracer. */
  readonly preload?: string;
  readonly observe?: ObserveOptions;
  /** Bytes of the trace buffer, if not the usual. */
  readonly capacity?: number;
};

export type Outcome = {
  /** Undefined: killed by a signal. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
};

export type TracedRun = {
  readonly outcome: Outcome;
  readonly observation: Observation;
  readonly records: readonly TraceRecord[];
  readonly damage: string | undefined;
};

const libraries = new Map<string, string>();

/** The compiled tracer, once per set of flags. It is kept in memory, so that nothing is left behind by a killed test. */
export function tracerLibrary(extraFlags: readonly string[] = []): string {
  const key = extraFlags.join(" ");
  const known = libraries.get(key);
  if (known !== undefined) return known;
  using tree = fileTree();
  compileTracer(tree.at("tracer.so"), extraFlags);
  const library = inMemory(tree.read("tracer.so"));
  libraries.set(key, library);
  return library;
}

/** The tracer without some of its wrappers: their callers reach libc's functions. */
export function tracerWithout(names: readonly string[]): string {
  return inMemory(withoutSymbols(tracerLibrary(), names));
}

function inMemory(bytes: Uint8Array): string {
  const fd = createMemoryFile("tracer");
  writeFileSync(fd, bytes);
  return `/proc/${process.pid}/fd/${fd}`;
}

/** Runs a command without a tracer. */
export function bareRun(argv: readonly string[], { cwd, env = {} }: RunOptions): Outcome {
  const [command = "", ...args] = argv;
  // The locale decides which messages a compiler prints and which catalogues it looks for.
  const environment = { ...process.env, LC_ALL: "C", ...env };
  const result = spawnSync(command, args, { cwd, env: environment, encoding: "latin1", maxBuffer: 64 << 20 });
  if (result.error !== undefined) throw result.error;
  const { status, signal, stdout, stderr } = result;
  return { exitCode: status ?? undefined, signal: signal ?? undefined, stdout, stderr };
}

/** Runs a command under the tracer. */
export function traceRun(argv: readonly string[], options: RunOptions): TracedRun {
  return withBuffer(options, (variables) => bareRun(argv, { ...options, env: { ...options.env, ...variables } }));
}

function withBuffer(options: RunOptions, run: (variables: Record<string, string>) => Outcome): TracedRun {
  const buffer = createTraceBuffer(options.capacity);
  try {
    const library = options.library ?? tracerLibrary();
    const outcome = run({ ZCC_TRACE: buffer.path, LD_PRELOAD: options.preload ?? library });
    const bytes = buffer.read();
    return { outcome, observation: observe(bytes, options.observe), ...readRecords(bytes) };
  } finally {
    buffer[Symbol.dispose]();
  }
}

/** True if strace can be used here; says so on the console if not. */
export const hasStrace: boolean = (() => {
  const found = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
  if (!found) console.log("SKIPPED: comparisons with strace, which is not there or may not trace");
  return found;
})();

/** What strace saw a process do with a path. */
export type StraceLook = {
  readonly act: "open" | "stat" | "link" | "list" | "exec" | "remove" | "change";
  /** Absolute, `.` and `..` folded: for comparing only. */
  readonly path: string;
  readonly found: boolean;
  readonly line: string;
};

/** Runs a command under the tracer and under strace at once, so that random names are the same in both. */
export function straceRun(argv: readonly string[], options: RunOptions): TracedRun & { looks: readonly StraceLook[] } {
  using logs = fileTree();
  const traced = withBuffer(options, (variables) => {
    const watched = ["-ff", "-y", "-s", "4096", "-o", logs.at("log"), "-e", "trace=%file,getdents64"];
    const set = Object.entries(variables).flatMap(([name, value]) => ["-E", `${name}=${value}`]);
    return bareRun(["strace", ...watched, ...set, ...argv], options);
  });
  const texts = readdirSync(logs.path).map((name) => logs.read(name).toString("latin1"));
  return { ...traced, looks: texts.flatMap((text) => readStrace(text, options.cwd)) };
}

const ACTS: Readonly<Record<string, StraceLook["act"]>> = {
  access: "stat",
  chdir: "stat",
  creat: "open",
  execve: "exec",
  execveat: "exec",
  faccessat: "stat",
  faccessat2: "stat",
  getdents64: "list",
  getxattr: "stat",
  inotify_add_watch: "stat",
  lgetxattr: "stat",
  listxattr: "stat",
  llistxattr: "stat",
  lstat: "stat",
  name_to_handle_at: "stat",
  newfstatat: "stat",
  open: "open",
  openat: "open",
  openat2: "open",
  readlink: "link",
  readlinkat: "link",
  rmdir: "remove",
  stat: "stat",
  statfs: "stat",
  statx: "stat",
  unlink: "remove",
  unlinkat: "remove",
};

// A string as strace writes it, with everything inside escaped.
const STRING = /"((?:[^"\\]|\\.)*)"/;
// A descriptor with its path, the way of -y: 5</usr/lib> or AT_FDCWD</home>.
const DIRECTORY = /^(?:AT_FDCWD|\d+)<([^>]*)>(?:, |$)/;

/** The lines of one process. */
function readStrace(text: string, cwd: string): StraceLook[] {
  const looks: StraceLook[] = [];
  let directory = cwd;
  for (const line of text.split("\n")) {
    const call = /^(\w+)\((.*)\)\s+= (-?\d+|0x\w+)/.exec(line);
    if (call === null) continue;
    const [, name = "", args = "", result = ""] = call;
    const base = DIRECTORY.exec(args)?.[1] ?? directory;
    const rest = args.replace(DIRECTORY, "");
    for (const path of pathsOf(name, rest)) {
      const absolute = posix.resolve(base, path);
      const act = ACTS[name] ?? "change";
      if (name === "chdir" && result === "0") directory = absolute;
      looks.push({ act, path: absolute, found: !result.startsWith("-"), line: line.slice(0, 200) });
    }
  }
  return looks;
}

function pathsOf(name: string, args: string): string[] {
  if (name === "getdents64") return ["."];
  if (name === "getcwd") return [];
  const first = STRING.exec(args);
  if (first === null) return [];
  const path = withoutEscapes(first[1] ?? "");
  const paths = path === "" ? [] : [path];
  if (!/^(rename|link|symlink)/.test(name)) return paths;
  const behind = args.slice(first.index + first[0].length).replace(/^, /, "");
  const second = withoutEscapes(STRING.exec(behind)?.[1] ?? "");
  const base = DIRECTORY.exec(behind)?.[1];
  const other = base === undefined ? second : posix.resolve(base, second);
  // What a symbolic link says is no path that was looked at.
  return name.startsWith("symlink") ? [other] : [...paths, other];
}

/** Undoes the escapes of C that strace uses. */
function withoutEscapes(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)/g, (_all, escaped: string) => {
    if (/^x./.test(escaped)) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
    return { n: "\n", t: "\t", r: "\r" }[escaped] ?? escaped;
  });
}
