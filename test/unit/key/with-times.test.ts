import { describe, expect, test } from "bun:test";
import type { Aspect, Look } from "../../../src/core/observation.ts";
import type { ComparedTimes } from "../../../src/core/plan.ts";
import { withTimes } from "../../../src/key/with-times.ts";
import { fileTree } from "../../support/file-tree.ts";

const RECORDS = /\.pch$/;
const times = (use: ComparedTimes["use"]): ComparedTimes => ({ records: RECORDS, use });
const look = (path: string, aspect: Aspect = "content", found = true): Look => ({ path, aspect, found });

function timed(looks: readonly Look[], compared?: ComparedTimes, configuration: string[] = []): string[] {
  return withTimes(looks, compared, configuration).flatMap(({ path, aspect }) => (aspect === "stamp" ? [path] : []));
}

describe("withTimes()", () => {
  const opened = (path: string): Look => ({ ...look(path), file: { device: 1n, inode: 2n } });
  const plain = [look("a.c"), look("a.h", "presence")];
  const using = [...plain, look("a.pch")];
  test.each<[string, { looks: Look[]; compared?: ComparedTimes }, string[]]>([
    ["nothing where the tool compares no times", { looks: using }, []],
    ["nothing without a record", { looks: plain, compared: times("if-read") }, []],
    [
      "nothing for a record that is not there",
      { looks: [...plain, look("a.pch", "content", false)], compared: times("if-read") },
      [],
    ],
    [
      "nothing for a record that is only seen",
      { looks: [...plain, look("a.pch", "presence")], compared: times("if-read") },
      [],
    ],
    ["everything beside the only record", { looks: using, compared: times("if-read") }, ["a.c", "a.h"]],
    ["everything beside a named record", { looks: using, compared: times("read") }, ["a.c", "a.h"]],
    ["everything where a record has no such name", { looks: plain, compared: times("read") }, ["a.c", "a.h"]],
    [
      "records too where there are two",
      { looks: [...using, look("b.pch")], compared: times("if-read") },
      ["a.c", "a.h", "a.pch", "b.pch"],
    ],
    [
      "everything beside the only record by any of its names",
      { looks: [...plain, ...["a.pch", "/w/a.pch"].map(opened)], compared: times("if-read") },
      ["a.c", "a.h"],
    ],
    ["records too where times get into one", { looks: using, compared: times("recorded") }, ["a.c", "a.h", "a.pch"]],
  ])("stamps %s", (_title, { looks, compared }, expected) => {
    expect(timed(looks, compared)).toEqual(expected);
  });
  test.each([
    ["-include-pch any.name", true],
    ["@more.cfg", true],
    ["-O2 -g", false],
  ])("stamps records too where a configuration file says %j: %p", (text, stamps) => {
    using tree = fileTree({ "clang.cfg": text });
    expect(timed(plain, times("if-read"), [tree.at("clang.cfg")])).toEqual(stamps ? ["a.c", "a.h"] : []);
  });
  test("stamps everything where a configuration file is gone", () => {
    expect(timed(using, times("if-read"), ["/gone/clang.cfg"])).toEqual(["a.c", "a.h", "a.pch"]);
  });
  test("keeps all looks, and stamps neither what is absent nor links and listings", () => {
    const looks = [look("gone", "presence", false), look("link", "link"), look("dir", "listing")];
    expect(withTimes(looks, times("recorded"), [])).toEqual(looks);
  });
});
