import { describe, expect, test } from "bun:test";
import { interpret } from "../../../src/cli/run.ts";
import { showRaw } from "../../../src/core/raw-text.ts";
import { FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const REPLY = {
  type: "Status",
  version: "0.1.0",
  daemon_namespace: "default",
  endpoint: "/run/x.sock",
  cache_dir: "/home/x/.zccache/v0.1.0",
  private_daemon: { enabled: true, owners: [{ pid: 7, ref_count: 2 }], private_env_keys: ["K"] },
  artifact_count: 61,
  cache_size_bytes: 14_200_000,
  metadata_entries: 5,
  uptime_secs: 7980,
  cache_hits: 2,
  cache_disk_bytes: 14_300_000,
  cache_limit_bytes: 10_000_000_000,
  evicted_artifacts: 3,
  cache_misses: 1,
  total_compilations: 15,
  non_cacheable: 12,
  compile_errors: 1,
  time_saved_ms: 63_000,
  dep_graph_persisted: true,
  non_cacheable_reasons: { "preprocess-only": 4, link: 8 },
  untraceable_tools: ["/usr/bin/tcc: statically linked"],
  untried_tools: ["/usr/bin/gcc: ptrace is not permitted (EPERM)"],
};

// As peers' `status --json` has them, in that order; the last three are ours.
const DAEMON_FIELDS =
  "cache_disk_bytes cache_limit_bytes evicted_artifacts exec_hits exec_misses " +
  "hit_us_max hit_us_p50 hit_us_p99 loop_delay_us_max loop_delay_us_p50 loop_delay_us_p99 " +
  "memo_hits verified verify_differences verify_unclear watch_events watch_overflows watch_paths watch_unfollowed_file_system watch_unfollowed_limit " +
  "watch_unfollowed_unseen watches " +
  "version daemon_namespace endpoint private_daemon artifact_count cache_size_bytes metadata_entries uptime_secs " +
  "cache_hits cache_misses total_compilations non_cacheable compile_errors compile_errors_cached time_saved_ms " +
  "total_links link_hits link_misses link_non_cacheable dep_graph_contexts dep_graph_files sessions_total " +
  "sessions_active cache_dir dep_graph_version dep_graph_disk_size dep_graph_persisted non_cacheable_reasons " +
  "warnings phase_profile untraceable_tools untried_tools";

function serve(tree: TemporaryTree, more: Record<string, unknown> = {}): FakeDaemon {
  return new FakeDaemon(tree.at("daemon.sock"), ({ reply }) => reply({ ...REPLY, ...more }));
}

describe("status", () => {
  test("shows every figure, plain off a terminal, reasons by count", async () => {
    using tree = fileTree();
    using _daemon = serve(tree);
    const result = await interpret(["status"], surroundings(tree));
    expect([result.exitCode, result.stderr]).toEqual([0, ""]);
    expect(result.stdout).toBe(`zccache 0.1.0, up for 2 h 13 min

  hits             2
  misses           1
  hit rate         66.7 %
  run as they are  12
  time saved       1 min 3 s

  run as they are, by reason
    link             8
    preprocess-only  4

  cache size       14.3 MB of 10.0 GB, 61 artifacts, 3 evicted
  cache directory  /home/x/.zccache/v0.1.0
  endpoint         /run/x.sock
  namespace        default

  cannot be traced  /usr/bin/tcc: statically linked

  not tried  /usr/bin/gcc: ptrace is not permitted (EPERM)
`);
  });

  test.each([
    [1, "1 hit was"],
    [2, "2 hits were"],
  ])("says first of all that %d verified hits were wrong, and where to look", async (count, words) => {
    using tree = fileTree();
    using _daemon = serve(tree, { verified: 7, verify_differences: count, verify_unclear: 3 });
    const { stdout } = await interpret(["status"], surroundings(tree));
    expect(stdout.split("\n\n")[1]).toBe(
      `  wrong results  ${words} not what a fresh run makes; see /home/x/.zccache/v0.1.0/verify`,
    );
    expect(stdout).toContain(
      `  verified, equal          7\n  verified, different      ${count}\n  verified, random anyway  3\n`,
    );
  });

  test("tells of tools that were run, once there were some", async () => {
    using tree = fileTree();
    using _daemon = serve(tree, { exec_hits: 2, exec_misses: 1 });
    const { stdout } = await interpret(["status"], surroundings(tree));
    expect(stdout).toContain("\n  exec hits    2\n  exec misses  1\n\n");
  });

  test("leaves out sections that are empty", async () => {
    using tree = fileTree();
    using _daemon = serve(tree, { non_cacheable_reasons: {}, untraceable_tools: [], untried_tools: [] });
    const { stdout } = await interpret(["status"], surroundings(tree));
    expect(stdout).not.toContain("by reason");
    expect(stdout).not.toContain("traced");
    expect(stdout).not.toContain("tried");
    expect(stdout).not.toContain("verified");
    expect(stdout).not.toContain("exec");
    expect(stdout).not.toContain("wrong");
    expect(stdout).not.toContain("\n\n\n");
  });

  test("--json has the shape of peers' (peers 2)", async () => {
    using tree = fileTree();
    using _daemon = serve(tree);
    const result = await interpret(["status", "--json"], surroundings(tree));
    const parsed = JSON.parse(result.stdout);
    const { daemon, ...rest } = parsed;
    expect(rest).toEqual({
      status: "ok",
      endpoint: "/run/x.sock",
      daemon_namespace: "default",
      private_daemon: REPLY.private_daemon,
      protocol_version: 1,
      hit_rate: 2 / 3,
      link_hit_rate: null,
    });
    expect(Object.keys(daemon).sort()).toEqual(DAEMON_FIELDS.split(" ").sort());
    expect(daemon).toMatchObject({ cache_hits: 2, link_hits: 0, non_cacheable_reasons: REPLY.non_cacheable_reasons });
    expect(result.stdout).toContain('\n  "status": "ok"');
  });

  test("without a daemon says how to start one, exit code 1", async () => {
    using tree = fileTree();
    const result = await interpret(["status"], surroundings(tree));
    expect([result.exitCode, result.stdout]).toEqual([1, ""]);
    for (const text of ["not running", tree.at("daemon.sock"), "zccache start"]) expect(result.stderr).toContain(text);
  });

  test("--json without a daemon is an error object, exit code 1 (peers 2)", async () => {
    using tree = fileTree();
    const around = surroundings(tree);
    const result = await interpret(["status", "--json"], around);
    expect([result.exitCode, result.stderr]).toEqual([1, ""]);
    const error = "the daemon is not running";
    const endpoint = showRaw(around.where.endpoint);
    expect(JSON.parse(result.stdout)).toEqual({ status: "error", endpoint, daemon_namespace: "default", error });
  });

  test("gives up on a daemon that does not answer", async () => {
    using tree = fileTree();
    using _daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
    const around = surroundings(tree);
    const settings = { ...around.settings, statusProbeSecs: 0.3 };
    const result = await interpret(["status"], { ...around, settings });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("no answer within 300 ms");
  });
});

describe("cache size", () => {
  test("shows what there is, what there may be, and what was evicted", async () => {
    using tree = fileTree();
    using _daemon = serve(tree);
    const result = await interpret(["cache", "size"], surroundings(tree));
    expect(result).toEqual({ exitCode: 0, stdout: "14.3 MB of 10.0 GB, 61 artifacts, 3 evicted\n", stderr: "" });
  });

  test("--json has the figures", async () => {
    using tree = fileTree();
    using _daemon = serve(tree);
    const { stdout } = await interpret(["cache", "size", "--json"], surroundings(tree));
    expect(JSON.parse(stdout)).toEqual({
      bytes: 14_300_000,
      human: "14.3 MB",
      cache_root: "/home/x/.zccache/v0.1.0",
      limit_bytes: 10_000_000_000,
      artifact_count: 61,
      evicted_artifacts: 3,
    });
  });

  test("of anything else is a usage error", async () => {
    using tree = fileTree();
    const { exitCode, stderr } = await interpret(["cache", "colour"], surroundings(tree));
    expect([exitCode, stderr]).toEqual([2, 'zccache: Cannot show "colour" of the cache: expected "size" or "list"\n']);
  });
});
