// Runs a TypeScript program of this repository with the pinned Bun, installing the locked packages first where they
// are missing: `node .ci/with-bun.mjs FILE [ARGS…]`. Needs nothing but Node and npm.
//
// Bun comes from the npm package `bun`, whose `bin` only works after an install script has run. The executable itself
// lies in the platform package beside it, so it is taken from there and no install script has to be allowed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const stamp = join(modules, ".zccache-installed");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

/** Ends this process with the child's status; a child killed by a signal counts as 1. */
function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (result.error) throw new Error(`Cannot run "${command}": ${result.error.message}`, { cause: result.error });
  return result.status ?? 1;
}

function installPackages() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("Installing the locked packages (npm ci) ...\n");
  const status = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status !== 0) process.exit(status);
  writeFileSync(join(modules, ".gitignore"), "*\n");
  writeFileSync(stamp, wanted);
}

/** Path of the Bun executable inside its platform package. */
function findBun() {
  const arch = { x64: "x64", arm64: "aarch64" }[process.arch];
  for (const name of [`bun-linux-${arch}`, `bun-linux-${arch}-musl`, `bun-darwin-${arch}`]) {
    const path = join(modules, "@oven", name, "bin", "bun");
    if (name.startsWith(`bun-${process.platform}`) && existsSync(path)) return path;
  }
  throw new Error(
    `Cannot find Bun for ${process.platform} ${process.arch} in node_modules/@oven: run "npm ci" and look for errors`,
  );
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node .ci/with-bun.mjs FILE [ARGS...]\n");
  process.exit(2);
}
installPackages();
process.exit(run(findBun(), [join(root, file), ...args]));
