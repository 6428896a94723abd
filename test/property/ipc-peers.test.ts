// Peers of another age, for every call of today and to come: keys that are not known, fields that are missing, null or of
// another type, at every level of every message.

import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import * as z from "zod/mini";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import { isMap, type WireMap } from "../../src/ipc/fields.ts";
import { readRequest, STAND_IN_REQUESTS } from "../../src/ipc/requests.ts";
import { CALLS } from "../../src/ipc/schemas/calls.ts";
import { type Field, type Schema, type Shape, shapeOf } from "../support/schema-shape.ts";
import { valuesOf } from "../support/schema-values.ts";
import { until } from "../support/until.ts";
import { answerPings, rawToServer, removeScratch } from "../unit/ipc/sockets.ts";

afterAll(removeScratch);

const REQUESTS: readonly (readonly [name: string, schema: Schema])[] = [
  ...Object.entries(STAND_IN_REQUESTS),
  ...Object.entries(CALLS).map(([name, { request }]) => [name, request] as const),
];

const REPLIES: readonly (readonly [name: string, schema: Schema])[] = Object.entries(CALLS).map(([name, { reply }]) => [
  name,
  reply,
]);

/** A field somewhere in a message. `path` is what an error may call it. */
type Place = { readonly steps: readonly (string | number)[]; readonly field: Field; readonly path: string };

test.each(REQUESTS)(
  "%s with keys that are not known, at every level, is read without them [protocol 2]",
  (_, schema) => {
    for (const wire of samples(schema)) expect(read(withUnknown(shapeOf(schema), wire))).toEqual(read(wire));
  },
);

test.each(REQUESTS)("%s without an optional field, or with null there, has its default [protocol 2]", (_, schema) => {
  for (const wire of samples(schema)) {
    for (const { steps, field } of places(schema, wire)) {
      if (field.otherwise.length === 0) continue;
      for (const without of [removed(wire, steps), changed(wire, steps, null)]) {
        const result = read(without);
        if (result.kind !== "request") throw new Error(`${result.message}, of ${steps.join(".")}`);
        expect(at(result.request, steps)).toEqual(field.otherwise[0]);
      }
    }
  }
});

test.each(REQUESTS)(
  "%s without a required field, or with another type there, is an Error that names it, and the next Ping works [protocol 2]",
  async (name, schema) => {
    await using on = await rawToServer();
    void answerPings(on.server);
    const wanted: string[] = [];
    for (const wire of samples(schema)) {
      for (const place of places(schema, wire)) {
        for (const [bad, state] of damages(wire, place)) {
          on.peer.write(Buffer.concat([encodeFrame(bad), encodeFrame({ type: "Ping" })]));
          wanted.push(`Cannot serve ${name}: field "${place.path}" ${state}`);
        }
      }
    }
    await until(() => on.peer.payloads().length === 2 * wanted.length);
    const replies = on.peer.payloads().map(decodePayload);
    expect(replies.filter((_, i) => i % 2 === 0).map(({ message }) => message)).toEqual(
      wanted.map((message) => expect.stringMatching(new RegExp(`^${message.replaceAll(".", "\\.")}`))),
    );
    for (const [i, reply] of replies.entries()) expect(reply["type"]).toBe(i % 2 === 0 ? "Error" : "Pong");
  },
);

test.each(REPLIES)("the reply to %s: unknown keys are ignored, damage makes it unusable [protocol 2]", (_, schema) => {
  const takes = (wire: WireMap) => z.safeParse(schema as z.ZodMiniType, wire);
  for (const wire of samples(schema)) {
    expect(takes(withUnknown(shapeOf(schema), wire))).toEqual(takes(wire));
    for (const place of places(schema, wire)) {
      for (const [bad] of damages(wire, place)) expect(takes(bad).success).toBe(false);
    }
  }
});

/** Messages on the wire: with every field, and some with fewer. */
function samples(schema: Schema): WireMap[] {
  const full = fc.sample(valuesOf(schema, true), { seed: 1, numRuns: 5 });
  const random = fc.sample(valuesOf(schema), { seed: 2, numRuns: 5 });
  return [...full, ...random].map((value) =>
    decodePayload(encodeFrame(z.encode(schema as z.ZodMiniType, value) as WireMap).subarray(4)),
  );
}

