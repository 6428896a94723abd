// A daemon that is lost with an output in place and nobody told: the client runs the tool by itself, which must find what it
// would have found without a cache. Only tools that do not make the same again of their own result can tell.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { faultyBinary } from "../../support/faulty-binary.ts";
import { titled } from "../../support/missing.ts";
import { type Finished, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { noLinkers } from "./link-stage.ts";

setDefaultTimeout(600_000);

const INPUTS = `
printf 'int b(int); int main(void) { return b(3) - 6; }\\n' >a.c
printf 'int b(int x) { return 2 * x; }\\n' >b.c
gcc -c a.c b.c
ar qcD base.a b.o
`;

/** What stands before the call, the call, and what is looked at. */
type Scene = readonly [before: string, call: readonly string[], output: string];

const NEW: Scene = ["rm -f l.a", ["ar", "qc", "l.a", "a.o", "b.o"], "l.a"];
const VERBOSE: Scene = ["rm -f l.a", ["ar", "qv", "l.a", "a.o", "b.o"], "l.a"];
const IN_PLACE: readonly Scene[] = [
  ["cp base.a l.a", ["ar", "q", "l.a", "a.o"], "l.a"],
  ["cp base.a l.a", ["ar", "rc", "l.a", "a.o", "./a.o"], "l.a"],
  ["cp a.o c.o", ["objcopy", "--prefix-symbols=x_", "c.o"], "c.o"],
];

class Stage implements AsyncDisposable {
  readonly box: Sandbox;
  readonly cwd: string;

  constructor(flags: readonly string[]) {
    this.box = sandbox(faultyBinary(flags), 1);
    this.cwd = this.box.tree.at("lost");
  }

  async prepare(): Promise<void> {
    await mustRun(["sh", "-ec", `mkdir "$0"; cd "$0"; ${INPUTS}`, this.cwd], { env: this.box.env });
  }

  /** The effect of a call by `prefix`. */
  async effect([before, call, output]: Scene, prefix: readonly string[]): Promise<unknown> {
    const { cwd, box } = this;
    await mustRun(["sh", "-ec", before], { cwd });
    const { exitCode, stdout, stderr }: Finished = await run([...prefix, ...call], { cwd, env: box.env });
    return { exitCode, stdout, stderr, ...this.files(output) };
  }

  files(output: string): { content: string; names: string[] } {
    const path = `${this.cwd}/${output}`;
    return { content: existsSync(path) ? readFileSync(path, "base64") : "", names: readdirSync(this.cwd).sort() };
  }

  async counts(): Promise<{ link_hits: number; non_cacheable_reasons: Record<string, number> }> {
    return JSON.parse((await this.box.zccache(["status", "--json"])).stdout).daemon;
  }

  /** Another daemon, with a fault. */
  async restart(fault: string): Promise<void> {
    await this.box.stop();
    await this.box.zccache(["start"], { env: { ...this.box.env, ZCCACHE_FAULT: fault } });
    expect(this.box.daemons().length).toBe(1);
  }

  signal(signal: NodeJS.Signals): void {
    for (const pid of this.box.daemons()) process.kill(pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.box[Symbol.asyncDispose]();
  }
}

async function openStage(flags: readonly string[]): Promise<Stage> {
  const stage = new Stage(flags);
  await stage.prepare();
  return stage;
}

const CLIENTS: readonly [string, readonly string[]][] = [
  ["stub", []],
  ["TypeScript", ["--no-stub"]],
];

describe.skipIf(noLinkers !== undefined).each(CLIENTS)(titled("%s client", noLinkers), (_name, flags) => {
  test.each(["daemon.delivered=kill", "daemon.delivered=stop", "daemon.delivered=throw", "deliver.publish=kill"])(
    "a new archive has its members once, whatever becomes of the daemon: %s",
    async (fault) => {
      for (const scene of [NEW, VERBOSE]) {
        await using stage = await openStage(flags);
        const prefix = [stage.box.binary];
        const bare = await stage.effect(scene, []);
        for (let round = 0; round < 3; round++) expect(await stage.effect(scene, prefix)).toEqual(bare);
        expect((await stage.counts()).link_hits).toBeGreaterThanOrEqual(2);
        await stage.restart(fault);
        expect(await stage.effect(scene, prefix)).toEqual(bare);
      }
    },
  );

  test("a daemon that was stopped before it put an archive into place puts nothing there when it goes on", async () => {
    await using stage = await openStage(flags);
    const { box } = stage;
    const bare = await stage.effect(NEW, []);
    for (let round = 0; round < 2; round++) expect(await stage.effect(NEW, [box.binary])).toEqual(bare);
    await stage.restart("deliver.publish=stop@1");
    expect(await stage.effect(NEW, [box.binary])).toEqual(bare);
    await mustRun(["sh", "-ec", "rm l.a"], { cwd: stage.cwd });
    stage.signal("SIGCONT");
    // It is done with the first call when it answers another.
    expect((await box.zccache(["status", "--json"])).exitCode).toBe(0);
    await Bun.sleep(300);
    expect(stage.files("l.a").content).toBe("");
    expect(stage.files("l.a").names.filter((name) => name.startsWith(".zccache"))).toEqual([]);
  });

  test.each(["kill", "stop"])("what is changed in place for good is changed once: %s", async (what) => {
    await using stage = await openStage(flags);
    const { box } = stage;
    for (const scene of IN_PLACE) {
      const bare = await stage.effect(scene, []);
      for (let round = 0; round < 2; round++) expect(await stage.effect(scene, [box.binary])).toEqual(bare);
      await stage.restart(`daemon.delivered=${what}`);
      expect(await stage.effect(scene, [box.binary])).toEqual(bare);
      if (box.daemons().length > 0) stage.signal("SIGCONT");
      expect((await stage.counts()).non_cacheable_reasons).toEqual({ "output-in-place": 1 });
      stage.signal("SIGKILL");
    }
  });
});
