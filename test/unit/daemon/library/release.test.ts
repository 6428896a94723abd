import { expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, symlinkSync } from "node:fs";
import type { CallContext } from "../../../../src/daemon/library/handlers.ts";
import { realPathOrSelf, releaseHandlers } from "../../../../src/daemon/library/release.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";
import { settings } from "./samples.ts";

// The handler does not look at who asks.
const NOBODY = {} as CallContext;

function scene(tree: TemporaryTree) {
  for (const name of ["cache/v1", "w/deep", "w-2"]) mkdirSync(tree.at(name), { recursive: true });
  const sessions = new Sessions();
  const { ReleaseWorktreeHandles } = releaseHandlers(sessions, {
    root: tree.at("cache/v1"),
    topRoot: tree.at("cache"),
  });
  const release = async (path: string) =>
    await ReleaseWorktreeHandles({ type: "ReleaseWorktreeHandles", path }, NOBODY);
  const begin = (workingDirectory: string, realDirectory = workingDirectory) =>
    sessions.start(settings({ workingDirectory, realDirectory }));
  return { sessions, release, begin };
}

test("ReleaseWorktreeHandles ends sessions in and below the directory, by what their own leads or led to", async () => {
  using tree = fileTree();
  const { sessions, release, begin } = scene(tree);
  symlinkSync(tree.at("w"), tree.at("link"));
  const inside = [begin(tree.at("w")), begin(tree.at("w/deep")), begin(tree.at("link")), begin("/moved", tree.at("w"))];
  const outside = [begin(tree.at("w-2")), begin(tree.path)];
  const reply = await release(tree.at("w"));
  expect(reply).toMatchObject({ inspected: 6, released: 4, unreleased: [] });
  expect(reply.sessions_dropped).toEqual(inside.map(({ settings: { id } }) => id));
  expect(sessions.active).toEqual(outside);
});

test.each(["", "cache", "cache/", "cache/v1", "w/../cache", "w/..", "w/../w/deep/../.."])(
  "ReleaseWorktreeHandles refuses %p, where the cache is",
  async (name) => {
    using tree = fileTree();
    const { sessions, release, begin } = scene(tree);
    begin(tree.at("w"));
    expect(release(`${tree.path}/${name}`)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await release(`${tree.path}/${name}`).catch(() => {});
    expect(sessions.active).toHaveLength(1);
  },
);

test("ReleaseWorktreeHandles takes what is inside of the cache, and refuses what is not absolute", async () => {
  using tree = fileTree();
  const { release } = scene(tree);
  mkdirSync(tree.at("cache/v1/x"));
  expect(await release(tree.at("cache/v1/x"))).toMatchObject({ released: 0 });
  expect(release("w")).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("ReleaseWorktreeHandles names files that are still open there", async () => {
  using tree = fileTree({ "w/open": "" });
  const { release } = scene(tree);
  const fd = openSync(tree.at("w/open"), "r");
  try {
    expect((await release(tree.at("w"))).unreleased).toEqual([tree.at("w/open")]);
  } finally {
    closeSync(fd);
  }
});

test("realPathOrSelf() keeps what is not there as it is spelled, but for slashes at its end", () => {
  using tree = fileTree();
  expect(realPathOrSelf(`${tree.path}/a/../b//`)).toBe(`${tree.path}/a/../b`);
  expect(realPathOrSelf("/")).toBe("/");
});
