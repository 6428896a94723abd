import { expect, test } from "bun:test";
import { lineage, niceOf } from "../../../src/daemon/lineage.ts";

const daemon = String(process.pid);

test.each([
  ["10>20", `10>20>7>${daemon}`],
  ["10>7", `10>7>${daemon}`],
  ["", `7>${daemon}`],
])("lineage() makes %p into %s", (incoming, made) => {
  const variables = new Map(lineage(new Map([["ZCCACHE_LINEAGE", incoming]]), 7));
  expect(variables.get("ZCCACHE_LINEAGE")).toBe(made);
  expect(variables.has("ZCCACHE_SESSION_ID")).toBe(false);
});

test("lineage() keeps an originator and names the session", () => {
  const incoming = new Map([["RUNNING_PROCESS_ORIGINATOR", "ide:1"]]);
  const variables = new Map(lineage(incoming, 7, "s"));
  expect(variables.get("RUNNING_PROCESS_ORIGINATOR")).toBe("ide:1");
  expect(variables.get("ZCCACHE_SESSION_ID")).toBe("s");
  expect(new Map(lineage(new Map(), 7)).get("RUNNING_PROCESS_ORIGINATOR")).toBe(`zccache:${daemon}`);
});

test.each([
  [{}, true, 0],
  [{ ZCCACHE_COMPILE_PRIORITY: "low" }, false, 10],
  [{ ZCCACHE_COMPILE_PRIORITY: "idle", ZCCACHE_COMPILE_PRIORITY_LINK: "high" }, true, -5],
  [{ ZCCACHE_COMPILE_PRIORITY: "idle", ZCCACHE_COMPILE_PRIORITY_LINK: "high" }, false, 19],
  [{ ZCCACHE_COMPILE_PRIORITY: "soon" }, false, 10],
])("niceOf(%p), link %p, is %i", (variables, isLink, nice) => {
  expect(niceOf(new Map(Object.entries(variables)), isLink)).toBe(nice);
});
