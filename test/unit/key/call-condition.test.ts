import { expect, test } from "bun:test";
import { callCondition, callFits, directoryCondition, outputsCondition } from "../../../src/key/call-condition.ts";

const call = { arguments: ["a.o", "-o", "p"], cwd: "/w", plan: { outputs: [{ path: "p" }, { path: "p.d" }] } };

test("callFits() holds a row with a condition on the call to the same arguments in the same directory", () => {
  const conditions = [callCondition(call)];
  expect(callFits(conditions, call)).toBe(true);
  expect(callFits(conditions, { ...call, cwd: "/v" })).toBe(false);
  expect(callFits(conditions, { ...call, arguments: ["a.o", "-op"] })).toBe(false);
});

test("callFits() holds a row with a condition on the outputs to their names, wherever it is", () => {
  const conditions = [outputsCondition(call)];
  expect(callFits(conditions, { ...call, cwd: "/v", arguments: [] })).toBe(true);
  expect(callFits(conditions, { ...call, plan: { outputs: [{ path: "q" }, { path: "p.d" }] } })).toBe(false);
  expect(callFits(conditions, { ...call, plan: { outputs: [{ path: "p" }] } })).toBe(false);
});

test("callFits() holds a row with a condition on the directory to that one, whatever the arguments", () => {
  const conditions = [directoryCondition(call)];
  expect(callFits(conditions, { ...call, arguments: [] })).toBe(true);
  expect(callFits(conditions, { ...call, cwd: "/v" })).toBe(false);
});

test("outputsCondition() names what lies in a shared tree from the working directory", () => {
  const at = (root: string) => ({
    ...call,
    plan: { outputs: [{ path: `${root}/out/p` }] },
    remap: { root, way: "../" },
  });
  expect(outputsCondition(at("/one"))).toEqual(outputsCondition(at("/two")));
  expect(callFits([outputsCondition(at("/one"))], { ...at("/two"), plan: { outputs: [{ path: "/two/p" }] } })).toBe(
    false,
  );
});
