// Both clients before a daemon that says random things, well-formed and damaged: no crash, no hang, no misreport. What
// a valid Delivered says is what comes out, and whatever can't be used ends in the real tool's result.
// ZCCACHE_CLIENT_FUZZ_RUNS: conversations per client; ZCCACHE_FUZZ_SEED: which ones.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { random } from "../../support/random.ts";
import { CLIENTS } from "../client/clients.ts";
import type { Behaviour } from "../client/fake-daemon.ts";
import { type Scene, scenesOf } from "../client/scene.ts";
import {
  type Conversation,
  damagedConversation,
  goodConversation,
  type Outcome,
  type Stage,
} from "./random-answers.ts";

const SEED = Number(process.env["ZCCACHE_FUZZ_SEED"] ?? 1);
const RUNS = Number(process.env["ZCCACHE_CLIENT_FUZZ_RUNS"] ?? 400);
const AT_ONCE = 3;

// The daemon hangs up when it has said everything, so a client that waits for more has missed that.
const LIMIT_SECONDS = 10;

const ARGUMENTS = ["-c", "a b.c"];
const TOOL = '#!/bin/sh\necho "$# $*"; env -0 | LC_ALL=C grep -az ^FUZZ | LC_ALL=C sort -z; exit 9\n';
const REAL = '#!/bin/sh\necho "real $# $*"; exit 6\n';

setDefaultTimeout(600_000 + RUNS * 1000);

const reached = new Set<string>();

afterAll(() => {
  // The random conversations are of use only if they lead everywhere.
  if (RUNS >= 100) expect([...reached].sort()).toEqual(["daemon", "named tool", "real tool"]);
});

test.each(CLIENTS)(`%s client: ${RUNS} random conversations (seed ${SEED})`, async (_name, binary) => {
  const dice = random(SEED);
  using scene = scenesOf(binary)({ "tools/gcc": REAL, "other/gcc": TOOL });
  const conversations: Conversation[] = [];
  using _daemon = scene.daemon(speaker(conversations));
  const next = async (): Promise<void> => {
    while (conversations.length < RUNS) {
      const number = conversations.length;
      const stage: Stage = { tool: scene.tree.at("other/gcc"), argumentCount: 2 + ARGUMENTS.length };
      const make = number % 3 === 0 ? goodConversation : damagedConversation;
      const conversation = make(dice, stage);
      conversations.push(conversation);
      for (const { by } of conversation.outcomes) reached.add(by);
      const call = [String(number), ...ARGUMENTS];
      const end = await ended(scene, call);
      const wanted = conversation.outcomes.map((outcome) => expected(outcome, call));
      if (!wanted.some((each) => isSame(each, end))) {
        expect<unknown>([number, conversation.kind, shown(end)]).toEqual([
          number,
          conversation.kind,
          wanted.map(shown),
        ]);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
});

/** Answers the call whose first argument is N with conversation N, and has nothing to say after that. */
function speaker(conversations: readonly Conversation[]): Behaviour {
  return ({ message, raw, reply, hangUp }) => {
    if (message["type"] !== "Invoke") return reply({ type: "Released" });
    const number = Number(String(message["argv"]).split("\0")[1]);
    const { sent } = conversations[number] ?? { sent: "" };
    raw(sent);
    return hangUp();
  };
}

type End = { readonly exitCode: number; readonly stdout: Buffer; readonly stderr: Buffer };

function expected(outcome: Outcome, call: readonly string[]): End {
  const nothing = Buffer.alloc(0);
  switch (outcome.by) {
    case "daemon":
      return { exitCode: outcome.exitCode, stdout: outcome.stdout, stderr: outcome.stderr };
    case "real tool":
      return { exitCode: 6, stdout: Buffer.from(`real ${call.length} ${call.join(" ")}\n`), stderr: nothing };
    case "named tool": {
      const args = ["gcc", ...call].slice(outcome.skip);
      const last = new Map(outcome.variables.map((text) => [text.split("=")[0], text]));
      const listed = [...last.values()].filter((text) => text.startsWith("FUZZ")).sort();
      const text = [`${args.length} ${args.join(" ")}\n`, ...listed.map((variable) => `${variable}\0`)].join("");
      return { exitCode: 9, stdout: Buffer.from(text, "latin1"), stderr: nothing };
    }
    default:
      return outcome satisfies never;
  }
}

function isSame(one: End, other: End): boolean {
  return one.exitCode === other.exitCode && one.stdout.equals(other.stdout) && one.stderr.equals(other.stderr);
}

/** What a failure shows; megabytes would help nobody. */
function shown({ exitCode, stdout, stderr }: End) {
  const start = (bytes: Buffer) => `${bytes.length} bytes: ${JSON.stringify(bytes.toString("latin1").slice(0, 300))}`;
  return { exitCode, stdout: start(stdout), stderr: start(stderr) };
}

async function ended(scene: Scene, call: readonly string[]): Promise<End> {
  const [number = ""] = call;
  const [out, err] = [scene.tree.at(`out${number}`), scene.tree.at(`err${number}`)];
  const line = `gcc "$@" >${out} 2>${err}`;
  const { exitCode } = await scene.run(["/bin/sh", "-c", line, "sh", ...call], { timeout: LIMIT_SECONDS * 1000 });
  const [stdout, stderr] = [readFileSync(out), readFileSync(err)];
  for (const path of [out, err]) rmSync(path);
  return { exitCode, stdout, stderr };
}
