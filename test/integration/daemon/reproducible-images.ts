// A program: compiles against a header on a file system image, exchanges the image for one that was built alike but for
// the header's text, and compiles again; prints what the objects hold. `bun reproducible-images.ts BINARY restart|stay
// [no-watch]`, in a mount namespace of its own, as root.

import { readFileSync, statSync } from "node:fs";
import { mustRun } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";

const [, , binary = "", mode = "", watch = ""] = process.argv;
await using box = sandbox(binary);
const { tree } = box;
const env = { ...box.env, ...(watch === "no-watch" ? { ZCCACHE_NO_WATCH: "1" } : {}) };
tree.write({ "a/h.h": "int x = 1;\n", "b/h.h": "int x = 2;\n", "m/x": "", "u.c": '#include "m/h.h"\n' });

const id = "11111111-1111-1111-1111-111111111111";
for (const name of ["a", "b"]) {
  const options = ["-q", "-t", "ext4", "-U", id, "-E", `hash_seed=${id}`, "-d", tree.at(name), tree.at(`${name}.img`)];
  await mustRun(["mke2fs", ...options, "4M"], { env: { ...env, E2FSPROGS_FAKE_TIME: "1000000" } });
  // As tools do that build images reproducibly.
  for (const field of ["ctime", "mtime"]) {
    await mustRun(["debugfs", "-w", "-R", `set_inode_field h.h ${field} @1000000`, tree.at(`${name}.img`)], { env });
  }
}

const stamps: string[] = [];
async function compileOn(image: string): Promise<string> {
  await mustRun(["mount", "-o", "loop,ro", tree.at(`${image}.img`), tree.at("m")], { env });
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(tree.at("m/h.h"), { bigint: true });
  stamps.push([dev, ino, size, mtimeNs, ctimeNs].join(" "));
  await mustRun([binary, "gcc", "-c", "u.c", "-o", `${image}.o`], { cwd: tree.path, env });
  await mustRun([binary, "gcc", "-c", "u.c", "-o", `${image}.o`], { cwd: tree.path, env });
  await box.settled(2);
  await mustRun(["umount", tree.at("m")], { env });
  await mustRun(["objcopy", "-O", "binary", "-j", ".data", tree.at(`${image}.o`), tree.at(`${image}.bin`)], { env });
  return readFileSync(tree.at(`${image}.bin`)).toString("hex");
}

const first = await compileOn("a");
if (mode === "restart") {
  await box.stop();
  await box.zccache(["start"], { env });
}
const second = await compileOn("b");
console.log(JSON.stringify({ sameStamps: stamps[0] === stamps[1], objects: [first, second] }));
