import { expect, test } from "bun:test";
import { closeSync, openSync, statSync, utimesSync } from "node:fs";
import { setChangeTime, setMadeNow } from "../../../src/sys/file-times.ts";
import { fileTree } from "../../support/file-tree.ts";

test.each([1_767_225_600_123_456_789n, 999_999_999n, 0n])(
  "setChangeTime() sets %p ns exactly, and no other time",
  (time) => {
    using tree = fileTree({ file: "" });
    const fd = openSync(tree.at("file"), "r");
    const { atimeNs } = statSync(tree.at("file"), { bigint: true });
    setChangeTime(fd, time);
    const after = statSync(tree.at("file"), { bigint: true });
    expect([after.mtimeNs, after.atimeNs]).toEqual([time, atimeNs]);
    closeSync(fd);
    expect(() => setChangeTime(fd, time)).toThrow("Cannot set the time of a file: EBADF");
  },
);

test("setMadeNow() dates a file as one that is made at the moment", () => {
  using tree = fileTree({ file: "" });
  utimesSync(tree.at("file"), 1, 2);
  const fd = openSync(tree.at("file"), "r");
  setMadeNow(fd);
  closeSync(fd);
  tree.write({ next: "" });
  const [old, next] = [statSync(tree.at("file")), statSync(tree.at("next"))];
  for (const time of [old.atimeMs, old.mtimeMs]) expect(Math.abs(time - next.mtimeMs)).toBeLessThan(1000);
});
