import { describe, expect, test } from "bun:test";
import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import { HandOver } from "../../../src/daemon/hand-over.ts";
import { fileClockNs } from "../../../src/sys/libc.ts";
import { fileTree } from "../../support/file-tree.ts";

const MS = 1_000_000n;

/** How often the clock was asked until outputs of `wallMs` were older than what begins; it moves by 4 ms every third time. */
async function asksUntilOver(wallMs: bigint | undefined, fileMs: bigint): Promise<number> {
  let asks = 0;
  const fileNs = () => (fileMs + 4n * BigInt(Math.floor(asks++ / 3))) * MS;
  const handOver = new HandOver({ fileNs, wallNs: () => (wallMs ?? 0n) * MS });
  if (wallMs !== undefined) handOver.note();
  await handOver.isOver();
  return asks;
}

describe("HandOver", () => {
  test("is over at once where there was none, or one before this tick", async () => {
    expect(await asksUntilOver(undefined, 100n)).toBe(1);
    expect(await asksUntilOver(99n, 100n)).toBe(1);
  });

  test("is over when the clock of file times has passed it, however far it was behind", async () => {
    expect(await asksUntilOver(100n, 100n)).toBe(4);
    expect(await asksUntilOver(103n, 100n)).toBe(4);
    expect(await asksUntilOver(107n, 100n)).toBe(7);
  });

  test("does not wait for a clock that was set back", async () => {
    expect(await asksUntilOver(3_600_000n, 100n)).toBe(1);
  });

  test("makes any file that was written before it older than what begins after it", async () => {
    using tree = fileTree({ file: "" });
    const handOver = new HandOver();
    for (let round = 0; round < 20; round++) {
      const file = openSync(tree.at("file"), "r+");
      // Newer kernels tell the time of the next change exactly, once it was asked for.
      fstatSync(file);
      writeSync(file, `${round}`);
      const { ctimeNs } = fstatSync(file, { bigint: true });
      closeSync(file);
      handOver.note();
      await handOver.isOver();
      expect(fileClockNs()).toBeGreaterThan(ctimeNs);
    }
  });
});
