// Results for tests of the store, made from a number.

import type { Entry, ManifestRow } from "../../src/core/entry.ts";
import type { Condition } from "../../src/store/manifest-codec.ts";
import type { Store } from "../../src/store/store.ts";

/** A digest that stands for `name`. */
export function digestOf(name: string): string {
  return new Bun.CryptoHasher("sha256").update(name).digest("hex");
}

/** A row with dependencies of every kind. */
export function sampleRow(name: string): ManifestRow {
  return {
    dependencies: [
      { path: "src/a.c", aspect: "content", state: `F${digestOf(name)}` },
      { path: "/usr/include/\xff.h", aspect: "presence", state: "A" },
      { path: "/lib", aspect: "link", state: "Lusr/lib" },
      { path: ".", aspect: "listing", state: `S${digestOf("listing")}` },
    ],
    environment: [
      { name: "CPATH", valueHash: undefined },
      { name: "HOME", valueHash: digestOf("home").slice(0, 32) },
    ],
    wholeEnvironment: undefined,
    resultKey: digestOf(`result ${name}`),
    layout: "split",
  };
}

/** Stands for the table of conditions: numbers in the order of asking, from `first`, `step` apart. */
export function numbering(first = 1, step = 1) {
  const known: Condition[] = [];
  return {
    numberOf: (condition: Condition): number => first + step * (known.push(condition) - 1),
    conditionOf: (number: number): Condition | undefined => known[(number - first) / step],
  };
}

/** The part of an entry that is not outputs. */
export function sampleEntry(name: string): Omit<Entry, "outputs"> {
  return {
    layout: "split",
    stdout: Buffer.from("out"),
    stderr: Buffer.from(`warning: ${name}`),
    exitCode: 0,
    millis: 12,
  };
}

/** Stores a result with one object whose content is `content`, under the context `name`. @returns Its entry. */
export async function storeSample(store: Store, name: string, content: string | Uint8Array): Promise<Entry> {
  const staged = await store.stage(typeof content === "string" ? Buffer.from(content) : content);
  const outputs = [{ role: "object" as const, name: undefined, staged }];
  return await store.commit({ context: digestOf(name), row: sampleRow(name), entry: sampleEntry(name), outputs });
}

/** The entry that a request for the sample `name` gets; undefined on a miss. */
export function readSample(store: Store, name: string): Entry | undefined {
  const [row] = store.lookup(digestOf(name));
  return row && store.readEntry(row.resultKey);
}
