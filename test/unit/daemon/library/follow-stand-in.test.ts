import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { joinBlock } from "../../../../src/core/raw-text.ts";
import { Environments } from "../../../../src/daemon/environments.ts";
import type { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { CompileJournal } from "../../../../src/daemon/library/compile-journal.ts";
import { EndedCalls } from "../../../../src/daemon/library/ended-calls.ts";
import { followStandIn } from "../../../../src/daemon/library/follow-stand-in.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import type { InvokeRequest } from "../../../../src/ipc/messages.ts";
import { fileTree } from "../../../support/file-tree.ts";
import { EMPTY_INVOKE } from "../../../support/invoke-request.ts";
import { call, PLAN, settings } from "./samples.ts";

function invoke(environment: readonly string[]): InvokeRequest {
  return { ...EMPTY_INVOKE, argv: joinBlock(["gcc"]), cwd: Buffer.from("/work"), env: joinBlock(environment) };
}

class Untouchable extends Environments {
  override parse(): never {
    throw new Error("looked at");
  }
}

function parts(environments = new Environments()) {
  const journal = new CompileJournal({ logs: "/proc/nowhere" });
  return { environments, endedCalls: new EndedCalls(journal) };
}

const NOTHING = Buffer.alloc(0);
const OUTCOME = { signal: undefined, stdout: NOTHING, stderr: NOTHING, merged: false, streamsMissing: false };

test("followStandIn() does not even look at the variables where there is no session", () => {
  const request = invoke(["ZCCACHE_SESSION_ID=x"]);
  expect(followStandIn(request, new Sessions(), parts(new Untouchable())).record).toBeDefined();
});

test("followStandIn() counts in the session that a call names, and in no other", async () => {
  const sessions = new Sessions();
  const session = sessions.start(settings());
  const { id } = session.settings;
  for (const variable of [`ZCCACHE_SESSION_ID=${id}`, `ZCCACHE_SESSION_ID=${crypto.randomUUID()}`, "PATH=/bin"]) {
    using followed = followStandIn(invoke([variable]), sessions, parts());
    followed.record.planned(call());
  }
  expect(await session.figures()).toMatchObject({ compilations: 1 });
});

test("followStandIn() counts a call when all is done for it, and one that is asked for its input only then", async () => {
  const sessions = new Sessions();
  const session = sessions.start(settings());
  const request = invoke([`ZCCACHE_SESSION_ID=${session.settings.id}`]);
  const asked = followStandIn(request, sessions, parts());
  asked.record.planned(call({ ...PLAN, source: "-" }));
  asked[Symbol.dispose]();
  const followed = followStandIn(request, sessions, parts());
  followed.record.planned(call());
  followed.record.ran({ ...OUTCOME, exitCode: 2 });
  const figures = session.figures();
  followed[Symbol.dispose]();
  expect(await figures).toMatchObject({ compilations: 1, non_cacheable: 1, errors: 1 });
});

test.each([
  ["runs a tool", 3, (record: CallRecord) => record.ran({ ...OUTCOME, exitCode: 3 })],
  ["is run as it is, which nobody sees the end of", null, (record: CallRecord) => record.refused("disabled")],
  ["fails before that", -1, () => {}],
])("followStandIn() writes down a call that %s with exit code %p", async (_what, exitCode, go) => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  {
    using followed = followStandIn(invoke([]), new Sessions(), {
      environments: new Environments(),
      endedCalls: new EndedCalls(journal),
    });
    followed.record.planned(call());
    go(followed.record);
  }
  await journal[Symbol.asyncDispose]();
  const line = JSON.parse(readFileSync(tree.at("logs/compile_journal.jsonl"), "utf8"));
  expect(line).toMatchObject({ compiler: "/usr/bin/gcc", exit_code: exitCode, session_id: null });
});
