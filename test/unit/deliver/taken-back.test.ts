// Deliveries that a client must be able to take back: of tools that do not make the same again of their own result.

import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { type Delivery, type DeliveryOptions, type Destinations, deliver } from "../../../src/deliver/deliver.ts";
import { DeliveryBench } from "./delivery-bench.ts";

/** With an archive to be made, `b/l.a`. */
class Bench extends DeliveryBench {
  changes: Destinations["changes"] = "once";
  announce: DeliveryOptions["announce"];

  constructor() {
    super();
    this.add("direct", "archive");
  }

  deliver(): Promise<Delivery> {
    const planned = [
      { role: "direct", path: this.tree.at("b/l.a") },
      { role: "depfile", path: this.tree.at("b/l.d") },
    ] as const;
    return deliver(
      this.entry,
      { planned, cwd: this.tree.path, changes: this.changes },
      {
        umask: 0o022,
        objectPath: (digest) => this.objectPath(digest),
        announce: (making) => this.announce?.(making),
      },
    );
  }
}

describe("deliver() of a tool that changes what is there", () => {
  test("says what it makes before anything is there, all of it staged, and leaves no other name", async () => {
    using bench = new Bench();
    const said: unknown[] = [];
    bench.announce = ({ staged, place }) => {
      said.push(place, readFileSync(staged, "utf8"), bench.names().length);
    };
    expect(await bench.deliver()).toEqual({ kind: "delivered", bytes: 7 });
    expect(said).toEqual([bench.tree.at("b/l.a"), "archive", 2]);
    expect([bench.names(), bench.read("b/l.a")]).toEqual([[".keep", "l.a"], "archive"]);
    expect(statSync(bench.tree.at("b/l.a")).nlink).toBe(1);
  });

  test.each(["staged", "place"] as const)(
    "puts nothing into place once the %s file was taken by others",
    async (which) => {
      using bench = new Bench();
      bench.changes = "repeatably";
      bench.announce = (making) => {
        if (which === "staged") unlinkSync(making.staged);
        else writeFileSync(making.place, "the tool's");
      };
      expect(await bench.deliver()).toMatchObject({ kind: "refused", reason: "output-kind" });
      expect(bench.names()).toEqual(which === "staged" ? [".keep"] : [".keep", "l.a"]);
      if (which === "place") expect(bench.read("b/l.a")).toBe("the tool's");
    },
  );

  test("puts nothing into place that could not be announced", async () => {
    using bench = new Bench();
    bench.changes = "once";
    bench.announce = () => {
      throw new Error("nobody there");
    };
    await expect(bench.deliver()).rejects.toThrow("nobody there");
    expect(bench.names()).toEqual([".keep"]);
  });

  test("changes what is there only if that can be done again", async () => {
    using bench = new Bench();
    bench.tree.write({ "b/l.a": "old" });
    bench.announce = () => {
      throw new Error("not new");
    };
    bench.changes = "once";
    expect(await bench.deliver()).toMatchObject({ kind: "refused", reason: "output-kind" });
    expect(bench.read("b/l.a")).toBe("old");
    bench.changes = "repeatably";
    expect(await bench.deliver()).toMatchObject({ kind: "delivered" });
    expect(bench.read("b/l.a")).toBe("archive");
  });

  test("makes no more than one file, which can be taken back", async () => {
    using bench = new Bench();
    bench.add("depfile", "deps");
    bench.changes = "once";
    expect(await bench.deliver()).toMatchObject({ kind: "refused" });
    expect(bench.names()).toEqual([".keep"]);
  });
});
