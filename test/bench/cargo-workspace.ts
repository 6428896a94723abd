// What cargo builds in the benchmark: a small program that depends on what many depend on, with a hundred crates, some
// procedural macros and one build script that compiles C. Lock file and sources come from crates.io.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CratePackage, cratePackage } from "../support/crates.ts";
import { mustRun } from "../support/run.ts";

const MANIFEST = `[package]
name = "assorted"
version = "0.1.0"
edition = "2021"
publish = false

[dependencies]
anyhow = "=1.0.104"
clap = { version = "=4.6.7", features = ["derive"] }
futures = "=0.3.34"
indexmap = "=2.14.2"
itertools = "=0.14.0"
rand = "=0.8.8"
regex = "=1.13.1"
serde = { version = "=1.0.229", features = ["derive"] }
serde_json = "=1.0.154"
sha2 = "=0.10.9"
tempfile = "=3.27.0"
thiserror = "=2.0.21"
tokio = { version = "=1.54.1", features = ["full"] }
toml = "=0.8.23"
tracing = "=0.1.44"
walkdir = "=2.5.0"
zstd = "=0.13.4"
`;

const MAIN = `use clap::Parser;
use serde::{Deserialize, Serialize};

#[derive(Parser)]
struct Options {
    words: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Report {
    words: Vec<String>,
    packed: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { words } = Options::parse();
    let pattern = regex::Regex::new("^[a-z]+$")?;
    let words: Vec<String> = words.into_iter().filter(|word| pattern.is_match(word)).collect();
    let packed = zstd::encode_all(words.join(" ").as_bytes(), 3)?.len();
    println!("{}", serde_json::to_string(&Report { words, packed })?);
    Ok(())
}
`;

/**
 * The package with its lock file, and everything fetched that a build for this machine needs.
 * @throws {Error} When there is no cargo, or crates.io cannot be reached and something is missing.
 */
export async function cargoWorkspace(): Promise<CratePackage> {
  if (Bun.which("cargo") === null) throw new Error("Cannot build with cargo: it is not installed");
  // Another manifest needs another lock file.
  const digest = createHash("sha256").update(MANIFEST).update(MAIN).digest("hex").slice(0, 12);
  return await cratePackage(`assorted-${digest}`, async (directory, env) => {
    mkdirSync(join(directory, "src"));
    writeFileSync(join(directory, "Cargo.toml"), MANIFEST);
    writeFileSync(join(directory, "src/main.rs"), MAIN);
    await mustRun(["cargo", "generate-lockfile"], { cwd: directory, env });
  });
}
