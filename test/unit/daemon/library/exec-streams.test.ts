import { expect, test } from "bun:test";
import { ftruncateSync, statSync, writeSync } from "node:fs";
import { CapturedStream } from "../../../../src/daemon/library/captured-stream.ts";
import { LARGEST_IN_REPLY, NO_STREAM, sendCaptured } from "../../../../src/daemon/library/exec-streams.ts";
import { fileTree } from "../../../support/file-tree.ts";

test("sendCaptured() gives a stream as bytes, a large one as a file, and one that is not wanted as none", () => {
  using tree = fileTree();
  using stream = new CapturedStream();
  const services = { spool: { newPath: () => tree.at("spooled"), remove: () => undefined, [Symbol.dispose]() {} } };
  expect(sendCaptured(stream, true, services)).toBe(NO_STREAM);
  writeSync(stream.fd, "said");
  expect(Buffer.from(sendCaptured(stream, true, services).bytes).toString()).toBe("said");
  expect(sendCaptured(stream, false, services)).toBe(NO_STREAM);
  ftruncateSync(stream.fd, LARGEST_IN_REPLY);
  expect(sendCaptured(stream, true, services).bytes.length).toBe(LARGEST_IN_REPLY);
  ftruncateSync(stream.fd, LARGEST_IN_REPLY + 1);
  const { bytes, file = "" } = sendCaptured(stream, true, services);
  expect([bytes.length, statSync(file).size]).toEqual([0, LARGEST_IN_REPLY + 1]);
});
