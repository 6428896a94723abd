// A library client as the pipeline sees it: the daemon runs the tool in its place and keeps what it says.

import { rmSync } from "node:fs";
import { ZccacheError } from "../../core/errors.ts";
import type { ToolOutcome, ToolRun } from "../../core/executor.ts";
import { type RawText, rawFromBytes } from "../../core/raw-text.ts";
import { type Variable, variableName } from "../../core/variable.ts";
import type { Making } from "../../deliver/publish.ts";
import type { BypassResponse, Response } from "../../ipc/messages.ts";
import type { ServerConnection } from "../../ipc/server-connection.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { lineage, niceOf } from "../lineage.ts";
import type { Spool } from "../spool.ts";
import type { ToolCaller } from "../tool-caller.ts";
import type { CapturedStream } from "./captured-stream.ts";
import { goneError, goneSignal } from "./gone.ts";
import type { ToolEnd } from "./run-tool.ts";
import type { ToolOrder } from "./tool-order.ts";
import type { ToolRuns } from "./tool-runs.ts";

/** What a client gets. Streams that do not fit a message are in files, which it removes. */
export type ToolResult = {
  readonly exitCode: number;
  readonly signal: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly stdoutFile: RawText | undefined;
  readonly stderrFile: RawText | undefined;
  readonly cached: boolean;
};

/** What the pipeline wants before it goes on. */
export type Wish =
  | { readonly type: "NeedStdin"; readonly path: RawText }
  | { readonly type: "Bypass"; readonly path: RawText | undefined; readonly stdinFile: RawText | undefined };

/** What a caller works with. */
export type CallerParts = {
  readonly connection: ServerConnection;
  readonly toolRuns: ToolRuns;
  /** Disposed when the tool is about to run: until then the order may wait for others. */
  readonly waiting?: Disposable;
  readonly spool: Spool;
  /** Holds what the order has for standard input, unless that is nothing. */
  readonly stdinFile: RawText | undefined;
};

// Both streams together; a frame holds 16 MiB. Stand-ins report as much (shim/run-for-daemon.ts).
const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/** One order while it is worked on. */
export class DaemonCaller implements ToolCaller {
  readonly #order: ToolOrder;
  readonly #parts: CallerParts;
  readonly #gone: AbortSignal;
  readonly #result = Promise.withResolvers<ToolResult>();
  #ran: ToolResult | undefined;
  #wish: Wish | undefined;
  #making: Making[] = [];

  constructor(order: ToolOrder, parts: CallerParts) {
    this.#order = order;
    this.#parts = parts;
    this.#gone = goneSignal(parts.connection);
    // Who asks for it gets the failure; until then it is nobody's.
    this.#result.promise.catch(() => {});
  }

  get pid(): number {
    return this.#parts.connection.peer.pid;
  }

  /** Fulfilled as soon as the client can go on, which is before the result is stored. */
  get result(): Promise<ToolResult> {
    return this.#result.promise;
  }

  answer(response: Response): void {
    if (response.type === "Delivered") {
      this.#result.resolve({ ...NO_FILES, ...given(response), signal: undefined, cached: true });
    } else if (response.type === "Released" && this.#ran !== undefined) {
      this.#result.resolve(this.#ran);
    } else if (response.type === "NeedStdin") {
      this.#wish = { type: "NeedStdin", path: rawFromBytes(response.path) };
    } else if (response.type === "Bypass") {
      this.#wish = bypassOf(response);
    }
  }

  /** What the pipeline has asked for since the last time. */
  takeWish(): Wish | undefined {
    const wish = this.#wish;
    this.#wish = undefined;
    return wish;
  }

