// What strace saw and the tracer did not, and the reviewed list of what it need not see.

import { realpathSync } from "node:fs";
import { posix } from "node:path";
import type { TraceRecord } from "../../../src/tracer/read-records.ts";
import { type StraceLook, straceRun } from "../../support/trace-run.ts";

type Comparison = { readonly missed: string[]; readonly compared: number; readonly run: ReturnType<typeof straceRun> };

/** Runs a command under both; `missed` has a line of strace for each look that no record shows. */
export function compareWithStrace(argv: readonly string[], options: Parameters<typeof straceRun>[1]): Comparison {
  const run = straceRun(argv, options);
  const seen = new Map<string, Set<string>>();
  for (const record of run.records) noteRecord(seen, record);
  const mapped = run.records.filter(({ kind }) => kind === "object").map(({ text }) => text);
  const objects = new Set(mapped.flatMap((path) => [resolved(path), posix.basename(path)]));
  const loads = new Set(run.records.filter(({ kind }) => kind === "load").map(({ text }) => text));
  const looks = run.looks.filter((look, index) => {
    return !isException(look, { objects, loads, argv, before: run.looks[index - 1] });
  });
  const missed = looks
    .filter((look) => !isSeen(seen.get(look.path), look.act))
    .map(({ act, line }) => `${act}: ${line}`);
  return { missed: [...new Set(missed)], compared: looks.length, run };
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function noteRecord(seen: Map<string, Set<string>>, { kind, text, second }: TraceRecord): void {
  for (const path of [text, second]) {
    if (!path.startsWith("/")) continue;
    const folded = posix.resolve(path);
    const kinds = seen.get(folded) ?? new Set();
    seen.set(folded, kinds.add(kind));
  }
}

// For each act of strace the kinds of records that tell at least as much.
const TELLS: Readonly<Record<StraceLook["act"], readonly string[] | "any">> = {
  open: ["open", "object", "start", "exec", "spawn", "listing", "create", "untraceable"],
  stat: "any",
  link: ["link"],
  list: ["listing"],
  exec: ["exec", "spawn", "start"],
  remove: ["remove"],
  change: ["create", "remove", "rename", "hard-link", "attributes", "open"],
};

function isSeen(kinds: ReadonlySet<string> | undefined, act: StraceLook["act"]): boolean {
  if (kinds === undefined) return false;
  const enough = TELLS[act];
  return enough === "any" || enough.some((kind) => kinds.has(kind));
}

type Context = {
  /** Mapped shared objects, links followed, and their base names. */
  readonly objects: ReadonlySet<string>;
  /** Names that dlopen was called with. */
  readonly loads: ReadonlySet<string>;
  readonly argv: readonly string[];
  /** The look before this one, of the same process but for the first. */
  readonly before: StraceLook | undefined;
};

/**
 * The reviewed list. Each is done inside libc or the loader, where no wrapper can see it, and is covered otherwise.
 */
const EXCEPTIONS: readonly ((look: StraceLook, context: Context) => boolean)[] = [
  // The loader's search: its result is in the list of mapped objects.
  ({ path }) => path === "/etc/ld.so.cache" || path === "/etc/ld.so.preload" || path.includes("glibc-hwcaps"),
  ({ path, found }, { objects }) => objects.has(found ? resolved(path) : posix.basename(path)),
  // A library that dlopen looks for in vain (TBB and its libirml): the record has its name, not the loader's folders.
  ({ path, found }, { loads }) => !found && loads.has(posix.basename(path)),
  // After the first object that it did not find in a folder, the loader asks whether that folder exists. Which folders
  // of a search path it tries depends on the processor: `tls/haswell/avx512_1` on one, only `tls/x86_64` on another.
  ({ act, path }, { before, ...context }) => act === "stat" && before !== undefined && isInVain(before, path, context),
  // The parts of a locale: which locales there are is recorded, which one it is stands in the key.
  ({ path }) => /^\/usr\/lib\/locale\/[^/]+\/LC_\w+(\/|$)/.test(path),
  // Modules for character sets and the list of them, a zone that TZ names: variables of a fixed list in the key.
  ({ path }) => path.includes("/gconv/") || path.startsWith("/usr/share/zoneinfo"),
  // What libc and the tracer ask about the process and the machine; the tracer itself.
  ({ path }) => path.startsWith("/proc/") || path.startsWith("/sys/"),
  // system() and popen(): recorded as a reading of the shell.
  ({ act, path }) => act === "exec" && path === "/bin/sh",
  // A descriptor that is not open leads nowhere.
  ({ line }) => line.includes("EBADF"),
  // strace starts the command itself, after a search along PATH.
  ({ act, path }, { argv }) => act === "exec" && posix.basename(path) === posix.basename(argv[0] ?? ""),
];

function isInVain(look: StraceLook, folder: string, { objects, loads }: Omit<Context, "before">): boolean {
  const name = posix.basename(look.path);
  const isSearch = look.act === "open" && !look.found && (objects.has(name) || loads.has(name));
  return isSearch && posix.dirname(look.path) === folder;
}

function isException(look: StraceLook, context: Context): boolean {
  return EXCEPTIONS.some((applies) => applies(look, context));
}
