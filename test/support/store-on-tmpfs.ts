// A process that uses a store on a tmpfs of 2 MiB, in a mount namespace of its own: `store-on-tmpfs.ts full|read-only
// DIRECTORY`. Prints what happened as JSON.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { isErrno } from "../../src/core/errors.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { readSample, storeSample } from "./store-samples.ts";

const [scenario, directory = ""] = process.argv.slice(2);
const problems: string[] = [];
const options = { onProblem: (error: Error) => problems.push(error.message) };

/** Code of the error of storing a sample of 100 KB; undefined if it was stored. */
async function codeOfStoring(store: Store, name: string): Promise<string | undefined> {
  try {
    await storeSample(store, name, randomBytes(100_000));
    store.flush();
    return undefined;
  } catch (error) {
    return isErrno(error, "STORE_WRITE") ? "STORE_WRITE" : String(error);
  }
}

async function fill(): Promise<object> {
  const store = openStore(directory, options);
  const codes: (string | undefined)[] = [];
  for (let i = 0; i < 40; i++) codes.push(await codeOfStoring(store, `sample ${i}`));
  const stored = codes.filter((code) => code === undefined).length;
  const hits = codes.filter((_, i) => readSample(store, `sample ${i}`) !== undefined).length;
  await store[Symbol.asyncDispose]();
  const next = openStore(directory, options);
  const hitsLater = codes.filter((_, i) => readSample(next, `sample ${i}`) !== undefined).length;
  await next.clear();
  const afterClear = await codeOfStoring(next, "again");
  return { codes: [...new Set(codes)], stored, hits, hitsLater, afterClear: afterClear ?? "stored" };
}

function remount(mode: "ro" | "rw"): void {
  spawnSync("mount", ["-o", `remount,${mode}`, directory], { stdio: "inherit" });
}

async function freeze(): Promise<object> {
  const writer = openStore(directory, options);
  await storeSample(writer, "a", "object");
  await writer[Symbol.asyncDispose]();
  remount("ro");
  const frozen = openStore(directory, options);
  const hit = readSample(frozen, "a") !== undefined;
  const codes = [await codeOfStoring(frozen, "b"), await codeOfStoring(frozen, "c")];
  remount("rw");
  const now = performance.now.bind(performance);
  performance.now = () => now() + 6000; // A blocked index is tried again every 5 s.
  const thawed = (await codeOfStoring(frozen, "d")) ?? "stored";
  await frozen[Symbol.asyncDispose]();
  return { hit, codes, warnings: problems.length, thawed };
}

process.stdout.write(JSON.stringify(await (scenario === "full" ? fill() : freeze())));
