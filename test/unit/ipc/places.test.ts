import { expect, test } from "bun:test";
import { VERSION } from "../../../src/core/version.ts";
import { type Machine, places, spawnLog } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";

const V = `v${VERSION}`;

const machine: Machine = {
  uid: 1000,
  cwd: () => "/work",
  home: () => "/home/passwd",
  isPrivate: (path) => path === "/run/user/1000",
};

function at(environment: Record<string, string>) {
  return places(readSettings({ HOME: "/home/me", ...environment }, false), machine);
}

test("places() without settings are below HOME, the socket below /tmp [daemon §8]", () => {
  expect(at({})).toEqual({
    topRoot: "/home/me/.zccache",
    root: `/home/me/.zccache/${V}`,
    state: `/home/me/.zccache/${V}`,
    namespace: "default",
    endpoint: `/tmp/zccache-1000/sock-${V}`,
    lockFile: `/tmp/zccache-1000/daemon-${V}.lock`,
    spawnLock: `/tmp/zccache-1000/daemon-${V}.lock.spawn`,
    logs: `/home/me/.zccache/${V}/logs`,
    lifecycleLog: `/home/me/.zccache/${V}/logs/daemon-lifecycle.log`,
  });
});

test("places() put the socket into a runtime directory that is private [S4]", () => {
  expect(at({ XDG_RUNTIME_DIR: "/run/user/1000" })).toMatchObject({
    endpoint: `/run/user/1000/zccache/sock-${V}`,
    lockFile: `/run/user/1000/zccache/daemon-${V}.lock`,
  });
});

test.each(["/run/user/0", "run/user/1000", "", "/nonexistent"])(
  "places() ignore the runtime directory %p [S4]",
  (directory) => {
    expect(at({ XDG_RUNTIME_DIR: directory }).endpoint).toBe(`/tmp/zccache-1000/sock-${V}`);
  },
);

test("places() of a cache directory are all in it [daemon §8]", () => {
  expect(at({ ZCCACHE_CACHE_DIR: "/c", XDG_RUNTIME_DIR: "/run/user/1000" })).toMatchObject({
    topRoot: "/c",
    root: `/c/${V}`,
    endpoint: `/c/${V}/daemon-${V}.sock`,
    lockFile: `/c/${V}/daemon-${V}.lock`,
  });
});

test.each(["/c/", "/c/.", "//c//", `/c/${V}`, `/c/${V}/`, "../c", "./../c"].filter((path) => !path.includes("..")))(
  "places() of the cache directory %p are those of /c [daemon 20]",
  (directory) => {
    expect(at({ ZCCACHE_CACHE_DIR: directory })).toEqual(at({ ZCCACHE_CACHE_DIR: "/c" }));
  },
);

test("places() make a relative cache directory absolute and keep `..` as spelled", () => {
  expect(at({ ZCCACHE_CACHE_DIR: "c" }).root).toBe(`/work/c/${V}`);
  expect(at({ ZCCACHE_CACHE_DIR: "../c" }).root).toBe(`/work/../c/${V}`);
});

test.each([
  { name: "dev x", label: "dev_x" },
  { name: " dev ", label: "dev" },
  { name: "a/../b", label: "a_.._b" },
  { name: "..", label: "__" },
  { name: "größe", label: "gr____e" },
])("places() of the namespace $name carry $label in every name [daemon 20]", ({ name, label }) => {
  const where = at({ ZCCACHE_CACHE_DIR: "/c", ZCCACHE_DAEMON_NAMESPACE: name });
  expect(where).toEqual({
    topRoot: "/c",
    root: `/c/${V}`,
    state: `/c/${V}/daemon-state/${label}`,
    namespace: label,
    endpoint: `/c/${V}/daemon-${label}-${V}.sock`,
    lockFile: `/c/${V}/daemon-${label}-${V}.lock`,
    spawnLock: `/c/${V}/daemon-${label}-${V}.lock.spawn`,
    logs: `/c/${V}/daemon-state/${label}/logs`,
    lifecycleLog: `/c/${V}/daemon-state/${label}/logs/daemon-lifecycle-${label}.log`,
  });
  expect(at({ ZCCACHE_DAEMON_NAMESPACE: name }).endpoint).toBe(`/tmp/zccache-1000/sock-${label}-${V}`);
});

test.each(["", "  ", "default"])("places() of the namespace %p have no namespace in their names", (name) => {
  expect(at({ ZCCACHE_DAEMON_NAMESPACE: name })).toEqual(at({}));
});

test("places() of long namespaces are cut to 32 characters and a hash that tells them apart", () => {
  const [first, second] = ["x", "y"].map((end) => at({ ZCCACHE_DAEMON_NAMESPACE: "n".repeat(40) + end }).namespace);
  expect(first).toMatch(/^n{32}-[0-9a-f]{8}$/);
  expect(second).toMatch(/^n{32}-[0-9a-f]{8}$/);
  expect(first).not.toBe(second);
  expect(at({ ZCCACHE_DAEMON_NAMESPACE: "n".repeat(32) }).namespace).toBe("n".repeat(32));
});

