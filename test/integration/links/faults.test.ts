// Links that are interrupted, fail, come twice at once, or whose results are damaged: the build gets what it would get
// without zccache, and the next link is right.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { faultyBinary } from "../../support/faulty-binary.ts";
import { titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

// gcc takes its linker from slow, which says when it has begun.
const INPUTS = `
printf 'int b(int); int main(void) { return b(3) - 6; }\\n' >a.c
printf 'int b(int x) { return 2 * x; }\\n' >b.c
gcc -c a.c b.c
mkdir slow
printf '#!/bin/sh\\ntest -e slow/go || { : >slow/begun; sleep 2; }\\nexec /usr/bin/ld "$@"\\n' >slow/ld
chmod +x slow/ld
unset COMPILER_PATH
`;
const SLOW_LINK = ["gcc", "-Bslow/", "a.o", "b.o", "-o", "prog"];

async function linkBox(binary?: string): Promise<{ box: Sandbox; cwd: string; env: Record<string, string> }> {
  const box = sandbox(binary);
  const cwd = box.tree.at("links");
  const { COMPILER_PATH: _, ...env } = box.env;
  await mustRun(["sh", "-ec", `mkdir "$0"; cd "$0"; ${INPUTS}`, cwd], { env });
  return { box, cwd, env };
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? `${statSync(path).mode.toString(8)} ${readFileSync(path, "base64")}` : undefined;
}

describe.skipIf(noLinkers !== undefined)(titled("a link through zccache", noLinkers), () => {
  test.each(["client", "daemon"])("is right again after kill -9 of the %s in the middle of it", async (victim) => {
    const { box, cwd, env } = await linkBox();
    await using _ = box;
    await mustRun(["sh", "-ec", `: >slow/go; ${SLOW_LINK.join(" ")}; mv prog bare; rm slow/go`], { cwd, env });
    const bare = contentOf(`${cwd}/bare`);
    const child = spawn(box.binary, SLOW_LINK, { cwd, env, stdio: "ignore" });
    const ended = new Promise<number | null>((resolve) => void child.once("exit", (code) => resolve(code)));
    await until(() => existsSync(`${cwd}/slow/begun`));
    if (victim === "client") child.kill("SIGKILL");
    else for (const pid of box.daemons()) process.kill(pid, "SIGKILL");
    const exitCode = await ended;
    if (victim === "daemon") expect([exitCode, contentOf(`${cwd}/prog`)]).toEqual([0, bare]);
    await mustRun(["touch", "slow/go"], { cwd });
    for (let round = 0; round < 3; round++) {
      rmSync(`${cwd}/prog`, { force: true });
      await mustRun([box.binary, ...SLOW_LINK], { cwd, env });
      expect(contentOf(`${cwd}/prog`)).toBe(bare);
    }
  });

  const points = ["daemon.exec", "store.stage", "store.place", "store.index", "deliver.publish", "daemon.delivered"];
  test.each(points.flatMap((point) => ["kill", "ENOSPC"].map((what) => `${point}=${what}`)))(
    "is not harmed by %s [links 20]",
    async (fault) => {
      const { box, cwd, env } = await linkBox(faultyBinary());
      await using _ = box;
      const links = [
        ["gcc", "a.o", "b.o", "-o", "prog"],
        ["ar", "rcs", "lib.a", "a.o", "b.o"],
        ["strip", "-S", "lib.a"],
      ];
      const round = async (prefix: readonly string[], more: Record<string, string>): Promise<unknown> => {
        for (const name of ["prog", "lib.a"]) rmSync(`${cwd}/${name}`, { force: true });
        const said: unknown[] = [];
        for (const link of links) {
          const { exitCode, stderr } = await run([...prefix, ...link], { cwd, env: { ...env, ...more } });
          said.push(exitCode, stderr);
        }
        return [...said, contentOf(`${cwd}/prog`), contentOf(`${cwd}/lib.a`)];
      };
      const bare = await round([], {});
      for (let call = 0; call < 2; call++) expect(await round([box.binary], { ZCCACHE_FAULT: fault })).toEqual(bare);
      for (const pid of box.daemons()) process.kill(pid, "SIGKILL");
      for (let call = 0; call < 2; call++) expect(await round([box.binary], {})).toEqual(bare);
    },
  );

  test.each([0, 2, 8, 32].flatMap((delay) => [0, 1, 2].map((first) => [delay, first] as const)))(
    "is stored whole or not at all where the daemon is killed %d ms after its reply, case %d [links 20]",
    async (delay, first) => {
      const { box, cwd, env } = await linkBox();
      await using _ = box;
      // A daemon that died is not started again at once, so it is mostly the first one after which it dies.
      const kinds = ["gcc a.o b.o -o prog", "ar rcs lib.a a.o b.o", "strip -o small b.o"];
      const links = [...kinds.slice(first), ...kinds.slice(0, first)];
      const outputs = ["prog", "lib.a", "small"].map((name) => `${cwd}/${name}`);
      const round = async (prefix: readonly string[], after = async () => {}) => {
        for (const path of outputs) rmSync(path, { force: true });
        for (const link of links) {
          await mustRun([...prefix, ...link.split(" ")], { cwd, env });
          await after();
        }
        return outputs.map(contentOf);
      };
      const bare = await round([]);
      let killed = 0;
      const kill = async (): Promise<void> => {
        const pids = box.daemons();
        await Bun.sleep(delay);
        for (const pid of pids) process.kill(pid, "SIGKILL");
        killed += pids.length;
      };
      expect(await round([box.binary], kill)).toEqual(bare);
      expect(killed).toBeGreaterThan(0);
      await box.zccache(["start"]);
      for (let again = 1; again <= 3; again++) {
        expect(await round([box.binary])).toEqual(bare);
        await box.settled(again * links.length);
      }
      const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
      expect(daemon.link_hits).toBeGreaterThanOrEqual(links.length);
    },
  );

  describe("with everything counted", () => {
    let stage: LinkStage;
    beforeAll(async () => {
      stage = await openLinkStage();
    });
    afterAll(async () => await stage?.[Symbol.asyncDispose]());

    test("runs once where two are the same and come at once", async () => {
      await stage.expectHits(stage.scene("gcc a.o b.o -o warm-up"));
      const scene = stage.scene("gcc -static a.o b.o -o one & gcc -static a.o b.o -o two & wait");
      const { effect, starts } = await stage.cachedRun(scene);
      expect(effect).toEqual(await stage.bareRun(scene));
      expect(starts).toBe(2);
    });

    test.each([
      ["cut", (path: string) => truncateSync(path, statSync(path).size - 1)],
      ["empty", (path: string) => truncateSync(path, 0)],
      ["gone", (path: string) => rmSync(path)],
    ])("is right where what was stored is %s [links 16]", async (_, damage) => {
      const scene = stage.scenes(["gcc a.o b.o -o prog2", "ar rcs libx.a a.o b.o", "strip -o prog2 prog"]);
      const { effect } = await stage.expectHits(scene);
      const { cache } = stage.at.stage.box;
      const objects = [...new Bun.Glob("**/objects/**").scanSync({ cwd: cache, absolute: true })];
      expect(objects.length).toBeGreaterThan(2);
      for (const path of objects) damage(path);
      const again = await stage.cachedRun(scene);
      expect(again.effect).toEqual(effect);
      expect(again.starts).toBeGreaterThan(2);
      await stage.expectHits(scene);
    });

    test("to a full device fails as without zccache", async () => {
      const scene = stage.scenes(["gcc a.o b.o -o /dev/full", "ar rcs /dev/full a.o", "strip -o /dev/full prog"]);
      const bare = await stage.bareRun(scene);
      for (let round = 0; round < 2; round++) expect((await stage.cachedRun(scene)).effect).toEqual(bare);
    });
  });
});
