// Threads that hash and copy beside the one that answers requests.

import { availableParallelism } from "node:os";
import { ZccacheError } from "../core/errors.ts";
import type { JobName, JobReply, Jobs } from "./jobs.ts";
import { workerUrl } from "./worker-url.ts";

/** A running pool. Idle, it does not keep the process alive. */
export type Pool = AsyncDisposable & {
  /**
   * Has a worker do a job.
   * @throws {ZccacheError} what the job throws, or `WORKER` if its worker died: the job may have been done or not.
   */
  run<Name extends JobName>(name: Name, input: Jobs[Name]["in"]): Promise<Jobs[Name]["out"]>;
  /** Number of workers alive. */
  readonly size: number;
};

/** Starts the pool. To be called before a socket listens: Bun dies if a thread can't be made for want of descriptors. */
export function createPool(size: number = Math.min(4, availableParallelism()), url: string = workerUrl()): Pool {
  const seats: Seat[] = [];
  let nextId = 0;
  let fruitlessDeaths = 0;
  let closed = false;

  function fill(): void {
    while (seats.length < size && fruitlessDeaths < DEATHS_AT_MOST && !closed) seats.push(startSeat(url, leave));
  }

  /** A worker that dies is replaced, unless they keep dying before they have done anything. */
  function leave(seat: Seat): void {
    seats.splice(seats.indexOf(seat), 1);
    fruitlessDeaths = seat.done > 0 ? 0 : fruitlessDeaths + 1;
    fill();
  }

  fill();
  return {
    async run(name, input) {
      const seat = seats.reduce<Seat | undefined>(lessBusy, undefined);
      if (seat === undefined) throw new ZccacheError("WORKER", "Cannot do a job: no worker is alive");
      const { promise, resolve, reject } = Promise.withResolvers<Jobs[JobName]["out"]>();
      const id = nextId++;
      seat.waiting.set(id, { resolve, reject });
      seat.worker.ref();
      seat.worker.postMessage({ id, name, input });
      // The worker answers a job of this name with this name's output (`perform`), which the reply's type can't tell.
      return (await promise) as Jobs[typeof name]["out"];
    },
    get size() {
      return seats.length;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all(seats.map(({ worker }) => worker.terminate()));
    },
  };
}

const DEATHS_AT_MOST = 8;

type Waiting = { resolve(output: Jobs[JobName]["out"]): void; reject(error: ZccacheError): void };

/** One worker and the jobs that it has not answered. */
type Seat = { readonly worker: Worker; readonly waiting: Map<number, Waiting>; done: number };

function startSeat(url: string, onDeath: (seat: Seat) => void): Seat {
  const seat: Seat = { worker: new Worker(url), waiting: new Map(), done: 0 };
  seat.worker.unref();
  let reason = "it ended";
  seat.worker.onmessage = (event: MessageEvent<JobReply>) => settle(seat, event.data);
  seat.worker.onerror = (event) => {
    event.preventDefault();
    reason = event.message;
  };
  seat.worker.addEventListener("close", () => {
    for (const { reject } of seat.waiting.values())
      reject(new ZccacheError("WORKER", `Cannot finish a job: ${reason}`));
    seat.waiting.clear();
    onDeath(seat);
  });
  return seat;
}

function settle(seat: Seat, reply: JobReply): void {
  const waiting = seat.waiting.get(reply.id);
  seat.waiting.delete(reply.id);
  seat.done++;
  if (seat.waiting.size === 0) seat.worker.unref();
  if (reply.kind === "done") waiting?.resolve(reply.output);
  else waiting?.reject(new ZccacheError(reply.code, reply.message));
}

function lessBusy(least: Seat | undefined, seat: Seat): Seat {
  return least === undefined || seat.waiting.size < least.waiting.size ? seat : least;
}
