// A compiler runs in directories of strangers. Bun would read `.env` and `bunfig.toml` there and run what they name.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

test("a hostile .env and bunfig.toml in the working directory do nothing to --version, a compile and the daemon", async () => {
  await using box = sandbox();
  layTrap(box);
  const cwd = box.tree.at("hostile");

  expect((await box.zccache(["--version"], { cwd })).exitCode).toBe(0);
  const compile = await box.zccache(["gcc", "-c", "unit.c", "-o", "unit.o"], { cwd });
  expect(compile).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect(box.daemons()).toHaveLength(1);
  expect((await box.zccache(["gcc", "-c", "unit.c", "-o", "unit.o"], { cwd })).exitCode).toBe(0);
  await box.stop();

  expect(existsSync(box.tree.at("sprung"))).toBe(false);
  expect(existsSync(box.tree.at("elsewhere"))).toBe(false);
});

test("the trap of this test does spring where a program of Bun falls for it", async () => {
  await using box = sandbox();
  layTrap(box);
  await run([process.execPath, "run", "./victim.ts"], { cwd: box.tree.at("hostile"), env: box.env });
  expect(existsSync(box.tree.at("sprung"))).toBe(true);
});

function layTrap(box: Sandbox): void {
  box.tree.write({
    "hostile/.env": `BUN_OPTIONS=--preload ./trap.ts\nZCCACHE_ENDPOINT=${box.tree.at("elsewhere")}\nHOME=${box.tree.at("elsewhere")}\n`,
    "hostile/bunfig.toml": 'preload = ["./trap.ts"]\n[run]\npreload = ["./trap.ts"]\n',
    "hostile/trap.ts": `require("node:fs").writeFileSync(${JSON.stringify(box.tree.at("sprung"))}, "");\n`,
    "hostile/victim.ts": "process.exitCode = 0;\n",
    "hostile/unit.c": "int value;\n",
  });
}
