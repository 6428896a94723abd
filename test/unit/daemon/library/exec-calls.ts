// Requests and keys of GenericToolExec for tests.

import { mkdirSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import { type ExecCall, readExecCall } from "../../../../src/daemon/library/exec-call.ts";
import { IncludeScanner } from "../../../../src/daemon/library/exec-includes.ts";
import { keyExec } from "../../../../src/daemon/library/exec-key.ts";
import { EXEC_CALLS } from "../../../../src/ipc/schemas/exec.ts";
import { createFileStates } from "../../../../src/key/file-states.ts";
import type { TemporaryTree } from "../../../support/file-tree.ts";

/** A checked request in the wire's form, the tool `tool` of the tree in its directory unless given. */
export function execCall(tree: TemporaryTree, fields: Readonly<Record<string, unknown>> = {}): ExecCall {
  const request = { type: "GenericToolExec", tool: tree.at("tool"), args: [], cwd: tree.path, ...fields };
  return readExecCall(z.decode(EXEC_CALLS.GenericToolExec.request, request as never));
}

/** Its key. */
export async function execKey(tree: TemporaryTree, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return (await keyExec(execCall(tree, fields), createFileStates(), new IncludeScanner())).context;
}

/** Files that the keys of tests are made of. */
export function fill(tree: TemporaryTree): TemporaryTree {
  mkdirSync(tree.at("sub"));
  for (const name of ["tool", "in1", "in2", "in3", "sub/in1"]) writeFileSync(tree.at(name), name);
  return tree;
}
