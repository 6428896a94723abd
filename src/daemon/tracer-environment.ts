// The variables that put a tool under the access tracer. They are laid over the caller's own environment.

import type { RawText } from "../core/raw-text.ts";
import type { CompileCall } from "./call.ts";

// No message depends on how many there are, but rustc takes a terminal without any for none.
const ROWS = 24;

/**
 * They last until the program starts, whose tracer takes them out again (src/tracer/native/handover.c).
 * `LD_PRELOAD` with the tracer last, so that other preloaded libraries have rewritten paths before it sees them;
 * `ZCC_TRACE`, the buffer; `ZCC_TTY`, the captured descriptors that are a terminal for the caller, and its width.
 */
export function tracerEnvironment(
  call: Pick<CompileCall, "environment" | "terminal" | "terminalColumns" | "merged">,
  tracer: { library: RawText; buffer: RawText },
): [RawText, RawText][] {
  const others = call.environment.get("LD_PRELOAD");
  const variables: [RawText, RawText][] = [
    ["LD_PRELOAD", others === undefined ? tracer.library : `${others}:${tracer.library}`],
    ["ZCC_TRACE", tracer.buffer],
  ];
  if (call.terminal) {
    const [, columns] = call.terminalColumns;
    variables.push(["ZCC_TTY", `${call.merged ? "12" : "2"}${columns === 0 ? "" : `,${columns}x${ROWS}`}`]);
  }
  return variables;
}
