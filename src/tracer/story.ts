// What is known of one path in a traced run: the answers of looks at it, and who owns it.

import type { Aspect, FileIdentity } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";

/** The answer to one question about a path. */
type Answer = { readonly aspect: Aspect; readonly found: boolean };

/** What was found in this aspect; undefined if nobody looked. */
export function answerOf({ looks }: Story, aspect: Aspect): boolean | undefined {
  for (const answer of looks) if (answer.aspect === aspect) return answer.found;
  return undefined;
}

/** Takes an answer back. */
export function forget(story: Story, aspect: Aspect): void {
  story.looks = story.looks.filter((answer) => answer.aspect !== aspect);
}

/** What happened to one path. */
export type Story = {
  readonly path: RawText;
  /** What was seen as long as it was others', each aspect once: a handful at most. */
  looks: Answer[];
  /** What it led to when its content was read first. */
  file: FileIdentity | undefined;
  /** Whose file it is now; `nobody`: the tree removed it. */
  owner: "others" | "tree" | "nobody";
  everOwn: boolean;
  /** A file of others was there before the tree wrote or removed it. */
  existed: boolean;
  changedInPlace: boolean;
  /** What has this name now was given it by a rename. */
  renamed: boolean;
  attributes: boolean;
};

/** A path that nothing has happened to. */
export function newStory(path: RawText): Story {
  return {
    path,
    looks: [],
    file: undefined,
    owner: "others",
    everOwn: false,
    existed: false,
    changedInPlace: false,
    renamed: false,
    attributes: false,
  };
}

// Aspects that must give the same answer about one path, unless it changed. A link may be there and lead nowhere, and a
// file is there yet cannot be listed.
const SAME_QUESTION: Readonly<Record<Aspect, readonly Aspect[]>> = {
  content: ["content", "presence"],
  presence: ["content", "presence"],
  link: ["link"],
  listing: ["listing"],
  stamp: ["stamp"],
};

/** True if an earlier look says otherwise. */
export function contradicts(story: Story, aspect: Aspect, found: boolean): boolean {
  // Most paths are looked at once.
  if (story.looks.length === 0) return false;
  return SAME_QUESTION[aspect].some((question) => answerOf(story, question) === !found);
}

/** True if both are the same file, or none is known. */
export function isSameFile(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a === b || (a?.device === b?.device && a?.inode === b?.inode);
}

/**
 * Without a name there is no file; what has content, or is known to have none, is known to be there or not. A compiler
 * asks for each header in up to three ways, so this halves what has to be checked at each hit.
 */
export function isImplied(story: Story, aspect: Aspect): boolean {
  if (aspect === "link" || aspect === "listing") return false;
  if (answerOf(story, "link") === false) return true;
  return aspect === "presence" && answerOf(story, "content") !== undefined;
}
