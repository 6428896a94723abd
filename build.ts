// Builds dist/zccache: the access tracer with the machine's C compiler, then one executable with everything in it.
// In front of it goes the entry stub, where that is possible. The result depends on the tree only: two builds of one tree
// are byte-identical.
//
//   bun build.ts [--faults] [--no-stub] [--to=DIR] [--platform=NAME --runtime=FILE]
//
// --faults keeps the places of src/sys/fault.ts, for tests; most of a client's are in the TypeScript one, so there is no
// stub then. --to puts the executable elsewhere than into dist, and makes that directory. --platform builds for another one
// (PLATFORMS) out of a Bun of the same version that was made for it; what can't be run here is not asked whether it works.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { COMMAND_NAMES } from "./src/cli/command-names.ts";
import { isErrno } from "./src/core/errors.ts";
import { compileStub, type StubCompiler } from "./src/stub/compile.ts";
import { injectStub } from "./src/stub/inject.ts";
import { testStub } from "./src/stub/self-test.ts";
import { compileTracer } from "./src/tracer/compile.ts";

const root = import.meta.dir;
const dist = join(root, "dist");
const { values: options } = parseArgs({
  options: {
    faults: { type: "boolean", default: false },
    "no-stub": { type: "boolean", default: false },
    to: { type: "string" },
    platform: { type: "string" },
    runtime: { type: "string" },
  },
});

/** Its C compiler, and the processor that this makes programs for. One tracer serves every C library. */
const PLATFORMS: Readonly<Record<string, StubCompiler>> = {
  "linux-x64": { command: "cc", architecture: "x64" },
  "linux-x64-musl": { command: "cc", architecture: "x64" },
  "linux-arm64": { command: "aarch64-linux-gnu-gcc", architecture: "arm64" },
};
const platform = options.platform === undefined ? undefined : PLATFORMS[options.platform];
if (options.platform !== undefined && (platform === undefined || options.runtime === undefined)) {
  console.error(`--platform takes one of ${Object.keys(PLATFORMS).join(", ")}, and --runtime a Bun for it`);
  process.exit(2);
}
const target = join(options.to ?? dist, "zccache");
const STAGING = ".building-";
const staging = join(dist, `${STAGING}${process.pid}`);

removeLeftOvers();
mkdirSync(staging, { recursive: true });
writeFileSync(join(dist, ".gitignore"), "*\n");
try {
  // The executable embeds the tracer by this path (src/daemon/tracer-library.ts), which enters its bytes.
  const isForeign = platform !== undefined && platform.architecture !== process.arch;
  const tracer = join(dist, isForeign ? platform.architecture : "", "libzcctrace.so");
  mkdirSync(dirname(tracer), { recursive: true });
  compileTracer(join(staging, "libzcctrace.so"), [], platform?.command);
  renameSync(join(staging, "libzcctrace.so"), tracer);
  await bundle(join(staging, "zccache"), tracer);
  if (!options.faults && !options["no-stub"]) await addStub(join(staging, "zccache"));
  publish(join(staging, "zccache"));
} finally {
  rmSync(staging, { recursive: true, force: true });
}
console.log(`built ${relative(process.cwd(), target)} (${(statSync(target).size / 1e6).toFixed(0)} MB)`);

/** Builds that were killed could not remove their folders. */
function removeLeftOvers(): void {
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    const isLeftOver = name.startsWith(STAGING) && !existsSync(`/proc/${name.slice(STAGING.length)}`);
    if (isLeftOver) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

/** The executable appears whole, also on another file system than dist is on. */
function publish(executable: string): void {
  mkdirSync(dirname(target), { recursive: true });
  try {
    renameSync(executable, target);
  } catch (error) {
    if (!isErrno(error, "EXDEV")) throw error;
    const beside = `${target}.${process.pid}`;
    copyFileSync(executable, beside);
    renameSync(beside, target);
  }
}

/** @param outfile Its base name enters the bytes, so it is always the same. @param tracer The library to be carried. */
async function bundle(outfile: string, tracer: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: [join(root, "src/main.ts"), join(root, "src/workers/worker.ts")],
    root: join(root, "src"),
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    define: { ZCC_FAULTS: String(options.faults) },
    // Without splitting each role would load the modules of all roles: +2.4 ms a start.
    splitting: true,
    plugins: [
      {
        name: "tracer",
        setup: (bundler) => void bundler.onResolve({ filter: /\/dist\/libzcctrace\.so$/ }, () => ({ path: tracer })),
      },
    ],
    compile: {
      outfile,
      ...(options.runtime !== undefined && { executablePath: options.runtime }),
      // A compiler runs in directories of strangers: a .env or bunfig.toml there must not be read, let alone run.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
  });
  if (!result.success) throw new AggregateError(result.logs, "Cannot bundle src/main.ts");
}

/** Leaves the executable as it is where the stub can't be had: each call starts the runtime then, 3 ms. */
async function addStub(executable: string): Promise<void> {
  // Under its own name: by another one it would be a stand-in.
  const candidate = join(dirname(executable), "with-stub", "zccache");
  mkdirSync(dirname(candidate));
  try {
    copyFileSync(executable, candidate); // for its mode
    writeFileSync(candidate, injectStub(readFileSync(executable), compileStub(COMMAND_NAMES, [], platform)));
    if (platform === undefined) await testStub(candidate);
    renameSync(candidate, executable);
  } catch (error) {
    if (platform !== undefined) throw error;
    console.log(`built without the entry stub: ${error instanceof Error ? error.message : String(error)}`);
  }
}
