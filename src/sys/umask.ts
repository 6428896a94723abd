// The umask as /proc tells it: umask(2) tells by setting another one, which would show in files that other threads create.

import { readFileSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";

/** From the text of a /proc/PID/status: the line `Umask:`, octal (proc(5)). @throws {ZccacheError} `IO` */
export function umaskIn(status: string): number {
  const [, digits] = /^Umask:\s*([0-7]+)$/m.exec(status) ?? [];
  if (digits === undefined) throw new ZccacheError("IO", "Cannot read the umask: /proc/PID/status does not have it");
  return Number.parseInt(digits, 8);
}

/** Of a process that runs. @throws {ZccacheError} `IO`; the system's error once it is gone. */
export function umaskOf(pid: number | "self"): number {
  return umaskIn(readFileSync(`/proc/${pid}/status`, "latin1"));
}
