import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removePidFile, takeOwnership, writePidFile } from "../../../src/daemon/ownership.ts";

const directory = mkdtempSync(join(tmpdir(), "zccache-own-"));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("takeOwnership() gives a file to one holder at a time, and again after its release (L1)", () => {
  const file = join(directory, "sub", "daemon.own");
  const first = takeOwnership([file]);
  expect(first).toBeDefined();
  expect(takeOwnership([join(directory, "free.own"), file])).toBeUndefined();
  first?.release();
  const second = takeOwnership([join(directory, "free.own"), file]);
  expect(second).toBeDefined();
  second?.release();
});

test("removePidFile() leaves a successor's file alone (L5)", () => {
  const file = join(directory, "a", "daemon.lock");
  writePidFile(file);
  expect(readFileSync(file, "utf8")).toBe(String(process.pid));
  writeFileSync(file, "1");
  removePidFile(file);
  expect(existsSync(file)).toBe(true);
  writePidFile(file);
  removePidFile(file);
  expect(existsSync(file)).toBe(false);
});
