import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import type { Session } from "../../../../src/daemon/library/session.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import { fileTree } from "../../../support/file-tree.ts";
import { call, settings } from "./samples.ts";

test("Sessions.start() counts, and end() forgets; an owner stays as long as one session names it", () => {
  const sessions = new Sessions();
  const [one, two] = [sessions.start(settings({ owners: [1] })), sessions.start(settings({ owners: [1] }))];
  expect(sessions.find(one.settings.id)).toBe(one);
  expect(sessions.report()).toMatchObject({ sessions_total: 2, sessions_active: 2 });
  sessions.end(one);
  sessions.end(one);
  expect(sessions.owners.report()).toEqual([{ pid: 1, ref_count: 1 }]);
  sessions.end(two);
  expect(sessions.report()).toEqual({
    private_daemon: { enabled: true, owners: [], private_env_keys: [] },
    sessions_total: 2,
    sessions_active: 0,
  });
});

test("Sessions.report() shows names of variables, each once, and never values", () => {
  const sessions = new Sessions();
  sessions.start(
    settings({
      environment: [
        ["B", "hidden"],
        ["A", "hidden"],
      ],
    }),
  );
  sessions.start(settings({ environment: [["A", "hidden"]] }));
  expect(sessions.report().private_daemon.private_env_keys).toEqual(["A", "B"]);
  expect(JSON.stringify(sessions.report())).not.toContain("hidden");
});

test("Sessions.forCompile() knows no session of an unknown name, and refuses one that was dropped", () => {
  const sessions = new Sessions();
  const session = sessions.start(settings());
  const { id } = session.settings;
  expect(sessions.forCompile(crypto.randomUUID())).toBeUndefined();
  expect(sessions.forCompile(id)).toBe(session);
  sessions.drop(session);
  expect(() => sessions.forCompile(id)).toThrow(id);
  expect(sessions.find(id)).toBeUndefined();
});

test("Sessions have the daemon's warnings so far in the log of each that starts", () => {
  using tree = fileTree();
  const warnings: string[] = [];
  const sessions = new Sessions({ list: () => warnings });
  sessions.start(settings({ logFile: tree.at("before.log") }));
  warnings.push("the snapshot is damaged");
  sessions.start(settings({ logFile: tree.at("after.log") }));
  expect(readFileSync(tree.at("before.log"), "utf8")).not.toContain("damaged");
  expect(readFileSync(tree.at("after.log"), "utf8")).toContain("warning: the snapshot is damaged");
});

test("Session.figures() waits for what is still to be stored, and counts each compile once", async () => {
  const session = new Sessions().start(settings());
  const record = new CallRecord();
  record.planned(call());
  record.missed("context_not_found");
  const filed = Promise.withResolvers<{ record: CallRecord; exitCode: number }>();
  session.countWhen(filed.promise);
  const figures = session.figures();
  record.stored([]);
  filed.resolve({ record, exitCode: 0 });
  expect(await figures).toMatchObject({ compilations: 1, misses: 1, hits: 0, unique_sources: 1, errors: 0 });
  session.countWhen(Promise.reject(new Error("it could not be started")));
  expect(await session.figures()).toMatchObject({ compilations: 2, misses: 1, non_cacheable: 1, errors: 1 });
});

test("Session.figures() are none unless they were asked for", async () => {
  expect(await new Sessions().start(settings({ trackStats: false })).figures()).toBeUndefined();
});

test("Sessions.end() lets a session write down what was answered, drop() closes its files at once", async () => {
  using tree = fileTree();
  const sessions = new Sessions();
  for (const [name, finish] of [
    ["ended", (session: Session) => sessions.end(session)],
    ["dropped", (session: Session) => sessions.drop(session)],
  ] as const) {
    const files = { logFile: tree.at(`${name}.log`), journal: tree.at(`${name}.jsonl`) };
    const session = sessions.start(settings(files));
    const record = new CallRecord();
    record.planned(call());
    const filed = Promise.withResolvers<{ record: CallRecord; exitCode: number }>();
    const tell = () => {
      const what = { tool: "/usr/bin/gcc", args: [], cwd: "/work", variables: new Map() };
      session.tell({ call: what, record, exitCode: 0, endedAt: Date.now() });
    };
    session.countWhen(filed.promise.finally(tell));
    finish(session);
    filed.resolve({ record, exitCode: 0 });
    await session.figures();
    tell();
  }
  const linesOf = (name: string) => (existsSync(tree.at(name)) ? readFileSync(tree.at(name), "utf8").split("\n") : []);
  expect(linesOf("ended.jsonl")).toHaveLength(2);
  expect(linesOf("ended.log").map((line) => /begins|of process|run \(|ended/.exec(line)?.[0])).toEqual([
    "of process",
    "run (",
    "ended",
    undefined,
  ]);
  expect(linesOf("dropped.jsonl")).toEqual([]);
  expect(linesOf("dropped.log")).toHaveLength(3);
});
