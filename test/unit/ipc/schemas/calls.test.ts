import { describe, expect, test } from "bun:test";
import { CALLS } from "../../../../src/ipc/schemas/calls.ts";
import { type Field, fieldsOf, spellField, typeOf } from "../../../support/schema-shape.ts";

type Fields = Readonly<Record<string, string>>;

const OUTPUT = "{name: text, payload: {bytes: bytes} or {path: arg}}";
const ARTIFACT = `{outputs: [${OUTPUT}], stdout: bytes, stderr: bytes, exit_code: int}`;

const STORED = "{role: text, name: arg?, digest: text, size: uint, executable: bool, object: arg}";

const STATS = [
  "duration_ms compilations hits misses non_cacheable errors errors_cached time_saved_ms unique_sources bytes_read",
  "bytes_written",
];
const PROFILE = [
  "hit_count miss_count parse_args_ns build_context_ns hash_source_ns hash_headers_ns depgraph_check_ns",
  "request_cache_lookup_ns cross_root_validate_ns artifact_lookup_ns write_output_ns bookkeeping_ns total_hit_ns",
  "compiler_exec_ns include_scan_ns hash_all_ns artifact_store_ns total_miss_ns",
];

const RUN: Fields = {
  args: "[arg]",
  cwd: "arg",
  compiler: "arg",
  env: "[(arg, arg)]?",
  stdin: "bytes = empty",
};

const ENDED: Fields = {
  exit_code: "int",
  signal: "uint?",
  stdout: "bytes = empty",
  stderr: "bytes = empty",
  stdout_file: "arg?",
  stderr_file: "arg?",
  cached: "bool",
};

/** What the protocol has: fields of each request and reply, by hand. */
const PROTOCOL: Readonly<Record<string, { request: Fields; reply: string; fields: Fields }>> = {
  Lookup: {
    request: { cache_key: "hex" },
    reply: "LookupResult",
    fields: { result: '"Hit" or "Miss"', artifact: `${ARTIFACT}?` },
  },
  Store: {
    request: { cache_key: "hex", artifact: ARTIFACT },
    reply: "StoreResult",
    fields: { result: '"Stored" or "AlreadyExists"' },
  },
  ListRustArtifacts: {
    request: {},
    reply: "RustArtifactList",
    fields: { artifacts: "[{cache_key: hex, output_names: [text], payload_count: uint}]" },
  },
  Inspect: {
    request: { key: "text", most: "uint" },
    reply: "Inspected",
    fields: {
      results: `[{result_key: text, context_key: text, last_used_unix: uint, exit_code: int, millis: uint, stdout_bytes: uint, stderr_bytes: uint, outputs: [${STORED}] = [], dependency_count: uint, dependencies: [{path: arg, aspect: text, state: arg}] = [], conditions: [arg] = [], environment: [{name: arg, set: bool}] = [], whole_environment: bool}]`,
    },
  },
  SessionStart: {
    request: {
      client_pid: "uint",
      working_dir: "arg",
      log_file: "arg?",
      track_stats: "bool = false",
      journal_path: "arg?",
      profile: "bool = false",
      private_daemon:
        "{daemon_name: text?, endpoint: arg?, cache_dir: arg?, owner_pids: [uint] = [], env: [(arg, arg)] = []}?",
    },
    reply: "SessionStarted",
    fields: { session_id: "uuid", journal_path: "arg?" },
  },
  SessionEnd: { request: { session_id: "uuid" }, reply: "SessionEnded", fields: { stats: "stats" } },
  SessionStats: { request: { session_id: "uuid" }, reply: "SessionStatsResult", fields: { stats: "stats" } },
  Compile: { request: { session_id: "uuid", ...RUN }, reply: "CompileResult", fields: ENDED },
  CompileEphemeral: {
    request: { client_pid: "uint", working_dir: "arg", ...RUN },
    reply: "CompileResult",
    fields: ENDED,
  },
  LinkEphemeral: {
    request: { client_pid: "uint", tool: "arg", args: "[arg]", cwd: "arg", env: "[(arg, arg)]?" },
    reply: "LinkResult",
    fields: { ...ENDED, warning: "text?" },
  },
  FingerprintCheck: {
    request: {
      cache_file: "arg",
      cache_type: "text",
      root: "arg",
      extensions: "[text] = []",
      include_globs: "[text] = []",
      exclude: "[text] = []",
    },
    reply: "FingerprintCheckResult",
    fields: { decision: '"skip" or "run"', reason: "text?", changed_files: "[text] = []" },
  },
  FingerprintMarkSuccess: { request: { cache_file: "arg" }, reply: "FingerprintAck", fields: {} },
  FingerprintMarkFailure: { request: { cache_file: "arg" }, reply: "FingerprintAck", fields: {} },
  FingerprintInvalidate: { request: { cache_file: "arg" }, reply: "FingerprintAck", fields: {} },
  ReleaseWorktreeHandles: {
    request: { path: "arg" },
    reply: "ReleaseWorktreeHandlesResult",
    fields: { inspected: "uint", released: "uint", sessions_dropped: "[uuid]", unreleased: "[arg] = []" },
  },
  GenericToolExec: {
    request: {
      tool: "arg",
      args: "[arg]",
      cwd: "arg",
      env: "[(arg, arg)] = []",
      input_files: "[arg] = []",
      input_extra: "bytes = empty",
      output_streams: "{stdout: bool = true, stderr: bool = true}",
      output_files: "[arg] = []",
      tool_hash: "bytes?",
      cache_policy: '"Normal" or "Bypass" or "ReadOnly" = "Normal"',
      cwd_in_key: "bool = true",
      include_scan_files: "[arg] = []",
      include_dirs: "[arg] = []",
      system_include_dirs: "[arg] = []",
      iquote_dirs: "[arg] = []",
      depfile: "arg?",
      non_deterministic: "bool = false",
      key_args_filter: "[text] = []",
    },
    reply: "GenericToolExecResult",
    fields: {
      exit_code: "int",
      stdout: "bytes = empty",
      stderr: "bytes = empty",
      cached: "bool",
      output_files: `[${OUTPUT}]`,
      cache_key_hex: "hex",
    },
  },
};

