// zccache uninstall-shims: takes the stand-ins out of a directory again, and nothing else.

import { readdirSync, unlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeError } from "../../core/errors.ts";
import { rawFromString } from "../../core/raw-text.ts";
import { identifySelf } from "../../sys/self-image.ts";
import { type Command, type CommandInput, type CommandResult, done, failed } from "../command.ts";
import { showCount } from "../render.ts";
import { occupantOf } from "../shims.ts";

export const uninstallShims: Command = {
  name: "uninstall-shims",
  aliases: [],
  summary: "remove the stand-ins from a directory",
  args: [
    { name: "<dir>", summary: "directory with stand-ins" },
    { name: "[names...]", summary: "only these (default: all of ours)" },
  ],
  flags: [],
  examples: [["zccache uninstall-shims ~/.local/lib/zccache", "remove our links; other files stay"]],
  run: runUninstall,
};

function runUninstall({ args }: CommandInput): CommandResult {
  const [directory = ".", ...wanted] = args;
  const root = resolve(directory);
  const self = identifySelf();
  try {
    const names = wanted.length > 0 ? wanted : readdirSync(root);
    const ours = names.filter((name) => name !== "zccache" && isStandIn(join(root, name), self));
    for (const name of ours) unlinkSync(join(root, name));
    return done(`Removed ${showCount(ours.length, "stand-in")} from ${root}.`);
  } catch (error) {
    return failed(`Cannot remove stand-ins from "${root}": ${describeError(error)}`);
  }
}

function isStandIn(path: string, self: ReturnType<typeof identifySelf>): boolean {
  return occupantOf(rawFromString(path), self) === "stand-in";
}
