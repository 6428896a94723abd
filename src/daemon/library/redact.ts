// Secrets never leave the daemon: what is written for people has something else in their place.

import { type RawText, showRaw } from "../../core/raw-text.ts";
import type { Logger } from "../../sys/log.ts";

/** Stands in the place of a secret. */
export const REDACTED = "<redacted>";

// Shorter values stand in other texts by chance.
const SHORTEST_SECRET = 4;

// -DAPI_TOKEN=…, --password=…: a name that says what its value is.
const TELLING_OPTION = /^(-{1,2}D?[\w-]*(?:API_?KEY|CREDENTIAL|PASSWD|PASSWORD|SECRET|TOKEN)[\w-]*=).+$/is;

/** Puts something else in the place of these values wherever they stand in a text. */
export type Redact = (text: string) => string;

/** For the values of a session's own variables. */
export function redactor(values: readonly RawText[]): Redact {
  const secrets = values
    .map(showRaw)
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, REDACTED), text);
}

/** An argument as it may be written. */
export function redactArgument(argument: RawText, redact: Redact): string {
  return redact(showRaw(argument).replace(TELLING_OPTION, `$1${REDACTED}`));
}

/** A logger whose lines hold no secret. */
export function redactingLogger(log: Logger, redact: Redact): Logger {
  const safe =
    (write: Logger["info"]): Logger["info"] =>
    (component, text) =>
      write(component, redact(text));
  return {
    trace: safe(log.trace),
    debug: safe(log.debug),
    info: safe(log.info),
    warn: safe(log.warn),
    error: safe(log.error),
  };
}
