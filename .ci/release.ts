// Makes the archives of a release: for each platform an executable, built out of the Bun that npm has for it, with the
// documents; checksums beside them. Equal trees give equal archives.
//
//   npm run release [-- DIR]        DIR: dist/release unless given

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import manifest from "../package.json" with { type: "json" };

/** By platform as build.ts knows it: the npm package with the runtime. */
const RUNTIMES = {
  "linux-x64": "@oven/bun-linux-x64",
  "linux-x64-musl": "@oven/bun-linux-x64-musl",
  "linux-arm64": "@oven/bun-linux-aarch64",
} as const;

const DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE"];

const root = dirname(import.meta.dir);
const target = resolve(process.argv[2] ?? join(root, "dist", "release"));
const scratch = mkdtempSync(join(tmpdir(), "zccache-release-"));
try {
  mkdirSync(target, { recursive: true });
  const archives = Object.entries(RUNTIMES).map(([platform, runtime]) => archive(platform, fetchRuntime(runtime)));
  const sums = archives.map((name) => `${sha256(join(target, name))}  ${name}\n`);
  writeFileSync(join(target, "SHA256SUMS"), sums.join(""));
  process.stdout.write(sums.join(""));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The executable of a platform package, of the version that this repository is built with. */
function fetchRuntime(name: string): string {
  const folder = mkdtempSync(join(scratch, "runtime-"));
  run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${manifest.devDependencies.bun}`]);
  const [packed = ""] = readdirSync(folder);
  run("tar", ["-xzf", join(folder, packed), "-C", folder, "package/bin/bun"]);
  return join(folder, "package/bin/bun");
}

/** Builds for a platform and packs what came of it. @returns the archive's name in the target folder. */
function archive(platform: string, runtime: string): string {
  const name = `zccache-${manifest.version}-${platform}`;
  const folder = join(scratch, name);
  run(process.execPath, [join(root, "build.ts"), `--platform=${platform}`, `--runtime=${runtime}`, `--to=${folder}`]);
  for (const document of DOCUMENTS) copyFileSync(join(root, document), join(folder, document));
  // Nothing of this machine or of this moment: neither owners nor times nor the order of a directory.
  const plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
  const tarball = join(scratch, `${name}.tar`);
  run("tar", [...plain, "-cf", tarball, "-C", scratch, name]);
  run("gzip", ["-9n", tarball]);
  copyFileSync(`${tarball}.gz`, join(target, `${name}.tar.gz`));
  return `${name}.tar.gz`;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`Cannot make a release: ${command} ended with ${status}`, { cause: error });
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
