// An endpoint as the kernel takes it. sockaddr_un has room for 107 bytes (unix(7)); a longer path, or one that is not
// ASCII, is reached through a descriptor of its directory: /proc/self/fd/<n>/<name>.

import { isUtf8 } from "node:buffer";
import { closeSync, constants, openSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { baseName, type RawText, rawToBytes, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

const MAX_SOCKET_PATH_BYTES = 107;
const O_PATH = 0o10000000; // Linux, all architectures that Bun runs on; not in node:fs

/** A socket's directory, held open, and the socket's name in it. */
export type OpenDirectory = Disposable & {
  /** Path of the socket that stays short, and stays in this directory even if another one takes its name. */
  readonly socket: string;
  readonly name: string;
};

/** The directory part of an endpoint. @throws {ZccacheError} `ENDPOINT` if it is no absolute path of a file. */
export function endpointDirectory(endpoint: RawText): RawText {
  const name = baseName(endpoint);
  const usable = endpoint.startsWith("/") && !endpoint.includes("\0") && !["", ".", ".."].includes(name);
  if (!usable) throw unusable(endpoint, "expected the absolute path of a socket");
  return endpoint.slice(0, -name.length - 1) || "/";
}

/** True if the endpoint can be handed to the kernel as it is spelled. */
export function isDirect(endpoint: RawText): boolean {
  if (endpoint.length > MAX_SOCKET_PATH_BYTES) return false;
  for (let i = 0; i < endpoint.length; i++) if (endpoint.charCodeAt(i) > 0x7f) return false;
  return true;
}

/**
 * Opens the directory of an endpoint, which must be a real one.
 * @throws {ZccacheError} `ENDPOINT` for a name that is too long or no UTF-8, `IO` if the directory cannot be opened.
 */
export function openEndpointDirectory(endpoint: RawText): OpenDirectory {
  const directory = endpointDirectory(endpoint);
  const bytes = rawToBytes(baseName(endpoint));
  if (!isUtf8(bytes)) throw unusable(endpoint, "the socket's name is not UTF-8");
  const name = bytes.toString("utf8");
  const fd = openDirectory(directory);
  const socket = `/proc/self/fd/${fd}/${name}`;
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH_BYTES) {
    closeSync(fd);
    throw unusable(endpoint, "the socket's name is too long");
  }
  let open = true;
  return {
    socket,
    name,
    [Symbol.dispose]: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function openDirectory(path: RawText): number {
  try {
    return openSync(fsPath(path), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw new ZccacheError("IO", `Cannot open directory "${showRaw(path)}"`, { cause: error });
  }
}

function unusable(endpoint: RawText, state: string): ZccacheError {
  return new ZccacheError("ENDPOINT", `Cannot use endpoint "${showRaw(endpoint)}": ${state}`);
}
