// Microsoft's librarian and linker, and LLVM's programs that take the same command lines (llvm-lib, lld-link). Options
// begin with a dash or a slash, in any case; what begins with a slash and is no option of theirs is a path.

import { type Plan, refuse } from "../core/plan.ts";
import { baseName, type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler } from "./compiler.ts";
import { isStream, namesCallerStream } from "./default-outputs.ts";
import { linkTool, nondeterminism } from "./link-tool.ts";

const LIBRARIAN = /^(?:llvm-)?lib(?:-\d+(?:\.\d+)*)?(?:\.exe)?$/i;
const LINKER = /^(?:lld-)?link(?:-\d+(?:\.\d+)*)?(?:\.exe)?$/i;

/** lib and llvm-lib. */
export const msvcLibrarian: Compiler = msvcTool("lib", LIBRARIAN, planLibrary);

/** link and lld-link. */
export const msvcLinker: Compiler = msvcTool("link", LINKER, planProgram);

type PlanLine = (line: MsvcLine) => Plan;

function msvcTool(name: string, names: RegExp, plan: PlanLine): Compiler {
  const tool: Compiler = {
    name,
    // Both are links to programs with other command lines where LLVM's are installed.
    byCalledName: true,
    recognises: (called) => names.test(called),
    parse: (args) => parse(args, plan),
  };
  return linkTool(tool);
}

/** A command line of either. */
type MsvcLine = {
  readonly all: readonly RawText[];
  /** Without the name of the output. */
  readonly key: readonly RawText[];
  readonly operands: readonly RawText[];
  /** Names in capitals, with what stands behind the colon; the last one wins. */
  readonly options: ReadonlyMap<string, RawText>;
};

function parse(args: readonly RawText[], plan: PlanLine): Plan {
  // Their quoting is another one.
  const responseFile = args.find((arg) => arg.startsWith("@"));
  if (responseFile !== undefined) return refuse("bad-response-file", showRaw(responseFile));
  const stream = args.find((arg) => namesCallerStream(arg) || isStream(arg));
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  const line = readLine(args);
  const information = ["?", "HELP", "VERSION"].find((name) => line.options.has(name));
  return information === undefined ? plan(line) : refuse("library", information);
}

//   /OUT:x.lib   -out:x.lib   /Brepro   /?;  not /home/a.obj, not /tmp:x/a.obj
const OPTION = /^[-/]([A-Za-z]+|\?)(?::(.*))?$/s;

function readLine(args: readonly RawText[]): MsvcLine {
  const options = new Map<string, RawText>();
  const operands: RawText[] = [];
  const key: RawText[] = [];
  for (const arg of args) {
    const [, name, value = ""] = OPTION.exec(arg) ?? [];
    if (name === undefined) operands.push(arg);
    else options.set(name.toUpperCase(), value);
    if (name?.toUpperCase() !== "OUT") key.push(arg);
  }
  return { all: args, key, operands, options };
}

function planLibrary({ all, key, operands, options }: MsvcLine): Plan {
  const [operation] = ["EXTRACT", "LIST"].filter((name) => options.has(name));
  if (operation !== undefined) return refuse("archive-operation", operation);
  const [source] = operands;
  if (source === undefined) return refuse("no-source", "no members");
  const path = options.get("OUT") || withExtension(source, ".lib");
  // What makes an import library has the name of what is imported from in it.
  const namesShow = options.has("DEF") || options.has("NAME");
  return {
    kind: "compile",
    source,
    keyArguments: namesShow ? ["library", path, ...all] : ["library of any name", ...key],
    outputs: [{ role: "object", path }],
    sideOutputs: namesShow,
    cwdInKey: namesShow,
    ...(operands.includes(path) ? { previous: [path] } : {}),
    ...(options.has("BREPRO") ? {} : { warning: nondeterminism("/BREPRO") }),
  };
}

/** A library's name stands in itself, and those of the import library, the map and so on are made of it. */
function planProgram({ all, operands, options }: MsvcLine): Plan {
  const [source] = operands;
  if (source === undefined) return refuse("no-source", "no input");
  // In the working directory, unlike a library.
  const path = options.get("OUT") || withExtension(baseName(source), options.has("DLL") ? ".dll" : ".exe");
  const isRepeatable = options.has("DETERMINISTIC") || options.has("BREPRO");
  return {
    kind: "compile",
    source,
    keyArguments: ["program", path, ...all],
    outputs: [{ role: "object", path }],
    sideOutputs: true,
    cwdInKey: true,
    ...(isRepeatable ? {} : { warning: nondeterminism("/DETERMINISTIC") }),
  };
}

/** A name whose extension, if it has one, is replaced. */
function withExtension(path: RawText, extension: string): RawText {
  const dot = path.lastIndexOf(".");
  return (dot > path.lastIndexOf("/") + 1 ? path.slice(0, dot) : path) + extension;
}
