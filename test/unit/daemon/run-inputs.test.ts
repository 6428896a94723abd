import { describe, expect, test } from "bun:test";
import { linkSync, symlinkSync } from "node:fs";
import type { Aspect, Look } from "../../../src/core/observation.ts";
import { withoutAliases } from "../../../src/daemon/run-inputs.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { fileTree } from "../../support/file-tree.ts";

function look(path: string, aspect: Aspect = "link", found = false): Look {
  return { path, aspect, found };
}

describe("withoutAliases()", () => {
  test("leaves out whether an output is there under another name, and nothing else", () => {
    using tree = fileTree({ "dir/prog": "new", "other/prog": "another" });
    symlinkSync("dir", tree.at("to"));
    const kept = [
      look(tree.at("to"), "link", true),
      look(tree.at("other/prog"), "presence", true),
      look(tree.at("none/prog")),
      look(tree.at("dir"), "presence", true),
      look(tree.at("dir/prog"), "content", true),
    ];
    const aliases = [look(tree.at("dir/prog")), look(tree.at("dir/prog"), "presence", true), look("dir/prog")];
    const written = [tree.at("to/prog"), tree.at("gone")];
    const found = withoutAliases([...aliases, ...kept], { written, cwd: tree.path, files: createFileStates() });
    expect(found).toEqual(kept);
  });

  test("takes what is called otherwise for no name of an output", () => {
    using tree = fileTree({ prog: "new" });
    linkSync(tree.at("prog"), tree.at("more"));
    const looks = [look(tree.at("more"))];
    expect(withoutAliases(looks, { written: [tree.at("prog")], cwd: tree.path, files: createFileStates() })).toBe(
      looks,
    );
  });
});