function read(wire: WireMap) {
  return readRequest(decodePayload(encodeFrame(wire).subarray(4)));
}

/** Required fields are removed and made null; what is there gets another type. Ends of the errors that must come. */
function damages(wire: WireMap, { steps, field }: Place): [WireMap, string][] {
  const missing: [WireMap, string][] =
    field.otherwise.length > 0 ? [] : [[removed(wire, steps), "(is missing|has the wrong type)"]];
  const value = at(wire, steps);
  if (value === undefined || value === null) return missing;
  const wrong: unknown[] = [1.5, field.shape.kind === "word" ? "nonsense" : -1.5];
  return [...missing, ...wrong.map((bad): [WireMap, string] => [changed(wire, steps, bad), "(has|is)"])];
}

function places(schema: Schema, wire: WireMap): Place[] {
  return placesIn(shapeOf(schema), wire, { steps: [], path: undefined }).filter(({ steps }) => steps[0] !== "type");
}

/** `path` is set below a choice, which is named as a whole. */
type Way = { readonly steps: readonly (string | number)[]; readonly path: string | undefined };

function placesIn(shape: Shape, value: unknown, way: Way): Place[] {
  const below = (part: Shape, step: string | number) =>
    placesIn(part, at(value, [step]), { steps: [...way.steps, step], path: way.path });
  switch (shape.kind) {
    case "map":
      if (value === undefined || value === null) return [];
      return Object.entries(shape.fields).flatMap(([name, field]) => {
        const steps = [...way.steps, name];
        return [{ steps, field, path: way.path ?? steps.join(".") }, ...below(field.shape, name)];
      });
    case "list":
      return Array.isArray(value) && value.length > 0 ? below(shape.member, 0) : [];
    case "tuple":
      return Array.isArray(value) ? shape.members.flatMap(below) : [];
    case "either": {
      const chosen = shape.options.find((option) => hasAll(option, value));
      return chosen === undefined ? [] : placesIn(chosen, value, { ...way, path: way.path ?? way.steps.join(".") });
    }
    default:
      return [];
  }
}

function hasAll(option: Shape, value: unknown): boolean {
  if (option.kind !== "map") return false;
  return Object.entries(option.fields).every(
    ([name, { otherwise }]) => otherwise.length > 0 || at(value, [name]) !== undefined,
  );
}

function at(value: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>(
    (part, step) =>
      typeof part === "object" && part !== null ? (part as Record<string | number, unknown>)[step] : undefined,
    value,
  );
}

function changed(wire: WireMap, steps: readonly (string | number)[], value: unknown): WireMap {
  const copy = structuredClone(wire);
  const parent = at(copy, steps.slice(0, -1)) as Record<string | number, unknown>;
  parent[steps.at(-1) ?? ""] = value;
  return copy;
}

function removed(wire: WireMap, steps: readonly (string | number)[]): WireMap {
  const copy = structuredClone(wire);
  const parent = at(copy, steps.slice(0, -1)) as Record<string | number, unknown>;
  delete parent[steps.at(-1) ?? ""];
  return copy;
}

/** With keys of a later version in every map that has fixed ones. */
function withUnknown(shape: Shape, value: WireMap): WireMap {
  const withOption = (option: Shape | undefined, member: unknown) =>
    option === undefined ? member : inside(option, member);
  const inside = (part: Shape, member: unknown): unknown => {
    switch (part.kind) {
      case "map": {
        if (!isMap(member)) return member;
        const known = Object.entries(member).map(([name, field]) => {
          const of = part.fields[name]?.shape;
          return [name, of === undefined ? field : inside(of, field)];
        });
        return { colour: "blue", ...Object.fromEntries(known), later: [{ a: null }] };
      }
      case "list":
        return Array.isArray(member) ? member.map((one) => inside(part.member, one)) : member;
      case "either":
        return withOption(
          part.options.find((option) => hasAll(option, member)),
          member,
        );
      default:
        return member;
    }
  };
  return inside(shape, value) as WireMap;
}
