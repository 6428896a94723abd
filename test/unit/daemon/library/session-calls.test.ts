import { expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import type { CallContext, Handler } from "../../../../src/daemon/library/handlers.ts";
import { sessionHandlers } from "../../../../src/daemon/library/session-calls.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import { PhaseProfile } from "../../../../src/daemon/phase-profile.ts";
import type { CallRequest } from "../../../../src/ipc/schemas/calls.ts";
import { ownDaemon, startIn } from "../../../integration/library/requests.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

// No handler of this group looks at who asks.
const NOBODY = {} as CallContext;

function scene(tree: TemporaryTree) {
  mkdirSync(tree.at("cache/v1"), { recursive: true });
  const sessions = new Sessions();
  const where = { endpoint: tree.at("sock"), root: tree.at("cache/v1"), topRoot: tree.at("cache") };
  const { SessionStart, SessionStats, SessionEnd } = sessionHandlers(sessions, where, new PhaseProfile());
  const start = async (more: Partial<CallRequest<"SessionStart">>) =>
    await SessionStart(startRequest(tree.path, more), NOBODY);
  return { sessions, where, start, SessionStats, SessionEnd };
}

function startRequest(
  working_dir: string,
  more: Partial<CallRequest<"SessionStart">>,
): Parameters<Handler<"SessionStart">>[0] {
  return { type: "SessionStart", ...startIn(working_dir, { client_pid: 7, ...more }) };
}

function own(more: Partial<NonNullable<CallRequest<"SessionStart">["private_daemon"]>>) {
  return { private_daemon: ownDaemon(more) };
}

test("SessionStart takes a journal from the working directory on, of the one suffix that it may have", async () => {
  using tree = fileTree();
  const { start, sessions } = scene(tree);
  expect(await start({ journal_path: "a.jsonl" })).toMatchObject({ journal_path: tree.at("a.jsonl") });
  for (const journal_path of ["a.json", "a.jsonl.txt", "jsonl"]) {
    expect(start({ journal_path })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await start({ journal_path }).catch(() => {});
    expect(existsSync(tree.at(journal_path))).toBe(false);
  }
  expect(start({ working_dir: "here" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await start({ working_dir: "here" }).catch(() => {});
  expect(sessions.report().sessions_total).toBe(1);
});

test("SessionStart knows endpoint and cache under any name of theirs, and refuses all others", async () => {
  using tree = fileTree({ sock: "" });
  const { start, sessions, where } = scene(tree);
  symlinkSync(tree.at("cache"), tree.at("link"));
  for (const cache_dir of [where.root, where.topRoot, `${where.topRoot}/`, tree.at("link"), tree.at("link/v1")]) {
    await start(own({ cache_dir, endpoint: where.endpoint }));
  }
  const before = sessions.report();
  for (const wrong of [{ cache_dir: tree.path }, { cache_dir: tree.at("cache/v2") }, { endpoint: tree.at("sock2") }]) {
    const refused = start({ ...own(wrong), journal_path: "refused.jsonl" });
    expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await refused.catch(() => {});
  }
  expect(sessions.report()).toEqual(before);
  expect(existsSync(tree.at("refused.jsonl"))).toBe(false);
});

test("SessionStart takes the client for the owner where none is named", async () => {
  using tree = fileTree();
  const { start, sessions } = scene(tree);
  await start(own({}));
  await start(own({ owner_pids: [8, 9] }));
  await start({});
  expect(sessions.owners.report().map(({ pid }) => pid)).toEqual([7, 8, 9]);
});

test("SessionStart refuses variables that no program can have", async () => {
  using tree = fileTree();
  const { start, sessions } = scene(tree);
  for (const variable of [
    ["A=B", ""],
    ["", "x"],
    ["A", "\0"],
  ] satisfies [string, string][]) {
    expect(start(own({ env: [variable] }))).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await start(own({ env: [variable] })).catch(() => {});
  }
  expect(sessions.owners.isPrivate).toBe(false);
});

test("SessionEnd ends once, SessionStats needs a session", async () => {
  using tree = fileTree();
  const { start, SessionStats, SessionEnd } = scene(tree);
  const { session_id } = await start({});
  expect((await SessionStats({ type: "SessionStats", session_id }, NOBODY)).stats?.compilations).toBe(0);
  expect((await SessionEnd({ type: "SessionEnd", session_id }, NOBODY)).stats?.compilations).toBe(0);
  expect((await SessionEnd({ type: "SessionEnd", session_id }, NOBODY)).stats).toBeUndefined();
  expect(SessionStats({ type: "SessionStats", session_id }, NOBODY)).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
