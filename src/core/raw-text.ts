// Arguments, paths and environment values are byte strings on Unix. Inside zccache they are strings in which every
// code unit is one byte (latin1), so that they can be split, compared and used as map keys without losing a byte.

/** Text whose code units 0–255 are the bytes of an argument, path or environment value. */
export type RawText = string;

/** Turns bytes into raw text: one code unit per byte, never failing. */
export function rawFromBytes(bytes: Uint8Array): RawText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The bytes behind raw text. */
export function rawToBytes(text: RawText): Buffer {
  return Buffer.from(text, "latin1");
}

/** The same text without any longer one that it may be a part of, which it would keep in memory. */
export function ownText(text: RawText): RawText {
  return rawFromBytes(rawToBytes(text));
}

/** Turns an ordinary JavaScript string (a literal, a flag of the command line) into raw text. */
export function rawFromString(text: string): RawText {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Raw text as a person should see it: UTF-8 where it is valid, U+FFFD elsewhere. */
export function showRaw(text: RawText): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/**
 * Splits a block of NUL-terminated strings, the form of `/proc/PID/cmdline` and `/proc/PID/environ` (proc(5)).
 * A last string without its NUL is kept; an empty string between two NULs is a member.
 * @example An empty argument survives
 * ```ts
 * if (splitBlock(Buffer.from("cc\0\0-c\0")).length !== 3) throw new Error("unexpected count");
 * ```
 */
export function splitBlock(block: Uint8Array): RawText[] {
  if (block.length === 0) return [];
  const text = rawFromBytes(block);
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

/** Joins strings into a block that `splitBlock` takes apart again: each followed by NUL. */
export function joinBlock(members: readonly RawText[]): Buffer {
  return rawToBytes(members.map((member) => `${member}\0`).join(""));
}

/** Last part of a path: what stands behind its last slash. */
export function baseName(path: RawText): RawText {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `path` as the kernel would take it in `cwd`. `..` and symbolic links are left alone: folding them would be wrong. */
export function absolutePath(path: RawText, cwd: RawText): RawText {
  if (path.startsWith("/")) return path;
  return cwd.endsWith("/") ? cwd + path : `${cwd}/${path}`;
}

/** `//` and `/./` name the same directory for certain; `..` is kept, it may stand behind a symbolic link. */
export function withoutEmptySteps(path: RawText): RawText {
  if (!path.includes("//") && !path.includes("/./")) return path;
  return path.replace(/\/(\.?\/)+/g, "/");
}
