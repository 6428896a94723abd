import { expect, test } from "bun:test";
import { readSettings } from "../../../src/sys/environment.ts";

test("readSettings() of an empty environment are the defaults", () => {
  expect(readSettings({}, false)).toEqual({
    cacheDir: undefined,
    namespace: undefined,
    stateDir: undefined,
    endpoint: undefined,
    home: undefined,
    runtimeDir: undefined,
    idleTimeoutSecs: undefined,
    statusProbeSecs: 2,
    cacheSizeBytes: 10_000_000_000,
    noSpawn: false,
    noWatch: false,
    disable: false,
    depth: 0,
    maxParallelCompiles: undefined,
    wedgeReceiveSecs: 180,
    wedgeProbeMs: 3000,
    execCoalesceWaitMs: 60_000,
    patience: 1,
    rustLog: undefined,
  });
});

const FULL = {
  ZCCACHE_CACHE_DIR: "/c",
  ZCCACHE_DAEMON_NAMESPACE: "dev",
  ZCCACHE_DAEMON_STATE_DIR: "/s",
  ZCCACHE_ENDPOINT: "/e",
  HOME: "/h",
  XDG_RUNTIME_DIR: "/r",
  ZCCACHE_IDLE_TIMEOUT_SECS: "17",
  ZCCACHE_STATUS_PROBE_TIMEOUT_SECS: "5",
  ZCCACHE_CACHE_SIZE_BYTES: "1.5GiB",
  ZCCACHE_NO_SPAWN: "1",
  ZCCACHE_NO_WATCH: "1",
  ZCCACHE_DISABLE: "true",
  ZCCACHE_DEPTH: "3",
  ZCCACHE_MAX_PARALLEL_COMPILES: "3",
  ZCCACHE_WEDGE_RECV_TIMEOUT_SECS: "60",
  ZCCACHE_WEDGE_PROBE_BUDGET_MS: "0",
  ZCCACHE_EXEC_COALESCE_WAIT_MS: "250",
  ZCCACHE_PATIENCE: "20",
  RUST_LOG: "debug",
};

test("readSettings() reads every variable", () => {
  expect(readSettings(FULL, false)).toEqual({
    cacheDir: "/c",
    namespace: "dev",
    stateDir: "/s",
    endpoint: "/e",
    home: "/h",
    runtimeDir: "/r",
    idleTimeoutSecs: "17",
    statusProbeSecs: 5,
    cacheSizeBytes: 1.5 * 2 ** 30,
    noSpawn: true,
    noWatch: true,
    disable: true,
    depth: 3,
    maxParallelCompiles: 3,
    wedgeReceiveSecs: 60,
    wedgeProbeMs: 0,
    execCoalesceWaitMs: 250,
    patience: 20,
    rustLog: "debug",
  });
});

test("readSettings() takes a variable that is empty for one that is unset", () => {
  const empty = Object.fromEntries(Object.keys(FULL).map((name) => [name, ""]));
  expect(readSettings(empty, false)).toEqual(readSettings({}, false));
});

test.each([
  { value: "1", truth: true },
  { value: "true", truth: true },
  { value: "0", truth: false },
  { value: "false", truth: false },
  { value: "yes", truth: false },
  { value: "TRUE", truth: false },
])("readSettings() reads the switch value $value as $truth", ({ value, truth }) => {
  expect(readSettings({ ZCCACHE_NO_SPAWN: value, ZCCACHE_DISABLE: value }, false)).toMatchObject({
    noSpawn: truth,
    disable: truth,
  });
});

test.each(["abc", "-1", "1.5", "1e3", " 1", "99999999"])(
  "readSettings() never fails over the number %p [S20]",
  (value) => {
    const settings = readSettings(
      { ZCCACHE_DEPTH: value, ZCCACHE_STATUS_PROBE_TIMEOUT_SECS: value, ZCCACHE_IDLE_TIMEOUT_SECS: value },
      false,
    );
    expect(settings).toMatchObject({ depth: 0, statusProbeSecs: 2, idleTimeoutSecs: value });
  },
);

test.each(["0", "-1", "many", ""])("readSettings() takes %p tools at once for the daemon's own choice", (value) => {
  expect(readSettings({ ZCCACHE_MAX_PARALLEL_COMPILES: value }, false).maxParallelCompiles).toBeUndefined();
});

test.each([
  ["0", 1],
  ["-1", 1],
  ["much", 1],
  ["5000", 1000],
])("readSettings() takes ZCCACHE_PATIENCE %p for %i", (text, patience) => {
  expect(readSettings({ ZCCACHE_PATIENCE: text }, false)).toMatchObject({ patience });
});

test("readSettings() spells paths as bytes", () => {
  expect(readSettings({ ZCCACHE_CACHE_DIR: "/größe" }, false).cacheDir).toBe(Buffer.from("/größe").toString("latin1"));
});

test("readSettings() of a setuid process ignores its environment and disables [S18]", () => {
  expect(readSettings(FULL, true)).toEqual({ ...readSettings({}, false), disable: true });
});

test("readSettings() reads this process by default", () => {
  const before = process.env["ZCCACHE_DAEMON_NAMESPACE"];
  process.env["ZCCACHE_DAEMON_NAMESPACE"] = "from-process";
  try {
    expect(readSettings().namespace).toBe("from-process");
  } finally {
    if (before === undefined) delete process.env["ZCCACHE_DAEMON_NAMESPACE"];
    else process.env["ZCCACHE_DAEMON_NAMESPACE"] = before;
  }
});

test.each([
  ["0", 0],
  ["500000000", 500_000_000],
  ["500M", 500_000_000],
  ["5 GB", 5_000_000_000],
  ["20k", 20_000],
  ["1TiB", 2 ** 40],
  ["much", 10_000_000_000],
  ["-1", 10_000_000_000],
])("readSettings() reads ZCCACHE_CACHE_SIZE_BYTES %p, and a bad one as the default", (text, bytes) => {
  expect(readSettings({ ZCCACHE_CACHE_SIZE_BYTES: text }, false).cacheSizeBytes).toBe(bytes);
});
