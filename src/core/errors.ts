// The one error class of zccache. A code is stable and is what callers test; the message is for a person.

/** What went wrong, by area. Shown in logs beside the message. */
export type ErrorCode =
  | "ALREADY_RUNNING"
  | "BAD_FLAG"
  | "BAD_REQUEST"
  | "BAD_TRACE"
  | "BROKER"
  | "CONNECTION_CLOSED"
  | "DAEMON_START"
  | "DAEMON_ANSWER"
  | "ENDPOINT"
  | "FRAME_TOO_LARGE"
  | "IO"
  | "MESSAGE"
  | "NOT_FOUND"
  | "OUTPUT_CHANGED"
  | "STORE_CORRUPT"
  | "STORE_WRITE"
  | "SYSTEM_CALL"
  | "TIMEOUT"
  | "UNSAFE_DIRECTORY"
  | "VERSION_MISMATCH"
  | "WORKER";

/** An error with a code that callers can tell apart and, where there is one, the error that caused it. */
export class ZccacheError extends Error {
  readonly code: ErrorCode;

  /** @param message «Cannot <do>: <state>», without a full stop; says what to do next where that is known. */
  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "ZccacheError";
    this.code = code;
  }
}

/** True if `error` is a system error with this name, e.g. `isErrno(error, "ENOENT")` (errno(3)). */
export function isErrno(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && "code" in error && names.includes(String(error.code));
}

/** One line that names an error and everything that caused it, for a log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof ZccacheError ? ` [${error.code}]` : "";
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message}${code}${cause}`;
}
