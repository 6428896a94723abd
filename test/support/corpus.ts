// Messages as they were written on the wire once, which every later version must read as it was read then.
//
//     bun test/support/corpus.ts    adds kinds of messages that are not in the corpus yet; nothing is ever changed
//
//   file ::= line*                                          test/unit/ipc/corpus/<version>.txt
//   line ::= kind " " name " " hex-of-payload " " json "\n" what it was read as
//          | "sum " sha256 "\n"                             of everything in front of it, behind each addition

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as z from "zod/mini";
import { VERSION } from "../../src/core/version.ts";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import type { WireMap } from "../../src/ipc/fields.ts";
import type { Response } from "../../src/ipc/messages.ts";
import { replyFromWire, replyToWire } from "../../src/ipc/replies.ts";
import { readRequest, STAND_IN_REQUESTS } from "../../src/ipc/requests.ts";
import { CALLS } from "../../src/ipc/schemas/calls.ts";
import { repository } from "./built-binary.ts";
import { RESPONSES } from "./response-values.ts";
import type { Schema } from "./schema-shape.ts";
import { valuesOf } from "./schema-values.ts";

/** Where the corpus is. */
export const CORPUS = join(repository, "test/unit/ipc/corpus");

/** Who reads a message: the daemon, a stand-in or verb, a library client (which names its call). */
export type Kind = "request" | "response" | "reply";

/** One recorded message. */
export type Recorded = { readonly kind: Kind; readonly name: string; readonly payload: Buffer; readonly json: string };

/** What is wrong with the sums of a file: text that was changed after it was recorded. Empty if nothing is. */
export function brokenSums(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-2)?.startsWith("sum ") !== true) return ["the end has no sum"];
  return lines.flatMap((line, i) => {
    const before = lines
      .slice(0, i)
      .map((earlier) => `${earlier}\n`)
      .join("");
    return line.startsWith("sum ") && line !== sumOf(before).trimEnd() ? [`line ${i + 1}`] : [];
  });
}

/** Messages of a file, in order. */
export function messagesOf(text: string): Recorded[] {
  return text.split("\n").flatMap((line) => {
    const [, kind, name = "", hex = "", json = ""] =
      /^(request|response|reply) (\w+) ([0-9a-f]+) (.*)$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind: kind as Kind, name, payload: Buffer.from(hex, "hex"), json }];
  });
}

/** Reads a recorded message as its receiver does today. @throws what that throws. */
export function readAgain({ kind, name, payload }: Recorded): unknown {
  const message = decodePayload(payload);
  if (kind === "response") return replyFromWire(message);
  if (kind === "reply") return z.decode(callOf(name).reply, message);
  const read = readRequest(message);
  if (read.kind === "request") return read.request;
  throw new Error(read.message);
}

/** A message as JSON; byte strings as `{"$hex": …}`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) =>
    member instanceof Uint8Array ? { $hex: Buffer.from(member).toString("hex") } : member,
  ).replaceAll(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Kinds of messages that there are today, as `kind name`. */
export function kindsOfToday(): string[] {
  return [...samplesOfToday().keys()];
}

/** Files of the corpus, oldest version first by name. */
export function corpusFiles(): { readonly name: string; readonly text: string }[] {
  return readdirSync(CORPUS)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(CORPUS, name), "utf8") }));
}

function callOf(name: string): { readonly request: z.ZodMiniType; readonly reply: z.ZodMiniType } {
  const call = Object.entries(CALLS).find(([known]) => known === name)?.[1];
  if (call === undefined) throw new Error(`Cannot read ${name}: there is no such call any more`);
  return call;
}

function samplesOfToday(): Map<string, () => WireMap[]> {
  const encoded = (schema: Schema) => () => [true, false].map((isFull) => shortest(valuesOf(schema, isFull), schema));
  return new Map<string, () => WireMap[]>([
    ...Object.entries(STAND_IN_REQUESTS).map(([name, schema]) => [`request ${name}`, encoded(schema)] as const),
    ...Object.entries(RESPONSES).map(([name, values]) => [`response ${name}`, () => responses(values)] as const),
    ...Object.entries(CALLS).map(([name, { request }]) => [`request ${name}`, encoded(request)] as const),
    ...Object.entries(CALLS).map(([name, { reply }]) => [`reply ${name}`, encoded(reply)] as const),
  ]);
}

/** Of some random messages the one that is shortest on the wire. */
function shortest(values: fc.Arbitrary<unknown>, schema: Schema): WireMap {
  const wires = fc.sample(values, { seed: 7, numRuns: 40 }).map((value) => z.encode(schema as z.ZodMiniType, value));
  return wires.map((wire) => wire as WireMap).reduce((best, wire) => (sizeOf(wire) < sizeOf(best) ? wire : best));
}

function responses(values: fc.Arbitrary<Response>): WireMap[] {
  const wires = fc.sample(values, { seed: 7, numRuns: 40 }).map(replyToWire);
  return wires.sort((a, b) => sizeOf(a) - sizeOf(b)).slice(0, 2);
}

function sizeOf(wire: WireMap): number {
  return encodeFrame(wire).length;
}

function sumOf(text: string): string {
  return `sum ${new Bun.CryptoHasher("sha256").update(text).digest("hex")}\n`;
}

/** Adds what is missing to the file of this version. */
function record(): void {
  mkdirSync(CORPUS, { recursive: true });
  const known = new Set(
    corpusFiles().flatMap(({ text }) => messagesOf(text).map(({ kind, name }) => `${kind} ${name}`)),
  );
  const path = join(CORPUS, `${VERSION}.txt`);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const added = [...samplesOfToday()]
    .filter(([key]) => !known.has(key))
    .flatMap(([key, make]) => [...new Set(make().map((wire) => lineOf(key, encodeFrame(wire, 1).subarray(4))))]);
  if (added.length > 0) appendFileSync(path, `${added.join("")}${sumOf(before + added.join(""))}`);
}

function lineOf(key: string, payload: Uint8Array): string {
  const [kind = "", name = ""] = key.split(" ");
  const message = { kind: kind as Kind, name, payload: Buffer.from(payload), json: "" };
  return `${key} ${message.payload.toString("hex")} ${toJson(readAgain(message))}\n`;
}

if (import.meta.main) record();
