// zccache snapshot: what the files of a tree are, and when they were last changed, for replay. Needs no daemon.

import { writeFileSync } from "node:fs";
import { describeError } from "../../core/errors.ts";
import { showRaw } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { StagedFile } from "../../sys/staged-file.ts";
import { pathOf } from "../ask-library.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showBytes, showCount } from "../render.ts";
import { type TimesManifest, writeManifest } from "../times-manifest.ts";
import { type FileFacts, filesBelow, openFile, readFacts } from "../tree-files.ts";

export const snapshot: Command = {
  name: "snapshot",
  aliases: [],
  summary: "write down contents and times of a tree's files",
  args: [],
  flags: [
    { name: "workspace", value: "dir", summary: "the tree (default: here)" },
    { name: "out", value: "file", summary: "where to write it" },
    { name: "exclude", value: "pattern", many: true, summary: "but no file or directory of this name or pattern" },
    { name: "json", summary: "what was written down, as JSON" },
  ],
  examples: [
    ["zccache snapshot --out times.jsonl --exclude target", "at the end of a build, kept beside its outputs"],
    ["zccache replay --manifest times.jsonl", "in the next checkout: what is the same is as old as it was"],
  ],
  run: runSnapshot,
};

const TROUBLE = 2;

function runSnapshot({ flags, values }: CommandInput): CommandResult {
  const [out] = values.get("out") ?? [];
  if (out === undefined) return { ...failed("Cannot write a snapshot: --out is missing"), exitCode: TROUBLE };
  const workspace = pathOf(values.get("workspace")?.[0] ?? ".");
  const path = pathOf(out);
  try {
    const files = look(workspace, { exclude: values.get("exclude") ?? [], except: path });
    using staged = new StagedFile(path);
    writeFileSync(fsPath(staged.path), writeManifest(files), { flag: "wx" });
    staged.publish();
    const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
    if (flags.has("json")) {
      return done(JSON.stringify({ status: "ok", manifest: showRaw(path), files: files.size, bytes }, null, 2));
    }
    return done(`Wrote down ${showCount(files.size, "file")} of ${showBytes(bytes)} in ${showRaw(path)}.`);
  } catch (error) {
    return { ...failed(`Cannot write a snapshot: ${describeError(error)}`), exitCode: TROUBLE };
  }
}

/** What is changed while it is read is left out, so that it keeps its own time. */
function look(workspace: string, { exclude, except }: { exclude: readonly string[]; except: string }): TimesManifest {
  const files = new Map<string, FileFacts>();
  for (const name of filesBelow(workspace, exclude)) {
    const path = `${workspace}/${name}`;
    if (path === except) continue;
    using file = openFile(path);
    const facts = file && readFacts(file.fd);
    if (facts !== undefined) files.set(name, facts);
  }
  return files;
}
