// What each record of a trace means: how one step of a run changes what is known of it.

import { constants } from "node:os";
import type { Aspect, FileIdentity } from "../core/observation.ts";
import { baseName, showRaw } from "../core/raw-text.ts";
import { FileStories } from "./file-stories.ts";
import { isIgnoredPath, namesDescriptor, namesStandardInput } from "./ignored-paths.ts";
import { ProcessTree } from "./processes.ts";
import type { TraceRecord } from "./read-records.ts";
import { OPEN, type TraceKind } from "./record-format.ts";
import { isSameFile } from "./story.ts";

/** What the records of a run have said so far. */
export type Run = {
  readonly files: FileStories;
  readonly processes: ProcessTree;
  readonly widths: readonly number[];
  /** By process, the file that it has just opened by the name of a descriptor. */
  readonly borrowed: Map<number, FileIdentity>;
  /** The first thing that was done and cannot be told, in words. */
  trouble: string | undefined;
  usedDate: boolean;
  usedNetwork: boolean;
  usedRandom: boolean;
};

/** A run of which nothing is known. @param widths As `ObserveOptions.widths`. */
export function newRun(widths: readonly number[] = [0]): Run {
  return {
    files: new FileStories(),
    processes: new ProcessTree(),
    widths,
    borrowed: new Map(),
    trouble: undefined,
    usedDate: false,
    usedNetwork: false,
    usedRandom: false,
  };
}

/** Takes in the next record, in the order of the trace. */
export function applyRecord(run: Run, record: TraceRecord): void {
  HANDLERS[record.kind](run, record);
}

const HANDLERS: Readonly<Record<TraceKind, (run: Run, record: TraceRecord) => void>> = {
  start: onStart,
  object: onObject,
  "objects-listed": (run, { pid }) => run.processes.objectsListed(pid),
  load: (run, record) => run.processes.load(record),
  open: onOpen,
  presence: (run, record) => onLook(run, record, "presence"),
  link: (run, record) => onLook(run, record, "link"),
  listing: (run, record) => onLook(run, record, run.processes.isLinkTimeMake(record.pid) ? "presence" : "listing"),
  create: onCreate,
  remove: (run, record) => (record.error === 0 ? run.files.remove(record.text) : onLook(run, record, "link")),
  rename: (run, record) =>
    record.error === 0 ? run.files.rename(record.text, record.second) : onLook(run, record, "link"),
  "hard-link": onHardLink,
  attributes: (run, record) =>
    record.error === 0 ? run.files.changeAttributes(record.text) : onLook(run, record, "presence"),
  exec: (run, record) => run.processes.exec(record),
  "exec-failed": onExecFailed,
  // Who waits for the last process of a run reads it (run-processes.ts).
  fork: () => undefined,
  spawn: onSpawn,
  untraceable: (run, { text }) => note(run, `untraceable program ${showRaw(text)}`),
  unseen: (run, { text }) => note(run, `unseen work of ${showRaw(text)}`),
  environment: (run, record) => run.processes.ask(record),
  "environment-set": (run, record) => run.processes.set(record),
  date: onDate,
  network: (run) => {
    run.usedNetwork = true;
  },
  // Captured streams are no terminals unless the key says so, and then the tracer gives the answer (ZCC_TTY).
  terminal: () => undefined,
  window: (run, { flags }) => {
    if (!run.widths.includes(flags)) note(run, "the width of the terminal was asked for");
  },
};

const { EACCES, EEXIST, EISDIR, ENAMETOOLONG, ENOENT, ENOEXEC, ENOTDIR, EPERM, EROFS } = constants.errno;
const ABSENT: readonly number[] = [ENOENT, ENOTDIR, ENAMETOOLONG];
const PRESENT: readonly number[] = [0, EEXIST, EISDIR, ENOEXEC];
const NOT_WRITABLE: readonly number[] = [EACCES, EPERM, EROFS];
/** Of access(2). */
const W_OK = 2;

function note(run: Run, trouble: string): void {
  run.trouble ??= trouble;
}

