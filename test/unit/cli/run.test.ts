import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../../src/cli/commands/index.ts";
import { interpret } from "../../../src/cli/run.ts";
import { VERSION } from "../../../src/core/version.ts";
import { FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

describe("interpret()", () => {
  test.each([[["--version"]], [["-V"]]])("%p is the version", async (args) => {
    using tree = fileTree();
    const result = await interpret(args, surroundings(tree));
    expect(result).toEqual({ exitCode: 0, stdout: `zccache ${VERSION}\n`, stderr: "" });
  });

  test.each([[["--help"]], [["-h"]], [["help"]], [[]]])(
    "%p is the help, with examples and every command",
    async (args) => {
      using tree = fileTree();
      const result = await interpret(args, surroundings(tree));
      expect([result.exitCode, result.stderr]).toEqual([args.length === 0 ? 1 : 0, ""]);
      for (const text of ["Examples:", "CC=", ...COMMANDS.map(({ summary }) => summary.slice(0, 20))]) {
        expect(result.stdout).toContain(text);
      }
    },
  );

  test.each(COMMANDS.map(({ name }) => [name]))("%s --help shows examples", async (name) => {
    using tree = fileTree();
    for (const args of [
      [name, "--help"],
      ["help", name],
    ]) {
      const result = await interpret(args, surroundings(tree));
      expect([result.exitCode, result.stderr]).toEqual([0, ""]);
      expect(result.stdout).toContain("Examples:\n  ");
    }
  });

  test.each([
    [["status", "--nonsense"], "--nonsense"],
    [["--nonsense"], "--nonsense"],
    [["status", "extra"], "too many arguments"],
    [["install-shims"], "dir"],
  ])("%p is wrong usage: exit code 2 and a message that names it", async (args, named) => {
    using tree = fileTree();
    const result = await interpret(args, surroundings(tree));
    expect([result.exitCode, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toContain(named);
  });

  test.each([
    ["--clear", "Clear"],
    ["clear", "Clear"],
    ["--show-stats", "Status"],
    ["status", "Status"],
    ["kill", "Shutdown"],
  ])("%s asks the daemon for %s", async (word, type) => {
    using tree = fileTree();
    using daemon = new FakeDaemon(tree.at("daemon.sock"), ({ reply }) =>
      reply({ type: "Error", message: "busy today" }),
    );
    const result = await interpret([word], surroundings(tree));
    expect(daemon.messages.map((message) => message["type"])).toEqual([type]);
    expect([result.exitCode, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain("busy today");
  });
});
