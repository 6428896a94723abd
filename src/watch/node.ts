// The tree of names below `/` that marks hang at. A node stands for a canonical path: no symbolic link on the way.

import type { RawText } from "../core/raw-text.ts";
import type { Mark } from "./mark.ts";

/** What was at the path when it was last looked at under watch; `unknown` since anything happened to it. */
export type NodeKind = "unknown" | "absent" | "directory" | "file" | "link" | "other";

/** One name in one directory. */
export type Node = {
  readonly parent: Node | undefined;
  /** Absolute; `/` for the root. */
  readonly path: RawText;
  kids: Map<RawText, Node> | undefined;
  kind: NodeKind;
  /** Of a symbolic link. */
  target: RawText | undefined;
  /** Number of the device (stat(2), st_dev) it was seen on. */
  device: number;
  /** The node's own watch: names of a directory, content of a file; -1 without. */
  watch: number;
  /** To raise when something happens to the node. */
  marks: Mark[];
  /** To raise when a name is made or removed in this directory. */
  listings: Mark[];
};

/** A node that nothing is known of. */
export function newNode(parent: Node | undefined, path: RawText): Node {
  return {
    parent,
    path,
    kids: undefined,
    kind: "unknown",
    target: undefined,
    device: -1,
    watch: -1,
    marks: [],
    listings: [],
  };
}

/** The node of `name` in a directory, made if there is none. */
export function kidOf(node: Node, name: RawText): Node {
  const found = node.kids?.get(name);
  if (found !== undefined) return found;
  const kid = newNode(node, node.parent === undefined ? `/${name}` : `${node.path}/${name}`);
  node.kids ??= new Map();
  node.kids.set(name, kid);
  return kid;
}
