import { expect, test } from "bun:test";
import { DAEMON_HELP, parseDaemonFlags } from "../../../src/daemon/flags.ts";

test("parseDaemonFlags() reads every flag", () => {
  expect(
    parseDaemonFlags([
      "--foreground",
      "--endpoint",
      "/s",
      "--idle-timeout",
      "0",
      "--log-level",
      "debug",
      "--log-file",
      "/l",
      "--config",
      "/c",
      "--no-depgraph-cache",
    ]),
  ).toEqual({
    config: "/c",
    logLevel: "debug",
    foreground: true,
    endpoint: "/s",
    idleTimeout: 0,
    depgraphCache: false,
    logFile: "/l",
    help: false,
    version: false,
  });
});

test.each([
  [["--idle-timeout", "abc"], "--idle-timeout"],
  [["--idle-timeout", "-1"], "idle-timeout"],
  [["--nonsense"], "--nonsense"],
  [["--log-level", "loud"], "--log-level"],
  [["positional"], "positional"],
])("parseDaemonFlags(%p) is a usage error that names the flag", (args, named) => {
  expect(() => parseDaemonFlags(args)).toThrow(named);
});

test("DAEMON_HELP lists the seven flags (daemon 1)", () => {
  for (const flag of [
    "--config",
    "--log-level",
    "--foreground",
    "--endpoint",
    "--idle-timeout",
    "--no-depgraph-cache",
    "--log-file",
  ]) {
    expect(DAEMON_HELP).toContain(flag);
  }
});
