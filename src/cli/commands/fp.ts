// zccache fp: may a piece of work be skipped because no file of a tree has changed since it was last done? Scripts read
// the exit code, so whatever goes wrong must be neither "run" nor "skip".

import type { Client } from "../../client/client.ts";
import type { RawText } from "../../core/raw-text.ts";
import { clientOver, ENDPOINT_FLAG, pathOf, saidAgainst, withDaemonFlags } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, failed } from "../command.ts";
import { showCount } from "../render.ts";
import { ensureDaemon } from "./start.ts";

export const fp: Command = {
  name: "fp",
  aliases: [],
  summary: "tell whether files changed since work on them was done",
  args: [{ name: "<action>", summary: "check (exit code 0: run, 1: skip), mark-success, mark-failure or invalidate" }],
  flags: [
    { name: "cache-file", value: "file", summary: "names what is watched; no such file is made" },
    { name: "cache-type", value: "type", summary: "hash, or two-layer: size and times first (default)" },
    ENDPOINT_FLAG,
    { name: "root", value: "dir", summary: "directory that is looked at (default: here)" },
    { name: "ext", value: "extension", many: true, summary: "only files with this extension" },
    { name: "include", value: "glob", many: true, summary: "only files that match, instead of --ext" },
    { name: "exclude", value: "pattern", many: true, summary: "but no file or directory of this name or pattern" },
  ],
  examples: [
    ["zccache fp --cache-file lint check --ext rs && cargo clippy", "lint only if a file has changed"],
    ["zccache fp --cache-file lint mark-success", "it was done, for the files of the last check"],
  ],
  run: runFp,
};

const MARKS = {
  "mark-success": "FingerprintMarkSuccess",
  "mark-failure": "FingerprintMarkFailure",
  invalidate: "FingerprintInvalidate",
} as const;

const RUN = 0;
const SKIP = 1;
const TROUBLE = 2;

async function runFp(given: CommandInput): Promise<CommandResult> {
  try {
    const input = withDaemonFlags(given);
    const [action = ""] = input.args;
    if (action !== "check" && !isMark(action)) {
      return trouble(`"${action}" is none of check, mark-success, mark-failure and invalidate`);
    }
    const cacheFile = input.values.get("cache-file")?.[0];
    if (cacheFile === undefined) return trouble("--cache-file is missing");
    const started = await ensureDaemon(input);
    if ("exitCode" in started) return { ...started, exitCode: TROUBLE };
    using client = await clientOver(started.daemon);
    const cache_file = pathOf(cacheFile);
    if (action === "check") return await check(client, cache_file, input.values);
    await client.ask(MARKS[action], { cache_file });
    return { exitCode: 0, stdout: "", stderr: "" };
  } catch (error) {
    return trouble(saidAgainst(error));
  }
}

async function check(client: Client, cache_file: RawText, values: CommandInput["values"]): Promise<CommandResult> {
  const cache_type = values.get("cache-type")?.[0] ?? "two-layer";
  if (cache_type !== "hash" && cache_type !== "two-layer") {
    return trouble(`--cache-type "${cache_type}" is neither hash nor two-layer`);
  }
  const { decision, reason, changed_files } = await client.ask("FingerprintCheck", {
    cache_file,
    cache_type,
    root: pathOf(values.get("root")?.[0] ?? "."),
    extensions: [...(values.get("ext") ?? [])],
    include_globs: [...(values.get("include") ?? [])],
    exclude: [...(values.get("exclude") ?? [])],
  });
  if (decision === "skip") return { exitCode: SKIP, stdout: "", stderr: "skip: nothing has changed\n" };
  const files = changed_files.length === 0 ? "" : ` (${showCount(changed_files.length, "file")})`;
  const lines = [`run: ${reason}${files}`, ...changed_files.slice(0, FILES_SHOWN).map((file) => `  ${file}`)];
  return { exitCode: RUN, stdout: "", stderr: `${lines.join("\n")}\n` };
}

const FILES_SHOWN = 20;

function isMark(action: string): action is keyof typeof MARKS {
  return Object.hasOwn(MARKS, action);
}

function trouble(why: string): CommandResult {
  return { ...failed(`Cannot tell whether files changed: ${why}`), exitCode: TROUBLE };
}
