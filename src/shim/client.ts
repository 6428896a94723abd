// What the steps of one call share: how we were called, and what is left to be handed to the real tool.

import type { RawText } from "../core/raw-text.ts";
import type { Settings } from "../sys/environment.ts";
import type { Invocation } from "./invocation.ts";

/** One client process. */
export type Client = {
  readonly call: Invocation;
  readonly settings: Settings;
  /** Descriptors above 2 that belong to the tool. */
  readonly inherited: readonly number[];
  /** Stand-ins in this chain of processes, this one included. */
  readonly depth: number;
  /** Opens what has been read from standard input; undefined as long as nothing has been. */
  stdin: RawText | undefined;
  /** What the daemon may have put, or may yet put, where nothing was. */
  made: Made | undefined;
};

/** Paths as in `WorkingResponse`. */
export type Made = { readonly staged: RawText; readonly place: RawText };
