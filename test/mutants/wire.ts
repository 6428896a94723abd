// Breakages of the transport and of the protocol.

import type { Mutant } from "./mutants.ts";

const CONNECTION = "src/ipc/wire-connection.ts";
const VALUES = "src/ipc/schemas/values.ts";

export const WIRE: readonly Mutant[] = [
  {
    what: "a length over the cap is waited for [ipc 12]",
    file: "src/ipc/frame-reader.ts",
    find: "if (length > MAX_PAYLOAD) {",
    replace: "if (length > 2 ** 40) {",
    test: "test/unit/ipc/frame-reader.test.ts",
  },
  {
    what: "a key may stand twice in a map [ipc 13]",
    file: "src/ipc/prescan.ts",
    find: "if (keys.size === before) throw",
    replace: "if (keys.size < before) throw",
    test: "test/unit/ipc/prescan.test.ts",
  },
  {
    what: "the end inside of a frame is a clean one [ipc 10]",
    file: CONNECTION,
    find: 'if (this.#reader.buffered === 0) return "closed";',
    replace: 'return "closed";',
    test: "test/unit/ipc/wire-connection.test.ts",
  },
  {
    what: "bytes that the kernel did not take are sent again or forgotten [ipc 15]",
    file: CONNECTION,
    find: "if (taken > 0) this.#unsent[0] = frame.subarray(taken);",
    replace: "",
    test: "test/unit/ipc/wire-connection.test.ts",
  },
  {
    what: "a late answer is taken for the next one's [ipc 21]",
    file: "src/ipc/client-connection.ts",
    find: "return id === undefined || id > this.#abandoned;",
    replace: "return true;",
    test: "test/unit/ipc/client-connection.test.ts",
  },
  {
    what: "anybody may connect who gets at the socket [ipc 18]",
    file: "src/ipc/listen.ts",
    find: "wire.peer.uid !== peerUser || ",
    replace: "",
    test: "test/unit/ipc/listen.test.ts",
  },
  {
    what: "what a client asked while it ran a tool is answered under another number [ipc 16]",
    file: "src/ipc/server-connection.ts",
    find: "this.#id = kept.id;",
    replace: "",
    test: "test/unit/daemon/server.test.ts",
  },
  {
    what: "a client may speak any protocol [protocol 3]",
    file: "src/ipc/requests.ts",
    find: "if (v !== PROTOCOL) {",
    replace: 'if (typeof v !== "number") {',
    test: "test/unit/ipc/server-connection.test.ts",
  },
  {
    what: "a client of another protocol leaves no event [protocol 3]",
    file: "src/daemon/server.ts",
    find: 'case "VERSION_MISMATCH":',
    replace: 'case "WORKER":',
    test: "test/unit/daemon/server.test.ts",
  },
  {
    what: "null is no absent field [protocol 2]",
    file: VALUES,
    find: "decode: (given) => given ?? value,",
    replace: "decode: (given) => (given === undefined ? value : (given as never)),",
    test: "test/property/ipc-peers.test.ts",
  },
  {
    what: "a path that is no UTF-8 is sent as text [protocol 1]",
    file: VALUES,
    find: "=== raw ? showRaw(raw) : rawToBytes(raw)",
    replace: "=== raw ? showRaw(raw) : showRaw(raw)",
    test: "test/property/ipc-messages.test.ts",
  },
  {
    what: "a recorded message is read as something else [protocol 4]",
    file: "src/ipc/replies.ts",
    find: 'queue_depth: uint(message, "queue_depth"),',
    replace: 'queue_depth: uint(message, "retry_after_ms"),',
    test: "test/unit/ipc/corpus.test.ts",
  },
  {
    what: "the queue is never full [protocol 16]",
    file: "src/daemon/admission.ts",
    find: "return this.#running >= this.#limit;",
    replace: "return false;",
    test: "test/unit/daemon/admission.test.ts",
  },
  {
    what: "a busy daemon is waited for as long as it likes [protocol 16]",
    file: "src/shim/ask.ts",
    find: "if (performance.now() + pause > until) throw unusable(reply);",
    replace: "",
    test: "test/unit/shim/ask.test.ts",
  },
];
