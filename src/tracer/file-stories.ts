// What a traced tree did to each path, told in order: which files it looked at that were others', and which it wrote.

import type { Aspect, FileIdentity, Look } from "../core/observation.ts";
import { baseName, type RawText, showRaw, withoutEmptySteps } from "../core/raw-text.ts";
import { realPathIfAny } from "../sys/real-path.ts";
import { isIgnoredPath, isMagicPath } from "./ignored-paths.ts";
import { answerOf, contradicts, forget, isImplied, isSameFile, newStory, type Story } from "./story.ts";

/** Collects what happened to every path, in the order of the records, and sums it up. */
export class FileStories {
  readonly #stories = new Map<RawText, Story>();
  /** Files and folders that the tree has made and not removed, in order of first writing. */
  readonly #written = new Set<RawText>();
  readonly #ownFolders = new Set<RawText>();
  readonly #everOwnFolders = new Set<RawText>();
  #trouble: string | undefined;
  #glanced: Story | undefined;

  /** The tree looked at a path; `outcome` may be the file that it found. Looks at what it made itself, or at nothing in its own folders, are forgotten. */
  look(spelled: RawText, aspect: Aspect, outcome: boolean | FileIdentity): void {
    const found = outcome !== false;
    const story = this.#story(spelled);
    if (story === undefined || story.owner !== "others") return;
    // Compilers ask for each directory on the way to each header: three looks of four say nothing new.
    if (answerOf(story, aspect) === found && (typeof outcome !== "object" || isSameFile(outcome, story.file))) return;
    if (!found && this.#isInOwnFolder(story.path)) return;
    const file = typeof outcome === "object" ? outcome : story.file;
    story.file ??= file;
    if (!isSameFile(file, story.file) || contradicts(story, aspect, found))
      this.#trouble ??= `${showRaw(story.path)} changed while the tool ran`;
    if (answerOf(story, aspect) === undefined) story.looks.push({ aspect, found });
  }

  /** True if the tree has turned to this path before. */
  knows(path: RawText): boolean {
    return this.#stories.has(path);
  }

  /** A look at content that means nothing if the path is removed next, without a look at any other in between. */
  glance(spelled: RawText, outcome: true | FileIdentity): void {
    const story = this.#story(spelled);
    const isFirst = story !== undefined && answerOf(story, "content") === undefined;
    this.look(spelled, "content", outcome);
    if (isFirst) this.#glanced = story;
  }

  /** The tree made a file or folder, or gave a file that `existed` new content as a whole. */
  create(spelled: RawText, { folder = false, existed = false, renamed = false } = {}): void {
    const story = this.#story(spelled);
    if (story === undefined) return;
    if (story.owner === "others" && existed) story.existed = true;
    story.owner = "tree";
    story.everOwn = true;
    story.renamed = renamed;
    this.#written.add(story.path);
    if (!folder) return;
    this.#ownFolders.add(story.path);
    this.#everOwnFolders.add(story.path);
  }

  /** The tree opened a file for writing and left its old bytes where they were. */
  changeInPlace(spelled: RawText): void {
    const story = this.#story(spelled);
    if (story?.owner === "others") story.changedInPlace = true;
    this.create(spelled, { existed: true });
  }

  /** The tree made a file that it would have added to, had it been there: gcc -fopt-info-vec=FILE. */
  append(spelled: RawText): void {
    this.create(spelled);
    const story = this.#story(spelled);
    if (story !== undefined) story.changedInPlace = true;
  }

  /** The tree removed a path. */
  remove(spelled: RawText): void {
    const story = this.#story(spelled);
    if (story === undefined) return;
    if (story.owner === "others") {
      story.existed = true;
      if (this.#glanced === story) forget(story, "content");
    }
    story.owner = "nobody";
    this.#written.delete(story.path);
    this.#ownFolders.delete(story.path);
  }

  /** The tree gave a file, or a folder with all that it had put into it, another name. */
  rename(from: RawText, to: RawText): void {
    const source = withoutEmptySteps(from);
    const folder = this.#ownFolders.has(source);
    const inside = [...this.#written].filter((path) => path.startsWith(`${source}/`));
    this.remove(from);
    this.create(to, { folder, renamed: true });
    for (const path of inside) this.rename(path, to + path.slice(source.length));
  }

  /** Mode, owner or times of a path were set. */
  changeAttributes(spelled: RawText): void {
    const story = this.#story(spelled);
    if (story !== undefined) story.attributes = true;
  }

  /** Looks at files of others, each path and aspect once, without those that another one of the same path implies. */
  looks(): Look[] {
    const looks: Look[] = [];
    for (const story of this.#stories.values()) {
      if (story.everOwn) continue;
      const { path, file } = story;
      for (const { aspect, found } of story.looks) {
        if (isImplied(story, aspect)) continue;
        looks.push(
          aspect === "content" && file !== undefined ? { path, aspect, found, file } : { path, aspect, found },
        );
      }
    }
    return looks;
  }

  /** Paths that the tree wrote and left, in order of first writing. */
  written(): RawText[] {
    return [...this.#written];
  }

  /**
   * Those of `written` whose old bytes are in the new ones, or would be: opened without truncation, or read before they
   * were replaced.
   */
  changedInPlace(): RawText[] {
    return this.written().filter((path) => {
      const story = this.#stories.get(path);
      return story !== undefined && (story.changedInPlace || answerOf(story, "content") === true);
    });
  }

  /** Those of `written` that were given their name by a rename. */
  renamed(): RawText[] {
    return this.written().filter((path) => this.#stories.get(path)?.renamed === true);
  }

  /** Those that were others' by name and that the tree removed. */
  removed(): RawText[] {
    return [...this.#stories.values()].flatMap(({ path, owner, existed }) =>
      owner === "nobody" && existed ? [path] : [],
    );
  }

  /** Folders that the tree made, whatever became of them. */
  folders(): RawText[] {
    return [...this.#everOwnFolders];
  }

  /** What happened that an entry cannot give back or a look cannot say, in words; undefined if nothing did. */
  trouble(): string | undefined {
    if (this.#trouble !== undefined) return this.#trouble;
    for (const { path, owner, attributes } of this.#stories.values()) {
      if (owner === "others" && attributes && !this.#isWrittenAs(path)) return `changed attributes of ${showRaw(path)}`;
    }
    return undefined;
  }

  /** True if this is the kernel's name, as descriptors have it, of a file that the tree wrote under another. */
  #isWrittenAs(path: RawText): boolean {
    return this.written().some((name) => baseName(name) === baseName(path) && realPathIfAny(name) === path);
  }

  /** The story of a path; undefined for one that does not count. Whoever turns to another path has done with the last. */
  #story(spelled: RawText): Story | undefined {
    const story = this.#find(spelled);
    if (story !== this.#glanced) this.#glanced = undefined;
    return story;
  }

  #find(spelled: RawText): Story | undefined {
    // What was seen before has been judged, and is spelled as it is kept.
    const seen = this.#stories.get(spelled);
    if (seen !== undefined) return seen;
    // The tracer writes "?" where the kernel would not name a directory.
    if (!spelled.startsWith("/")) {
      this.#trouble ??= `a path without a known directory, ${showRaw(spelled)}`;
      return undefined;
    }
    const path = withoutEmptySteps(spelled);
    if (isMagicPath(path)) {
      this.#trouble ??= `a path through a process, ${showRaw(path)}`;
      return undefined;
    }
    if (isIgnoredPath(path)) return undefined;
    const known = path === spelled ? undefined : this.#stories.get(path);
    if (known !== undefined) return known;
    const story = newStory(path);
    this.#stories.set(path, story);
    return story;
  }

  #isInOwnFolder(path: RawText): boolean {
    if (this.#ownFolders.size === 0) return false;
    for (const folder of this.#ownFolders) if (path.startsWith(`${folder}/`)) return true;
    return false;
  }
}
