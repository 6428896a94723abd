import { expect, test } from "bun:test";
import {
  REDACTED,
  redactArguments,
  redactingLogger,
  redactor,
  secretsIn,
} from "../../../../src/daemon/library/redact.ts";

test("redactor() hides every secret wherever it stands, the longer of two that share their beginning first", () => {
  const redact = redactor(["hunter22", "hunter22-long", "x"]);
  expect(redact("a hunter22-long b hunter22 c x")).toBe(`a ${REDACTED} b ${REDACTED} c x`);
});

test.each([
  [["-DAPI_TOKEN=abc"], [`-DAPI_TOKEN=${REDACTED}`]],
  [["-Dsecret_key=a=b"], [`-Dsecret_key=${REDACTED}`]],
  [["-DPRIVATE_KEY=abc"], [`-DPRIVATE_KEY=${REDACTED}`]],
  [["-DKEYBOARD=us"], ["-DKEYBOARD=us"]],
  [["--password=p w"], [`--password=${REDACTED}`]],
  [
    ["--auth-token", "abc", "a.c"],
    ["--auth-token", REDACTED, "a.c"],
  ],
  [
    ["-D", "API_TOKEN=abc"],
    ["-D", `API_TOKEN=${REDACTED}`],
  ],
  [["-DURL=https://me:pass@host/a@b"], [`-DURL=https://${REDACTED}@host/a@b`]],
  [["-DVERSION=1"], ["-DVERSION=1"]],
  [["token=1"], ["token=1"]],
])("redactArguments() writes %j as %j", (args, shown) => {
  expect(redactArguments(args, (text) => text)).toEqual(shown);
});

test("redactArguments() asks for each argument what else is to be hidden", () => {
  expect(redactArguments(["-DX=hunter22", "a.c"], redactor(["hunter22"]))).toEqual([`-DX=${REDACTED}`, "a.c"]);
});

test("secretsIn() gives the values of variables whose names tell", () => {
  const variables = new Map([
    ["GITHUB_TOKEN", "abc"],
    ["AWS_SECRET_ACCESS_KEY", "def"],
    ["PATH", "/bin"],
    ["TOKENIZER", "t"],
  ]);
  expect(secretsIn(variables)).toEqual(["abc", "def", "t"]);
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
