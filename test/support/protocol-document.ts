// docs/protocol.md, made of the schemas and of what src/ipc/schemas/descriptions.ts says of them.
//
//     bun test/support/protocol-document.ts    writes it anew

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL } from "../../src/core/version.ts";
import { STATUS_COUNTERS } from "../../src/ipc/messages.ts";
import { STAND_IN_REQUESTS } from "../../src/ipc/requests.ts";
import { CALLS } from "../../src/ipc/schemas/calls.ts";
import { ANSWERS, FIELD_MEANINGS, REPLY_FIELDS, REQUEST_MEANINGS } from "../../src/ipc/schemas/descriptions.ts";
import { repository } from "./built-binary.ts";
import { type Field, fieldsOf, type Schema, type Shape, spellField, typeOf } from "./schema-shape.ts";

/** Where it is. */
export const PROTOCOL_DOCUMENT = join(repository, "docs/protocol.md");

/** What has no description: `Lookup`, `Store.artifact`. Empty if the document is whole. */
export function undescribed(): string[] {
  const missing: string[] = [];
  const look = (text: string | undefined, name: string) => void (text === undefined && missing.push(name));
  for (const [name, schema] of Object.entries(STAND_IN_REQUESTS)) {
    look(REQUEST_MEANINGS[name], name);
    look(ANSWERS[name]?.[0], `the answer to ${name}`);
    for (const [row] of rowsOf(name, schema)) look(meaningOf(name, row), `${name}.${row}`);
  }
  for (const [name, { request, reply }] of Object.entries(CALLS)) {
    look(REQUEST_MEANINGS[name], name);
    for (const [row] of rowsOf(name, request)) look(meaningOf(name, row), `${name}.${row}`);
    const type = typeOf(reply);
    for (const [row] of rowsOf(type, reply)) look(meaningOf(type, row), `${type}.${row}`);
  }
  for (const [type, fields] of Object.entries(REPLY_FIELDS)) {
    for (const row of Object.keys(fields)) look(meaningOf(type, row), `${type}.${row}`);
  }
  return missing;
}

/** The whole text. */
export function protocolDocument(): string {
  return [
    HEAD,
    "## Calls of library clients",
    ...Object.entries(CALLS)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { request, reply }]) => {
        const type = typeOf(reply);
        return [
          `### ${name} → ${type}`,
          REQUEST_MEANINGS[name] ?? "",
          table(name, rowsOf(name, request)),
          answerTable(type, rowsOf(type, reply)),
        ].join("\n\n");
      }),
    "## What stand-ins and verbs ask",
    ...Object.entries(STAND_IN_REQUESTS).map(([name, schema]) =>
      [
        `### ${name} → ${(ANSWERS[name] ?? []).join(", ")}`,
        REQUEST_MEANINGS[name] ?? "",
        table(name, rowsOf(name, schema)),
      ].join("\n\n"),
    ),
    "## What they are answered",
    "Any request can be answered by `Error` or `Backpressure` instead.",
    ...Object.entries(REPLY_FIELDS).map(([type, fields]) =>
      [`### ${type}`, table(type, Object.entries(fields)), countersOf(type)].filter((part) => part !== "").join("\n\n"),
    ),
  ]
    .join("\n\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .concat("\n");
}

type Row = readonly [path: string, spelled: string];

/** Fields, and below each those of the maps in it. */
function rowsOf(type: string, schema: Schema): Row[] {
  return Object.entries(fieldsOf(schema)).flatMap(([name, field]) => rowsBelow(`${type}.`, name, field));
}

function rowsBelow(type: string, path: string, field: Field): Row[] {
  const inside = mapsIn(field.shape).flatMap((fields) => Object.entries(fields));
  // What a map has in it is told below it.
  const spelled = inside.length === 0 ? spellField(field) : spellField(field).replace(/\{.*\}/, "map");
  return [[path, spelled], ...inside.flatMap(([name, part]) => rowsBelow(type, `${path}.${name}`, part))];
}

function mapsIn(shape: Shape): Readonly<Record<string, Field>>[] {
  if (shape.kind === "map") return [shape.fields];
  if (shape.kind === "list") return mapsIn(shape.member);
  return shape.kind === "either" ? shape.options.flatMap(mapsIn) : [];
}

function meaningOf(type: string, path: string): string | undefined {
  return FIELD_MEANINGS[`${type}.${path}`] ?? FIELD_MEANINGS[path.slice(path.lastIndexOf(".") + 1)];
}

function table(type: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map(([path, spelled]) => [
    `\`${path}\``,
    spelled.replaceAll("|", "\\|"),
    meaningOf(type, path) ?? "",
  ]);
  return [["field", "type", "meaning"], ["---", "---", "---"], ...cells]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function answerTable(type: string, rows: readonly Row[]): string {
  return rows.length === 0 ? `\`${type}\` has no fields.` : `\`${type}\`:\n\n${table(type, rows)}`;
}

function countersOf(type: string): string {
  return type === "Status"
    ? `Counters, each uint = 0: ${STATUS_COUNTERS.map((name) => `\`${name}\``).join(", ")}.`
    : "";
}

const HEAD = `# The protocol between clients and the daemon

For who writes a client. Made by \`bun test/support/protocol-document.ts\`; the schemas are in \`src/ipc/schemas\`.

A client connects to the daemon's Unix socket (\`zccache status --json\` names it as \`daemon.endpoint\`), sends one frame for each request and gets one answer for each, in the same order.

- **Frame**: the number of bytes that follow as 32 bits, little-endian, at most 16 MiB; then one CBOR map with text keys and nothing behind it. No tags, no indefinite lengths, no key twice, at most 16 levels, 4096 keys a map and 32,768 items.
- **Message**: \`v\`, the protocol number, is ${PROTOCOL}; \`type\` is the name of a message below; fields stand beside them. \`id\` is a number of the client's choice that comes back with the answer.
- **Errors**: a request that can't be served is answered by \`Error\`, and the connection goes on. Another \`v\` is answered by an \`Error\` of the same shape, and the connection is closed. \`Backpressure\` says that the daemon is healthy and has too much to do: nothing was done, the same daemon may be asked again after the time that it names.
- **Age**: unknown keys are ignored; a field with \`?\` or with a default may be missing or null. A name is never given another meaning.

| type | on the wire |
| --- | --- |
| text | text string, UTF-8 |
| bytes | byte string |
| arg | path, argument, name or value of a variable: text, or a byte string where it is no UTF-8 |
| uint | whole number from 0 to 2^53−1, as an integer or an integral double |
| int | whole number of 32 bits with sign |
| bool | true or false |
| hex | text of lower-case hexadecimal digits, two a byte |
| uuid | text in lower case (RFC 9562) |
| \`[…]\`, \`(…)\`, \`{text: …}\` | array, array of a fixed length, map with keys of any name |
| \`…?\`, \`… = …\` | may be missing; its value then |`;

if (import.meta.main) writeFileSync(PROTOCOL_DOCUMENT, protocolDocument());
