// What a daemon tells a broker of itself: files that it writes, and its answer to a probe.

import { expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { decodeManifest } from "../../../src/broker/manifest.ts";
import { VERSION } from "../../../src/core/version.ts";
import { brokerFrame, bytesAt, envelope, fieldsOf, numberAt, textAt } from "../../support/broker-wire.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { connectRaw } from "../../unit/ipc/sockets.ts";
import { endpointOf, inRoot, serving } from "../daemon/daemon-stage.ts";

setDefaultTimeout(600_000);

const MANIFESTS = "home/.local/share/running-process/manifests";
const SERVICES = "home/.config/running-process/services";
const manifestOf = (box: Sandbox) => box.tree.at(`${MANIFESTS}/zccache-${VERSION}.pb`);
const definitionOf = (box: Sandbox) => box.tree.at(`${SERVICES}/zccache.servicedef`);
const identityOf = (box: Sandbox) => inRoot(box, "daemon.running-process.json");

/** Starts a daemon and waits for what it logs of its service definition, the last that it publishes. */
async function published(box: Sandbox, env: Record<string, string> = {}): Promise<{ pid: number; log: () => string }> {
  const file = box.tree.at(`log-${randomBytes(4).toString("hex")}`);
  const log = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
  const { pid } = await serving(box, ["--log-level", "debug", "--log-file", file], { env });
  await until(() => /service definition|zccache\.servicedef/.test(log()), "the discovery to be told");
  return { pid, log };
}

test("the manifest names the five directories that there are [broker 14]", async () => {
  await using box = sandbox();
  await published(box);
  const manifest = decodeManifest(readFileSync(manifestOf(box)));
  expect(manifest).toMatchObject({ serviceName: "zccache", serviceVersion: VERSION, brokerInstance: "shared" });
  const roots = new Map(manifest.roots?.map(({ path = "", kind = 0 }) => [kind, path]));
  expect([...roots.keys()]).toEqual([1, 7, 2, 3, 5]);
  const root = inRoot(box, "").slice(0, -1);
  for (const path of roots.values()) expect(`${path}/`.startsWith(`${root}/`)).toBe(true);
  for (const kind of [1, 3, 5]) expect(statSync(roots.get(kind) ?? "").isDirectory()).toBe(true);
  expect(existsSync(`${roots.get(1)}/objects`)).toBe(true);
  expect(statSync(box.tree.at(MANIFESTS)).mode & 0o777).toBe(0o700);
});

test("a second start writes the manifest again, in the place of what was there [broker 14, broker 15]", async () => {
  await using box = sandbox();
  await published(box);
  await box.stop();
  writeFileSync(manifestOf(box), "an older one");
  const { pid } = await published(box);
  expect(decodeManifest(readFileSync(manifestOf(box))).serviceVersion).toBe(VERSION);
  expect(JSON.parse(readFileSync(identityOf(box), "utf8")).pid).toBe(pid);
});

test("no service definition is written, and the log says why; one of others stays as it is [broker 15]", async () => {
  await using box = sandbox();
  mkdirSync(box.tree.at(SERVICES), { recursive: true, mode: 0o700 });
  writeFileSync(definitionOf(box), "another program's");
  const { log } = await published(box);
  expect(log()).toMatch(/DEBUG zccache_broker\S+ Cannot write ".*zccache\.servicedef": .*not published/);
  expect(readFileSync(definitionOf(box), "utf8")).toBe("another program's");
});

test("directories that others may enter are refused, and the daemon serves [broker 14, broker 15]", async () => {
  await using box = sandbox();
  for (const directory of [MANIFESTS, SERVICES]) {
    mkdirSync(box.tree.at(directory), { recursive: true, mode: 0o700 });
    chmodSync(box.tree.at(directory), 0o770);
  }
  const { log } = await published(box);
  expect(log()).toMatch(/WARN .*Cannot publish the cache manifest: .*others may enter it/);
  expect(log()).toMatch(/WARN .*Cannot publish the service definition: .*others may enter it/);
  expect([existsSync(manifestOf(box)), existsSync(definitionOf(box))]).toEqual([false, false]);
  box.tree.write({ "a.c": "int a;\n" });
  expect(await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path })).toMatchObject({ exitCode: 0, stderr: "" });
});

