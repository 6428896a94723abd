// A process that writes an index and settles its log, for a test that looks at its system calls:
// `store-log-child.ts PATH`. Some writes come in the middle of settling.

import { IndexFile } from "../../src/store/index-file.ts";
import { digestOf, sampleRow } from "./store-samples.ts";

const [path = ""] = process.argv.slice(2);
const ENTRY = new Uint8Array(100_000);
let written = 0;

function write(): void {
  const name = String(written++);
  const result = { context: digestOf(name), row: sampleRow(name), entry: ENTRY, objects: [], usedAt: 1 };
  while (index.write([{ kind: "result", result }]) === 0);
}

using index = new IndexFile(path, "write");
for (let round = 0; round < 8; round++) {
  for (let n = 0; n < 12; n++) write();
  let settled = false;
  const settling = index.settle("if-long").then(() => {
    settled = true;
  });
  for (let turn = 0; !settled; turn++) {
    if (turn === round % 4) write();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settling;
}
