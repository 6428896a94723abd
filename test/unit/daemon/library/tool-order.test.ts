import { expect, test } from "bun:test";
import { splitBlock } from "../../../../src/core/raw-text.ts";
import { invokeRequest, toolOrder } from "../../../../src/daemon/library/tool-order.ts";

const REST = { stdin: new Uint8Array(), clientPid: 7, isLink: false };
const FIELDS = { args: ["-c", "a\xff.c"], cwd: "/work", env: undefined };

test("toolOrder() gives the tool exactly the client's variables without the job server's", () => {
  const env: [string, string][] = [
    ["B", "2"],
    ["MAKEFLAGS", "-j"],
    ["CARGO_MAKEFLAGS", "-j"],
    ["A", "\xff="],
  ];
  expect(toolOrder("/bin/cc", { ...FIELDS, env }, REST).environment).toEqual(["B=2", "A=\xff="]);
});

test("toolOrder() gives the daemon's own variables where there are none", () => {
  const { variables } = toolOrder("/bin/cc", FIELDS, REST);
  expect(variables.get("PATH")).toBe(process.env["PATH"] ?? "");
});

test("toolOrder() lays a session's variables over either", () => {
  const laidOver: [string, string][] = [["A", "session"]];
  const given = toolOrder(
    "/bin/cc",
    {
      ...FIELDS,
      env: [
        ["A", "1"],
        ["A", "2"],
        ["C", "3"],
      ],
    },
    { ...REST, laidOver },
  );
  expect(given.environment).toEqual(["C=3", "A=session"]);
  expect(given.variables.get("A")).toBe("session");
  expect(toolOrder("/bin/cc", FIELDS, { ...REST, laidOver }).environment.at(-1)).toBe("A=session");
});

test.each([
  ["cc", FIELDS, '"cc" is not absolute'],
  ["/bin/cc", { ...FIELDS, cwd: "work" }, '"work" is not absolute'],
  ["/bin/cc", { ...FIELDS, args: ["a\0b"] }, "NUL"],
  ["/bin/cc", { ...FIELDS, env: [["A", "\0"]] satisfies [string, string][] }, "variable"],
  ["/bin/cc", { ...FIELDS, env: [["A=B", "c"]] satisfies [string, string][] }, "variable"],
  ["/bin/cc", { ...FIELDS, env: [["", "c"]] satisfies [string, string][] }, "variable"],
])("toolOrder() refuses %s with %p", (tool, fields, text) => {
  expect(() => toolOrder(tool, fields, REST)).toThrow(text);
});

test("invokeRequest() asks as a wrapper in front of the tool would, with no terminal", () => {
  const request = invokeRequest(toolOrder("/bin/cc", { ...FIELDS, env: [["A", "1"]] }, REST));
  expect(splitBlock(request.argv)).toEqual(["zccache", "/bin/cc", "-c", "a\xff.c"]);
  expect(splitBlock(request.env)).toEqual(["A=1"]);
  expect(request).toMatchObject({ stderr_tty: false, same_streams: false, umask: process.umask() });
});
