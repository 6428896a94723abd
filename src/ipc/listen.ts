// The daemon's listening socket: in a directory that only we may enter, itself 0600, and every peer checked.

import { lstatSync, unlinkSync } from "node:fs";
import type { UnixSocketListener } from "bun";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { descriptorsLeft } from "../sys/descriptors-left.ts";
import { fsPath } from "../sys/fs-path.ts";
import { ownUserId, preparePrivateDirectory, withUmask } from "../sys/private-directory.ts";
import { ServerConnection } from "./server-connection.ts";
import { endpointDirectory, type OpenDirectory, openEndpointDirectory } from "./socket-path.ts";
import { socketHandlers, type WireConnection } from "./wire-connection.ts";

/** A socket that clients connect to. */
export type Listener = {
  /** Connections that are open now. */
  readonly connections: ReadonlySet<ServerConnection>;
  /** Takes no more clients and removes the socket, if it is still ours; connections stay. To be called under the lock. */
  stop(): void;
};

const MAX_CONNECTIONS = 512;

/**
 * Serves an endpoint. Its directory is created (0700) or must be private; shared ones are only taken where nobody can
 * replace our socket (/tmp and the like: sticky and root's). Peers of another user are dropped unread, as are those for
 * whom there is no descriptor.
 * @param peerUser The one user id that may connect.
 * @throws {ZccacheError} `ENDPOINT` for an unusable path, `ALREADY_RUNNING` if there is something at it already,
 * `UNSAFE_DIRECTORY`, or `IO`.
 */
export function listen(
  endpoint: RawText,
  onConnection: (connection: ServerConnection) => void,
  peerUser = ownUserId(),
): Listener {
  const directory = openOwnDirectory(endpoint);
  const connections = new Set<ServerConnection>();
  const limit = connectionLimit();
  const handlers = socketHandlers((wire: WireConnection) => {
    if (wire.peer.uid !== peerUser || connections.size >= limit) return wire.close();
    const connection = new ServerConnection(wire);
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
    onConnection(connection);
  });
  const listener = bind(directory, endpoint, handlers);
  const inode = verifiedInode(directory, endpoint);
  return {
    connections,
    stop: () => {
      if (statOrNothing(directory.socket)?.ino === inode) unlinkSync(directory.socket);
      // Bun's stop() removes whatever has the socket's path now, a successor's too: without the directory it finds none.
      directory[Symbol.dispose]();
      listener.stop();
    },
  };
}

/**
 * Removes the socket that a dead daemon left. To be called under the lock of the endpoint, when nobody answers there.
 * @throws {ZccacheError} `ENDPOINT` if it is no socket or not ours: it is left alone.
 */
export function removeStaleSocket(endpoint: RawText): void {
  endpointDirectory(endpoint);
  const stats = statOrNothing(fsPath(endpoint));
  if (stats === undefined) return;
  if (!stats.isSocket() || stats.uid !== ownUserId()) throw foreign(endpoint);
  unlinkSync(fsPath(endpoint));
}

/**
 * Makes the directory of an endpoint, or checks that nobody else can replace what we put there.
 * @throws {ZccacheError} `ENDPOINT` for an unusable path, `UNSAFE_DIRECTORY`, or `IO`.
 */
export function prepareEndpointDirectory(endpoint: RawText): void {
  const path = endpointDirectory(endpoint);
  if (!isProtectedShared(path)) preparePrivateDirectory(path);
}

function openOwnDirectory(endpoint: RawText): OpenDirectory {
  prepareEndpointDirectory(endpoint);
  return openEndpointDirectory(endpoint);
}

/** True for /tmp and its like: root's, and nobody may remove or rename what is another's (sticky bit, inode(7)). */
function isProtectedShared(path: RawText): boolean {
  const STICKY = 0o1000;
  const stats = statOrNothing(fsPath(path));
  return stats?.isDirectory() === true && stats.uid === 0 && (stats.mode & STICKY) !== 0;
}

type Handlers = ReturnType<typeof socketHandlers>;

function bind(
  directory: OpenDirectory,
  endpoint: RawText,
  handlers: Handlers,
): UnixSocketListener<WireConnection | undefined> {
  try {
    // bind(2) makes the socket with mode 0777 less the umask: 0600.
    return withUmask(0o177, () => Bun.listen({ unix: directory.socket, socket: handlers, data: undefined }));
  } catch (error) {
    directory[Symbol.dispose]();
    if (isErrno(error, "EADDRINUSE")) {
      const message = `Cannot listen at "${showRaw(endpoint)}": there is a socket or file already`;
      throw new ZccacheError("ALREADY_RUNNING", message, { cause: error });
    }
    throw new ZccacheError("IO", `Cannot listen at "${showRaw(endpoint)}"`, { cause: error });
  }
}

function verifiedInode({ socket }: OpenDirectory, endpoint: RawText): number {
  const stats = lstatSync(socket);
  const isOurs = stats.isSocket() && stats.uid === ownUserId() && (stats.mode & 0o777) === 0o600;
  if (!isOurs) throw foreign(endpoint);
  return stats.ino;
}

function statOrNothing(path: string | Buffer) {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Where descriptors are few, 8 of 15: a call under way takes another one (src/daemon/admission.ts). */
function connectionLimit(): number {
  return Math.max(1, Math.min(MAX_CONNECTIONS, Math.floor((descriptorsLeft() * 8) / 15)));
}

function foreign(endpoint: RawText): ZccacheError {
  return new ZccacheError("ENDPOINT", `Cannot use endpoint "${showRaw(endpoint)}": it is no socket of ours`);
}
