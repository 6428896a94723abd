import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { rawToBytes } from "../../../src/core/raw-text.ts";
import type { CompileCall } from "../../../src/daemon/call.ts";
import { HardLinks, linkedNames } from "../../../src/daemon/hard-links.ts";
import { parseEnvironment } from "../../../src/key/environment.ts";
import { openContentWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { sampleEntry } from "../../support/store-samples.ts";

/** The part of a call that is asked for here. */
function callWith(value: string | undefined): CompileCall {
  const environment = parseEnvironment(rawToBytes(value === undefined ? "" : `ZCCACHE_HARDLINK=${value}\0`));
  const plan = { neverRewritten: /\.r(?:lib|meta)$/, outputs: [{ role: "object", path: "libfirst.rlib" }] };
  return { environment, plan } as unknown as CompileCall;
}

describe("linkedNames()", () => {
  test.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["", false],
    [undefined, false],
  ])("ZCCACHE_HARDLINK=%p", (value, linked) => {
    expect(linkedNames(callWith(value)) !== undefined).toBe(linked);
  });
});

describe("HardLinks.followNew()", () => {
  let tree: TemporaryTree;
  let opened = 0;
  let links: HardLinks;
  beforeEach(() => {
    tree = fileTree({ "tmp/0": "one", "tmp/1": "two", "tmp/2": "three", "objects/.keep": "" });
    opened = 0;
    links = new HardLinks(() => {
      opened += 1;
      return openContentWatch(tmpdir());
    });
  });
  afterEach(() => {
    if (opened > 0) links.contents?.[Symbol.dispose]();
    tree[Symbol.dispose]();
  });

  const NAMES = [undefined, "libmore.rmeta", "libmore.d"];
  const DIGESTS = ["aa", "bb", "cc"];
  const objectPath = (digest: string) => tree.at(`objects/${digest}`);

  /** Stores three outputs; returns which of the objects need not be read. */
  function store(call: CompileCall, meanwhile = (_at: number) => {}): boolean[] {
    const outputs = NAMES.map((name, at) => ({
      role: name === undefined ? ("object" as const) : ("side" as const),
      name,
      staged: { path: tree.at(`tmp/${at}`), size: 3, executable: false, [Symbol.dispose]: () => {} },
    }));
    using following = links.followNew(outputs, call);
    for (const [at, digest] of DIGESTS.entries()) {
      meanwhile(at);
      renameSync(tree.at(`tmp/${at}`), objectPath(digest));
    }
    const stored = DIGESTS.map((digest, at) => ({
      role: at === 0 ? ("object" as const) : ("side" as const),
      name: NAMES[at],
      digest,
      size: 3,
      check: "",
      executable: false,
    }));
    following.keep({ ...sampleEntry("x"), outputs: stored }, objectPath);
    return DIGESTS.map((digest) => {
      if (opened === 0) return false;
      const numbers = statSync(objectPath(digest), { bigint: true });
      return links.contents?.isUnwritten(objectPath(digest), numbers) === true;
    });
  }

  test("knows new objects that may be linked, and no others", () => {
    expect(store(callWith("1"))).toEqual([true, true, false]);
    expect(opened).toBe(1);
  });

  test("knows nothing of what was written meanwhile", () => {
    const rewrite = (at: number) => writeFileSync(tree.at(`tmp/${at}`), "other");
    expect(store(callWith("1"), rewrite)).toEqual([false, false, false]);
  });

  test("knows nothing of an object that was there before", () => {
    const replace = (at: number) => {
      rmSync(tree.at(`tmp/${at}`));
      writeFileSync(tree.at(`tmp/${at}`), "other");
    };
    expect(store(callWith("1"), replace)).toEqual([false, false, false]);
  });

  test("opens nothing as long as nobody asks for links", () => {
    expect(store(callWith(undefined))).toEqual([false, false, false]);
    expect(opened).toBe(0);
  });

  test("does without where nothing can be followed", () => {
    links = new HardLinks(() => undefined);
    expect(store(callWith("1"))).toEqual([false, false, false]);
  });
});
