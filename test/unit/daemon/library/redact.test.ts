import { expect, test } from "bun:test";
import { REDACTED, redactArgument, redactingLogger, redactor } from "../../../../src/daemon/library/redact.ts";

test("redactor() hides every secret wherever it stands, the longer of two that share their beginning first", () => {
  const redact = redactor(["hunter22", "hunter22-long", "x"]);
  expect(redact("a hunter22-long b hunter22 c x")).toBe(`a ${REDACTED} b ${REDACTED} c x`);
});

test.each([
  ["-DAPI_TOKEN=abc", `-DAPI_TOKEN=${REDACTED}`],
  ["-Dsecret_key=a=b", `-Dsecret_key=${REDACTED}`],
  ["--password=p w", `--password=${REDACTED}`],
  ["-DVERSION=1", "-DVERSION=1"],
  ["token=1", "token=1"],
])("redactArgument() writes %s as %s", (argument, shown) => {
  expect(redactArgument(argument, (text) => text)).toBe(shown);
});

test("redactingLogger() lets no secret into a line of any level", () => {
  const lines: string[] = [];
  const write = (component: string, text: string) => void lines.push(`${component} ${text}`);
  const log = redactingLogger(
    { trace: write, debug: write, info: write, warn: write, error: write },
    redactor(["hunter22"]),
  );
  for (const level of ["trace", "debug", "info", "warn", "error"] as const) log[level](level, "it is hunter22");
  expect(lines).toEqual(["trace", "debug", "info", "warn", "error"].map((level) => `${level} it is ${REDACTED}`));
});
