// Breakages of what clients keep in the cache under keys of their own, and of what is known of trees by fingerprints.

import type { Mutant } from "./mutants.ts";

const ARTIFACTS = "test/unit/daemon/library/artifacts.test.ts";
const RECORDS = "test/unit/daemon/library/fingerprint-records.test.ts";
const SCAN = "test/unit/key/scan-tree.test.ts";

export const ARTIFACT_MUTANTS: readonly Mutant[] = [
  {
    what: "[protocol] a client's key is the key of a result",
    file: "src/store/client-artifact.ts",
    find: 'return address("artifact", cacheKey);',
    replace: "return cacheKey;",
    test: "test/unit/store/client-artifact.test.ts",
  },
  {
    what: "[protocol] a second Store replaces the first",
    file: "src/daemon/library/artifacts.ts",
    find: 'if (readArtifact(store, cacheKey) !== undefined) return "AlreadyExists";',
    replace: "",
    test: ARTIFACTS,
  },
  {
    what: "[protocol] stores of one key at the same time do not wait for each other",
    file: "src/daemon/library/artifacts.ts",
    find: "await stores.run(cache_key, () => keep(services, cache_key, artifact))",
    replace: "await keep(services, cache_key, artifact)",
    test: ARTIFACTS,
  },
  {
    what: "[protocol] names of outputs may lead elsewhere",
    file: "src/daemon/library/artifacts.ts",
    find: " || /[/\\\\\\0]/.test(name)",
    replace: "",
    test: ARTIFACTS,
  },
  {
    what: "[protocol] a small object's content is taken on trust",
    file: "src/daemon/library/artifacts.ts",
    find: " && xxh64(content) === check",
    replace: "",
    test: ARTIFACTS,
  },
  {
    what: "[protocol] a failure is forgotten",
    file: "src/daemon/library/fingerprint-records.ts",
    find: '.failed`)) return "failed";',
    replace: '.failed`) && files.length === 0) return "failed";',
    test: RECORDS,
  },
  {
    what: "[protocol] what a second check finds changed is taken for done",
    file: "src/workers/look-at-tree.ts",
    find: 'const earlier = unmarked === "" ?',
    replace: "const earlier = unmarked.length >= 0 ?",
    test: RECORDS,
  },
  {
    what: "[protocol] what was known of a tree outlives a scan that failed",
    file: "src/daemon/library/fingerprint-records.ts",
    find: "for (const suffix of RECORD_SUFFIXES)",
    replace: "for (const suffix of RECORD_SUFFIXES.slice(1))",
    test: RECORDS,
  },
  {
    what: "a fingerprint record that was used meanwhile is pruned",
    file: "src/daemon/library/fingerprint-pruning.ts",
    find: " || now.usedMs > usedMs",
    replace: "",
    test: "test/unit/daemon/library/fingerprint-pruning.test.ts",
  },
  {
    what: "fingerprint records that are in use do not stay",
    file: "src/daemon/library/fingerprint-pruning.ts",
    find: "b.usedMs - a.usedMs",
    replace: "a.usedMs - b.usedMs",
    test: "test/unit/daemon/library/fingerprint-pruning.test.ts",
  },
  {
    what: "[protocol] a content holds for any stamp",
    file: "src/workers/look-at-tree.ts",
    find: "entry?.stamp === stamp",
    replace: "entry !== undefined",
    test: RECORDS,
  },
  {
    what: "[protocol] a stamp is trusted at once",
    file: "src/key/scan-tree.ts",
    find: " && settled(stamp, nowNs)",
    replace: "",
    test: SCAN,
  },
  {
    what: "[protocol] hidden files do not count",
    file: "src/key/scan-tree.ts",
    find: "dot: true,",
    replace: "dot: false,",
    test: SCAN,
  },
  {
    what: "[protocol] links in a tree are followed",
    file: "src/key/scan-tree.ts",
    find: "followSymbolicLinks: false,",
    replace: "followSymbolicLinks: true,",
    test: SCAN,
  },
  {
    what: "[protocol] the way to a tree is folded by its letters",
    file: "src/key/scan-tree.ts",
    find: "const root = realPath(filter.root);",
    replace: "const root = realPath(filter.root) && filter.root;",
    test: SCAN,
  },
  {
    what: "[protocol] a snapshot that holds what is unsure is compared as it is",
    file: "src/store/tree-snapshot.ts",
    find: " && before.content !== UNSURE",
    replace: "",
    test: "test/unit/store/tree-snapshot.test.ts",
  },
  {
    what: "[protocol] text that is no bytes is sent as other bytes",
    file: "src/ipc/schemas/values.ts",
    find: " && !/[^\\0-\\xff]/.test(value)",
    replace: "",
    test: "test/unit/ipc/schemas/values.test.ts",
  },
];
