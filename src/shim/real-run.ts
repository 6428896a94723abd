// Becoming the real tool: the process image is replaced, so signals, terminal and exit code are the tool's own. This
// is what happens whenever the cache has nothing to say, whatever the cause.

import { constants, openSync } from "node:fs";
import { writeSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { becomeProgram, replaceDescriptor, setInheritable } from "../sys/libc.ts";
import { resolveRealTool, toolOf } from "../sys/real-tool.ts";
import { identifySelf } from "../sys/self-image.ts";
import type { Invocation } from "./invocation.ts";
import { DEPTH_VARIABLE, valueOf, withVariables } from "./variables.ts";