test("RUNNING_PROCESS_DISABLE=1: nothing is published, and probes are closed [broker 16, daemon 22]", async () => {
  await using box = sandbox();
  await serving(box, [], { env: { RUNNING_PROCESS_DISABLE: "1" } });
  expect(await probe(endpointOf(box), randomBytes(32), 1)).toEqual(Buffer.alloc(0));
  // Without the variable all is there by now: the compile takes longer, and the worker that hashes is the same.
  box.tree.write({ "a.c": "int a;\n" });
  expect((await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path })).exitCode).toBe(0);
  await box.settled(1);
  const there = [manifestOf(box), definitionOf(box), identityOf(box)].filter((path) => existsSync(path));
  expect(there).toEqual([]);
  expect(existsSync(box.tree.at("home/.local"))).toBe(false);
});

test("a registry that can't be written: the daemon serves, and says so in its log [daemon 22]", async () => {
  await using box = sandbox();
  box.tree.write({ registry: "a file" });
  const env = { RUNNING_PROCESS_MANIFEST_DIR: box.tree.at("registry/manifests") };
  const { log } = await published(box, env);
  expect(log()).toContain("Cannot publish the cache manifest");
  box.tree.write({ "a.c": "int a;\n" });
  expect(await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path })).toMatchObject({ exitCode: 0, stderr: "" });
  expect(readFileSync(box.tree.at("registry"), "utf8")).toBe("a file");
});

test("the identity file and the answer to a probe say the same, and it is true [broker 17]", async () => {
  await using box = sandbox();
  const before = Date.now();
  const { pid } = await published(box);
  const file = JSON.parse(readFileSync(identityOf(box), "utf8"));
  expect(statSync(identityOf(box)).mode & 0o777).toBe(0o600);
  const executable = realpathSync(box.binary);
  const digest = new Bun.CryptoHasher("sha256").update(readFileSync(executable)).digest();
  expect(file).toEqual({
    pid,
    exe_path: executable,
    exe_sha256: [...digest],
    boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
    ipc_endpoint: { namespace_id: "default", path: endpointOf(box) },
    started_at_unix_ms: expect.any(Number),
    idle_timeout_secs: null,
  });
  expect(file.started_at_unix_ms).toBeGreaterThan(before - 2000);
  expect(file.started_at_unix_ms).toBeLessThanOrEqual(Date.now());

  const nonce = randomBytes(32);
  const outer = fieldsOf((await probe(endpointOf(box), nonce, 123)).subarray(5));
  expect([1, 2, 3, 5].map((number) => numberAt(outer, number))).toEqual([1, 1, 0xb232, 123]);
  const payload = bytesAt(outer, 4);
  expect(payload.subarray(0, 32)).toEqual(nonce);
  const told = fieldsOf(payload.subarray(32));
  const where = fieldsOf(bytesAt(told, 4));
  expect({
    pid: numberAt(told, 1),
    exe_path: textAt(told, 2),
    exe_sha256: [...bytesAt(told, 3)],
    boot_id: textAt(told, 6),
    ipc_endpoint: { namespace_id: textAt(where, 1), path: textAt(where, 2) },
    started_at_unix_ms: numberAt(told, 5),
    idle_timeout_secs: null,
  }).toEqual(file);
});

test("install-servicedef says what it would write, that it did not, and why", async () => {
  await using box = sandbox();
  const result = await box.zccache(["install-servicedef"]);
  expect([result.exitCode, result.stdout]).toEqual([1, ""]);
  expect(result.stderr).toContain(`Cannot write "${definitionOf(box)}"`);
  expect(result.stderr).toContain(`version ${VERSION} is served by "${realpathSync(box.binary)}"`);
  expect(existsSync(box.tree.at("home/.config"))).toBe(false);
  box.tree.write({ "bin/daemon": "" });
  mkdirSync(box.tree.at("open"), { mode: 0o777 });
  chmodSync(box.tree.at("open"), 0o777);
  const other = ["--daemon-binary", "bin/daemon", "--dir", "services"];
  const { stderr } = await box.zccache(["install-servicedef", ...other], { cwd: box.tree.path });
  expect(stderr).toContain(`"${box.tree.at("services/zccache.servicedef")}"`);
  expect(stderr).toContain(`"${box.tree.at("bin/daemon")}"`);
  for (const [flags, said] of [
    [["--daemon-binary", "none"], "Cannot find the daemon's executable"],
    [["--dir", "open"], "others may enter it"],
  ] as const) {
    const failed = await box.zccache(["install-servicedef", ...flags], { cwd: box.tree.path });
    expect([failed.exitCode, failed.stdout]).toEqual([1, ""]);
    expect(failed.stderr).toContain(said);
  }
});

/** All that an endpoint answers a probe with. */
async function probe(endpoint: string, nonce: Buffer, id: number): Promise<Buffer> {
  using peer = await connectRaw(endpoint);
  peer.write(brokerFrame(envelope(nonce, { kind: 0, protocol: 0xb232, id })));
  await peer.closed;
  return Buffer.concat(peer.received);
}
