import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, mkdirSync } from "node:fs";
import { findBroker } from "../../../src/broker/find-broker.ts";
import { FakeBroker } from "../../support/fake-broker.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const BELOW = "running-process/broker";
const NAME = "rpb-v1-0123456789abcdef-shared.sock";

let tree: TemporaryTree;
let brokers: FakeBroker[] = [];

beforeEach(() => {
  tree = fileTree();
  mkdirSync(tree.at(BELOW), { recursive: true });
});
afterEach(() => {
  for (const broker of brokers) broker[Symbol.dispose]();
  brokers = [];
  tree[Symbol.dispose]();
});

function listens(name: string): string {
  const path = tree.at(`${BELOW}/${name}`);
  brokers.push(new FakeBroker(path, () => undefined));
  return path;
}

const find = () => findBroker({ endpoint: undefined, runtimeDir: tree.path });

test("findBroker() gives the one socket of that name", () => {
  const path = listens(NAME);
  listens("rpb-v1-0123456789abcdef-private.sock");
  tree.write({ [`${BELOW}/rpb-v1-fedcba9876543210-shared.sock`]: "no socket" });
  expect(find()).toBe(path);
});

test("findBroker() finds none where there is none, and none where there are two", () => {
  expect(find).toThrow("there is no socket of one");
  listens(NAME);
  listens("rpb-v1-fedcba9876543210-shared.sock");
  expect(find).toThrow("there are 2 sockets");
});

test.if(process.getuid?.() === 0)("findBroker() leaves another user's alone", () => {
  chownSync(listens(NAME), 65534, 65534);
  expect(find).toThrow("there is no socket of one");
});

test("findBroker() wants a runtime directory, which is absolute", () => {
  for (const runtimeDir of [undefined, "run"])
    expect(() => findBroker({ endpoint: undefined, runtimeDir })).toThrow("no XDG_RUNTIME_DIR");
});

test("findBroker() takes the endpoint that is set, unless no socket can have such a path", () => {
  expect(findBroker({ endpoint: "/b/sock", runtimeDir: undefined })).toBe("/b/sock");
  const longest = `/${"a".repeat(106)}`;
  expect(findBroker({ endpoint: longest, runtimeDir: undefined })).toBe(longest);
  expect(() => findBroker({ endpoint: `${longest}a`, runtimeDir: undefined })).toThrow("too long");
});
