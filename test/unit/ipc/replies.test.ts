import { expect, test } from "bun:test";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { CLEARED_COUNTERS, type Response, STATUS_COUNTERS, type StatusCounter } from "../../../src/ipc/messages.ts";
import { replyFromWire, replyToWire } from "../../../src/ipc/replies.ts";

const some = new Uint8Array([0, 0xff]);
const path = new Uint8Array(Buffer.from("/opt/\xe9/gcc", "latin1"));
const [name, value] = [new Uint8Array([0x41, 0xff]), new Uint8Array([0xff])];
const counters = Object.fromEntries(STATUS_COUNTERS.map((name, i) => [name, i + 1])) as Record<StatusCounter, number>;

const status: Extract<Response, { type: "Status" }> = {
  type: "Status",
  ...counters,
  cache_size_bytes: 2 ** 41 + 1,
  version: "1.2.3",
  daemon_namespace: "default",
  endpoint: "/run/zccache.sock",
  cache_dir: "/home/\xc3\xa9",
  private_daemon: { enabled: true, owners: [{ pid: 7, ref_count: 2 }], private_env_keys: ["TOKEN"] },
  dep_graph_persisted: true,
  non_cacheable_reasons: { link: 3, "no-source": 2 ** 33 },
  warnings: { "no D": 2 },
  phase_profile: { hit_count: 1, total_hit_ns: 2 ** 40 },
  untraceable_tools: ["/bin/busybox: statically linked"],
  untried_tools: ["/bin/cc: a script"],
};

const ALL: readonly Response[] = [
  { type: "Pong" },
  { type: "ShuttingDown" },
  { type: "Working" },
  { type: "Working", staged: path, making: path },
  { type: "Released" },
  { type: "Error", message: "Cannot … 😀" },
  { type: "Backpressure", queue_depth: 7, retry_after_ms: 2 ** 33, reason: "a_new_reason" },
  { type: "NeedStdin", path: some },
  { type: "Delivered", exit_code: -1, stdout: some, stderr: new Uint8Array(0), merged: true },
  {
    type: "Exec",
    job: 2 ** 40,
    path,
    skip: 2,
    set_env: [
      [name, value],
      [value, new Uint8Array(0)],
    ],
    stdin_file: some,
  },
  { type: "Bypass", path, skip: 1, reason: "link", stdin_file: some },
  status,
  {
    type: "Cleared",
    artifacts_removed: 1,
    metadata_cleared: 2,
    dep_graph_contexts_cleared: 3,
    on_disk_bytes_freed: 2 ** 45,
  },
];

function onWire(response: Response): WireMap {
  return decodePayload(encodeFrame(replyToWire(response)).subarray(4));
}

test.each(ALL)("replyFromWire() gives back $type as replyToWire() wrote it [protocol 1]", (response) => {
  expect(replyFromWire(onWire(response))).toEqual(response);
});

test.each([
  { type: "Exec", job: 1, path, skip: 1, set_env: [] } as const,
  { type: "Bypass", skip: 1, reason: "tool-missing" } as const,
])("replyFromWire() reads $type without its optional fields, absent and null alike", (response) => {
  expect(replyFromWire(onWire(response))).toMatchObject(response);
  expect(replyFromWire(onWire(response))).toHaveProperty("stdin_file", undefined);
  expect(replyFromWire({ ...onWire(response), stdin_file: null })).toMatchObject(response);
});

test("replyFromWire() reads counters that an older daemon does not send as 0, and objects as none [protocol §2]", () => {
  const old = { v: 1, type: "Status", version: "0.0.1", daemon_namespace: "default", endpoint: "/s", cache_dir: "/c" };
  const zeros = Object.fromEntries(STATUS_COUNTERS.map((name) => [name, 0]));
  expect(replyFromWire(old)).toEqual({
    ...zeros,
    type: "Status",
    version: "0.0.1",
    daemon_namespace: "default",
    endpoint: "/s",
    cache_dir: "/c",
    private_daemon: { enabled: false, owners: [], private_env_keys: [] },
    dep_graph_persisted: false,
    non_cacheable_reasons: {},
    warnings: {},
    phase_profile: {},
    untraceable_tools: [],
    untried_tools: [],
  } as never);
  expect(replyFromWire({ v: 1, type: "Cleared" })).toEqual({
    type: "Cleared",
    ...Object.fromEntries(CLEARED_COUNTERS.map((name) => [name, 0])),
  } as never);
});

test("replyFromWire() ignores unknown keys at every level", () => {
  const wire = onWire(status);
  const more = { ...wire, colour: "blue", private_daemon: { ...status.private_daemon, mood: 1 } };
  expect(replyFromWire(more)).toEqual(status);
});