test("places() of two namespaces or two caches share no endpoint, lock or lifecycle log [daemon 20]", () => {
  const all = [
    {},
    { ZCCACHE_DAEMON_NAMESPACE: "a" },
    { ZCCACHE_CACHE_DIR: "/c" },
    { ZCCACHE_CACHE_DIR: "/c", ZCCACHE_DAEMON_NAMESPACE: "a" },
    { ZCCACHE_CACHE_DIR: "/d" },
  ].map(at);
  for (const key of ["endpoint", "lockFile", "spawnLock", "lifecycleLog"] as const) {
    expect(new Set(all.map((where) => where[key])).size).toBe(all.length);
  }
});

const edge = 100 - `//${V}/daemon-${V}.sock`.length;

test("places() use a short socket name under /tmp when the path has over 100 bytes [ipc 18]", () => {
  const fits = at({ ZCCACHE_CACHE_DIR: `/${"c".repeat(edge)}` });
  expect(fits.endpoint.length).toBe(100);
  expect(fits.endpoint).toStartWith("/ccc");
  const [long, other] = ["c", "d"].map((letter) => at({ ZCCACHE_CACHE_DIR: `/${letter.repeat(edge + 1)}` }));
  expect(long?.endpoint).toMatch(new RegExp(`^/tmp/zccache-1000/zccache-[0-9a-f]{16}-daemon-${V}\\.sock$`));
  expect(long?.endpoint).not.toBe(other?.endpoint ?? "");
  expect(long?.lockFile).toBe(`/${"c".repeat(edge + 1)}/${V}/daemon-${V}.lock`);
});

test("places() count bytes, not characters, and hash them as FNV-1a does", () => {
  const where = at({ ZCCACHE_CACHE_DIR: `/${"é".repeat(45)}` });
  expect(where.endpoint).toStartWith("/tmp/zccache-1000/");
  // FNV-1a of "a" is af63dc4c8601ec8c; the name's hash follows the same rule over the whole long path.
  const path = `/${"é".repeat(45)}/${V}/daemon-${V}.sock`;
  let expected = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(path)) expected = ((expected ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
  expect(where.endpoint).toContain(expected.toString(16).padStart(16, "0"));
});

test("places() keep the socket's path within 100 bytes whatever the settings [ipc 18]", () => {
  const namespace = "n".repeat(60);
  const cases = [
    { ZCCACHE_CACHE_DIR: `/${"c".repeat(300)}`, ZCCACHE_DAEMON_NAMESPACE: namespace },
    { ZCCACHE_DAEMON_NAMESPACE: namespace },
  ];
  for (const environment of cases) {
    const settings = readSettings({ HOME: "/h", ...environment }, false);
    const { endpoint } = places(settings, { ...machine, uid: 4_294_967_294 });
    expect(endpoint.length).toBeLessThanOrEqual(100);
  }
});

test("places() of an endpoint of its own have a lock of its own [daemon §8]", () => {
  const where = at({ ZCCACHE_CACHE_DIR: "/c", ZCCACHE_ENDPOINT: "/e/x.sock" });
  expect(where).toMatchObject({
    root: `/c/${V}`,
    endpoint: "/e/x.sock",
    lockFile: "/e/x.sock.lock",
    spawnLock: "/e/x.sock.lock.spawn",
  });
  expect(at({ ZCCACHE_ENDPOINT: "x.sock" }).endpoint).toBe("/work/x.sock");
});

test("places() take the state directory that is set", () => {
  const where = at({ ZCCACHE_CACHE_DIR: "/c", ZCCACHE_DAEMON_NAMESPACE: "a", ZCCACHE_DAEMON_STATE_DIR: "/s/" });
  expect(where).toMatchObject({ state: "/s", logs: "/s/logs", lifecycleLog: "/s/logs/daemon-lifecycle-a.log" });
});

test("places() fall back to the user's entry without HOME, and to /tmp without that", () => {
  const settings = readSettings({}, false);
  expect(places(settings, machine).topRoot).toBe("/home/passwd/.zccache");
  expect(places(settings, { ...machine, home: () => undefined }).topRoot).toBe("/tmp/zccache-1000/.zccache");
});

test("places() without a machine are those of this process", () => {
  const where = places(readSettings({ HOME: "/h", ZCCACHE_ENDPOINT: "x" }, false));
  expect(where.endpoint).toBe(`${process.cwd()}/x`);
  expect(places(readSettings({ HOME: "/h" }, false)).endpoint).toStartWith(`/tmp/zccache-${process.geteuid?.()}/`);
});

test("spawnLog() names process and moment, and the namespace if there is one", () => {
  expect(spawnLog(at({ ZCCACHE_CACHE_DIR: "/c" }), 42, 17n)).toBe(`/c/${V}/logs/daemon-spawn-42-17.log`);
  const where = at({ ZCCACHE_CACHE_DIR: "/c", ZCCACHE_DAEMON_NAMESPACE: "a" });
  expect(spawnLog(where, 42, 17n)).toBe(`/c/${V}/daemon-state/a/logs/daemon-spawn-a-42-17.log`);
});
