// The two requests of every miss, read without the schema library, which takes ten times as long: 0.1 ms each. What is
// not as it should be is left to their schemas (requests.ts), which can say what it is.

import { ZccacheError } from "../core/errors.ts";
import { bool, bytes, int, optionalBytes, uint, type WireMap } from "./fields.ts";
import type { ExecDoneRequest, InvokeRequest } from "./messages.ts";

/** The request; undefined if it is another one, or a field of it is not as it should be. Never throws. */
export function readHotRequest(message: WireMap): InvokeRequest | ExecDoneRequest | undefined {
  try {
    switch (message["type"]) {
      case "Invoke":
        return readInvoke(message);
      case "ExecDone":
        return readExecDone(message);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof ZccacheError) return undefined;
    throw error;
  }
}

function readInvoke(message: WireMap): InvokeRequest {
  return {
    type: "Invoke",
    argv: bytes(message, "argv"),
    cwd: bytes(message, "cwd"),
    env: bytes(message, "env"),
    umask: uint(message, "umask"),
    stderr_tty: bool(message, "stderr_tty"),
    columns: uint(message, "columns", 0),
    stderr_columns: uint(message, "stderr_columns", 0),
    same_streams: bool(message, "same_streams"),
    can_exec: bool(message, "can_exec"),
    stdin_file: optionalBytes(message, "stdin_file"),
  };
}

function readExecDone(message: WireMap): ExecDoneRequest {
  const signal = message["signal"] ?? undefined;
  return {
    type: "ExecDone",
    job: uint(message, "job"),
    exit_code: int(message, "exit_code"),
    signal: signal === undefined ? undefined : uint(message, "signal"),
    stdout: bytes(message, "stdout"),
    stderr: bytes(message, "stderr"),
    merged: bool(message, "merged"),
    too_large: bool(message, "too_large", false),
  };
}
