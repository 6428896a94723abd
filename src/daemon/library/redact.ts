// Secrets never leave the daemon: what is written for people has something else in their place.

import { type RawText, showRaw } from "../../core/raw-text.ts";
import type { Logger } from "../../sys/log.ts";

/** Stands in the place of a secret. */
export const REDACTED = "<redacted>";

// Shorter values stand in other texts by chance.
const SHORTEST_SECRET = 4;

// A name that says what its value is.
const TELLING = "[\\w-]*(?:API_?KEY|(?<![a-z])KEY(?![a-z])|CREDENTIAL|PASSWD|PASSWORD|SECRET|TOKEN)[\\w-]*";

// -DAPI_TOKEN=…, --password=…
const TELLING_OPTION = new RegExp(`^(-{1,2}D?${TELLING}=).+$`, "is");

// --password …
const TELLING_SWITCH = new RegExp(`^--?${TELLING}$`, "i");

// -D API_TOKEN=…
const TELLING_DEFINITION = new RegExp(`^(${TELLING}=).+$`, "is");

const TELLING_VARIABLE = new RegExp(`^${TELLING}$`, "i");

// https://user:password@host/
const USER_INFORMATION = /(?<=[a-z][a-z0-9+.-]*:\/\/)[^/?#@\s]+(?=@)/gi;

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

/** Values of those variables whose names say that they are secret. */
export function secretsIn(variables: ReadonlyMap<RawText, RawText>): RawText[] {
  return [...variables].filter(([name]) => TELLING_VARIABLE.test(name)).map(([, value]) => value);
}

/** A command line as it may be written. */
export function redactArguments(args: readonly RawText[], redact: Redact): string[] {
  return args.map((argument, at) => {
    const before = args[at - 1] ?? "";
    if (TELLING_SWITCH.test(before)) return REDACTED;
    const telling = before === "-D" ? TELLING_DEFINITION : TELLING_OPTION;
    return redact(showRaw(argument).replace(telling, `$1${REDACTED}`).replace(USER_INFORMATION, REDACTED));
  });
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
