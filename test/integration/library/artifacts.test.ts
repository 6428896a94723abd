// Lookup, Store and ListRustArtifacts, served by the built daemon.

import { expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallFields, Client } from "../../../src/client/client.ts";
import { libraryClient } from "../../support/library-client.ts";
import { noRust, rustTools } from "../../support/rust-tools.ts";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { statusOf } from "./connect.ts";

setDefaultTimeout(600_000);

type Artifact = CallFields<"Store">["artifact"];

const KEY = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const MIB = 1 << 20;

test("[protocol 12] Store, then Lookup: Hit with equal bytes, also after a restart; again: AlreadyExists; other key: Miss", async () => {
  await using box = sandbox();
  const artifact = {
    outputs: [
      { name: "libx.rlib", payload: { bytes: bytesOf("rlib\0\xff", 70_000) } },
      { name: "empty", payload: { bytes: new Uint8Array() } },
      { name: "größe \u0001", payload: { bytes: bytesOf("x", 3) } },
    ],
    stdout: bytesOf("out\0", 1),
    stderr: bytesOf("\xfe", 2),
    exit_code: -7,
  };
  {
    using client = await libraryClient(box);
    expect(await client.ask("Lookup", { cache_key: KEY })).toEqual(MISS);
    expect(await store(client, KEY, artifact)).toBe("Stored");
    expect(await lookUp(client, KEY)).toEqual(artifact);
    expect(await store(client, KEY, { ...artifact, outputs: [], exit_code: 0 })).toBe("AlreadyExists");
    expect(await lookUp(client, KEY)).toEqual(artifact);
    expect(await client.ask("Lookup", { cache_key: OTHER })).toEqual(MISS);
    expect(await client.ask("Lookup", { cache_key: KEY.slice(2) })).toEqual(MISS);
  }
  await box.stop();
  using client = await libraryClient(box);
  expect(await lookUp(client, KEY)).toEqual(artifact);
  expect(await store(client, KEY, artifact)).toBe("AlreadyExists");
});

test("[protocol 12] Store takes a payload by its path, across file systems, and Lookup gives one over 1 MiB as a path", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  const elsewhere = mkdtempSync("/dev/shm/zccache-test-");
  try {
    expect(statSync(elsewhere).dev).not.toBe(statSync(box.cache).dev);
    const large = bytesOf("large", MIB + 1);
    const exact = bytesOf("exact", MIB);
    const [largePath, exactPath] = [join(elsewhere, "l\u00e9"), join(elsewhere, "exact")];
    writeFileSync(largePath, large);
    writeFileSync(exactPath, exact);
    const outputs = [
      { name: "large", payload: { path: Buffer.from(largePath).toString("latin1") } },
      { name: "exact", payload: { path: exactPath } },
    ];
    expect(await store(client, KEY, { ...EMPTY, outputs })).toBe("Stored");
    rmSync(largePath);
    writeFileSync(exactPath, "changed since");
    const found = await lookUp(client, KEY);
    expect(found?.outputs[1]?.payload.bytes).toEqual(exact);
    const path = found?.outputs[0]?.payload.path ?? "";
    expect(readFileSync(path).equals(large)).toBe(true);
    // It is the client's own: what it does to it harms nobody, and nothing that the cache forgets takes it away.
    writeFileSync(path, "client's");
    const again = (await lookUp(client, KEY))?.outputs[0]?.payload.path ?? "";
    await box.zccache(["clear"]);
    expect(readFileSync(again).equals(large)).toBe(true);
    expect(await client.ask("Lookup", { cache_key: KEY })).toEqual(MISS);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("an answer stays below the largest frame: of many payloads the last are paths", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  box.tree.write({ part: "p".repeat(MIB) });
  const outputs = Array.from({ length: 20 }, (_, at) => ({ name: `${at}`, payload: { path: box.tree.at("part") } }));
  expect(await store(client, KEY, { ...EMPTY, outputs })).toBe("Stored");
  const payloads = (await lookUp(client, KEY))?.outputs.map(({ payload }) => payload) ?? [];
  expect(payloads.map((payload) => (payload.path ? readFileSync(payload.path) : payload.bytes)?.length)).toEqual(
    Array(20).fill(MIB),
  );
  expect(payloads.filter(({ path }) => path !== undefined).length).toBe(8);
});

const REFUSED: readonly (readonly [what: string, output: Artifact["outputs"][number], says: RegExp])[] = [
  ["../x", { name: "../x", payload: { bytes: new Uint8Array() } }, /"\.\.\/x"/],
  ["..", { name: "..", payload: { bytes: new Uint8Array() } }, /named "\.\."/],
  ["an empty name", { name: "", payload: { bytes: new Uint8Array() } }, /named ""/],
  ["a/b", { name: "a/b", payload: { bytes: new Uint8Array() } }, /named "a\/b"/],
  ["a\\b", { name: "a\\b", payload: { bytes: new Uint8Array() } }, /separators/],
  ["a relative path", { name: "x", payload: { path: "etc/passwd" } }, /"etc\/passwd": .*absolute/],
  ["a path that is not there", { name: "x", payload: { path: "/dev/shm/not/there" } }, /"\/dev\/shm\/not\/there"/],
  ["a directory", { name: "x", payload: { path: "/dev/shm" } }, /"\/dev\/shm": it is no regular file/],
  ["a device", { name: "x", payload: { path: "/dev/zero" } }, /"\/dev\/zero": it is no regular file/],
];

test("[protocol 12] Store refuses names and paths that lead elsewhere, stores nothing, and the connection goes on", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  for (const [what, output, says] of REFUSED) {
    const good = { name: "good", payload: { bytes: bytesOf("good", 2) } };
    const refused = store(client, KEY, { ...EMPTY, outputs: [good, output] });
    expect(await messageOf(refused), what).toMatch(says);
  }
  expect(await client.ask("Lookup", { cache_key: KEY })).toEqual(MISS);
  expect(globSync(`${box.cache}/**/tmp/*`)).toEqual([]);
  for (const key of ["", "abc", "AB".repeat(32), "zz"]) {
    expect(await messageOf(client.ask("Lookup", { cache_key: key }))).toContain(
      'Cannot send Lookup: field "cache_key"',
    );
  }
});

