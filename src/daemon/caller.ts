// A stand-in as the pipeline sees it: someone to answer, and a process that can run tools.

import { ZccacheError } from "../core/errors.ts";
import type { ToolOutcome, ToolRun } from "../core/executor.ts";
import { rawToBytes } from "../core/raw-text.ts";
import type { Making } from "../deliver/publish.ts";
import type { ExecDoneRequest, Response } from "../ipc/messages.ts";
import type { ServerConnection } from "../ipc/server-connection.ts";
import type { ToolCaller } from "./tool-caller.ts";

// The client takes a daemon for hung after a second without a sign of life; half of it leaves room for a busy machine.
const SIGN_OF_LIFE_MS = 400;

// A tool may take days; the longest delay that a timer can have is 24 of them.
const FOR_EVER_MS = 2 ** 31 - 1;

let lastJob = 0;

/** One client while its Invoke is worked on. Sends `Working` frames until the answer, except while it runs the tool. */
export class Caller implements ToolCaller, Disposable {
  readonly #connection: ServerConnection;
  readonly #waiting: Disposable | undefined;
  #signs: ReturnType<typeof setInterval> | undefined;

  /** @param waiting Disposed when the client runs its tool, or has its answer. */
  constructor(connection: ServerConnection, waiting?: Disposable) {
    this.#connection = connection;
    this.#waiting = waiting;
    this.#showLife();
  }

  /** The client's process. */
  get pid(): number {
    return this.#connection.peer.pid;
  }

  /** Sends an answer. A client that has gone away does not get it; that is no error of the daemon. */
  answer(response: Response): void {
    this.#waiting?.[Symbol.dispose]();
    this.#connection.send(response);
  }

  /** Refuses to go on for a client that has left: it runs the tool by itself now, and its outputs are its own. */
  mustBeThere(): void {
    if (this.#connection.hasLeft()) throw new ZccacheError("CONNECTION_CLOSED", "Cannot go on: the client has left");
  }

  /**
   * Tells the client what is about to be put into place, so that it can take it back if it runs the tool by itself after
   * all. Once this returns it will have read that before it gives us up: the kernel has it, and the client was still there
   * afterwards. @throws {ZccacheError} `CONNECTION_CLOSED` if that is not sure.
   */
  announce({ staged, place }: Making): void {
    const taken = this.#connection.sendNow({
      type: "Working",
      staged: rawToBytes(staged),
      making: rawToBytes(place),
    });
    if (!taken) throw new ZccacheError("CONNECTION_CLOSED", "Cannot go on: the client does not read");
    this.mustBeThere();
  }

  /** Has the client run a tool in its own process tree; rejects with `CONNECTION_CLOSED` when it goes away meanwhile. */
  async run(tool: ToolRun): Promise<ToolOutcome> {
    lastJob += 1;
    const job = lastJob;
    this.#stopSigns();
    this.#waiting?.[Symbol.dispose]();
    this.#connection.send({
      type: "Exec",
      job,
      path: rawToBytes(tool.path),
      skip: tool.skip,
      set_env: tool.setEnvironment.map(([name, value]) => [rawToBytes(name), rawToBytes(value)]),
      ...(tool.stdinFile === undefined ? {} : { stdin_file: rawToBytes(tool.stdinFile) }),
    });
    const report = await this.#connection.receiveReport(FOR_EVER_MS);
    if (report === "closed" || report.job !== job) {
      throw new ZccacheError("CONNECTION_CLOSED", `Cannot store job ${job}: its client left without a report`);
    }
    this.#showLife();
    return outcomeOf(report);
  }

  [Symbol.dispose](): void {
    this.#stopSigns();
  }

  #showLife(): void {
    this.#signs = setInterval(() => this.#connection.send({ type: "Working" }), SIGN_OF_LIFE_MS);
  }

  #stopSigns(): void {
    clearInterval(this.#signs);
  }
}

function outcomeOf(report: ExecDoneRequest): ToolOutcome {
  return {
    exitCode: report.exit_code,
    signal: report.signal,
    stdout: report.stdout,
    stderr: report.stderr,
    merged: report.merged,
    streamsMissing: report.too_large,
  };
}
