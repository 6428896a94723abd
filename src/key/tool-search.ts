// Where programs are found along PATH, remembered as long as nothing happens to any place that was looked at.

import { baseName, type RawText } from "../core/raw-text.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import { realPathIfAny } from "../sys/real-path.ts";
import { resolveRealTool, type ToolPlace } from "../sys/real-tool.ts";
import type { SelfImage } from "../sys/self-image.ts";
import type { Mark, PathWatch } from "../watch/path-watch.ts";

/** What a search found. */
export type Finding = {
  /** Absolute path of the program, stand-ins passed over; undefined if there is none. */
  readonly path: RawText | undefined;
  /** Name of the file behind the links of `path`; undefined if there is none, or none any more. */
  readonly realName: RawText | undefined;
  /** Of the places that were looked at; undefined where one can't be followed: then it was found for the moment only. */
  readonly marks: readonly { readonly mark: Mark; readonly raised: number }[] | undefined;
};

// A finding takes about 100 bytes for each directory of PATH.
const KEPT = 2000;

/** Searches that were made before. */
export class ToolSearches {
  readonly #self: SelfImage;
  readonly #watch: PathWatch | undefined;
  readonly #known = new BoundedMap<string, Finding>(KEPT);

  /** @param watch Without it every search looks at the disk, 2 µs for each directory. */
  constructor(self: SelfImage, watch?: PathWatch) {
    this.#self = self;
    this.#watch = watch;
  }

  /** Finds a program as its caller would, as of the watch's last `drain`. */
  find(name: RawText, { path, cwd }: ToolPlace): Finding {
    const question = `${name}\0${path}\0${cwd}`;
    const known = this.#known.get(question);
    if (known !== undefined && stillFound(known)) return known;
    const found = this.#search(name, { path, cwd });
    if (found.marks !== undefined) this.#known.set(question, found);
    return found;
  }

  #search(name: RawText, place: ToolPlace): Finding {
    const search = { ...place, self: this.#self };
    const first = resolveRealTool(name, search);
    const marks = this.#follow(first.examined);
    if (marks === undefined) return { path: first.path, realName: realName(first.path), marks };
    // Found again now that its places are followed.
    const { path, examined } = resolveRealTool(name, search);
    const isSame = path === first.path && examined.length === first.examined.length;
    return { path, realName: realName(path), marks: isSame ? marks : undefined };
  }

  #follow(examined: readonly RawText[]): Finding["marks"] {
    const marks = examined.map((path) => this.#watch?.follow(path, "presence"));
    return marks.every((mark) => mark !== undefined) ? marks.map((mark) => ({ mark, raised: mark.raised })) : undefined;
  }
}

/** True if the same would be found now, as of the watch's last `drain`. */
export function stillFound({ marks }: Finding): boolean {
  return marks?.every(({ mark, raised }) => mark.raised === raised) === true;
}

function realName(path: RawText | undefined): RawText | undefined {
  const real = path === undefined ? undefined : realPathIfAny(path);
  return real === undefined ? undefined : baseName(real);
}
