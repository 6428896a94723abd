// Places where a test can make this process fail, die or hang. Builds for users have none of it: the bundler replaces
// ZCC_FAULTS by false and drops what depends on it (build.ts; `build.ts --faults` keeps it).

import { constants } from "node:os";
import { faultExpression } from "./environment.ts";

declare const ZCC_FAULTS: boolean;

/** Names of the places, in the order in which a call passes them. */
export type FaultPoint =
  | "client.asked" // the question is on its way
  | "client.ran" // the tool has ended, the daemon does not know yet
  | "client.reported" // the daemon knows, and has not let us go
  | "daemon.admission" // a call has come; a failure here is a queue that is full
  | "daemon.planned" // parsed and keyed, nothing looked up
  | "daemon.exec" // about to tell the client to run the tool
  | "store.stage" // before the private copy of an output
  | "store.place" // before an object gets its name
  | "store.index" // before the index is written
  | "daemon.release" // outputs copied, client not let go
  | "deliver.publish" // copy verified, destination untouched
  | "deliver.unlinked" // old file gone, new one not in place
  | "daemon.delivered"; // outputs in place, client not told

/**
 * Does what ZCCACHE_FAULT says for this place, if anything:
 *
 *   ZCCACHE_FAULT ::= point "=" ("kill" | "stop" | "crash" | "throw" | ERRNO) ["@" N]        e.g. "store.place=ENOSPC@2"
 *
 * `kill` is SIGKILL and `stop` SIGSTOP of this process, `crash` an error a moment later that nobody can catch, `throw`
 * one without a code, an errno's name the system's error; N counts passages from 1, and without it every passage fails.
 */
export function fault(point: FaultPoint): void {
  if (typeof ZCC_FAULTS !== "undefined" && ZCC_FAULTS) strike(point);
}

const passages = new Map<FaultPoint, number>();

function strike(point: FaultPoint): void {
  const [, where, what = "", only] = /^([a-z.]+)=(\w+)(?:@(\d+))?$/.exec(faultExpression() ?? "") ?? [];
  if (where !== point) return;
  const passage = (passages.get(point) ?? 0) + 1;
  passages.set(point, passage);
  if (only !== undefined && Number(only) !== passage) return;
  if (what === "kill" || what === "stop") process.kill(process.pid, what === "kill" ? "SIGKILL" : "SIGSTOP");
  else if (what === "crash") setImmediate(() => crash(point));
  else if (Object.hasOwn(constants.errno, what))
    throw Object.assign(new Error(`${what}: made at ${point}`), { code: what });
  else throw new Error(`made at ${point}`);
}

function crash(point: FaultPoint): never {
  throw new Error(`crashed at ${point}`);
}
