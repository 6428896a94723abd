// rustfmt that only checks (`--check`): it says what it would change, and makes nothing. Which files it reads beside the
// one that is named, and where it looks for rustfmt.toml, the trace tells.

import { type Plan, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";

/** The formatter of Rust. */
export const rustfmt: Compiler = { name: "rustfmt", recognises: (name) => name === "rustfmt", parse };

function parse(args: readonly RawText[]): Plan {
  if (!args.includes("--check")) return refuse("unsupported-option", "no --check");
  const stream = args.find((arg) => arg.startsWith("@") || namesCallerStream(arg));
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  // Without a file it reads standard input.
  const source = args.find((arg) => arg.endsWith(".rs")) ?? "-";
  return { kind: "compile", source, keyArguments: args, outputs: [], sideOutputs: false, cwdInKey: true };
}
