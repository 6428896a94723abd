// A program: follows a file, has its directory mounted over and unmounted again, and prints the states that it was told.
// `bun mount-over.ts DIRECTORY`, in a mount namespace of its own; DIRECTORY holds `d/x`.

import { spawnSync } from "node:child_process";
import { createFileStates } from "../../../src/key/file-states.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";

const [, , directory = ""] = process.argv;
const watched = watchStates(createFileStates(), openWatch([directory]));
const look = (): string => watched.state(`${directory}/d/x`, "presence");

const before = look();
spawnSync("mount", ["-t", "tmpfs", "none", `${directory}/d`], { stdio: "inherit" });
const covered = look();
spawnSync("umount", [`${directory}/d`], { stdio: "inherit" });
console.log(JSON.stringify({ before, covered, after: look() }));
