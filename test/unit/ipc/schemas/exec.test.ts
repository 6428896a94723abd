import { expect, test } from "bun:test";
import * as z from "zod/mini";
import { EXEC_CALLS, readFilter } from "../../../../src/ipc/schemas/exec.ts";

const { request, reply } = EXEC_CALLS.GenericToolExec;
const LEAST = { type: "GenericToolExec", tool: "/t", args: ["a"], cwd: "/w" };

test("GenericToolExec [protocol 2]: every default of the protocol is applied, unknown keys are dropped at each level", () => {
  const defaults = {
    ...LEAST,
    env: [],
    input_files: [],
    input_extra: new Uint8Array(),
    output_streams: { stdout: true, stderr: true },
    output_files: [],
    tool_hash: undefined,
    cache_policy: "Normal",
    cwd_in_key: true,
    include_scan_files: [],
    include_dirs: [],
    system_include_dirs: [],
    iquote_dirs: [],
    depfile: undefined,
    non_deterministic: false,
    key_args_filter: [],
    find_outputs: false,
  };
  expect(z.parse(request, { ...LEAST, unknown: 1 })).toEqual(defaults as never);
  const given = { ...LEAST, env: null, depfile: null, output_streams: { stderr: false, other: 1 } };
  const streams = { stdout: true, stderr: false };
  expect(z.parse(request, given)).toEqual({ ...defaults, output_streams: streams } as never);
});

test.each(["tool", "args", "cwd"])("GenericToolExec [protocol 2]: %s is required, and of its type", (field) => {
  for (const value of [undefined, null, 1, {}]) {
    const read = z.safeParse(request, { ...LEAST, [field]: value });
    expect(read.error?.issues[0]?.path).toEqual([field]);
  }
});

test.each<[field: string, value: unknown]>([
  ["tool_hash", new Uint8Array(31)],
  ["tool_hash", "ab".repeat(32)],
  ["cache_policy", "normal"],
  ["input_files", "a"],
  ["env", [["A"]]],
  ["input_extra", "text"],
  ["cwd_in_key", "yes"],
])("GenericToolExec: %s cannot be %j", (field, value) => {
  expect(z.safeParse(request, { ...LEAST, [field]: value }).success).toBe(false);
});

test("GenericToolExec [protocol 1]: bytes that are no UTF-8 survive both ways", () => {
  const wire = z.encode(
    request,
    z.parse(request, { ...LEAST, args: [new Uint8Array([0xff])], cwd: new Uint8Array([47, 0xfe]) }),
  );
  expect([wire.args, wire.cwd]).toEqual([[Buffer.from([0xff])], Buffer.from([47, 0xfe])] as never);
});

test("GenericToolExecResult reads what an older daemon would leave out as none", () => {
  const least = { type: "GenericToolExecResult", exit_code: 0, cached: true, cache_key_hex: "ab" };
  expect(z.parse(reply, least)).toMatchObject({ stdout: new Uint8Array(), stderr: new Uint8Array(), output_files: [] });
  expect(z.safeParse(reply, { ...least, output_files: [{ name: "a", payload: { path: "/a" } }] }).success).toBe(true);
});

test("readFilter() takes flags in front, and says what is wrong with a pattern", () => {
  expect(readFilter("^a.c$").test("abc")).toBe(true);
  expect(readFilter("(?i)^A").test("abc")).toBe(true);
  expect(readFilter("(?s)a.c").test("a\nc")).toBe(true);
  expect(() => readFilter("(")).toThrow('Cannot use key_args_filter "("');
});
