import { expect, test } from "bun:test";
import { joinBlock } from "../../../../src/core/raw-text.ts";
import { Environments } from "../../../../src/daemon/environments.ts";
import { followStandIn } from "../../../../src/daemon/library/follow-stand-in.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import type { InvokeRequest } from "../../../../src/ipc/messages.ts";
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

test("followStandIn() does not even look at the variables where there is no session", () => {
  expect(followStandIn(invoke(["ZCCACHE_SESSION_ID=x"]), new Sessions(), new Untouchable())).toBeUndefined();
});

test("followStandIn() follows calls that name a session, and no others", () => {
  const sessions = new Sessions();
  const { id } = sessions.start(settings()).settings;
  const follow = (...environment: string[]) => followStandIn(invoke(environment), sessions, new Environments());
  expect(follow(`ZCCACHE_SESSION_ID=${id}`)).toBeDefined();
  expect(follow(`ZCCACHE_SESSION_ID=${crypto.randomUUID()}`)).toBeUndefined();
  expect(follow("PATH=/bin")).toBeUndefined();
});

test("followStandIn() counts a call when all is done for it, and one that is asked for its input only then", async () => {
  const sessions = new Sessions();
  const session = sessions.start(settings());
  const request = invoke([`ZCCACHE_SESSION_ID=${session.settings.id}`]);
  const environments = new Environments();
  const asked = followStandIn(request, sessions, environments);
  asked?.record.planned(call({ ...PLAN, source: "-" }));
  asked?.[Symbol.dispose]();
  const followed = followStandIn(request, sessions, environments);
  followed?.record.planned(call());
  followed?.record.ran({
    exitCode: 2,
    signal: undefined,
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    merged: false,
    streamsMissing: false,
  });
  const figures = session.figures();
  followed?.[Symbol.dispose]();
  expect(await figures).toMatchObject({ compilations: 1, non_cacheable: 1, errors: 1 });
});
