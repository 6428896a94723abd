// The third-party project that the quickstart builds: LevelDB 1.20 with its tests and Snappy, as they lie in an npm
// package. Pinned by version and content; nothing of it is in this repository.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./run.ts";

const PACKAGE = "leveldown@6.1.1";
const SHA512 = "88c+E+Eizn4CkQOBHwqlCJaTNEjGpaEIikn1S+cINc5E9HEvJ77bqY4JY/HxT5u0caWqsc3P3DcFIKBI1vHt+A==";

/** What the project is, for people. */
export const PROJECT = "LevelDB 1.20 and Snappy (C++)";

// Paths are relative, so that the same lines serve every copy. Two files of Snappy need a framework that is not there.
const MAKEFILE = `L := deps/leveldb/leveldb-1.20
S := deps/snappy
CXX := g++
CPPFLAGS := -I$(L) -I$(L)/include -I$(S)/linux -I$(S)/snappy \\
  -DLEVELDB_PLATFORM_POSIX=1 -DOS_LINUX=1 -DSNAPPY=1 -DHAVE_CONFIG_H=1
CXXFLAGS := -O2 -std=c++11 -pthread -Wno-deprecated-declarations
UNITS := $(filter-out %/snappy-test.cc %/snappy_unittest.cc, $(sort $(wildcard $(L)/*/*.cc $(L)/helpers/memenv/*.cc $(S)/snappy/*.cc)))
OBJECTS := $(UNITS:.cc=.o)
LIBRARY := $(filter-out %_test.o %/testharness.o %/testutil.o %/db_bench.o %/leveldbutil.o, $(OBJECTS))

all: libleveldb.a leveldbutil $(OBJECTS)
leveldbutil: $(L)/db/leveldbutil.o libleveldb.a
\t$(CXX) -pthread -o $@ $^
libleveldb.a: $(LIBRARY)
\tar rcD $@ $^
%.o: %.cc
\t$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<
-include $(OBJECTS:.o=.d)
`;

/**
 * Downloads the project through npm into an existing directory.
 * @returns Path of the archive.
 * @throws {Error} When its content is not the pinned one.
 */
export async function fetchProject(directory: string): Promise<string> {
  const packed = await mustRun([
    "npm",
    "pack",
    PACKAGE,
    "--silent",
    "--ignore-scripts",
    "--pack-destination",
    directory,
  ]);
  const archive = join(directory, packed.stdout.trim().split("\n").at(-1) ?? "");
  const found = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (found !== SHA512) throw new Error(`Cannot use ${PACKAGE}: its SHA-512 is ${found}, ${SHA512} is pinned`);
  return archive;
}

/** Lays a fresh copy of the project, with a Makefile whose default target builds all, into a new directory. */
export async function unpackProject(archive: string, directory: string): Promise<void> {
  mkdirSync(directory);
  await mustRun(["tar", "-xzf", archive, "-C", directory, "--strip-components=1", "package/deps"]);
  writeFileSync(join(directory, "Makefile"), MAKEFILE);
}
