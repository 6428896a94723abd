import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/built-binary.ts";
import { fileTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";

const CHILD = join(repository, "test/support/store-log-child.ts");
const reason = missingTool("strace");

type FileName = "file" | "log";

/** The index and its log as far as they are on disk, and the rules of write-ahead logging that were broken. */
class Disk {
  readonly broken: string[] = [];
  syncs = 0;
  readonly #unsynced = { file: true, log: true };
  readonly #writtenDuringSync = { file: false, log: false };
  /** The file holds pages that the log holds too, so that the log must not begin anew … */
  #copied = false;
  /** … before it was emptied, and that is on disk. */
  #emptied = false;

  pwrite64(name: FileName): void {
    if (name === "file") this.#mustBeSynced("log", "the file is written");
    else if (this.#copied) this.broken.push("the log begins anew while an old one may be replayed");
    if (name === "file") {
      this.#copied = true;
      this.#emptied = false;
    }
    this.#unsynced[name] = this.#writtenDuringSync[name] = true;
  }

  ftruncate(name: FileName): void {
    if (name === "log") {
      this.#mustBeSynced("file", "the log is emptied");
      this.#emptied = true;
    }
    this.#unsynced[name] = this.#writtenDuringSync[name] = true;
  }

  syncBegins(name: FileName): void {
    this.#writtenDuringSync[name] = false;
  }

  syncEnds(name: FileName): void {
    this.syncs += 1;
    if (this.#writtenDuringSync[name]) return;
    if (name === "log" && this.#emptied) this.#copied = false;
    this.#unsynced[name] = false;
  }

  #mustBeSynced(name: FileName, before: string): void {
    if (this.#unsynced[name]) this.broken.push(`${before} before the ${name} is on disk`);
  }
}

/** Follows `strace -f -y`: a sync whose end stands in a line of its own is "unfinished" first and "resumed" later. */
function follow(calls: readonly string[], disk: Disk): void {
  const syncing = new Map<string, FileName>();
  for (const line of calls) {
    const [, resumed = ""] = /^(\d+) +<\.\.\. fsync resumed>/.exec(line) ?? [];
    const synced = syncing.get(resumed);
    if (synced !== undefined) disk.syncEnds(synced);
    syncing.delete(resumed);
    const [, pid = "", call = "", log = ""] =
      /^(\d+) +(pwrite64|fsync|ftruncate)\(\d+<[^>]*\/i(-wal)?>/.exec(line) ?? [];
    const name = log === "" ? "file" : "log";
    if (call === "pwrite64" || call === "ftruncate") disk[call](name);
    if (call !== "fsync") continue;
    disk.syncBegins(name);
    if (line.includes("<unfinished")) syncing.set(pid, name);
    else disk.syncEnds(name);
  }
}

test.skipIf(reason !== undefined)(
  titled("C8: the index is on disk in an order that survives a power cut at any moment", reason),
  () => {
    using tree = fileTree();
    const trace = ["-f", "-y", "-qq", "-o", tree.at("calls"), "-e", "trace=pwrite64,fsync,ftruncate"];
    const { status } = spawnSync("strace", [...trace, process.execPath, CHILD, tree.at("i")], { stdio: "inherit" });
    expect(status).toBe(0);
    // A new index may be lost until it is synced for the first time, which is after its log was.
    const calls = readFileSync(tree.at("calls"), "latin1").split("\n");
    const disk = new Disk();
    follow(calls.slice(calls.findIndex((line) => /fsync.*i-wal>/.test(line))), disk);
    expect(disk.syncs).toBeGreaterThan(20);
    expect(disk.broken).toEqual([]);
  },
  600_000,
);
