// Real builds through the lane, and a crowd of them.

import { expect, setDefaultTimeout, test } from "bun:test";
import { negotiated } from "../../support/broker-wire.ts";
import { FakeBroker } from "../../support/fake-broker.ts";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { endpointOf, serving } from "../daemon/daemon-stage.ts";

setDefaultTimeout(600_000);

test("a build by way of the broker is served by the daemon that it names [broker 11]", async () => {
  await using box = sandbox();
  await serving(box);
  box.tree.write({ "a.c": "int a = 1;\n" });
  using _broker = new FakeBroker(box.tree.at("broker.sock"), () => negotiated(endpointOf(box)));
  const env = {
    ...box.env,
    ZCCACHE_NO_SPAWN: "1",
    ZCCACHE_ENDPOINT: box.tree.at("dead.sock"),
    ZCCACHE_BROKER_CONNECT: "1",
    ZCCACHE_BROKER_ENDPOINT: box.tree.at("broker.sock"),
  };
  const compile = (object: string) => box.zccache(["gcc", "-c", "a.c", "-o", object], { env, cwd: box.tree.path });
  const calls = async () => JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon.total_compilations;
  // On a machine that stalls the lane is given up, and the compiler runs without a daemon.
  for (let n = 0; n < 20 && (await calls()) < 2; n++) {
    expect(await compile(`${n}.o`)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(box.tree.read(`${n}.o`).equals(box.tree.read("0.o"))).toBe(true);
    await Bun.sleep(200);
  }
  expect(await calls()).toBe(2);
});

test("300 clients at once that would ask a broker, where there is none: all succeed without a word [broker 18]", async () => {
  await using box = sandbox();
  await serving(box);
  const names = Array.from({ length: 16 }, (_, n) => `unit${n}`);
  box.tree.write(Object.fromEntries(names.map((name) => [`${name}.c`, `int ${name}_symbol = 1;\n`])));
  const env = { ...box.env, ZCCACHE_BROKER_CONNECT: "1" };
  const compile = (n: number) =>
    run([box.binary, "gcc", "-c", `unit${n % 16}.c`, "-o", `${n}.o`], { cwd: box.tree.path, env });
  const results = await Promise.all(Array.from({ length: 300 }, (_, n) => compile(n)));
  expect(results.filter(({ exitCode, stdout, stderr }) => exitCode !== 0 || stdout + stderr !== "")).toEqual([]);
  for (let n = 0; n < 300; n++) expect(box.tree.read(`${n}.o`).includes(`unit${n % 16}_symbol`)).toBe(true);
  expect(box.daemons()).toHaveLength(1);
});
