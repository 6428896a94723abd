// Where a build is (`CompilePlan.root`): its own directory and, where it can't show, the working directory have names of
// their own in keys and conditions, so that builds in other directories share results.

import { dirname } from "node:path/posix";
import type { Dependency } from "../core/entry.ts";
import type { CompilePlan } from "../core/plan.ts";
import { absolutePath, type RawText, withoutEmptySteps } from "../core/raw-text.ts";
import { realPlace } from "../sys/real-path.ts";
import { namedRoot, type Remap, remapPath } from "./remap.ts";

/** The names of a build's places, if it has any, and the plan with what still has to be told of them in its key. */
export type Placed = { readonly plan: CompilePlan; readonly remap?: Remap };

/**
 * Names the places of a call. The working directory is among them if it is found in whatever shows it, or if it is
 * replaced there. 10 µs for the links that may be on the way to the root.
 */
export function placeBuild(plan: CompilePlan, root: RawText, cwd: RawText): Placed {
  const { replaced = [] } = plan;
  if (realPlace(root) !== root) return { plan, remap: namedRoot(root, "linked") };
  // What is put in a path's place is no place of the call.
  if (replaced.some(({ to }) => isIn(to, root))) return { plan };
  const from = replaced.map((path) => withoutEmptySteps(path.from).replace(/(?:\/\.?)+$/, ""));
  const moves = mayMove(plan, from, cwd) && PLAIN_PATH.test(cwd) && !isIn(cwd, root);
  // What is left of a path whose beginning is replaced shows, but can't be found.
  const rests = [root, ...(moves ? [cwd] : [])].flatMap((place) =>
    from.filter((path) => isIn(place, path)).map((path) => place.slice(path.length)),
  );
  return {
    plan: {
      ...plan,
      cwdInKey: !moves,
      keyArguments: rests.length === 0 ? plan.keyArguments : ["replaced", ...rests, "", ...plan.keyArguments],
    },
    remap: { ...namedRoot(root), ...(moves ? { directory: cwd } : {}) },
  };
}

function mayMove(
  { directoryShows, source, replaced = [] }: CompilePlan,
  from: readonly RawText[],
  cwd: RawText,
): boolean {
  if (replaced.some(({ to }) => isIn(to, cwd))) return false;
  if (directoryShows === "unless-replaced") return from.includes(cwd);
  // What file!() gives may be used otherwise than as text.
  return directoryShows === "as-text" && !source.startsWith("/");
}

// As in rustc-places.ts: nothing that a message or a depfile would have to quote.
const PLAIN_PATH = /^(?:\/[\w.+@~-]+){2,}$/;

function isIn(path: RawText, directory: RawText): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** The dependencies by such names. Those on links are left out that are met wherever the names can be given. */
export function placeDependencies(dependencies: readonly Dependency[], remap: Remap, cwd: RawText): Dependency[] {
  const { root, way, directory } = remap;
  const isReal = way === namedRoot(root).way;
  const given = new Set(dependencies.map(({ aspect, path }) => `${aspect} ${path}`));
  return dependencies.flatMap((dependency) => {
    const { path, aspect, state } = dependency;
    const absolute = absolutePath(path, cwd);
    // Under both names because it is not known who made it absolute (spellings.ts); below the root the command line did.
    const isTwin = absolute !== path && given.has(`${aspect} ${absolute}`);
    const isOnTheWay = [root, directory ?? root].some((place) => place !== absolute && isIn(place, absolute));
    const isMet = isOnTheWay && aspect === "link" && state === "D" && (isTwin || absolute === path);
    if (isReal && (isMet || (isTwin && isIn(absolute, root)))) return [];
    return [{ ...dependency, path: remapPath(path, remap) }];
  });
}

const MAY_BE_SEARCHED = /^[AF]/;

/**
 * True if something was looked for above the working directory, as rustup looks for `rust-toolchain.toml`: who is called
 * elsewhere looks there. In the topmost directory there is much else.
 */
export function searchesAbove(dependencies: readonly Dependency[], cwd: RawText): boolean {
  return dependencies.some(({ path, state }) => {
    const above = dirname(path);
    return MAY_BE_SEARCHED.test(state) && above.length > 1 && above !== cwd && path.startsWith("/") && isIn(cwd, above);
  });
}
