// rustc lists every directory of -L before it does anything else. In one that crates are looked for in which other crates
// need (`dependency=`), only those files matter that have the name by which such a crate is known, hash included
// (rustc_metadata, "locator"). Whatever else is being built there meanwhile would be a change.
//
// Seen in system calls of rustc 1.95 and 1.96: a crate that the source names itself is not looked for there. Of a crate
// that another one needs, every file is opened in every such directory whose name begins with `lib`, its name and its
// extra filename (libx-1y.rlib for libx-1, too) and ends as a library; metadata with another hash than the one that is
// wanted is passed over. With the .rmeta, the .rlib and the .so are opened for a link only; without, the .rlib before the
// .so. So a file that appears can only matter if it has that very hash: this looks for the names that cargo gives, and
// leaves out copies of the crate under longer ones.

import type { Look } from "../core/observation.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import type { FileStates } from "./file-states.ts";

/** What is looked at there, and in which directory the call was made. */
export type CrateSearch = { readonly directories: readonly RawText[]; readonly cwd: RawText };

const CRATE = /\/(lib[^/-]+-[^/]+)\.(?:rlib|rmeta|so)$/;

// In the order in which rustc takes them; where it has the first it asks for no other, unless it links.
const KINDS = [".rmeta", ".rlib", ".so"];

/**
 * The looks with listings of such directories replaced by looks at what would have been taken in place of the files that
 * were, there and in the others of them. Listings stay where a file was taken whose name has no hash: any would do.
 */
export function withoutCrateListings(
  looks: readonly Look[],
  { directories, cwd }: CrateSearch,
  files: Pick<FileStates, "state">,
): readonly Look[] {
  if (directories.length === 0) return looks;
  const searched = new Set(directories.map((directory) => absolutePath(directory, cwd).replace(/\/+$/, "")));
  const isListing = ({ path, aspect }: Look) => aspect === "listing" && searched.has(absolutePath(path, cwd));
  if (!looks.some(isListing)) return looks;
  const stems = new Map<RawText, Set<RawText>>();
  let anyHashWouldDo = false;
  for (const { path, aspect, found } of looks) {
    if (aspect !== "content" || !found) continue;
    const absolute = absolutePath(path, cwd);
    const slash = absolute.lastIndexOf("/");
    if (!searched.has(absolute.slice(0, slash))) continue;
    const [, stem] = CRATE.exec(absolute) ?? [];
    if (stem === undefined) anyHashWouldDo = true;
    else {
      const whole = absolute.slice(0, slash + 1) + stem;
      const taken = stems.get(whole) ?? new Set();
      stems.set(whole, taken.add(absolute.slice(whole.length)));
    }
  }
  const asked = [...stems].flatMap(([stem, taken]) => [
    ...passedOver(stem, taken, files),
    ...elsewhere(stem, searched)
      .filter((other) => !stems.has(other))
      .flatMap((other) => passedOver(other, NOTHING, files)),
  ]);
  return [...looks.filter((look) => anyHashWouldDo || !isListing(look)), ...asked];
}

/**
 * Files of other kinds that are not there. One that is there was of no use: the library of a crate is often still being
 * made while its metadata is read.
 */
function passedOver(stem: RawText, taken: ReadonlySet<RawText>, files: Pick<FileStates, "state">): Look[] {
  return KINDS.filter((kind) => !taken.has(kind) && !(kind === ".rlib" && taken.has(".rmeta")))
    .map((kind) => stem + kind)
    .filter((path) => files.state(path, "presence") === "A")
    .map((path) => ({ path, aspect: "presence", found: false }));
}

const NOTHING: ReadonlySet<RawText> = new Set();

/** The same crate in the other directories, where it would be taken for a second one. */
function elsewhere(stem: RawText, directories: ReadonlySet<RawText>): RawText[] {
  const name = stem.slice(stem.lastIndexOf("/"));
  return [...directories].map((directory) => directory + name);
}
