// A process that stores samples, for tests that kill it: `store-child.ts ROOT COUNT`. Prints the number of each sample
// once it was flushed; without end if COUNT is 0.

import { writeSync } from "node:fs";
import { openStore } from "../../src/store/open-store.ts";
import { storeSample } from "./store-samples.ts";

const [root = "", count = "0"] = process.argv.slice(2);
const store = openStore(root);
for (let i = 0; count === "0" || i < Number(count); i++) {
  await storeSample(store, `sample ${i}`, `content ${i} `.repeat(1000));
  store.flush();
  writeSync(1, `${i}\n`);
}
await store[Symbol.asyncDispose]();
