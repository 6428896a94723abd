// Results that hold for builds in other directories (`CompilePlan.root`): what is stored is named from the root of the
// build, and this puts it below the root of the call at hand. Outputs in which the root shows hold for one call only
// (shown-texts.ts).

import { moved } from "../core/depfile.ts";
import type { Dependency, Entry, ManifestRow } from "../core/entry.ts";
import { type RawText, rawFromBytes, rawToBytes } from "../core/raw-text.ts";
import { type Remap, settlePath } from "../key/remap.ts";
import type { CompileCall } from "./call.ts";

type Placed = Pick<CompileCall, "plan" | "remap">;

/** The rows with the paths of this call. */
export function rowsFor(rows: readonly ManifestRow[], { plan, remap }: Placed): readonly ManifestRow[] {
  if (plan.root === undefined || remap === undefined) return rows;
  return rows.map((row) => ({ ...row, dependencies: settled(row.dependencies, remap) }));
}

/** Dependencies with the paths that this stands for. */
export function settled(dependencies: readonly Dependency[], remap: Remap): readonly Dependency[] {
  return dependencies.map((dependency) => ({ ...dependency, path: settlePath(dependency.path, remap) }));
}

/** The entry with messages that name the files of this call. */
export function entryFor(entry: Entry, { plan: { root } }: Placed): Entry {
  const from = entry.outputs.find(({ role }) => role === "crate-depfile")?.name;
  if (root === undefined || from === undefined || from === root) return entry;
  const [stdout, stderr] = [entry.stdout, entry.stderr].map((stream) => movedStream(stream, from, root));
  return { ...entry, stdout: stdout ?? entry.stdout, stderr: stderr ?? entry.stderr };
}

function movedStream(stream: Uint8Array, from: RawText, to: RawText): Uint8Array {
  return stream.length === 0 ? stream : rawToBytes(moved(rawFromBytes(stream), from, to));
}

/** True if the root stands in messages elsewhere than where rustc tells cargo which file it has made. */
export function saysRoot(stream: Uint8Array, root: RawText): boolean {
  return rawFromBytes(stream)
    .split("\n")
    .some((line) => line.includes(root) && !(ARTIFACT.test(line) && line.split(root).length === 2));
}

/** True if a directory stands in a text elsewhere than as the beginning of the root, which is exchanged on delivery. */
export function saysDirectory(text: RawText, directory: RawText, root: RawText): boolean {
  return text.replaceAll(`${root}/`, "").includes(directory);
}

// {"$message_type":"artifact","artifact":"…/libx.rmeta","emit":"metadata"}; older ones have no type.
const ARTIFACT = /^\{(?:"\$message_type":"artifact",)?"artifact":"[^"\\]+","emit":"[a-z-]+"\}\r?$/;
