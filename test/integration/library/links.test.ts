// Links and archives that the daemon makes for library clients: they are what the tool makes alone.

import { describe, expect, test } from "bun:test";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { bare, throughDaemon } from "./bare.ts";
import { clientForAll, pairsOf } from "./connect.ts";
import { refusal } from "./requests.ts";

const { box, client } = await clientForAll();

describe("LinkEphemeral", () => {
  test.each([
    { tool: "/usr/bin/ar", args: ["rcsD", "liba.a", "ready-a.o", "ready-main.o"], cached: true },
    {
      tool: "/usr/bin/gcc",
      args: ["ready-main.o", "ready-a.o", "-o", "program", "-Wl,-Map,program.map"],
      cached: true,
    },
    { tool: "/usr/bin/gcc", args: ["-shared", "ready-a.o", "-o", "liba.so"], cached: true },
    { tool: "/usr/bin/ld", args: ["-r", "ready-a.o", "ready-main.o", "-o", "both.o"], cached: true },
    { tool: "/usr/bin/ar", args: ["t", "missing.a"], cached: false },
    { tool: "/usr/bin/gcc", args: ["ready-main.o", "-o", "program"], cached: false },
  ])("of $tool $args is the same bare, cold and warm [links 1]", async ({ tool, args, cached }) => {
    const alone = await bare(box, [tool, ...args]);
    const through: (boolean | string | undefined)[] = [];
    const run = () =>
      throughDaemon(box, async (cwd) => {
        const request = { client_pid: process.pid, tool, args: [...args], cwd, env: pairsOf(box.env) };
        const result = await client.ask("LinkEphemeral", request);
        through.push(result.cached, result.warning);
        return result;
      });
    expect(await run()).toEqual(alone);
    expect(await run()).toEqual(alone);
    expect(through).toEqual([false, undefined, cached, undefined]);
  });

  test("warns of a result that no two runs share, on the miss and on the hit", async () => {
    box.tree.write({ "w.c": "int main(void) { return 0; }\n" });
    await Bun.$`gcc -c w.c`.cwd(box.tree.path);
    const cwd = rawFromString(box.tree.path);
    const args = ["w.o", "-Wl,--build-id=uuid", "-o", "w"];
    const request = { client_pid: process.pid, tool: "/usr/bin/gcc", args, cwd, env: pairsOf(box.env) };
    const first = await client.ask("LinkEphemeral", request);
    const second = await client.ask("LinkEphemeral", request);
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect([first.warning, second.warning]).toEqual([first.warning, first.warning]);
    expect(first.warning).toContain("--build-id");
  });

  test("refuses a tool that is not absolute", async () => {
    const request = { client_pid: 1, tool: "ar", args: [], cwd: "/", env: undefined };
    expect(await refusal(client.ask("LinkEphemeral", request))).toContain('"ar" is not absolute');
  });
});
