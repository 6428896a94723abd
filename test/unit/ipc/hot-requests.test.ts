import { expect, test } from "bun:test";
import { readHotRequest } from "../../../src/ipc/hot-requests.ts";
import { STAND_IN_REQUESTS } from "../../../src/ipc/requests.ts";

const BYTES = new Uint8Array([97, 0]);
const REQUESTS = {
  Invoke: {
    type: "Invoke",
    argv: BYTES,
    cwd: BYTES,
    env: BYTES,
    umask: 18,
    stderr_tty: false,
    columns: 80,
    stderr_columns: 80,
    same_streams: true,
    can_exec: true,
    stdin_file: BYTES,
  },
  ExecDone: {
    type: "ExecDone",
    job: 7,
    exit_code: -1,
    signal: 9,
    stdout: BYTES,
    stderr: BYTES,
    merged: false,
    too_large: true,
  },
} as const;

const VALUES = [
  null,
  undefined,
  0,
  1,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  3n,
  -3n,
  1n << 60n,
  Number.NaN,
  "",
  "1",
  true,
  false,
  [],
  {},
];
const CASES = Object.entries(REQUESTS).flatMap(([type, request]) =>
  Object.keys(request).map((field) => [type as keyof typeof REQUESTS, field] as const),
);

test.each(CASES)("readHotRequest() takes of %s what its schema takes, whatever stands in %s", (type, field) => {
  const [other] = [new Uint8Array()];
  for (const value of field === "type" ? [type] : [...VALUES, other, REQUESTS[type]]) {
    const message = { ...REQUESTS[type], [field]: value, further: 1 };
    const checked = STAND_IN_REQUESTS[type].safeParse(message);
    const expected: unknown = checked.success ? checked.data : undefined;
    expect([value, readHotRequest(message)]).toEqual([value, expected]);
  }
  const { [field]: _left, ...rest } = REQUESTS[type] as Record<string, unknown>;
  if (field === "type") return;
  const checked = STAND_IN_REQUESTS[type].safeParse(rest);
  expect(readHotRequest(rest)).toEqual(checked.success ? checked.data : undefined);
});

test("readHotRequest() leaves other requests to their schemas", () => {
  expect(readHotRequest({ type: "Ping" })).toBeUndefined();
  expect(readHotRequest({ ...REQUESTS.Invoke, type: 1 })).toBeUndefined();
});
