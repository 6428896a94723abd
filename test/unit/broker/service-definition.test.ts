import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { manifestDirectory, serviceDefinitionDirectory } from "../../../src/broker/directories.ts";
import { definitionFile, type ServiceDefinition, serviceDefinition } from "../../../src/broker/service-definition.ts";
import { VERSION } from "../../../src/core/version.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

let tree: TemporaryTree;
beforeEach(() => {
  tree = fileTree({ "bin/real/zccache": "" });
});
afterEach(() => tree[Symbol.dispose]());

test("a definition names the executable by its one absolute path and pins its version [broker 15]", () => {
  symlinkSync("real", tree.at("bin/link"));
  symlinkSync("real/zccache", tree.at("bin/zccache"));
  const expected: ServiceDefinition = {
    serviceName: "zccache",
    binaryPath: tree.at("bin/real/zccache"),
    isolation: "shared-broker",
    explicitInstance: "",
    perVersionBinaryDir: tree.at("bin/real"),
    minVersion: VERSION,
    versionAllowList: [VERSION],
    labels: { vendor: "zccache", package: "zccache", consumer: "zccache" },
  };
  for (const path of ["bin/real/zccache", "bin/link/zccache", "bin/zccache", "bin/./link/../real/zccache"]) {
    expect(serviceDefinition(tree.at(path))).toEqual(expected);
  }
});

test("an executable that is not there, or no file, has no definition", () => {
  for (const path of ["bin/none", "bin/real"]) {
    expect(() => serviceDefinition(tree.at(path))).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  }
});

test("a directory that others may enter is refused for definitions, and none is made [broker 15]", () => {
  mkdirSync(tree.at("services"), { mode: 0o700 });
  expect(definitionFile(tree.at("services"))).toBe(tree.at("services/zccache.servicedef"));
  for (const mode of [0o720, 0o770, 0o701]) {
    chmodSync(tree.at("services"), mode);
    expect(() => definitionFile(tree.at("services"))).toThrow(expect.objectContaining({ code: "UNSAFE_DIRECTORY" }));
  }
  definitionFile(tree.at("later/services"));
  expect(readdirSync(tree.path).sort()).toEqual(["bin", "services"]);
});

test("directories are those of the variables, of XDG's, or below the home directory", () => {
  const none = {
    home: undefined,
    dataHome: undefined,
    configHome: undefined,
    manifestDir: undefined,
    serviceDefinitionDir: undefined,
  };
  const home = { ...none, home: "/h" };
  expect(manifestDirectory(home)).toBe("/h/.local/share/running-process/manifests");
  expect(serviceDefinitionDirectory(home)).toBe("/h/.config/running-process/services");
  const xdg = { ...home, dataHome: "/d", configHome: "/c" };
  expect(manifestDirectory(xdg)).toBe("/d/running-process/manifests");
  expect(serviceDefinitionDirectory(xdg)).toBe("/c/running-process/services");
  expect(manifestDirectory({ ...xdg, dataHome: "d" })).toBe("/h/.local/share/running-process/manifests");
  expect(manifestDirectory({ ...xdg, manifestDir: "/m" })).toBe("/m");
  expect(serviceDefinitionDirectory({ ...xdg, serviceDefinitionDir: "/s" })).toBe("/s");
  expect(() => manifestDirectory(none)).toThrow("HOME is not set");
});
