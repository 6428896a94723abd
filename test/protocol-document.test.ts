import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { STATUS_COUNTERS } from "../src/ipc/messages.ts";
import { replyToWire } from "../src/ipc/replies.ts";
import { REPLY_FIELDS } from "../src/ipc/schemas/descriptions.ts";
import { PROTOCOL_DOCUMENT, protocolDocument, undescribed } from "./support/protocol-document.ts";
import { RESPONSES } from "./support/response-values.ts";

test("docs/protocol.md says what the schemas say (bun test/support/protocol-document.ts)", () => {
  expect(readFileSync(PROTOCOL_DOCUMENT, "utf8")).toBe(protocolDocument());
});

test("every call and every field is described in src/ipc/schemas/descriptions.ts", () => {
  expect(undescribed()).toEqual([]);
});

test("the fields of replies without a schema are those that are sent", () => {
  const counters = new Set<string>(STATUS_COUNTERS);
  const sent = Object.entries(RESPONSES).map(([type, values]) => {
    const replies = fc.sample(values as fc.Arbitrary<Parameters<typeof replyToWire>[0]>, { seed: 1, numRuns: 50 });
    const names = new Set(replies.flatMap((reply) => Object.keys(replyToWire(reply))));
    return [type, [...names].filter((name) => name !== "type" && !(type === "Status" && counters.has(name))).sort()];
  });
  const described = Object.entries(REPLY_FIELDS).map(([type, fields]) => [type, Object.keys(fields).sort()]);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(sent));
});
