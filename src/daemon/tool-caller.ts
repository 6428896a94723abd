// The client of one invocation, as the pipeline sees it. A stand-in runs tools in its own process (caller.ts); for a
// library client the daemon does (library/daemon-caller.ts).

import type { Executor } from "../core/executor.ts";
import type { Making } from "../deliver/publish.ts";
import type { Response } from "../ipc/messages.ts";

/** Someone to answer, and a way to run tools. */
export type ToolCaller = Executor & {
  /** The client's process. */
  readonly pid: number;
  /** Gives an answer to the call. */
  answer(response: Response): void;
  /** @throws {ZccacheError} `CONNECTION_CLOSED` once the client has left. */
  mustBeThere(): void;
  /** Told before a file is put into place for a tool that changes what it finds. @throws as `mustBeThere`. */
  announce(making: Making): void;
};
