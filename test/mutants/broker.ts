// Breakages of the lane to a shared broker, and of what a daemon tells one.

import type { Mutant } from "./mutants.ts";

const LANE = "test/unit/broker/connect-daemon.test.ts";
const ASKING = "test/unit/broker/ask-broker.test.ts";
const PROBE = "test/unit/broker/stranger.test.ts";
const MANIFEST = "test/unit/broker/manifest.test.ts";
const FINDING = "test/unit/broker/find-broker.test.ts";

export const BROKER: readonly Mutant[] = [
  {
    what: "RUNNING_PROCESS_DISABLE=1 does not beat the seam",
    file: "src/broker/connect-daemon.ts",
    find: 'if (settings.disabled) return { kind: "direct" };',
    replace: "",
    test: LANE,
  },
  {
    what: "any value of ZCCACHE_BROKER_CONNECT asks the broker",
    file: "src/sys/environment.ts",
    find: 'read("ZCCACHE_BROKER_CONNECT") === "1"',
    replace: 'read("ZCCACHE_BROKER_CONNECT") !== undefined',
    test: LANE,
  },
  {
    what: "a failure of the lane is not logged",
    file: "src/broker/lane.ts",
    find: 'log.debug("broker", `connects directly',
    replace: 'log.trace("broker", `connects directly',
    test: ASKING,
  },
  {
    what: "whoever answers at the resolved endpoint is taken for a daemon",
    file: "src/broker/lane.ts",
    find: 'await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: signMs });',
    replace: "connection.setReceiveTimeout(signMs);",
    test: ASKING,
  },
  {
    what: "a seam that is served is not used",
    file: "src/broker/lane.ts",
    find: "(await dial(endpoint, { timeoutMs: seamMs })).close();",
    replace: "return void seamMs;",
    test: LANE,
  },
  {
    what: "a dead seam is not worth a warning",
    file: "src/broker/lane.ts",
    find: 'log.warn("broker"',
    replace: 'log.debug("broker"',
    test: LANE,
  },
  {
    what: "a compressed answer counts",
    file: "src/broker/messages.ts",
    find: "(envelope.payloadEncoding ?? 0) === NOT_COMPRESSED",
    replace: "(envelope.payloadEncoding ?? 0) >= NOT_COMPRESSED",
    test: ASKING,
  },
  {
    what: "a broker may announce as much as it likes",
    file: "src/broker/frame.ts",
    find: "if (length > this.#limit)",
    replace: "if (length > this.#limit * 2)",
    test: "test/unit/broker/frame.test.ts",
  },
  {
    what: "a broker has no time to answer",
    file: "src/broker/ask-broker.ts",
    find: " ms`), budgetMs);",
    replace: " ms`), budgetMs * 0);",
    test: ASKING,
  },
  {
    what: "one of several brokers is asked",
    file: "src/broker/find-broker.ts",
    find: "first !== undefined && more.length === 0",
    replace: "first !== undefined",
    test: FINDING,
  },
  {
    what: "a manifest's digest is not compared",
    file: "src/broker/manifest.ts",
    find: "if (isWhole && Buffer",
    replace: "if (Buffer",
    test: MANIFEST,
  },
  {
    what: "a version is not looked at before it becomes a file's name",
    file: "src/broker/messages.ts",
    find: "if (VERSION_TOKEN.test(text)) return text;",
    replace: "if (text || VERSION_TOKEN) return text;",
    test: MANIFEST,
  },
  {
    what: "a nonce of any length is answered",
    file: "src/broker/answer-probe.ts",
    find: "nonce.length !== NONCE_BYTES",
    replace: "nonce.length > 2 * NONCE_BYTES",
    test: PROBE,
  },
  {
    what: "a request whose size has 1 as its low byte is taken for a probe",
    file: "src/broker/frame.ts",
    find: " && head[HEAD_BYTES - 1] === 0",
    replace: "",
    test: PROBE,
  },
  {
    what: "a probe may come after a request",
    file: "src/ipc/wire-connection.ts",
    find: "    this.#stranger = undefined;\n    const come",
    replace: "    const come",
    test: PROBE,
  },
];
