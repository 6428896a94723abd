// zccache install-shims: stand-ins for compilers, linkers and archivers, for builds that call them by name.

import { mkdirSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "../../core/errors.ts";
import { rawFromString } from "../../core/raw-text.ts";
import { variable } from "../../shim/variables.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { identifySelf } from "../../sys/self-image.ts";
import { removeIfThere } from "../../sys/staged-file.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showCount } from "../render.ts";
import { occupantOf, toolsOnPath } from "../shims.ts";

export const installShims: Command = {
  name: "install-shims",
  aliases: [],
  summary: "put stand-ins for compilers, linkers and archivers into a directory",
  args: [
    { name: "<dir>", summary: "directory for the stand-ins; created if need be" },
    { name: "[names...]", summary: "tools to stand in for (default: all that are on PATH)" },
  ],
  flags: [],
  examples: [
    ["zccache install-shims ~/.local/lib/zccache", "one link for each of gcc, g++-12, ld, ar, strip …"],
    ["zccache install-shims ./shims gcc g++", "only these two"],
  ],
  run: runInstall,
};

function runInstall({ args, environment }: CommandInput): CommandResult {
  const [directory = ".", ...wanted] = args;
  const self = identifySelf();
  const names = wanted.length > 0 ? wanted : toolsOnPath(variable(environment, "PATH") ?? "", self);
  if (names.length === 0)
    return failed("Cannot find a compiler, linker or archiver on PATH", "Install one, or name the tools.");
  const misnamed = names.find(
    (name) => name.includes("/") || ["", ".", "..", "zccache", "zccache-daemon"].includes(name),
  );
  if (misnamed !== undefined) return failed(`Cannot make a stand-in called "${misnamed}": expected the name of a tool`);
  const root = resolve(directory);
  const places = names.map((name) => `${root}/${name}`);
  const taken = places.filter((path) => occupantOf(rawFromString(path), self) === "foreign");
  if (taken.length > 0) {
    const list = taken.map((path) => `"${path}"`).join(", ");
    return failed(`Cannot install stand-ins: ${list} exists and is none of ours`, "Choose another directory.");
  }
  try {
    mkdirSync(root, { recursive: true });
    for (const path of places) link(path);
  } catch (error) {
    return failed(`Cannot install stand-ins in "${root}": ${describeError(error)}`);
  }
  return done(
    `Installed ${showCount(places.length, "stand-in")} in ${root}: ${names.join(" ")}`,
    "Put them in front of the tools:",
    `  export PATH="${root}:$PATH"`,
  );
}

function link(path: string): void {
  removeIfThere(rawFromString(path));
  symlinkSync(process.execPath, fsPath(rawFromString(path)));
}
