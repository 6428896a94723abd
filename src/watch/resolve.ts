// From a path to the nodes that decide what it leads to, as the kernel would walk it (path_resolution(7)).

import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { kidOf, type Node } from "./node.ts";
import type { WatchedTree } from "./watched-tree.ts";

/** As the kernel. */
const MOST_LINKS = 40;

type Walk = {
  node: Node;
  /** What is still to go, last step first. */
  readonly steps: RawText[];
  readonly way: Node[];
  links: number;
  /** False: a directory on the way is told of by the events below it. `..` leads out of it again. */
  keepsDirectories: boolean;
  /** True if a link at the very end is what is looked at. */
  readonly stopsAtLink: boolean;
};

/**
 * The links on the way of an absolute path, and its end, all of them watched: links by the directories they are in, a
 * file whose content or time matters also by itself.
 * @returns undefined if any of it can't be watched.
 */
export function resolveWay(path: RawText, aspect: Aspect, tree: WatchedTree): readonly Node[] | undefined {
  const walk: Walk = {
    node: tree.root,
    steps: stepsOf(path),
    way: [],
    links: 0,
    keepsDirectories: path.includes("/.."),
    // A slash at the end follows even the last link.
    stopsAtLink: aspect === "link" && !/\/\.?$/.test(path),
  };
  for (let step = walk.steps.pop(); step !== undefined; step = walk.steps.pop()) {
    if (step === "..") {
      walk.node = walk.node.parent ?? walk.node;
      continue;
    }
    if (!tree.watchNames(walk.node)) return undefined;
    const kid = kidOf(walk.node, step);
    if (!tree.learn(kid)) return undefined;
    const going = enter(walk, kid, tree);
    if (going === "lost") return undefined;
    if (going === "end") return walk.way;
  }
  return watchEnd(walk.node, aspect, tree) ? walk.way : undefined;
}

function stepsOf(path: RawText): RawText[] {
  return path
    .split("/")
    .filter((step) => step !== "" && step !== ".")
    .reverse();
}

/** `end`: nothing that comes later can be there. `lost`: a loop of links. */
function enter(walk: Walk, kid: Node, tree: WatchedTree): "on" | "end" | "lost" {
  const isLast = walk.steps.length === 0;
  if (kid.kind !== "directory" || walk.keepsDirectories || isLast) walk.way.push(kid);
  if (kid.kind === "link" && !(isLast && walk.stopsAtLink)) return followLink(walk, kid, tree);
  if (kid.kind !== "directory" && !isLast) return "end";
  walk.node = kid;
  return "on";
}

function followLink(walk: Walk, { target = "" }: Node, tree: WatchedTree): "on" | "lost" {
  walk.links += 1;
  if (walk.links > MOST_LINKS) return "lost";
  if (target.startsWith("/")) walk.node = tree.root;
  const steps = stepsOf(target);
  walk.keepsDirectories ||= steps.includes("..");
  walk.steps.push(...steps);
  return "on";
}

function watchEnd(node: Node, aspect: Aspect, tree: WatchedTree): boolean {
  if (node.kind === "file" && (aspect === "content" || aspect === "stamp")) return tree.watchContent(node);
  if (node.kind === "directory" && aspect === "listing") return tree.watchNames(node);
  return true;
}
