import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rawFromBytes } from "../../../src/core/raw-text.ts";
import {
  isPrivateDirectory,
  ownUserId,
  preparePrivateDirectory,
  withUmask,
} from "../../../src/sys/private-directory.ts";

const root = mkdtempSync(join(tmpdir(), "zccache-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const unsafe = expect.objectContaining({ code: "UNSAFE_DIRECTORY" });
let count = 0;
const fresh = (): string => join(root, `d${++count}`);

test.each([0o000, 0o022, 0o077, 0o777])(
  "preparePrivateDirectory() under umask %o makes every level 0700 [S5]",
  (mask) => {
    const path = join(fresh(), "a", "b");
    withUmask(mask, () => preparePrivateDirectory(path));
    for (const level of [path, join(path, ".."), join(path, "..", "..")])
      expect(lstatSync(level).mode & 0o7777).toBe(0o700);
  },
);

test("preparePrivateDirectory() takes a private directory that is there and keeps what is in it", () => {
  const path = fresh();
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, "file"), "");
  preparePrivateDirectory(path);
  expect(readdirSync(path)).toEqual(["file"]);
});

test.each([0o701, 0o710, 0o722, 0o755, 0o777, 0o1777])(
  "preparePrivateDirectory() refuses mode %o and leaves it [S2]",
  (mode) => {
    const path = fresh();
    mkdirSync(path);
    chmodSync(path, mode);
    expect(() => preparePrivateDirectory(path)).toThrow(unsafe);
    expect(lstatSync(path).mode & 0o7777).toBe(mode);
  },
);

test("preparePrivateDirectory({ tighten }) closes a directory of ours to others", () => {
  const path = fresh();
  mkdirSync(path);
  chmodSync(path, 0o755);
  preparePrivateDirectory(path, { tighten: true });
  expect(lstatSync(path).mode & 0o7777).toBe(0o700);
});

test.each([true, false])(
  "preparePrivateDirectory({ tighten: %p }) refuses a symbolic link and changes nothing behind it [S6]",
  (tighten) => {
    const target = fresh();
    mkdirSync(target);
    chmodSync(target, 0o755);
    const link = fresh();
    symlinkSync(target, link);
    expect(() => preparePrivateDirectory(link, { tighten })).toThrow(unsafe);
    expect(lstatSync(target).mode & 0o777).toBe(0o755);
  },
);

test("preparePrivateDirectory() refuses a dangling link and creates nothing behind it [S6]", () => {
  const link = fresh();
  symlinkSync(join(root, "planted"), link);
  expect(() => preparePrivateDirectory(link)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/IO|UNSAFE/) }),
  );
  expect(readdirSync(root)).not.toContain("planted");
});

test("preparePrivateDirectory() refuses a file", () => {
  const path = fresh();
  writeFileSync(path, "");
  expect(() => preparePrivateDirectory(path)).toThrow(unsafe);
});

test("preparePrivateDirectory() below a file fails with IO and the system's error as cause", () => {
  const path = fresh();
  writeFileSync(path, "");
  expect(() => preparePrivateDirectory(join(path, "below"))).toThrow(
    expect.objectContaining({ code: "IO", cause: expect.anything() }),
  );
});

test.if(ownUserId() === 0)(
  "preparePrivateDirectory() refuses a directory of another user, tightening or not [S2]",
  () => {
    const path = fresh();
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, 65_534, 65_534);
    for (const tighten of [false, true]) expect(() => preparePrivateDirectory(path, { tighten })).toThrow(unsafe);
    expect(isPrivateDirectory(path)).toBe(false);
  },
);

test("preparePrivateDirectory() takes a path of any bytes [X6]", () => {
  const path = `${fresh()}${rawFromBytes(Buffer.from([0xff, 0xc3]))}`;
  preparePrivateDirectory(path);
  expect(isPrivateDirectory(path)).toBe(true);
});

test("isPrivateDirectory() is false for what is missing, a link, a file, or open to others", () => {
  const path = fresh();
  expect(isPrivateDirectory(path)).toBe(false);
  mkdirSync(path, { mode: 0o700 });
  expect(isPrivateDirectory(path)).toBe(true);
  symlinkSync(path, `${path}-link`);
  expect(isPrivateDirectory(`${path}-link`)).toBe(false);
  writeFileSync(`${path}-file`, "");
  expect(isPrivateDirectory(`${path}-file`)).toBe(false);
  chmodSync(path, 0o750);
  expect(isPrivateDirectory(path)).toBe(false);
});

test("withUmask() puts the old umask back when its action throws", () => {
  const before = process.umask();
  expect(() =>
    withUmask(0o123, () => {
      throw new Error("stop");
    }),
  ).toThrow("stop");
  expect(process.umask()).toBe(before);
  expect(withUmask(0o123, () => process.umask())).toBe(0o123);
});
