import { expect, test } from "bun:test";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { inheritedDescriptors, openFile } from "../../../src/shim/descriptors.ts";
import { fileTree } from "../../support/file-tree.ts";

test("inheritedDescriptors() lists files above 2, and neither the runtime's own nor the one it reads through", () => {
  const before = inheritedDescriptors();
  const fd = openSync("/dev/null", "r");
  const during = inheritedDescriptors();
  closeSync(fd);
  expect(during.filter((number) => !before.includes(number))).toEqual([fd]);
  expect(during.filter((number) => number <= 2)).toEqual([]);
});

test("openFile() tells the position and the flags of a descriptor", () => {
  using tree = fileTree({ file: "some bytes" });
  const fd = openSync(tree.at("file"), constants.O_WRONLY | constants.O_APPEND);
  writeSync(fd, "more");
  const { position, flags } = openFile(fd);
  closeSync(fd);
  expect([position, flags & 3, flags & constants.O_APPEND]).toEqual([14, constants.O_WRONLY, constants.O_APPEND]);
});