test("of Stores of one key at the same time one value stays", async () => {
  await using box = sandbox();
  const clients: Client[] = [];
  try {
    for (let at = 0; at < 6; at++) clients.push(await libraryClient(box));
    const values = clients.map((_, at) => ({ ...EMPTY, outputs: [payload("x", `value ${at}`)], exit_code: at }));
    const results = await Promise.all(clients.map((client, at) => store(client, KEY, values[at] ?? EMPTY)));
    expect(results.filter((result) => result === "Stored").length).toBe(1);
    const [first] = clients;
    const winner = values[results.indexOf("Stored")];
    expect(await lookUp(first, KEY)).toEqual(winner);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

test("a damaged or missing object is a Miss, and can be stored again", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  for (const damage of [
    (object: string) => {
      chmodSync(object, 0o600);
      writeFileSync(object, "y".repeat(statSync(object).size));
    },
    (object: string) => rmSync(object),
  ]) {
    for (const size of [10, 2 * MIB]) {
      const artifact = { ...EMPTY, outputs: [payload("x", "x".repeat(size))] };
      expect(await store(client, KEY, artifact)).toBe("Stored");
      const [object = ""] = globSync(`${box.cache}/**/objects/??/*`);
      damage(object);
      expect(await client.ask("Lookup", { cache_key: KEY })).toEqual(MISS);
    }
  }
});

test("clear takes clients' artifacts along, and counts them", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  await store(client, KEY, { ...EMPTY, outputs: [payload("x", "12345")] });
  const { stdout } = await box.zccache(["status", "--json"]);
  expect(JSON.parse(stdout).daemon).toMatchObject({ artifact_count: 1, cache_size_bytes: 5 });
  expect((await box.zccache(["clear"])).stdout).toContain("1 artifact");
  expect(await client.ask("Lookup", { cache_key: KEY })).toEqual(MISS);
});

test("artifacts are evicted with everything else, and one that takes too much is refused", async () => {
  await using box = sandbox();
  const limited = { ...box.env, ZCCACHE_CACHE_SIZE_BYTES: "8M" };
  await box.zccache(["start"], { env: limited });
  using client = await libraryClient(box);
  for (let at = 0; at < 16; at++) {
    const key = at.toString(16).padStart(2, "0");
    expect(await store(client, key, { ...EMPTY, outputs: [payload("x", `${at}`.padEnd(MIB))] })).toBe("Stored");
    await Bun.sleep(50);
  }
  await until(async () => (await statusOf(box)).evicted_artifacts > 0);
  expect((await client.ask("Lookup", { cache_key: "00" })).result).toBe("Miss");
  expect((await client.ask("Lookup", { cache_key: "0f" })).result).toBe("Hit");
  const tooMuch = store(client, "ff", { ...EMPTY, outputs: [payload("x", "x".repeat(3 * MIB))] });
  expect(await messageOf(tooMuch)).toContain("more than a quarter of the cache");
});

test("ListRustArtifacts tells clients' artifacts and results of tools that have an output of Rust's", async () => {
  await using box = sandbox();
  using client = await libraryClient(box);
  expect(await client.ask("ListRustArtifacts", {})).toEqual({ type: "RustArtifactList", artifacts: [] });
  await store(client, KEY, { ...EMPTY, outputs: [payload("libx.rmeta", "1"), payload("x.txt", "2")] });
  await store(client, OTHER, { ...EMPTY, outputs: [payload("rlib", "1"), payload("x.rlib.txt", "2")] });
  for (const [at, name] of ["a.rlib", "a.d", "a.so", "a.dylib", "a.dll"].entries()) {
    await store(client, `0${at}`, { ...EMPTY, outputs: [payload(name, "1")] });
  }
  const { artifacts } = await client.ask("ListRustArtifacts", {});
  expect(artifacts).toEqual([
    { cache_key: KEY, output_names: ["libx.rmeta", "x.txt"], payload_count: 2 },
    ...["a.rlib", "a.d", "a.so", "a.dylib", "a.dll"].map((name, at) => ({
      cache_key: `0${at}`,
      output_names: [name],
      payload_count: 1,
    })),
  ]);
});

test.skipIf(noRust !== undefined)("ListRustArtifacts tells results of rustc", async () => {
  await using box = sandbox();
  box.tree.write({ "lib.rs": "pub fn one() -> u8 { 1 }\n" });
  await Bun.sleep(50);
  const args = [
    "--crate-name",
    "one",
    "--crate-type",
    "lib",
    "--emit=dep-info,metadata,link",
    "--out-dir",
    ".",
    "lib.rs",
  ];
  const { exitCode, stderr } = await box.zccache([rustTools().rustc, ...args], { cwd: box.tree.path });
  expect([exitCode, stderr]).toEqual([0, ""]);
  await box.settled(1);
  using client = await libraryClient(box);
  const { artifacts } = await client.ask("ListRustArtifacts", {});
  // The names of what the command line plans (the library and the depfile) are each call's own.
  const cache_key = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(artifacts).toEqual([{ cache_key, output_names: ["libone.rmeta"], payload_count: 3 }]);
});

test("keys of clients never meet those of results: neither by Lookup nor by Store", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n" });
  await Bun.sleep(50);
  const compile = () => box.zccache(["gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path });
  await compile();
  await box.settled(1);
  await box.stop();
  const keys = keysIn(globSync(`${box.cache}/**/index.sqlite`)[0] ?? "");
  using client = await libraryClient(box);
  expect(keys.length).toBeGreaterThan(1);
  for (const key of keys) {
    expect(await client.ask("Lookup", { cache_key: key })).toEqual(MISS);
    expect(await store(client, key, { ...EMPTY, outputs: [payload("a.o", "not an object")] })).toBe("Stored");
  }
  rmSync(box.tree.at("a.o"));
  await compile();
  expect(readFileSync(box.tree.at("a.o")).subarray(0, 4).toString("latin1")).toBe("\x7fELF");
  const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  expect(daemon.cache_hits).toBe(1);
});

const MISS = { type: "LookupResult", result: "Miss", artifact: undefined } as const;
const EMPTY: Artifact = { outputs: [], stdout: new Uint8Array(), stderr: new Uint8Array(), exit_code: 0 };

function payload(name: string, content: string): Artifact["outputs"][number] {
  return { name, payload: { bytes: new Uint8Array(Buffer.from(content, "latin1")) } };
}

function bytesOf(text: string, times: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(text.length * times, text, "latin1").subarray(0, Math.max(times, text.length)));
}

async function store(client: Client, cache_key: string, artifact: Artifact): Promise<string> {
  return (await client.ask("Store", { cache_key, artifact })).result;
}

async function lookUp(client: Client | undefined, cache_key: string): Promise<Artifact | undefined> {
  const found = await client?.ask("Lookup", { cache_key });
  return found?.artifact;
}

async function messageOf(asked: Promise<unknown>): Promise<string> {
  return await asked.then(
    (reply) => `answered: ${JSON.stringify(reply)}`,
    (error) => String(error.message),
  );
}

/** Keys of results and their contexts. */
function keysIn(index: string): string[] {
  expect(existsSync(index)).toBe(true);
  const script = `
    import { Database } from "bun:sqlite";
    const rows = new Database(${JSON.stringify(index)}, { readonly: true })
      .query("SELECT hex(key) AS key FROM results UNION SELECT hex(context) AS key FROM manifest").all();
    process.stdout.write(rows.map((row) => row.key.toLowerCase()).join(" "));`;
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout.split(" ");
}
