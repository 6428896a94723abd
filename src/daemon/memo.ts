// Hits that can be given again without parsing, keys or a look at the disk: the same command line in the same place,
// with variables that mean the same, as long as nothing happened to any path that decided about it.

import type { ManifestRow } from "../core/entry.ts";
import type { RawText } from "../core/raw-text.ts";
import type { InvokeRequest } from "../ipc/messages.ts";
import { type Environment, sameForResults } from "../key/environment.ts";
import type { FileStates } from "../key/file-states.ts";
import { jobServerFits, jobServerOf } from "../key/job-server.ts";
import { tiesFiles } from "../key/places.ts";
import { programsFit } from "../key/programs.ts";
import type { StateItem } from "../key/state-items.ts";
import { type Finding, stillFound, type ToolSearches } from "../key/tool-search.ts";
import { followItem } from "../key/watched-states.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import type { Mark, PathWatch } from "../watch/path-watch.ts";
import type { CompileCall } from "./call.ts";

/** A call and the manifest row whose conditions it meets. */
export type Match = { readonly call: CompileCall; readonly row: ManifestRow };

/** What a memo needs of the daemon. */
export type MemoParts = { readonly files: FileStates; readonly watch: PathWatch; readonly tools: ToolSearches };

type Remembered = {
  readonly match: Match;
  /** Of the row's dependencies, in their order; undefined where a path can't be followed. */
  readonly marks: (Mark | undefined)[];
  readonly finding: Finding;
  readonly tool: Mark;
  /** Environments that were found to mean the same. */
  readonly fitting: WeakSet<Environment>;
  /** Of the watch, when all dependencies were last found to hold. */
  epoch: number;
};

// 8 bytes a dependency.
const KEPT_DEPENDENCIES = 4_000_000;
const NEVER = -1;

/** Remembers the last match of each command line. */
export class Memo {
  readonly #parts: MemoParts;
  readonly #known = new BoundedMap<string, Remembered>(KEPT_DEPENDENCIES, ({ marks }) => marks.length + 100);

  constructor(parts: MemoParts) {
    this.#parts = parts;
  }

  /** The match of an equal request of process `pid`, if it holds now. 2 µs when nothing that matters to anybody has changed. */
  async recall(request: InvokeRequest, environment: Environment, pid: number): Promise<Match | undefined> {
    this.#parts.watch.drain();
    const known = this.#known.get(nameOf(request));
    if (known === undefined || !stillSearched(known) || !fits(known, environment)) return undefined;
    const { plan } = known.match.call;
    if (!jobServerFits(known.match.row.environment, () => jobServerOf({ environment, pid, plan }))) return undefined;
    if (known.epoch !== this.#parts.watch.epoch && !(await this.#holds(known))) return undefined;
    const { call, row } = known.match;
    return { call: { ...call, environment, umask: request.umask }, row };
  }

  /**
   * Remembers a match that was just given. Calls are left out whose command line is not all in the request, or that
   * change what they find. Marks are found now, when nobody waits: found at the first repetition they cost it a
   * millisecond, with 2,300 dependencies.
   */
  keep(request: InvokeRequest, { call, row }: Match): void {
    if (call.responseFiles.size > 0 || call.stdinFile !== undefined) return;
    if (call.plan.previous !== undefined || call.plan.attributes !== undefined) return;
    // A link in the place of an equal file changes no state.
    if (tiesFiles(row.environment)) return;
    const { files, watch, tools } = this.#parts;
    // Nothing of the row follows the directories of another PATH.
    if (programsFit(row.environment, call, tools) !== "same-path") return;
    const finding = tools.find(call.question.name, call.question);
    const toolMark = watch.follow(call.tool, "content");
    if (toolMark === undefined || finding.marks === undefined || finding.path !== call.tool) return;
    this.#known.set(nameOf(request), {
      match: { call, row },
      marks: row.dependencies.map(({ path, aspect }) => followItem(watch, files.item(path, aspect, call.cwd))),
      finding,
      tool: toolMark,
      fitting: new WeakSet([call.environment]),
      epoch: NEVER,
    });
  }

  /** Compares what is remembered of every path, and looks at those to which something happened. */
  async #holds(known: Remembered): Promise<boolean> {
    const { files, watch } = this.#parts;
    const { row } = known.match;
    const { epoch } = watch;
    const open: number[] = [];
    let index = 0;
    for (const { state } of row.dependencies) {
      if (known.marks[index]?.state !== state) open.push(index);
      index++;
    }
    if (open.length === 0) {
      known.epoch = epoch;
      return true;
    }
    const items = open.map((index) => this.#itemAt(known.match, index));
    const states = await files.states(items);
    for (const [position, index] of open.entries()) {
      if (states[position] !== row.dependencies[index]?.state) return false;
      const item = items[position];
      if (item !== undefined) known.marks[index] = followItem(watch, item);
    }
    return true;
  }

  #itemAt({ row, call }: Match, index: number): StateItem {
    const { path = "", aspect = "presence" } = row.dependencies[index] ?? {};
    return this.#parts.files.item(path, aspect, call.cwd);
  }
}

function stillSearched({ finding, tool, match }: Remembered): boolean {
  return tool.state === match.call.toolState && stillFound(finding);
}

/** Compared once for every environment block that a build sends. */
function fits({ match, fitting }: Remembered, environment: Environment): boolean {
  if (fitting.has(environment)) return true;
  const { call, row } = match;
  const names = [...call.asked, ...row.environment.map(({ name }) => name)];
  if (!sameForResults({ names, wholeEnvironment: row.wholeEnvironment }, call.environment, environment)) return false;
  fitting.add(environment);
  return true;
}

/** What of a request decides about its match, beside the environment; as a digest, since command lines are long. */
function nameOf({ argv, cwd, stderr_tty, columns, stderr_columns, same_streams }: InvokeRequest): RawText {
  const hasher = new Bun.CryptoHasher("sha256");
  hasher.update(`${cwd.length} ${stderr_tty} ${columns} ${stderr_columns} ${same_streams}\0`);
  hasher.update(cwd);
  hasher.update(argv);
  return hasher.digest("latin1");
}
