import { expect, test } from "bun:test";
import { identityText } from "../../../src/core/observation.ts";

test("identityText() tells files apart by device and by inode", () => {
  const files = [
    { device: 1n, inode: 23n },
    { device: 12n, inode: 3n },
    { device: 1n, inode: (1n << 64n) - 1n },
  ];
  expect(files.map(identityText)).toEqual(["1:23", "12:3", "1:18446744073709551615"]);
});