const REQUIRED = ALL.flatMap((response) =>
  Object.keys(response)
    .filter(
      (field) =>
        !["type", "stdin_file", "set_env", "making"].includes(field) &&
        !(response.type === "Bypass" && field === "path"),
    )
    .filter(
      (field) =>
        response.type !== "Cleared" &&
        (response.type !== "Status" || ["version", "daemon_namespace", "endpoint", "cache_dir"].includes(field)),
    )
    .map((field) => ({ response, field, type: response.type })),
);

test.each(REQUIRED)("replyFromWire() refuses $type without $field, naming both", ({ response, field, type }) => {
  const { [field]: _, ...rest } = onWire(response);
  expect(() => replyFromWire(rest)).toThrow(`daemon's ${type}: field "${field}" is missing`);
});

const EVERY = ALL.flatMap((response) =>
  Object.keys(response)
    .filter((field) => field !== "type")
    .map((field) => ({ response, field, type: response.type })),
);

test.each(EVERY)("replyFromWire() refuses $type whose $field has the wrong type", ({ response, field, type }) => {
  const wrong = { ...onWire(response), [field]: 0.5 };
  expect(() => replyFromWire(wrong)).toThrow(`daemon's ${type}: field "${field}" has the wrong type`);
});

test.each([
  {
    name: "more than 256 reasons",
    field: "non_cacheable_reasons",
    value: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`r${i}`, 1])),
  },
  { name: "a reason without number", field: "non_cacheable_reasons", value: { link: "many" } },
  { name: "a tool that is no text", field: "untraceable_tools", value: [1] },
  { name: "an untried tool that is no text", field: "untried_tools", value: [1] },
  { name: "an owner without pid", field: "private_daemon", value: { owners: [{ ref_count: 1 }] } },
])("replyFromWire() refuses a Status with $name", ({ field, value }) => {
  expect(() => replyFromWire({ ...onWire(status), [field]: value })).toThrow(
    expect.objectContaining({ code: "DAEMON_ANSWER" }),
  );
});

test.each([
  { title: "one member", pair: [name] },
  { title: "three members", pair: [name, value, value] },
  { title: "text instead of bytes", pair: ["A", value] },
  { title: "no list at all", pair: "ab" },
  { title: "an empty name", pair: [new Uint8Array(0), value] },
  { title: "an equals sign in its name", pair: [Buffer.from("A=B"), value] },
  { title: "a NUL in its name", pair: [Buffer.from("A\0"), value] },
  { title: "a NUL in its value", pair: [name, Buffer.from("x\0y")] },
])("replyFromWire() refuses an Exec with a variable of $title", ({ pair }) => {
  const wire = { v: 1, type: "Exec", job: 1, path, skip: 1, set_env: [[name, value], pair] };
  expect(() => replyFromWire(wire)).toThrow('"set_env" has the wrong type');
});

test.each([
  { type: "Exec", job: 1, skip: 1, set_env: [] },
  { type: "Bypass", skip: 1, reason: "link" },
])("replyFromWire() refuses $type of a path that is relative, empty or has a NUL", (reply) => {
  for (const bad of ["", "gcc", "./gcc", "/usr/bin/gcc\0x"]) {
    const wire = { v: 1, ...reply, path: new Uint8Array(Buffer.from(bad)) };
    expect(() => replyFromWire(wire)).toThrow('"path" has the wrong type');
  }
});

test("replyToWire() spells a path as text where it is UTF-8 and as bytes elsewhere", () => {
  expect(replyToWire(status)["cache_dir"]).toBe("/home/é");
  expect(replyToWire({ ...status, cache_dir: "/home/\xff" })["cache_dir"]).toEqual(Buffer.from("/home/\xff", "latin1"));
  expect(replyFromWire(onWire({ ...status, cache_dir: "/home/\xff" }))).toMatchObject({ cache_dir: "/home/\xff" });
});

test("replyFromWire() tells of another protocol with the daemon's own words, or both numbers and what to do [protocol 3]", () => {
  const said = { v: 7, type: "Error", message: "Cannot serve protocol 1 with protocol 7; run `zccache stop`" };
  expect(() => replyFromWire(said)).toThrow(
    expect.objectContaining({ code: "VERSION_MISMATCH", message: expect.stringContaining(said.message) }),
  );
  for (const other of [{ v: 7, type: "Pong" }, { type: "Pong" }, { v: 7, type: "Error" }, { v: "1", type: "Error" }]) {
    expect(() => replyFromWire(other)).toThrow(expect.objectContaining({ code: "VERSION_MISMATCH" }));
  }
  expect(() => replyFromWire({ v: 7, type: "Pong" })).toThrow("protocol 7, this client 1; run `zccache stop`");
});
