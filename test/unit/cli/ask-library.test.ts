import { expect, test } from "bun:test";
import { pathOf, saidAgainst, withDaemonFlags } from "../../../src/cli/ask-library.ts";
import { ZccacheError } from "../../../src/core/errors.ts";
import { fileTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

test("withDaemonFlags() means the daemon that the flags name, and starts it with the same variables", () => {
  using tree = fileTree();
  const input = {
    args: [],
    flags: new Set<string>(),
    values: new Map([["endpoint", ["/run/x.sock"]]]),
    ...surroundings(tree),
  };
  const meant = withDaemonFlags(input);
  expect(meant.where.endpoint).toBe("/run/x.sock");
  expect(meant.environment).toContain("ZCCACHE_ENDPOINT=/run/x.sock");
  const values = new Map([
    ["cache-dir", [tree.at("other")]],
    ["daemon-name", ["mine"]],
  ]);
  const variables = { "cache-dir": "ZCCACHE_CACHE_DIR", "daemon-name": "ZCCACHE_DAEMON_NAMESPACE" };
  const other = withDaemonFlags({ ...input, values }, variables);
  expect([other.where.topRoot, other.where.namespace]).toEqual([tree.at("other"), "mine"]);
  expect(other.environment).toContain("ZCCACHE_DAEMON_NAMESPACE=mine");
});

test("pathOf() starts at the working directory and folds nothing", () => {
  expect(pathOf(".")).toBe(process.cwd());
  expect(pathOf("link/../x")).toBe(`${process.cwd()}/link/../x`);
  expect(pathOf("/a/../b")).toBe("/a/../b");
});

test("saidAgainst() is what the daemon said, without our words around it", () => {
  const said = 'Cannot use the daemon\'s answer to Compile: Cannot start "/x": there is no such file';
  expect(saidAgainst(new ZccacheError("DAEMON_ANSWER", said))).toBe('Cannot start "/x": there is no such file');
  expect(saidAgainst(new ZccacheError("TIMEOUT", "Cannot wait"))).toBe("Cannot wait [TIMEOUT]");
});
