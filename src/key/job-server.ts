// Make's job server: what it is made of differs in every build and is in no key. Whether it can be reached shows, for
// tools that look for it say so where they can't, or work otherwise (gcc's lto-wrapper, rustc). The words that name it are
// those of the GNU make manual, "POSIX Jobserver Interaction".

import { statSync } from "node:fs";
import type { EnvironmentCondition } from "../core/entry.ts";
import { isErrno, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readShortLink } from "../sys/libc.ts";
import type { Environment } from "./environment.ts";

/**
 * What a caller's variables name: `none`, a server that can be reached by a `pipe` or a `fifo`, one that is `gone`, or one
 * of which that can't be said.
 */
export type JobServer = "none" | "pipe" | "fifo" | "gone" | "unseen";

/** Variables that name one. Of those that rustc knows the first that is set counts; links know make's. */
export const JOB_SERVER_VARIABLES: readonly RawText[] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];
const OF_LINKS: readonly RawText[] = ["MAKEFLAGS"];

const NAMED = /--jobserver-(?:auth|fds)=(?:fifo:(\S+)|(\d+),(\d+)(?!\S)|\S*)/;

/** Who calls what: as in the daemon's `Call`. */
export type JobServerUser = {
  readonly environment: Environment;
  readonly pid: number;
  readonly plan: { readonly link?: boolean };
};

/** The job server of a caller, whose process tells of its descriptors: 2 µs each. */
export function jobServerOf({ environment, pid, plan }: JobServerUser): JobServer {
  const names = plan.link === true ? OF_LINKS : JOB_SERVER_VARIABLES;
  const words = names.map((name) => environment.get(name)).find((value) => value !== undefined);
  const [named, fifo, reading, writing] = words === undefined ? [] : (NAMED.exec(words) ?? []);
  if (named === undefined) return "none";
  try {
    if (fifo !== undefined) return statSync(fsPath(fifo)).isFIFO() ? "fifo" : "gone";
    if (reading === undefined || writing === undefined) return "gone";
    return [reading, writing].every((fd) => readShortLink(`/proc/${pid}/fd/${fd}`).startsWith("pipe:"))
      ? "pipe"
      : "gone";
  } catch (error) {
    const cause = error instanceof ZccacheError ? error.cause : error;
    return isErrno(cause, "ENOENT", "ENOTDIR") ? "gone" : "unseen";
  }
}

// No variable can have these names (environ(7)).
const SERVER = "=job-server";
const SERVER_IF_ANY = "=job-server-if-any";

/**
 * The condition on the job server of a run that has `asked` for these variables; undefined if it has no say in the result.
 * @param linksLate Something was compiled in a link. Drivers ask as well, and do nothing with the answer.
 */
export function jobServerCondition(
  server: JobServer,
  { asked, linksLate }: { asked: readonly RawText[]; linksLate: boolean },
): EnvironmentCondition | undefined {
  // Those that know cargo's variable have a server of their own where there is none.
  if (asked.includes("CARGO_MAKEFLAGS")) return { name: SERVER_IF_ANY, valueHash: orNone(server) };
  return linksLate && asked.includes("MAKEFLAGS") ? { name: SERVER, valueHash: server } : undefined;
}

/** True unless there is such a condition which the caller's job server, asked for only then, does not meet. */
export function jobServerFits(conditions: readonly EnvironmentCondition[], server: () => JobServer): boolean {
  return conditions.every(({ name, valueHash }) => {
    if (name !== SERVER && name !== SERVER_IF_ANY) return true;
    const now = server();
    // Two of which nothing can be said need not be alike.
    return now !== "unseen" && valueHash === (name === SERVER ? now : orNone(now));
  });
}

function orNone(server: JobServer): JobServer {
  return server === "none" ? "pipe" : server;
}