  mustBeThere(): void {
    if (this.#parts.connection.hasLeft()) throw goneError();
  }

  /** Nobody else will run the tool, so it is enough to know what has to be taken back if we do. */
  announce(making: Making): void {
    this.mustBeThere();
    this.#making.push(making);
  }

  async run({ path, stdinFile, setEnvironment }: ToolRun): Promise<ToolOutcome> {
    using end = await this.#start({ path, stdinFile, variables: setEnvironment });
    const result = this.#resultOf(end);
    this.#ran = result;
    const { exitCode, signal, stdout, stderr, stdoutFile, stderrFile } = result;
    const streamsMissing = stdoutFile !== undefined || stderrFile !== undefined;
    return { exitCode: signal === undefined ? exitCode : 0, signal, stdout, stderr, merged: false, streamsMissing };
  }

  /** Runs the tool as if there were no cache. @throws as `runTool`. */
  async runAsIs(tool: { path: RawText | undefined; stdinFile: RawText | undefined }): Promise<void> {
    const path = tool.path ?? this.#order.tool;
    using end = await this.#start({ path, stdinFile: tool.stdinFile, variables: [] });
    this.#result.resolve(this.#resultOf(end));
  }

  /**
   * The pipeline is at fault. A tool that has run has run; one that has not is run as it is, unless it is the client's
   * fault or it has gone.
   */
  async afterFailure(error: unknown): Promise<void> {
    if (this.#ran !== undefined) return this.#result.resolve(this.#ran);
    const isFinal = error instanceof ZccacheError && ["BAD_REQUEST", "CONNECTION_CLOSED"].includes(error.code);
    if (isFinal) return this.#result.reject(error);
    for (const { staged, place } of this.#making) {
      for (const path of [staged, place]) rmSync(fsPath(path), { force: true });
    }
    await this.runAsIs({ path: undefined, stdinFile: undefined });
  }

  /** Ends it if nothing else has. */
  fail(error: unknown): void {
    this.#result.reject(error);
  }

  async #start(tool: { path: RawText; stdinFile: RawText | undefined; variables: readonly Variable[] }) {
    const { args, cwd, environment, variables, clientPid, sessionId, isLink } = this.#order;
    const set = new Map([
      ...lineage(variables, clientPid, sessionId),
      [DEPTH_VARIABLE, String((Number(variables.get(DEPTH_VARIABLE)) || 0) + 1)] as const,
      ...tool.variables,
    ]);
    const kept = environment.filter((variable) => !set.has(variableName(variable) ?? ""));
    this.#parts.waiting?.[Symbol.dispose]();
    using place = await this.#parts.toolRuns.enter({ pid: this.pid, gone: this.#gone });
    return await place.run({
      path: tool.path,
      argv: [tool.path, ...args],
      environment: [...kept, ...[...set].map(([name, value]) => `${name}=${value}`)],
      cwd,
      stdinFile: tool.stdinFile ?? this.#parts.stdinFile,
      nice: niceOf(variables, isLink),
    });
  }

  #resultOf({ exitCode, signal, stdout, stderr }: ToolEnd): ToolResult {
    const ended = { exitCode: signal === undefined ? exitCode : 1, signal, cached: false };
    if (stdout.size + stderr.size <= MAX_REPLY_BYTES) {
      return { ...NO_FILES, ...ended, stdout: stdout.bytes(), stderr: stderr.bytes() };
    }
    const [stdoutFile, stderrFile] = [stdout, stderr].map((stream) => this.#saved(stream));
    return { ...ended, stdout: NOTHING, stderr: NOTHING, stdoutFile, stderrFile };
  }

  #saved(stream: CapturedStream): RawText {
    const path = this.#parts.spool.newPath();
    stream.saveAs(path);
    return path;
  }
}

// Counts the stand-ins above a tool, of which the daemon is one here (shim/variables.ts).
const DEPTH_VARIABLE = "ZCCACHE_DEPTH";

const NOTHING = new Uint8Array();
const NO_FILES = { stdoutFile: undefined, stderrFile: undefined };

function given({ exit_code, stdout, stderr }: Extract<Response, { type: "Delivered" }>) {
  return { exitCode: exit_code, stdout, stderr };
}

function bypassOf({ path, stdin_file }: BypassResponse): Wish {
  return {
    type: "Bypass",
    path: path === undefined ? undefined : rawFromBytes(path),
    stdinFile: stdin_file === undefined ? undefined : rawFromBytes(stdin_file),
  };
}
