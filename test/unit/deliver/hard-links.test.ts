import { describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { PlannedOutput } from "../../../src/core/plan.ts";
import { type DeliveryOptions, deliver } from "../../../src/deliver/deliver.ts";
import { openContentWatch } from "../../../src/watch/open-watch.ts";
import { DeliveryBench } from "./delivery-bench.ts";

describe("deliver() with hard links asked for", () => {
  const LARGE = "metadata".repeat(200_000);
  const CRATES = /\.rlib$/;

  /** How many names the output has, and a depfile that was delivered along with it. */
  async function namesOf(path: string, content: string, linked: RegExp | undefined = CRATES): Promise<number[]> {
    using bench = new DeliveryBench();
    bench.add("object", content);
    bench.add("depfile", LARGE);
    const planned: PlannedOutput[] = [
      { role: "object", path: bench.tree.at(path) },
      { role: "depfile", path: bench.tree.at("b/a.rlib.d") },
    ];
    const destinations = { planned, cwd: bench.tree.path, unlinks: true, linked };
    const objectPath = (digest: string) => bench.objectPath(digest);
    await deliver(bench.entry, destinations, { umask: 0o022, objectPath });
    expect([bench.read(path), bench.read("b/a.rlib.d")]).toEqual([content, LARGE]);
    return [path, "b/a.rlib.d"].map((name) => statSync(bench.tree.at(name)).nlink);
  }

  test("links what is never written again, and nothing else", async () => {
    expect(await namesOf("b/a.rlib", `${LARGE}!`)).toEqual([2, 1]);
    expect(await namesOf("b/a.rlib", "small")).toEqual([2, 1]);
    expect(await namesOf("b/a", `${LARGE}!`)).toEqual([1, 1]);
    expect(await namesOf("b/a.rlib", `${LARGE}!`, /none/)).toEqual([1, 1]);
  });

  test("reads an object once, and again only after something was written to it", async () => {
    using bench = new DeliveryBench();
    using contents = openContentWatch(tmpdir());
    bench.add("object", LARGE);
    const known: boolean[] = [];
    const deliverTo = async (name: string, linked = CRATES): Promise<number> => {
      bench.copied = 0;
      const destinations = {
        planned: [{ role: "object", path: bench.tree.at(name) } as const],
        cwd: bench.tree.path,
      };
      await deliver(
        bench.entry,
        { ...destinations, unlinks: true, linked },
        {
          ...bench.options,
          contents,
          putting: ({ isUnwritten }, put) => {
            put();
            known.push(isUnwritten?.() ?? true);
          },
        },
      );
      return bench.copied;
    };
    expect([await deliverTo("b/a.rlib"), await deliverTo("b/b.rlib"), await deliverTo("b/a.rlib")]).toEqual([1, 0, 0]);
    expect(statSync(bench.tree.at("b/a.rlib"))).toMatchObject({ nlink: 3, mode: 0o100644 });
    expect(Math.abs(statSync(bench.tree.at("b/a.rlib")).mtimeMs - Date.now())).toBeLessThan(60_000);
    expect([await deliverTo("b/copy", /none/), statSync(bench.tree.at("b/copy")).nlink]).toEqual([1, 1]);
    // The same content once more: nothing was spoilt, but that shows by comparing only.
    writeFileSync(bench.tree.at("b/b.rlib"), LARGE.slice(0, 5), { flag: "r+" });
    expect([await deliverTo("b/c.rlib"), await deliverTo("b/d.rlib")]).toEqual([1, 0]);
    expect(known).toEqual([true, true, true, true, true, true]);
    writeFileSync(bench.tree.at("b/b.rlib"), "X", { flag: "r+" });
    await expect(deliverTo("b/e.rlib")).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });

  test("says of a link that was written to before it got its name that it is not known", async () => {
    using bench = new DeliveryBench();
    using contents = openContentWatch(tmpdir());
    bench.add("object", LARGE);
    const path = bench.tree.at("b/a.rlib");
    const destinations = { planned: [{ role: "object", path } as const], cwd: bench.tree.path, unlinks: true };
    for (const time of ["first", "second"]) {
      const known: (boolean | undefined)[] = [];
      const putting: DeliveryOptions["putting"] = ({ staged, isUnwritten }, put) => {
        if (time === "second") writeFileSync(staged, LARGE.slice(0, 5), { flag: "r+" });
        put();
        known.push(isUnwritten?.());
      };
      await deliver(bench.entry, { ...destinations, linked: CRATES }, { ...bench.options, contents, putting });
      expect(known).toEqual([time === "first"]);
    }
  });

  test("F6: does not give what was written to under the other name", async () => {
    using bench = new DeliveryBench();
    bench.add("object", LARGE);
    const path = bench.tree.at("b/a.rlib");
    const destinations = {
      planned: [{ role: "object", path } as const],
      cwd: bench.tree.path,
      unlinks: true,
    };
    const options = { umask: 0o022, objectPath: (digest: string) => bench.objectPath(digest) };
    await deliver(bench.entry, { ...destinations, linked: CRATES }, options);
    writeFileSync(path, "X", { flag: "r+" });
    for (const linked of [CRATES, undefined]) {
      const again = deliver(bench.entry, { ...destinations, linked }, options);
      await expect(again).rejects.toMatchObject({ code: "STORE_CORRUPT" });
      expect(bench.names()).toEqual([".keep", "a.rlib"]);
    }
  });
});