/** A look whose outcome is the record's error. Errors that are neither yes nor no cannot be checked again later. */
function onLook(run: Run, record: TraceRecord, aspect: Aspect): void {
  const { text, error } = record;
  const present = PRESENT.includes(error) || isWriteRefused(record);
  if (present || ABSENT.includes(error)) run.files.look(text, aspect, present);
  // /dev/tty without a terminal says ENXIO.
  else if (!isIgnoredPath(text)) note(run, `error ${error} at ${showRaw(text)}`);
}

/** Whether a folder is good for temporary files changes nothing that the tool makes. */
function isWriteRefused({ kind, flags, error }: TraceRecord): boolean {
  return kind === "presence" && (flags & W_OK) !== 0 && NOT_WRITABLE.includes(error);
}

function onStart(run: Run, record: TraceRecord): void {
  const { pid, text } = record;
  const spelled = run.processes.executing(pid);
  if (spelled !== undefined) run.files.look(spelled, "content", true);
  if (text === "") note(run, "a program without a name");
  else run.files.look(text, "content", true);
  run.processes.start(record);
}

function onObject(run: Run, { text }: TraceRecord): void {
  // Its users talk to the kernel through shared memory, past every wrapper.
  if (baseName(text).startsWith("liburing")) note(run, "unseen work of liburing");
  run.files.look(text, "content", true);
}

function onOpen(run: Run, record: TraceRecord): void {
  const { text, error, flags } = record;
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const isNew = has(OPEN.create) && !has(OPEN.existed);
  if (text === "/dev/urandom" || text === "/dev/random") run.usedRandom = true;
  if (error !== 0) onLook(run, record, has(OPEN.write) ? "presence" : "content");
  else if (isNew && has(OPEN.append) && !has(OPEN.exclusive)) run.files.append(text);
  else if (isNew) run.files.create(text);
  else if (has(OPEN.directory)) run.files.look(text, "presence", true);
  else if (!has(OPEN.write)) onRead(run, record);
  else if (has(OPEN.truncate)) run.files.create(text, { existed: true });
  else run.files.changeInPlace(text);
}

/** lld opens its old output to keep the kernel from freeing its pages while it is removed, which happens next. */
function onRead(run: Run, record: TraceRecord): void {
  const { pid, text, file } = record;
  if (namesDescriptor(text)) onDescriptorRead(run, record);
  else if (file !== undefined && isSameFile(file, run.borrowed.get(pid))) onBorrowed(run, record);
  if (run.processes.isLinkerOfLlvm(pid)) run.files.glance(text, file ?? true);
  else run.files.look(text, "content", file ?? true);
}

/** If it is a file, its own name is in the next record; that of a pipe, such as a job server's, has none. */
function onDescriptorRead(run: Run, { pid, text, file }: TraceRecord): void {
  if (namesStandardInput(text)) note(run, `reads ${showRaw(text)}`);
  if (file !== undefined) run.borrowed.set(pid, file);
}

/** What the caller gave a descriptor for is another file at the next call; one that the tree itself opened is not. */
function onBorrowed(run: Run, { pid, text }: TraceRecord): void {
  run.borrowed.delete(pid);
  if (!run.files.knows(text)) note(run, `reads ${showRaw(text)} by a descriptor`);
}

function onCreate(run: Run, record: TraceRecord): void {
  if (record.error !== 0) onLook(run, record, "presence");
  else run.files.create(record.text, { folder: (record.flags & OPEN.directory) !== 0 });
}

function onHardLink(run: Run, record: TraceRecord): void {
  if (record.error === EEXIST) run.files.look(record.second, "presence", true);
  else onLook(run, record, "content");
  if (record.error === 0) run.files.create(record.second);
}

function onExecFailed(run: Run, record: TraceRecord): void {
  run.processes.execFailed(record);
  onLook(run, record, record.error === ENOEXEC ? "content" : "presence");
}

function onSpawn(run: Run, record: TraceRecord): void {
  if (record.error === 0) run.processes.spawned(record);
  onLook(run, record, record.error === 0 ? "content" : "presence");
}

/** gmtime is how a date is spelled out that SOURCE_DATE_EPOCH gave, which is a dependency of its own. */
function onDate(run: Run, { pid, text }: TraceRecord): void {
  if (!(text.startsWith("gmtime") && run.processes.hasFixedDate(pid))) run.usedDate = true;
}
