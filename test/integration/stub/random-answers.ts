// What a daemon may answer, good and bad, made of random numbers; and what a client has to make of it.

import { Encoder } from "cbor-x/encode";
import { rawFromBytes } from "../../../src/core/raw-text.ts";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import { isMap, type WireMap } from "../../../src/ipc/fields.ts";
import { FrameReader } from "../../../src/ipc/frame-reader.ts";
import type { Response } from "../../../src/ipc/messages.ts";
import { replyFromWire } from "../../../src/ipc/replies.ts";
import type { Random } from "../../support/random.ts";

/** Numbers that a client gives its questions: the first, and the report on a run or the one with standard input. */
const INVOKE_ID = 1;

/** One conversation: all that the daemon sends after the first question, and what may come of it. */
export type Conversation = { readonly kind: string; readonly sent: Buffer; readonly outcomes: readonly Outcome[] };

/** How a call ends: by what the daemon delivers, by running the tool that it names, or by the real tool. */
export type Outcome =
  | { readonly by: "daemon"; readonly exitCode: number; readonly stdout: Buffer; readonly stderr: Buffer }
  | { readonly by: "named tool"; readonly skip: number; readonly variables: readonly string[] }
  | { readonly by: "real tool" };

/** The surroundings that answers refer to. */
export type Stage = { readonly tool: string; readonly argumentCount: number };

/** A well-formed conversation, whose end is known without reading it. */
export function goodConversation(random: Random, stage: Stage): Conversation {
  const [signs, then] = [someSigns(random), someSigns(random)];
  const { kind, answer, outcome } = random.pick([delivered, delivered, exec, bypass, noAnswer])(random, stage);
  const [making, isUsable] = random.pick(MAKINGS);
  const sent = [...signs, frame({ type: "Working", ...making }, random), ...then, frame(answer, random)];
  return {
    kind: `${kind}${making.making === undefined ? "" : ", of what is being made"}`,
    sent: Buffer.concat(sent),
    outcomes: [isUsable ? outcome : { by: "real tool" }],
  };
}

function someSigns(random: Random): Buffer[] {
  return Array.from({ length: random.below(3) }, () => frame({ type: "Working", ...extra(random) }, random));
}

const NOWHERE = Buffer.from("/nonexistent/made");

/** What a sign of life may say of a file that is being made, and whether a client can use that. */
type Making = readonly [making: { staged?: unknown; making?: unknown }, isUsable: boolean];
const MAKINGS: readonly [Making, ...Making[]] = [
  [{}, true],
  [{}, true],
  [{ staged: Buffer.from("/nonexistent/staged"), making: NOWHERE }, true],
  [{ staged: Buffer.from(`/nonexistent/${"x".repeat(4000)}`), making: NOWHERE }, true],
  [{ staged: 7, making: null }, true],
  [{ making: NOWHERE }, false],
  [{ staged: "/nonexistent/staged", making: NOWHERE }, false],
  [{ staged: Buffer.from("staged"), making: NOWHERE }, false],
  [{ staged: NOWHERE, making: Buffer.from("/nonexistent\0/made") }, false],
  [{ staged: NOWHERE, making: Buffer.alloc(0) }, false],
  [{ staged: NOWHERE, making: [NOWHERE] }, false],
];

/**
 * A conversation that was good; the reference reader says what is left of it. A client need not examine what it does not
 * read, the values of keys that it does not know: then it may also take the answer for good.
 */
export function damagedConversation(random: Random, stage: Stage): Conversation {
  // Paths that are damaged may be those of real files.
  const { kind, answer } = random.pick([delivered, delivered, exec, bypass, noAnswer])(random, stage);
  const good = { kind, sent: Buffer.concat([...someSigns(random), frame(answer, random)]) };
  let sent: Buffer = good.sent;
  const hurts = random.pick([flip, cut, splice, relength, rewrite, append]);
  for (let times = 1 + random.below(3); times > 0; times--) sent = hurts(sent, random);
  return {
    kind: `${good.kind}, ${hurts.name}`,
    sent,
    outcomes: [decodePayload, lenientDecode].map((decode) => readOutcome(sent, stage, decode)),
  };
}

