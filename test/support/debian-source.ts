// Sources of Debian packages for the project tests, through apt with a configuration of its own, so that the machine's
// list of sources stays as it is. Downloads are kept outside of the repository and reused.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Whether Debian's patches are applied, or the authors' sources left as they are. */
export type Patches = "applied" | "left out";

/**
 * Unpacked source tree of a package, in the version that the machine's release has.
 * Treat it as read-only: later runs get the same directory.
 * @returns Its absolute path.
 */
export async function debianSource(name: string, patches: Patches = "applied"): Promise<string> {
  const downloads = downloadDirectory();
  const target = join(downloads, patches === "applied" ? name : `${name}-unpatched`);
  if (existsSync(target)) return target;
  mkdirSync(downloads, { recursive: true });
  const staging = mkdtempSync(join(downloads, `.fetching-${name}-`));
  try {
    await fetchInto(staging, name);
    const description = readdirSync(staging).find((file) => file.endsWith(".dsc"));
    if (description === undefined) throw new Error(`Cannot fetch the source of "${name}": apt left no .dsc file`);
    const unpack = ["dpkg-source", "--no-check", ...(patches === "applied" ? [] : ["--skip-patches"])];
    await mustRun([...unpack, "-x", description, "tree"], { cwd: staging });
    publish(join(staging, "tree"), target);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return target;
}

/** Why sources of packages cannot be had here; undefined if they can. */
export function noDebianSources(): string | undefined {
  const missing = ["apt-get", "dpkg-source"].find((tool) => Bun.which(tool) === null);
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Where downloads of the tests and the benchmark are kept, outside of the repository. */
export function downloadDirectory(): string {
  const caches = process.env["XDG_CACHE_HOME"];
  if (caches?.startsWith("/")) return join(caches, "zccache-test");
  return `/var/tmp/zccache-test-${process.getuid?.() ?? "user"}`;
}

/** Two tests may fetch the same source at once; the first one's tree stays. */
function publish(tree: string, target: string): void {
  try {
    renameSync(tree, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

async function fetchInto(staging: string, name: string): Promise<void> {
  const at = (path: string): string => join(staging, "apt", path);
  for (const path of ["lists/partial", "cache/archives/partial"]) mkdirSync(at(path), { recursive: true });
  writeFileSync(at("sources.list"), await sourceLines());
  const settings = [
    `Dir::Etc::sourcelist=${at("sources.list")}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${at("lists")}`,
    `Dir::Cache=${at("cache")}`,
    "APT::Sandbox::User=",
    "Acquire::Retries=3",
  ].flatMap((setting) => ["-o", setting]);
  await mustRun(["apt-get", ...settings, "-q", "update"]);
  await mustRun(["apt-get", ...settings, "-q", "--only-source", "--download-only", "source", name], { cwd: staging });
}

/** A `deb-src` line for each place that the machine takes Debian's own packages from (sources.list(5)). */
async function sourceLines(): Promise<string> {
  const format = "$(CREATED_BY)|$(ORIGIN)|$(COMPONENT)|$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const { stdout } = await mustRun(["apt-get", "indextargets", "--format", format]);
  const places = stdout.split("\n").filter((line) => line.startsWith("Packages|Debian|main|"));
  if (places.length === 0) throw new Error("Cannot find Debian's packages in apt's sources, run apt-get update first");
  const options = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  return places.map((line) => `deb-src ${options}${line.slice(line.lastIndexOf("|") + 1)}\n`).join("");
}
