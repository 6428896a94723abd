// A large cache, made as the daemon makes it: one compile is run and traced by the built executable, and what that looked
// at is filed again and again by the daemon's own function, for other command lines and with other headers beside.

import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Look, Observation } from "../../src/core/observation.ts";
import { absolutePath, rawFromString } from "../../src/core/raw-text.ts";
import { type CompileCall, readCall } from "../../src/daemon/call.ts";
import { EarlyCopies } from "../../src/daemon/early-copies.ts";
import { fileResult } from "../../src/daemon/file-result.ts";
import { HardLinks } from "../../src/daemon/hard-links.ts";
import type { Services } from "../../src/daemon/services.ts";
import type { FinishedRun } from "../../src/daemon/traced-run.ts";
import type { InvokeRequest } from "../../src/ipc/messages.ts";
import { contextKey } from "../../src/key/context-key.ts";
import { digestFile } from "../../src/key/digest-file.ts";
import { onVariables, parseEnvironment } from "../../src/key/environment.ts";
import { createFileStates } from "../../src/key/file-states.ts";
import { takeSnapshot } from "../../src/key/snapshot.ts";
import { ToolSearches } from "../../src/key/tool-search.ts";
import { watchStates } from "../../src/key/watched-states.ts";
import { SCHEMA } from "../../src/store/index-statements.ts";
import { openStore } from "../../src/store/open-store.ts";
import { fileClockNs } from "../../src/sys/libc.ts";
import { identifySelf } from "../../src/sys/self-image.ts";
import { openWatch } from "../../src/watch/open-watch.ts";
import { NOTHING_OBSERVED } from "../support/observations.ts";

/** Where and as whom the compiles run. */
export type EntriesPlace = {
  /** Working directory; `prepare` puts the sources there. */
  readonly cwd: string;
  /** What a client is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** The directory of the daemon's state, in which no daemon lives. */
  readonly state: string;
};

/** Headers of which each entry looks at some, beside those that the compiler read; entries this far apart at the same. */
export const SPARE_HEADERS = 1000;
const SPARE_A_RESULT = 40;
const OBJECT_BYTES = 2000;

/** Writes the sources. They have to be some clock ticks old before anything is compiled. */
export function writeSources(cwd: string): void {
  mkdirSync(join(cwd, "spare"), { recursive: true });
  for (let n = 0; n < SPARE_HEADERS; n++) writeFileSync(join(cwd, spareHeader(n)), `int spare_${n}(void);\n`);
  writeFileSync(join(cwd, "unit.cc"), "#include <string>\nint seed() { return SEED; }\n");
}

/** The command line of entry `number`, without the cache in front of it. Entry 0 is the one that is really compiled. */
export function commandOf(number: number): readonly string[] {
  return ["g++", "-O1", `-DSEED=${number}`, "-c", "unit.cc", "-o", "unit.o"];
}

/** Files entries 1 to `count - 1`; entry 0 must be there. @returns paths a manifest, and bytes of the index an entry. */
export async function fileEntries(
  place: EntriesPlace,
  count: number,
): Promise<{ paths: number; indexBytes: number; seconds: number }> {
  const began = performance.now();
  const paths = await fileAll(place, count);
  const { size } = statSync(join(place.state, `store-${SCHEMA}`, "index.sqlite"));
  return { paths, indexBytes: size / count, seconds: (performance.now() - began) / 1000 };
}

async function fileAll(place: EntriesPlace, count: number): Promise<number> {
  await using store = openStore(rawFromString(place.state));
  const watch = openWatch([rawFromString(place.state)]);
  const files = watchStates(createFileStates({ hashFiles: async (paths) => paths.map(digestFile) }), watch);
  const services = { store, files, findTexts: async () => [], searches: new ToolSearches(identifySelf(), watch) };
  const looks = seenByFirst(place, services);
  let paths = 0;
  for (let number = 1; number < count; number++) {
    watch.drain();
    paths = await fileEntry(number, { place, services, looks });
    // The index is written by timers, which need a turn now and then.
    if (number % 4 === 0) await Bun.sleep(0);
  }
  const { artifactCount } = store.totals();
  if (artifactCount !== count) throw new Error(`Cannot fill the cache: ${artifactCount} entries instead of ${count}`);
  return paths;
}

