// A process that makes a store smaller, for tests that kill it meanwhile: `store-shrinking-child.ts evict|clear ROOT`.

import { openStore } from "../../src/store/open-store.ts";

const [how, root = ""] = process.argv.slice(2);
/** Bytes; some thirty samples of `store-child.ts` take twice as many. */
const LIMIT = 350_000;

const store = openStore(root, { limit: how === "evict" ? LIMIT : 0 });
if (how === "evict") await store.evicted();
else await store.clear();
await store[Symbol.asyncDispose]();
