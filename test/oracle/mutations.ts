// What keeps hits right, taken out: the oracle has to notice each of these.

import type { Mutation } from "../support/mutated-binary.ts";

/** Mutations by what they take out. */
export const MUTATIONS: readonly { readonly what: string; readonly mutation: Mutation }[] = [
  {
    what: "absent paths as dependencies",
    mutation: {
      file: "src/key/dependencies.ts",
      find: "    dependencies.push(dependencyOn(",
      replace: '    if (each.state !== "A") dependencies.push(dependencyOn(',
    },
  },
  {
    what: "the names under which a linker looks for libraries in vain as dependencies",
    mutation: {
      file: "src/key/dependencies.ts",
      find: "    dependencies.push(dependencyOn(",
      replace:
        '    if (each.state !== "A" || !/\\/lib[^/]*\\.(?:a|so)$/.test(item.path)) dependencies.push(dependencyOn(',
    },
  },
  {
    what: "objects and archives as dependencies",
    mutation: {
      file: "src/key/dependencies.ts",
      find: "    dependencies.push(dependencyOn(",
      replace: "    if (!/\\.[ao]$/.test(item.path)) dependencies.push(dependencyOn(",
    },
  },
  {
    what: "what a tool changes in place, as it was before, in the key",
    mutation: {
      file: "src/daemon/keyed-call.ts",
      find: "const items = previous.map(",
      replace: "const items = previous.slice(previous.length).map(",
    },
  },
  {
    what: "the programs that another PATH leads to",
    mutation: {
      file: "src/key/programs.ts",
      find: "return condition.valueHash.endsWith(",
      replace: "return true || condition.valueHash.endsWith(",
    },
  },
  {
    what: "the order of arguments in the key",
    mutation: {
      file: "src/key/context-key.ts",
      find: "list(hasher, plan.keyArguments);",
      replace: "list(hasher, [...plan.keyArguments].sort());",
    },
  },
  {
    what: "the guard against inputs that change while the tool runs",
    mutation: {
      file: "src/key/what-was-seen.ts",
      find: "return !changedSince(",
      replace: "return true || !changedSince(",
    },
  },
  {
    what: "what the kernel tells of names in watched directories",
    mutation: {
      file: "src/watch/watched-tree.ts",
      find: "if (kid !== undefined) this.raiseBelow(kid);",
      replace: "if (kid !== undefined && mask === 0) this.raiseBelow(kid);",
    },
  },
  {
    what: "variables as conditions",
    mutation: {
      file: "src/key/environment.ts",
      find: "return onVariables(row.environment).every(",
      replace: "return true || onVariables(row.environment).every(",
    },
  },
];