type Filing = {
  readonly place: EntriesPlace;
  readonly services: Pick<Services, "files" | "findTexts" | "searches" | "store">;
  readonly looks: Pick<Observation, "looks" | "environment">;
};

async function fileEntry(number: number, { place, services, looks }: Filing): Promise<number> {
  const { call, context } = callOf(number, place, services);
  const observation: Observation = {
    ...NOTHING_OBSERVED,
    looks: [...looks.looks, ...spareLooks(number)],
    environment: looks.environment,
  };
  const nothing = new Uint8Array();
  const run: FinishedRun = {
    outcome: { exitCode: 0, signal: undefined, stdout: nothing, stderr: nothing, merged: false, streamsMissing: false },
    observation,
    onTrial: undefined,
    lingering: [],
    copies: new EarlyCopies(services.store),
    changedResponse: undefined,
    released: true,
    startedNs: fileClockNs(),
    startedMs: performance.now(),
    millis: 500,
  };
  const staged = await services.store.stage(Buffer.from(`${number} `.padEnd(OBJECT_BYTES, "o")));
  const outputs = [{ role: "object" as const, name: undefined, staged }];
  const end = await fileResult(
    { run, outputs, unforeseen: false },
    { call, context, snapshot: takeSnapshot(services.files) },
    { ...services, hardLinks: new HardLinks(() => undefined) },
  );
  if ("reason" in end) throw new Error(`Cannot file entry ${number}: ${end.reason} (${end.detail})`);
  return observation.looks.length;
}

/** What the compiler looked at for entry 0, which the daemon has filed. */
function seenByFirst(place: EntriesPlace, services: Filing["services"]): Filing["looks"] {
  const [row] = services.store.lookup(callOf(0, place, services).context);
  if (row === undefined) throw new Error("Cannot fill the cache: its first entry is not found");
  const looks = row.dependencies.map(({ path, aspect, state }): Look => ({ path, aspect, found: state !== "A" }));
  return { looks, environment: onVariables(row.environment).map(({ name }) => name) };
}

function callOf(
  number: number,
  { cwd, env }: EntriesPlace,
  { files, searches: tools }: Filing["services"],
): { call: CompileCall; context: string } {
  const block = (members: readonly string[]): Buffer => Buffer.from(members.map((member) => `${member}\0`).join(""));
  const request: InvokeRequest = {
    type: "Invoke",
    argv: block(["zccache", ...commandOf(number)]),
    cwd: Buffer.from(cwd),
    env: block(Object.entries(env).map(([name, value]) => `${name}=${value}`)),
    umask: 0o022,
    stderr_tty: false,
    columns: 0,
    stderr_columns: 0,
    same_streams: false,
    can_exec: true,
  };
  const environment = parseEnvironment(request.env);
  const read = readCall(request, { pid: process.pid, environment, tools });
  const { plan, tool } = read;
  if (plan.kind === "refused" || tool === undefined)
    throw new Error("Cannot fill the cache: the call is not cacheable");
  const call = { ...read, plan, tool, toolState: files.state(tool, "content") };
  const context = contextKey(plan, {
    toolPath: tool,
    toolState: call.toolState,
    environment,
    cwd: call.cwd,
    terminal: undefined,
    stdinDigest: undefined,
    before: [],
  });
  files.state(absolutePath(plan.source, call.cwd), "content");
  return { call, context };
}

function spareLooks(number: number): Look[] {
  return Array.from({ length: SPARE_A_RESULT }, (_, index) => {
    const path = spareHeader((number * 7919 + index * 31) % SPARE_HEADERS);
    return { path, aspect: "content", found: true };
  });
}

function spareHeader(number: number): string {
  return `spare/header-${number}.h`;
}
