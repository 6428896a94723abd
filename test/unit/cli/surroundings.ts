// What commands are run with in tests: an endpoint of the test's own, at which a fake daemon may answer.

import type { Surroundings } from "../../../src/cli/run.ts";
import { places } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import type { TemporaryTree } from "../../support/file-tree.ts";

/** Surroundings whose endpoint is `daemon.sock` below the tree. No daemon may be started. */
export function surroundings(tree: TemporaryTree, more: Partial<Surroundings> = {}): Surroundings {
  const settings = readSettings({ ZCCACHE_ENDPOINT: tree.at("daemon.sock"), ZCCACHE_NO_SPAWN: "1" }, false);
  return { settings, where: places(settings), environment: [], terminal: false, ...more };
}
