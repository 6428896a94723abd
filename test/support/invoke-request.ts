// What clients ask the daemon for a call, made by hand.

import { rawFromString, rawToBytes } from "../../src/core/raw-text.ts";
import type { InvokeRequest } from "../../src/ipc/messages.ts";
import type { Sandbox } from "./sandbox.ts";

const NOTHING = new Uint8Array();

/** One with nothing in it. */
export const EMPTY_INVOKE: InvokeRequest = {
  type: "Invoke",
  argv: NOTHING,
  cwd: NOTHING,
  env: NOTHING,
  umask: 0,
  stderr_tty: false,
  columns: 0,
  stderr_columns: 0,
  same_streams: false,
  can_exec: true,
};

/** A call in the sandbox's directory. */
export function invokeOf({ tree, env }: Sandbox, argv: readonly string[]): InvokeRequest {
  const block = (lines: readonly string[]) => rawToBytes(rawFromString(lines.map((line) => `${line}\0`).join("")));
  return {
    ...EMPTY_INVOKE,
    argv: block(argv),
    cwd: rawToBytes(rawFromString(tree.path)),
    env: block([`PATH=${env["PATH"]}`]),
    umask: 0o22,
  };
}
