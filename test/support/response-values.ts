// Random responses to stand-ins and verbs, as client and daemon see them.

import fc from "fast-check";
import { CLEARED_COUNTERS, type Response, STATUS_COUNTERS } from "../../src/ipc/messages.ts";
import { VALUES } from "./schema-values.ts";

const { bytes, int, text, uint } = VALUES;
const raw = VALUES.arg;
const optionalBytes = fc.option(bytes, { nil: undefined });

const status = fc
  .record({
    type: fc.constant("Status"),
    version: text,
    daemon_namespace: text,
    endpoint: text.map((value) => Buffer.from(value).toString("latin1")),
    cache_dir: raw,
    private_daemon: fc.record({
      enabled: fc.boolean(),
      owners: fc.array(fc.record({ pid: uint, ref_count: uint })),
      private_env_keys: fc.array(text),
    }),
    dep_graph_persisted: fc.boolean(),
    non_cacheable_reasons: fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      uint,
    ),
    warnings: fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      uint,
    ),
    phase_profile: fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      uint,
    ),
    untraceable_tools: fc.array(text),
    untried_tools: fc.array(text),
    counters: counted(STATUS_COUNTERS),
  })
  .map(({ counters, ...fields }) => ({ ...fields, ...counters }));

function counted<Name extends string>(names: readonly Name[]): fc.Arbitrary<Record<Name, number>> {
  return fc
    .array(uint, { minLength: names.length, maxLength: names.length })
    .map((numbers) => Object.fromEntries(names.map((name, i) => [name, numbers[i]])) as Record<Name, number>);
}

/** What the kernel takes. */
const toolPath = fc
  .uint8Array({ min: 1, maxLength: 200 })
  .map((rest) => new Uint8Array(Buffer.concat([Buffer.from("/"), rest])));
const variable = fc.tuple(
  fc.uint8Array({ min: 0x3e, minLength: 1, maxLength: 30 }),
  fc.uint8Array({ min: 1, maxLength: 200 }),
);

const nothing = <Type extends Response["type"]>(type: Type) => fc.constant({ type });

/** Every response to stand-ins and verbs; the compiler demands a newcomer. */
export const RESPONSES: { readonly [Type in Response["type"]]: fc.Arbitrary<Extract<Response, { type: Type }>> } = {
  Backpressure: fc.record({
    type: fc.constant("Backpressure"),
    queue_depth: uint,
    retry_after_ms: uint,
    reason: text,
  }),
  Bypass: fc.record({
    type: fc.constant("Bypass"),
    path: fc.option(toolPath, { nil: undefined }),
    skip: uint,
    reason: text,
    stdin_file: optionalBytes,
  }),
  Cleared: counted(CLEARED_COUNTERS).map((fields) => ({ type: "Cleared", ...fields })),
  Delivered: fc.record({
    type: fc.constant("Delivered"),
    exit_code: int,
    stdout: bytes,
    stderr: bytes,
    merged: fc.boolean(),
  }),
  Error: fc.record({ type: fc.constant("Error"), message: text }),
  Exec: fc.record({
    type: fc.constant("Exec"),
    job: uint,
    path: toolPath,
    skip: uint,
    set_env: fc.array(variable, { maxLength: 20 }),
    stdin_file: optionalBytes,
  }),
  NeedStdin: fc.record({ type: fc.constant("NeedStdin"), path: bytes }),
  Pong: nothing("Pong"),
  Released: nothing("Released"),
  ShuttingDown: nothing("ShuttingDown"),
  Status: status,
  Working: fc.oneof(
    nothing("Working"),
    fc.record({ type: fc.constant("Working"), staged: toolPath, making: toolPath }),
  ),
};
