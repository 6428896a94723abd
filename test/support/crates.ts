// Packages from crates.io, through cargo with a home of its own. They are kept outside of the repository and reused.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { downloadDirectory } from "./debian-source.ts";
import { type Environment, mustRun } from "./run.ts";

/** A package that cargo can build without a network. */
export type CratePackage = {
  /** To be copied: later runs get the same directory. */
  readonly directory: string;
  /** What cargo and rustup need in the environment to find their own and to fetch nothing. */
  readonly env: Environment;
};

const TARGET = "x86_64-unknown-linux-gnu";

/**
 * The package that stands in `name` below the downloads, made by `make` in an empty directory if it is not there, and
 * everything fetched that a build of it for this machine needs.
 * @throws {Error} When crates.io cannot be reached and something is missing.
 */
export async function cratePackage(
  name: string,
  make: (directory: string, env: Environment) => Promise<void>,
): Promise<CratePackage> {
  const root = join(downloadDirectory(), "cargo");
  const directory = join(root, name);
  const found: Environment = { CARGO_HOME: join(root, "home"), ...rustupEnvironment() };
  const env = { ...definedEnvironment(), ...found };
  if (!existsSync(directory)) await makeWhole(directory, (staging) => make(staging, env));
  await mustRun(["cargo", "fetch", "--locked", "--target", TARGET], { cwd: directory, env });
  return { directory, env: { ...found, CARGO_NET_OFFLINE: "true" } };
}

/** The sources of a published crate, with the lock file that it was published with. @throws {Error} As `cratePackage`. */
export async function publishedCrate(name: string, version: string): Promise<CratePackage> {
  const own = `${name}-${version}`;
  return await cratePackage(own, async (directory, env) => {
    writeFileSync(
      join(directory, "Cargo.toml"),
      `[package]\nname = "wanted"\nversion = "0.1.0"\n[dependencies]\n${name} = "=${version}"\n`,
    );
    mkdirSync(join(directory, "src"));
    writeFileSync(join(directory, "src/lib.rs"), "");
    await mustRun(["cargo", "fetch"], { cwd: directory, env });
    const registries = join(env["CARGO_HOME"] ?? "", "registry/src");
    const source = readdirSync(registries).map((registry) => join(registries, registry, own));
    for (const left of readdirSync(directory)) rmSync(join(directory, left), { recursive: true });
    cpSync(source.find(existsSync) ?? own, directory, { recursive: true });
  });
}

/** Appears whole or not at all. */
async function makeWhole(directory: string, make: (staging: string) => Promise<void>): Promise<void> {
  const root = join(directory, "..");
  mkdirSync(root, { recursive: true });
  const staging = mkdtempSync(join(root, ".making-"));
  try {
    await make(staging);
    renameSync(staging, directory);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** A home of one's own hides where rustup keeps its toolchains. */
function rustupEnvironment(): Environment {
  const { RUSTUP_HOME: home = join(homedir(), ".rustup"), RUSTUP_TOOLCHAIN: toolchain } = process.env;
  return {
    ...(existsSync(home) ? { RUSTUP_HOME: home } : {}),
    ...(toolchain === undefined ? {} : { RUSTUP_TOOLCHAIN: toolchain }),
  };
}

function definedEnvironment(): Environment {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