type Answer = { kind: string; answer: WireMap; outcome: Outcome };

function delivered(random: Random): Answer {
  const exitCode = random.below(256);
  const [stdout, stderr] = [noise(random), noise(random)];
  const answer = { type: "Delivered", exit_code: exitCode, stdout, stderr, merged: random.below(2) === 0 };
  const outcome = { by: "daemon", exitCode, stdout, stderr } as const;
  return { kind: "Delivered", answer: { ...answer, ...extra(random) }, outcome };
}

function exec(random: Random, { tool, argumentCount }: Stage): Answer {
  const skip = random.below(argumentCount + 3);
  const values = Array.from({ length: random.below(6) }, () => String(random.below(1000)));
  const path = random.pick([tool, tool, tool, "/nonexistent/gcc", "gcc", "", `${tool}\0`]);
  const job = random.pick([0, 23, 24, 2 ** 32, 2 ** 53 - 1, 2 ** 53]);
  const answer = {
    type: "Exec",
    job,
    path: Buffer.from(path),
    skip,
    set_env: values.map((value, n) => [Buffer.from(`FUZZ${n}`), Buffer.from(value)]),
    ...extra(random),
  };
  const runs = path === tool && skip <= argumentCount && Number.isSafeInteger(job);
  const named: Outcome = { by: "named tool", skip, variables: values.map((value, n) => `FUZZ${n}=${value}`) };
  return { kind: "Exec", answer, outcome: runs ? named : { by: "real tool" } };
}

function bypass(random: Random, { tool, argumentCount }: Stage): Answer {
  const skip = random.below(argumentCount + 3);
  const path = random.pick([tool, tool, tool, "/nonexistent/gcc", "./gcc", undefined]);
  const answer = { type: "Bypass", path: path && Buffer.from(path), skip, reason: "r".repeat(random.below(300)) };
  const runs = path === tool && skip <= argumentCount;
  const outcome: Outcome = runs ? { by: "named tool", skip, variables: [] } : { by: "real tool" };
  return { kind: "Bypass", answer: { ...answer, ...extra(random) }, outcome };
}

function noAnswer(random: Random): Answer {
  const type = random.pick(["Error", "Pong", "Released", "Status", "ShuttingDown", "Later", "NeedStdin", ""]);
  const answer = { type, message: "m".repeat(random.below(100)), ...extra(random) };
  return { kind: `no answer: ${type}`, answer, outcome: { by: "real tool" } };
}

/** Keys of a newer daemon, which an older client passes over. */
function extra(random: Random): WireMap {
  const values = [null, true, -7, 1.5, 2 ** 40, "é", Buffer.alloc(5), [1, [2, { a: [] }]], { a: { b: null } }] as const;
  const count = random.below(8) === 0 ? random.below(40) : random.below(2);
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`later${n}`, random.pick(values)]));
}

const SIZES = [0, 0, 1, 23, 24, 255, 256, 8180, 8192, 65_535, 65_536, 200_000] as const;

function noise(random: Random): Buffer {
  const bytes = Buffer.alloc(random.below(20) === 0 ? 2_000_000 + random.below(1_000_000) : random.pick(SIZES));
  for (let at = 0; at < bytes.length; at += 1 + random.below(64)) bytes[at] = random.below(256);
  return bytes;
}

function frame(message: WireMap, random: Random): Buffer {
  return encodeFrame(message, random.below(3) === 0 ? undefined : INVOKE_ID);
}

/** Places near the start of what is sent are where the structure is. */
function place(bytes: Buffer, random: Random): number {
  return random.below(random.below(3) === 0 ? bytes.length + 1 : Math.min(bytes.length, 200) + 1);
}

