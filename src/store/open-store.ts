// Opens a store, whatever state its directory is in.

import { describeError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { SCHEMA } from "./index-statements.ts";
import { Store, type StoreOptions } from "./store.ts";

/**
 * Opens the store below `root`, or makes it. Never throws: a store that can't be used gives misses and says why in
 * `problem`. Debris of earlier processes is swept in the background.
 */
export function openStore(root: RawText, options: StoreOptions = {}): Store {
  const directory = storeDirectory(root);
  let unusable: string | undefined;
  try {
    for (const path of [directory, `${directory}/objects`, `${directory}/tmp`]) preparePrivateDirectory(path);
  } catch (error) {
    unusable = describeError(error);
  }
  return new Store(directory, options, unusable);
}

/** Where the store below `root` is. Formats lie side by side: no zccache reads or removes what one of another format wrote. */
export function storeDirectory(root: RawText): RawText {
  return `${root}/store-${SCHEMA}`;
}
