import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
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
