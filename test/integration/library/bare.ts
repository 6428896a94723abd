// What a tool does alone, to compare with what it does through the daemon: in the same place, in a fresh tree.

import { rmSync } from "node:fs";
import { type RawText, rawFromString } from "../../../src/core/raw-text.ts";
import { type Snapshot, snapshot } from "../../support/compare-trees.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { statusOf } from "./connect.ts";

const SOURCES = {
  "a.c": '#include "a.h"\n#warning seen\nint a(int b) { return b + A; }\n',
  "a.h": "#define A 1\n",
  "main.c": "int a(int); int main(void) { return a(-1); }\n",
  "bad.c": "int = ;\n",
};

/** What a call did, and all that is there afterwards. */
export type Done = { exit_code: number; stdout: string; stderr: string; files: Snapshot };

type Reply = { readonly exit_code: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array };

/** Runs something in a fresh tree at the same place, with objects for links in it. */
async function inTree(box: Sandbox, run: (cwd: string) => Promise<Omit<Done, "files">>): Promise<Done> {
  const cwd = box.tree.at("work");
  rmSync(cwd, { recursive: true, force: true });
  box.tree.write(Object.fromEntries(Object.entries(SOURCES).map(([name, text]) => [`work/${name}`, text])));
  await Bun.$`gcc -w -c a.c -o ready-a.o && gcc -c main.c -o ready-main.o`.cwd(cwd);
  // What was written within the same tick of the clock may have changed while the tool ran.
  await Bun.sleep(20);
  const done = await run(cwd);
  return { ...done, files: snapshot(cwd) };
}

/** What the tool does alone. */
export async function bare(box: Sandbox, command: readonly string[], stdin = new Uint8Array()): Promise<Done> {
  return await inTree(box, async (cwd) => {
    const child = Bun.spawn([...command], { cwd, env: box.env, stdin, stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    return { exit_code: await child.exited, stdout, stderr };
  });
}

/** What one call of the daemon's does. Waits until it is filed: a tree that goes away before is an input that changed. */
export async function throughDaemon(box: Sandbox, ask: (cwd: RawText) => Promise<Reply>): Promise<Done> {
  const { total_compilations, total_links } = await statusOf(box);
  return await inTree(box, async (cwd) => {
    const reply = await ask(rawFromString(cwd));
    await box.settled(total_compilations + total_links + 1);
    return said(reply);
  });
}

/** What a reply says, as `bare` does. */
export function said({ exit_code, stdout, stderr }: Reply): Omit<Done, "files"> {
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString("latin1"));
  return { exit_code, stdout: out, stderr: err };
}

async function textOf(stream: ReadableStream): Promise<string> {
  return Buffer.from(await new Response(stream).arrayBuffer()).toString("latin1");
}
