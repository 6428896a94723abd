// What went wrong when the daemon started, for those who come later: sessions show it in their own logs.

import type { Logger } from "../sys/log.ts";

/** Warnings of this daemon's start, oldest first. */
export type StartUpWarnings = {
  /** Adds a warning, and logs it at once: the log is standard error, or the file that it leads to. */
  add(component: string, text: string): void;
  list(): readonly string[];
};

/** No warnings yet. */
export function startUpWarnings(log: Logger): StartUpWarnings {
  const texts: string[] = [];
  return {
    add(component, text) {
      texts.push(text);
      log.warn(component, text);
    },
    list: () => [...texts],
  };
}
