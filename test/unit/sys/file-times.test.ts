import { expect, test } from "bun:test";
import { closeSync, openSync, statSync } from "node:fs";
import { setChangeTime } from "../../../src/sys/file-times.ts";
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
