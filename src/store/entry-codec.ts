// Entries as bytes:
//
// entry   ::= <header length: u32 little-endian> header <standard output> <standard error>
// header  ::= <exit code> <milliseconds> <layout> <bytes of standard output> output*        NUL-terminated strings
// output  ::= <role> <name> <digest> <size> <check> <"x" if executable>

import { isDepfile } from "../core/depfile.ts";
import { type Entry, isSide, type StoredOutput } from "../core/entry.ts";
import { joinBlock, splitBlock } from "../core/raw-text.ts";
import { isInnerName } from "../sys/inner-name.ts";
import { isDigestText, isLayout } from "./manifest-codec.ts";

/** The bytes of an entry. */
export function encodeEntry(entry: Entry): Uint8Array {
  const members = [String(entry.exitCode), String(entry.millis), entry.layout, String(entry.stdout.length)];
  for (const { role, name, digest, size, check, executable } of entry.outputs) {
    members.push(role, name ?? "", digest, String(size), check, executable ? "x" : "");
  }
  const header = joinBlock(members);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, entry.stdout, entry.stderr]);
}

/** The entry behind `bytes`; undefined if they are not one, or if an output's name would lead elsewhere. */
export function decodeEntry(bytes: Buffer): Entry | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const streams = LENGTH_BYTES + bytes.readUInt32LE();
  if (streams > bytes.length) return undefined;
  const [exitCode, millis, layout = "", stdoutLength, ...rest] = splitBlock(bytes.subarray(LENGTH_BYTES, streams));
  const stderr = streams + Number(stdoutLength);
  if (!(stderr <= bytes.length) || !isLayout(layout) || rest.length % OUTPUT_MEMBERS !== 0) return undefined;
  const outputs: StoredOutput[] = [];
  for (let at = 0; at < rest.length; at += OUTPUT_MEMBERS) {
    const output = decodeOutput(rest.slice(at, at + OUTPUT_MEMBERS));
    if (output === undefined) return undefined;
    outputs.push(output);
  }
  return {
    outputs,
    layout,
    stdout: bytes.subarray(streams, stderr),
    stderr: bytes.subarray(stderr),
    exitCode: Number(exitCode),
    millis: Number(millis),
  };
}

const LENGTH_BYTES = 4;
const OUTPUT_MEMBERS = 6;

function decodeOutput(members: readonly string[]): StoredOutput | undefined {
  const [role, name = "", digest = "", size = "", check = "", executable] = members;
  if (!isDigestText(digest) || !/^\d+$/.test(size) || !/^[0-9a-f]{16}$/.test(check)) return undefined;
  const content = { digest, size: Number(size), check, executable: executable === "x" };
  if (isSide(role)) return isInnerName(name) ? { role, name, ...content } : undefined;
  if (isDepfile(role)) return { role, name: name || undefined, ...content };
  return role === "object" || role === "direct" ? { role, name: undefined, ...content } : undefined;
}
