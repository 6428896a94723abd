// Edits of what linkers read: libraries that shadow each other, archives and their members, scripts.

import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { anyOf, shuffled } from "./chance.ts";
import { type EditContext, type Edits, exists, put, read, remember, rewrite, someLibraryPath } from "./edit-files.ts";
import { LINK_TEXTS } from "./link-texts.ts";
import { type Member, UNITS } from "./materials.ts";
import { textFor } from "./tree.ts";

/** Such edits by kind. */
export const LIBRARY_EDITS = {
  "library appears": (checkout, context) => {
    const path = someLibraryPath(checkout, context, (candidate) => !exists(candidate));
    return path === undefined ? undefined : put(path, textFor(context, path), context);
  },
  "library removed": (checkout, context) => {
    // Without the last library of a name most links would fail.
    const path = someLibraryPath(checkout, context, (candidate) => exists(candidate) && !isLast(candidate));
    if (path === undefined) return undefined;
    remember(path, read(path) ?? "", context);
    unlinkSync(path);
    return path;
  },
  "shared library beside archive": (checkout, context) => {
    const archive = someLibraryPath(checkout, context, (path) => path.endsWith(".a") && exists(path));
    if (archive === undefined) return undefined;
    const path = archive.replace(/a$/, "so");
    if (!exists(path)) return put(path, textFor(context, path), context);
    remember(path, read(path) ?? "", context);
    unlinkSync(path);
    return path;
  },
  "script changed": (checkout, context) => {
    const { favourite, random } = context;
    const named = favourite !== undefined && /^(?:ld|opts)\//.test(favourite) ? favourite : undefined;
    return rewrite(join(checkout, named ?? anyOf(random, [...LINK_TEXTS, "libbase/libw.so"]) ?? "ld/x.ld"), context);
  },
  "member order": (checkout, context) =>
    changeMembers(checkout, context, (members) => shuffled(context.random, members)),
  "member changed": (checkout, context) =>
    changeMembers(checkout, context, (members) => {
      const at = context.random.below(members.length);
      return members.map((member, index) => (index === at ? { ...member, variant: context.random.below(3) } : member));
    }),
  "member removed": (checkout, context) =>
    changeMembers(checkout, context, (members) =>
      members.length < 2 ? members : members.toSpliced(context.random.below(members.length), 1),
    ),
  "archive updated in place": (checkout, context) => {
    const path = anyArchive(checkout, context);
    const member = join(checkout, `obj/${context.random.pick(UNITS)}.o`);
    const before = read(path);
    const { exitCode } = Bun.spawnSync([join(context.programs, "ar"), "rs", path, member], { stderr: "ignore" });
    return exitCode === 0 && read(path) !== before ? path : undefined;
  },
} satisfies Edits;

function isLast(path: string): boolean {
  return path.includes("/libbase/") && !/lib[xy]\.so$/.test(path);
}

function anyArchive(checkout: string, { random, favourite, libraries }: EditContext): string {
  const named = libraries.map((path) => `${path}.a`).filter((path) => exists(join(checkout, path)));
  const any = anyOf(random, ["arc/x.a", "libbase/libx.a", "libbase/liby.a", "libbase/libt.a", ...named, ...named]);
  return join(checkout, favourite?.endsWith(".a") === true ? favourite : (any ?? "arc/x.a"));
}

/** Of an archive whose members are not known any more they are drawn anew. */
function changeMembers(
  checkout: string,
  context: EditContext,
  change: (members: readonly Member[]) => readonly Member[],
): string | undefined {
  const path = anyArchive(checkout, context);
  const members = context.materials.membersOf(read(path) ?? "");
  if (members === undefined) return rewrite(path, context);
  return put(path, context.materials.archive(change(members)), context);
}
