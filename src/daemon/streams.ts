// A daemon that kept a pipe of its starter open would stop whoever reads that pipe to its end.

import { closeSync, openSync } from "node:fs";
import { replaceDescriptor } from "../sys/libc.ts";

/** Standard input becomes the null device, output and errors the log file, or the null device where there is none. */
export function redirectStreams(logFile: string | undefined): void {
  const nothing = openSync("/dev/null", "r+");
  const output = openLog(logFile) ?? nothing;
  replaceDescriptor(nothing, 0);
  replaceDescriptor(output, 1);
  replaceDescriptor(output, 2);
  if (output !== nothing) closeSync(output);
  closeSync(nothing);
}

function openLog(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return openSync(path, "a", 0o600);
  } catch {
    return undefined; // the daemon serves without a log rather than not at all
  }
}