function flip(bytes: Buffer, random: Random): Buffer {
  const hurt = Buffer.from(bytes);
  const at = place(bytes, random);
  if (at < hurt.length) hurt[at] = (hurt[at] ?? 0) ^ (1 << random.below(8));
  return hurt;
}

function cut(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, place(bytes, random));
}

function splice(bytes: Buffer, random: Random): Buffer {
  const [at, length] = [place(bytes, random), random.below(12)];
  const part = bytes.subarray(at, at + length);
  const rest = bytes.subarray(at + length);
  return Buffer.concat([bytes.subarray(0, at), ...random.pick([[rest], [part, part, rest], [rest, part]])]);
}

function relength(bytes: Buffer, random: Random): Buffer {
  if (bytes.length < 4) return bytes;
  const hurt = Buffer.from(bytes);
  const length = hurt.readUInt32LE(0);
  const lengths = [0, length - 1, length + 1, 2 ** 24, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1] as const;
  hurt.writeUInt32LE(random.pick(lengths) >>> 0, 0);
  return hurt;
}

/** Heads of CBOR items that are no business of a client's: tags, indefinite lengths, depth, long and short floats. */
function rewrite(bytes: Buffer, random: Random): Buffer {
  const hurt = Buffer.from(bytes);
  const heads = [
    0x00, 0x20, 0x5f, 0x7f, 0x9f, 0xa1, 0xbf, 0xc2, 0xd8, 0xf6, 0xf7, 0xf9, 0xfb, 0xff, 0x5b, 0x7b,
  ] as const;
  const at = place(bytes, random);
  hurt.fill(random.pick(heads), at, Math.min(hurt.length, at + 1 + random.below(20)));
  return hurt;
}

function append(bytes: Buffer, random: Random): Buffer {
  return Buffer.concat([bytes.subarray(0, bytes.length - random.below(3)), noise(random).subarray(0, 100)]);
}

/** The end of a conversation as the reference reader sees it: the first answer counts. */
function readOutcome(sent: Buffer, stage: Stage, decode: (payload: Uint8Array) => WireMap): Outcome {
  const reader = new FrameReader();
  reader.push(Buffer.from(sent));
  try {
    for (let payload = reader.next(); payload !== undefined; payload = reader.next()) {
      const message = decode(payload);
      const id = message["id"];
      if (typeof id === "number" && Number.isSafeInteger(id) && id > INVOKE_ID) break;
      // Answers to nothing at all are passed over.
      if (id === 0) continue;
      const reply = replyFromWire(message);
      if (reply.type !== "Working") return outcomeOf(reply, stage);
    }
  } catch {
    // What can't be read is no answer.
  }
  return { by: "real tool" };
}

const lenient = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false });

function lenientDecode(payload: Uint8Array): WireMap {
  const message: unknown = lenient.decode(payload);
  if (!isMap(message)) throw new Error("Cannot read a message: it is no map");
  return message;
}

function outcomeOf(reply: Response, { tool, argumentCount }: Stage): Outcome {
  if (reply.type === "Delivered") {
    const [stdout, stderr] = [Buffer.from(reply.stdout), Buffer.from(reply.stderr)];
    return { by: "daemon", exitCode: reply.exit_code & 0xff, stdout, stderr };
  }
  if (reply.type !== "Exec" && reply.type !== "Bypass") return { by: "real tool" };
  if (reply.path === undefined || rawFromBytes(reply.path) !== tool) return { by: "real tool" };
  if (reply.skip > argumentCount || reply.stdin_file !== undefined) return { by: "real tool" };
  const pairs = reply.type === "Exec" ? reply.set_env : [];
  const variables = pairs.map(([name, value]) => `${rawFromBytes(name)}=${rawFromBytes(value)}`);
  return { by: "named tool", skip: reply.skip, variables };
}
