// The service definition: how a broker would start our daemon. What it says and where it belongs is worked out and checked
// here; it is not written, because the numbers of its fields are not published (README.md).

import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path/posix";
import { describeError, ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { fsPath } from "../sys/fs-path.ts";
import { isPrivateDirectory } from "../sys/private-directory.ts";
import { SERVICE } from "./ask-broker.ts";
import { serviceName, versionToken } from "./messages.ts";

/** What a service definition says. */
export type ServiceDefinition = {
  readonly serviceName: string;
  /** Absolute, without links. */
  readonly binaryPath: RawText;
  readonly isolation: "shared-broker";
  readonly explicitInstance: "";
  readonly perVersionBinaryDir: RawText;
  readonly minVersion: string;
  /** Our version and no other. */
  readonly versionAllowList: readonly [string];
  readonly labels: { readonly vendor: string; readonly package: string; readonly consumer: string };
};

/** The definition for a daemon's executable. @throws {ZccacheError} `NOT_FOUND` if there is none at that path. */
export function serviceDefinition(binary: RawText): ServiceDefinition {
  const binaryPath = canonical(binary);
  const version = versionToken(VERSION);
  return {
    serviceName: serviceName(SERVICE),
    binaryPath,
    isolation: "shared-broker",
    explicitInstance: "",
    perVersionBinaryDir: dirname(binaryPath),
    minVersion: version,
    versionAllowList: [version],
    labels: { vendor: SERVICE, package: SERVICE, consumer: SERVICE },
  };
}

/**
 * Where the definition belongs. Nothing is made, since nothing is written.
 * @throws {ZccacheError} `UNSAFE_DIRECTORY` if there is a directory that others may enter, or that is not ours.
 */
export function definitionFile(directory: RawText): RawText {
  const isThere = statSync(fsPath(directory), { throwIfNoEntry: false }) !== undefined;
  if (!isThere || isPrivateDirectory(directory)) return `${directory}/${SERVICE}.servicedef`;
  throw new ZccacheError("UNSAFE_DIRECTORY", `Cannot use directory "${showRaw(directory)}": others may enter it`);
}

/** Why it is not written, for people. */
export function notWritten(file: RawText): string {
  return `Cannot write "${showRaw(file)}": the broker's numbers for its fields are not published`;
}

function canonical(binary: RawText): RawText {
  try {
    const path = rawFromBytes(realpathSync(fsPath(binary), { encoding: "buffer" }));
    if (statSync(fsPath(path)).isFile()) return path;
  } catch (error) {
    throw new ZccacheError("NOT_FOUND", `Cannot find the daemon's executable: ${describeError(error)}`);
  }
  throw new ZccacheError("NOT_FOUND", `Cannot use "${showRaw(binary)}" as the daemon's executable: it is no file`);
}
