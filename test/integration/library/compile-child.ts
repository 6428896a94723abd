// A client process that asks for one compile: `bun compile-child.ts ENDPOINT COMPILER CWD ARGS...`. It is killed by its test.

import { Client } from "../../../src/client/client.ts";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { dial } from "../../../src/ipc/dial.ts";

const [endpoint = "", compiler = "", cwd = "", ...args] = process.argv.slice(2).map(rawFromString);
using client = new Client(await dial(endpoint));
await client.ask("CompileEphemeral", {
  client_pid: process.pid,
  working_dir: cwd,
  compiler,
  args,
  cwd,
  env: [["PATH", "/usr/bin:/bin"]],
  stdin: new Uint8Array(),
});
