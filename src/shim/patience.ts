// How long a build waits for the daemon before its tools are run without it, in milliseconds.

import type { Settings } from "../sys/environment.ts";

/** Every wait of a call. */
export type Patience = {
  /** For a connection to a daemon that runs. */
  readonly connectMs: number;
  /** All that a start may cost: until there is a connection, and until the first answer. */
  readonly startMs: number;
  /** Longest silence after a question. */
  readonly firstSignMs: number;
  /** Longest silence after a sign of life; a daemon that works on the answer gives one each half second. */
  readonly nextSignMs: number;
  /** How long a daemon with too much to do is asked again. */
  readonly busyMs: number;
  /** A daemon under suspicion has to show first, and quickly, that it is back. */
  readonly backMs: number;
};

const USUAL: Patience = {
  connectMs: 1000,
  startMs: 5000,
  firstSignMs: 1000,
  nextSignMs: 2000,
  busyMs: 2000,
  backMs: 10,
};

/** The usual waits, or as many times as long as the user wants on a machine that stalls. */
export function patienceOf({ patience }: Pick<Settings, "patience">): Patience {
  return {
    connectMs: patience * USUAL.connectMs,
    startMs: patience * USUAL.startMs,
    firstSignMs: patience * USUAL.firstSignMs,
    nextSignMs: patience * USUAL.nextSignMs,
    busyMs: patience * USUAL.busyMs,
    backMs: patience * USUAL.backMs,
  };
}
