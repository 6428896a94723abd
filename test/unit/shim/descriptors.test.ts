import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { inheritedDescriptors } from "../../../src/shim/descriptors.ts";

test("inheritedDescriptors() lists files above 2, and neither the runtime's own nor the one it reads through", () => {
  const before = inheritedDescriptors();
  const fd = openSync("/dev/null", "r");
  const during = inheritedDescriptors();
  closeSync(fd);
  expect(during.filter((number) => !before.includes(number))).toEqual([fd]);
  expect(during.filter((number) => number <= 2)).toEqual([]);
});