/** Names that are as good: a list that may be missing in a reply, a default in the place of what is required. */
function essence(spelled: string): string {
  return spelled.replace(/ = \[\]$/, "").replace(/ = \{.*\}$/, "");
}

/** A word of a list may be checked by the handler instead of the schema. */
function agrees(found: string, wanted: string): boolean {
  const [have, want] = [essence(found), essence(wanted)];
  if (want === "stats") return have.startsWith("{") && have.endsWith("}?");
  // What takes more than text takes text.
  if (want.replace("text", "arg") === have) return true;
  return have === want || (want === "text" && have.startsWith('"')) || (want.startsWith('"') && /^text\b/.test(have));
}

function expectFields(found: Readonly<Record<string, Field>>, wanted: Fields): void {
  for (const [name, spelled] of Object.entries(wanted)) {
    const field = found[name];
    if (field === undefined) throw new Error(`no field "${name}"`);
    const have = spellField(field);
    if (!agrees(have, spelled)) expect(`${name}: ${have}`).toBe(`${name}: ${spelled}`);
  }
  // What is added later must be something that an older peer can leave out.
  for (const [name, field] of Object.entries(found)) {
    if (wanted[name] === undefined) expect([name, field.otherwise.length]).toEqual([name, 1]);
  }
}

const calls = Object.entries(CALLS);

describe.each(calls)(
  "call %s has the fields, types and defaults of the protocol [protocol 1, protocol 2]",
  (name, call) => {
    const wanted = PROTOCOL[name];

    test("in its request", () => {
      expect(typeOf(call.request)).toBe(name);
      expectFields(fieldsOf(call.request), wanted?.request ?? {});
    });

    test("in its reply", () => {
      expect(typeOf(call.reply)).toBe(wanted?.reply ?? "");
      expectFields(fieldsOf(call.reply), wanted?.fields ?? {});
    });
  },
);

test("statistics of a session have each of their counters, which are 0 where an older daemon has none [protocol 2]", () => {
  for (const [name, { reply }] of calls) {
    const stats = fieldsOf(reply)["stats"]?.shape;
    if (stats === undefined) continue;
    if (stats.kind !== "map") throw new Error(`${name}: stats are no map`);
    for (const counter of words(STATS)) expect([counter, stats.fields[counter]?.otherwise]).toEqual([counter, [0]]);
    const profile = stats.fields["phase_profile"]?.shape;
    if (profile?.kind !== "map") throw new Error(`${name}: no profile`);
    expect(words(PROFILE).filter((part) => profile.fields[part] === undefined)).toEqual([]);
  }
});

function words(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}
