// Calls, plans and sessions for unit tests of the library.

import type { CompilePlan, Plan } from "../../../../src/core/plan.ts";
import type { Call } from "../../../../src/daemon/call.ts";
import type { SessionSettings } from "../../../../src/daemon/library/session.ts";

export const PLAN: CompilePlan = {
  kind: "compile",
  source: "a.c",
  keyArguments: [],
  outputs: [{ role: "object", path: "out/a.o" }],
  sideOutputs: false,
  cwdInKey: false,
};

/** A call of gcc in /work. */
export function call(plan: Plan = PLAN): Call {
  return {
    skip: 1,
    called: "gcc",
    arguments: ["-c", "a.c"],
    environment: new Map([["PATH", "/usr/bin"]]),
    asked: new Set(),
    cwd: "/work",
    umask: 0o22,
    terminal: false,
    terminalColumns: [0, 0],
    merged: false,
    stdinFile: undefined,
    question: { name: "gcc", path: "/usr/bin", cwd: "/work" },
    tool: "/usr/bin/gcc",
    responseFiles: new Map(),
    plan,
  };
}

/** A session in /work that keeps figures. */
export function settings(more: Partial<SessionSettings> = {}): Omit<SessionSettings, "id"> {
  return {
    clientPid: 7,
    workingDirectory: "/work",
    realDirectory: "/work",
    logFile: undefined,
    journal: undefined,
    trackStats: true,
    profile: false,
    environment: [],
    owners: [],
    ...more,
  };
}
