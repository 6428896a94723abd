import { describe, expect, test } from "bun:test";
import type { StoredOutput } from "../../../src/core/entry.ts";
import { decodeEntry, encodeEntry } from "../../../src/store/entry-codec.ts";
import { digestOf, sampleEntry } from "../../support/store-samples.ts";

const OUTPUT: StoredOutput = {
  role: "side",
  name: "a.dwo",
  digest: digestOf("a"),
  size: 1,
  check: "0123456789abcdef",
  executable: false,
};

function roundTrip(output: StoredOutput) {
  return decodeEntry(Buffer.from(encodeEntry({ ...sampleEntry("x"), outputs: [output] })));
}

describe("decodeEntry()", () => {
  test.each(["a.dwo", "reports/x.map", "..a", "\xff"])("S7: takes the output name %j", (name) => {
    expect(roundTrip({ ...OUTPUT, name })?.outputs).toEqual([{ ...OUTPUT, name }]);
  });

  test.each(["../x", "/etc/x", "a/../../x", ".", "a//b", "a/", ""])("S7: refuses the output name %j", (name) => {
    expect(roundTrip({ ...OUTPUT, name })).toBeUndefined();
  });

  test("refuses a digest that could lead elsewhere, a negative size and an unknown role", () => {
    expect(roundTrip({ ...OUTPUT, digest: `../../${"0".repeat(58)}` })).toBeUndefined();
    expect(roundTrip({ ...OUTPUT, size: -1 })).toBeUndefined();
    const bytes = encodeEntry({ ...sampleEntry("x"), outputs: [OUTPUT] });
    expect(
      decodeEntry(Buffer.from(Buffer.from(bytes).toString("latin1").replace("side", "edit"), "latin1")),
    ).toBeUndefined();
  });

  test("refuses every truncation of the header", () => {
    const bytes = Buffer.from(encodeEntry({ ...sampleEntry("x"), outputs: [OUTPUT] }));
    const header = 4 + bytes.readUInt32LE();
    for (let length = 0; length < header; length++) expect(decodeEntry(bytes.subarray(0, length))).toBeUndefined();
  });
});
