// Waiting for a tool that the daemon runs: as long as the tool takes, but not for a daemon that hangs.

import { connectDaemon } from "../broker/connect-daemon.ts";
import { ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { question } from "../ipc/question.ts";

const EVERY_MS = 2000;

// A daemon on a machine that swaps answers late; one that is stopped does not answer at all.
const SILENCE_MS = 10_000;

/**
 * The answer, while the daemon shows over connections of its own that it lives.
 * @throws as `answer` does, and as `connectDaemon` and `question` do once it is silent for ten seconds.
 */
export async function whileItLives<Answer>(endpoint: RawText, answer: Promise<Answer>): Promise<Answer> {
  const done = new AbortController();
  try {
    return await Promise.race([answer, watch(endpoint, done.signal)]);
  } finally {
    done.abort();
    answer.catch(() => {}); // it may fail after it was given up
  }
}

async function watch(endpoint: RawText, done: AbortSignal): Promise<never> {
  for (;;) {
    await Bun.sleep(EVERY_MS);
    if (done.aborted) throw new ZccacheError("TIMEOUT", "Cannot wait any longer: the answer is there");
    using connection = await connectDaemon(endpoint, { timeoutMs: SILENCE_MS });
    await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: SILENCE_MS });
  }
}
