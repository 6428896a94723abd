// The times of a tree's files as one file, a JSON object a line:
//
// manifest ::= {"format": "zccache times", "version": 1, "files": <count>}
//              {"path": <relative> | "path_base64": <bytes that are no UTF-8>, "size": …, "mtime_ns": "…", "sha256": "…"} *

import * as z from "zod/mini";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, rawFromString, rawToBytes, showRaw } from "../core/raw-text.ts";
import type { FileFacts } from "./tree-files.ts";

/** Files by name, relative to the root of the tree; never with `.`, `..` or nothing between two slashes. */
export type TimesManifest = ReadonlyMap<RawText, FileFacts>;

const FORMAT = "zccache times";
const VERSION = 1;

const head = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  files: z.int().check(z.nonnegative()),
});

const line = z.object({
  path: z.optional(z.string()),
  path_base64: z.optional(z.string()),
  size: z.int().check(z.nonnegative()),
  mtime_ns: z.string().check(z.regex(/^-?\d{1,19}$/)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

/** The text of a manifest. */
export function writeManifest(files: TimesManifest): string {
  const lines = [...files].map(([name, { bytes, timeNs, digest }]) => {
    const shown = showRaw(name);
    const path = rawFromString(shown) === name ? { path: shown } : { path_base64: rawToBytes(name).toString("base64") };
    return JSON.stringify({ ...path, size: bytes, mtime_ns: String(timeNs), sha256: digest });
  });
  return `${[JSON.stringify({ format: FORMAT, version: VERSION, files: files.size }), ...lines].join("\n")}\n`;
}

/** Reads a manifest. @throws {ZccacheError} `BAD_REQUEST` naming the line that is none of one. */
export function readManifest(text: string): TimesManifest {
  const [first = "", ...rest] = text.split("\n");
  const { files: count } = parsed(head, first, 1);
  const files = new Map<RawText, FileFacts>();
  for (const [at, each] of rest.slice(0, -1).entries()) {
    const { path, path_base64, size, mtime_ns, sha256 } = parsed(line, each, at + 2);
    const name = path === undefined ? rawFromBytes(Buffer.from(path_base64 ?? "", "base64")) : rawFromString(path);
    if (!staysBelow(name)) throw bad(at + 2, `"${showRaw(name)}" is no name below the workspace`);
    files.set(name, { bytes: size, timeNs: BigInt(mtime_ns), digest: sha256 });
  }
  if (files.size !== count || rest.at(-1) !== "") throw bad(rest.length, "it is cut off");
  return files;
}

function parsed<Schema extends z.ZodMiniType>(schema: Schema, text: string, number: number): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(number, "it is no JSON");
  }
  const result = schema.safeParse(value);
  if (!result.success)
    throw bad(number, result.error.issues.map(({ path, message }) => [...path, message].join(" ")).join(", "));
  return result.data;
}

function staysBelow(name: RawText): boolean {
  return !name.includes("\0") && name.split("/").every((step) => step !== "" && step !== "." && step !== "..");
}

function bad(number: number, why: string): ZccacheError {
  return new ZccacheError("BAD_REQUEST", `line ${number} is none of a manifest: ${why}`);
}
