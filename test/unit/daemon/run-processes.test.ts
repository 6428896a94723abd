import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { closeSync, writeSync } from "node:fs";
import { RunProcesses } from "../../../src/daemon/run-processes.ts";
import { createTraceBuffer, type TraceBuffer } from "../../../src/tracer/buffer.ts";
import { HEADER, HEADER_BYTES, RECORD, RECORD_HEAD_BYTES } from "../../../src/tracer/record-format.ts";

const RECORD_BYTES = RECORD_HEAD_BYTES + 8;

/** Writes start records, as the tracer of these processes would. The last one may be left unfinished. */
function record(buffer: TraceBuffer, pids: readonly number[], lastSize = RECORD_BYTES): void {
  const bytes = Buffer.alloc(pids.length * RECORD_BYTES);
  pids.forEach((pid, index) => {
    const at = index * RECORD_BYTES;
    bytes.writeUInt32LE(index === pids.length - 1 ? lastSize : RECORD_BYTES, at + RECORD.size);
    bytes.writeUInt32LE(pid, at + RECORD.pid);
    bytes.writeUInt8("S".charCodeAt(0), at + RECORD.kind);
  });
  writeSync(buffer.fd, bytes, 0, bytes.length, HEADER_BYTES);
  const used = Buffer.alloc(8);
  used.writeBigUInt64LE(BigInt(HEADER_BYTES + bytes.length));
  writeSync(buffer.fd, used, 0, 8, HEADER.used);
}

/** A process of the run, or of none, that goes on for a minute. */
function sleeper(buffer: TraceBuffer | undefined) {
  const child = spawn("sleep", ["60"], {
    env: buffer === undefined ? {} : { ZCC_TRACE: buffer.path },
    stdio: "ignore",
  });
  const ended = new Promise<string | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  return { pid: child.pid ?? 0, ended, kill: () => child.kill("SIGKILL") };
}

describe("RunProcesses", () => {
  test("kill ends what was recorded and belongs to the run, and hits no other that has a recorded pid now (S23)", async () => {
    const buffer = createTraceBuffer(1 << 16);
    const [own, stranger] = [sleeper(buffer), sleeper(undefined)];
    await Bun.sleep(50);
    record(buffer, [own.pid, stranger.pid, process.pid]);
    const processes = new RunProcesses(buffer);
    expect(processes.live()).toEqual([own.pid]);
    await processes.kill(0);
    expect(await own.ended).toBe("SIGKILL");
    expect(process.kill(stranger.pid, 0)).toBe(true);
    stranger.kill();
    buffer[Symbol.dispose]();
  });

  test("kill finds what is recorded only later, within its quiet time", async () => {
    const buffer = createTraceBuffer(1 << 16);
    const late = sleeper(buffer);
    setTimeout(() => record(buffer, [late.pid]), 60);
    await new RunProcesses(buffer).kill(200);
    expect(await late.ended).toBe("SIGKILL");
    buffer[Symbol.dispose]();
  });

  test("live finds processes behind a record that was not finished", async () => {
    const buffer = createTraceBuffer(1 << 16);
    const hidden = sleeper(buffer);
    await Bun.sleep(50);
    record(buffer, [hidden.pid], 0);
    expect(new RunProcesses(buffer).live()).toEqual([hidden.pid]);
    hidden.kill();
    buffer[Symbol.dispose]();
  });

  test("live knows those of earlier records when it is asked again, and those that came since", async () => {
    const buffer = createTraceBuffer(1 << 16);
    const [first, second] = [sleeper(buffer), sleeper(buffer)];
    await Bun.sleep(50);
    const processes = new RunProcesses(buffer);
    record(buffer, [first.pid]);
    expect(processes.live()).toEqual([first.pid]);
    record(buffer, [first.pid, second.pid], 0);
    expect(processes.live().sort()).toEqual([first.pid, second.pid].sort());
    record(buffer, [first.pid, second.pid]);
    expect(processes.live().sort()).toEqual([first.pid, second.pid].sort());
    first.kill();
    await first.ended;
    expect(processes.live()).toEqual([second.pid]);
    second.kill();
    closeSync(buffer.fd);
  });

  test("ended waits for the last process, and says who is left at its limit", async () => {
    const buffer = createTraceBuffer(1 << 16);
    const one = sleeper(buffer);
    await Bun.sleep(50);
    record(buffer, [one.pid]);
    const processes = new RunProcesses(buffer);
    expect(await processes.ended(50, 0)).toEqual([one.pid]);
    setTimeout(one.kill, 50);
    expect(await processes.ended(5000, 0)).toEqual([]);
    closeSync(buffer.fd);
  });
});
