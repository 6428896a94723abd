import { expect, test } from "bun:test";
import { readExecLine } from "../../../src/cli/exec-line.ts";
import { execEnvironment, execRequest, namesIn } from "../../../src/cli/exec-request.ts";
import { fileTree } from "../../support/file-tree.ts";

function requestOf(flags: readonly string[], cwd: string) {
  const line = readExecLine([...flags, "--", "tool", "a"]);
  if (typeof line === "string") throw new Error(line);
  return execRequest(line, { tool: "/bin/tool", cwd, environment: ["A=1=2"], listed: ["listed"] });
}

test("execRequest() without flags declares nothing and lets outputs be found", () => {
  using tree = fileTree({ listed: "" });
  expect(requestOf([], tree.path)).toMatchObject({
    tool: "/bin/tool",
    args: ["a"],
    env: [["A", "1=2"]],
    input_files: ["listed"],
    output_streams: { stdout: true, stderr: true },
    output_files: [],
    cache_policy: "Normal",
    cwd_in_key: true,
    non_deterministic: false,
    find_outputs: true,
  });
});

test("execRequest() has a field for every flag", () => {
  using tree = fileTree({ listed: "", in1: "", in2: "", "a.c": "", list: "in2\n" });
  const flags = ["--input-file=in1", "--input-file-list=list", "--input-extra=\xff", "--output-file=out", "--no-cache"];
  const more = ["--no-cwd-in-key", "--include-scan=a.c", "--include-dir=i", "--system-include=s", "--iquote-dir=q"];
  const last = [
    "--depfile=d",
    "--non-deterministic",
    "--key-args-filter=^x",
    "--output-stderr=false",
    `--tool-hash=${"0f".repeat(32)}`,
  ];
  expect(requestOf([...flags, ...more, ...last], tree.path)).toMatchObject({
    input_files: ["in1", "listed", "in2"],
    input_extra: Buffer.from([0xff]),
    output_streams: { stdout: true, stderr: false },
    output_files: ["out"],
    tool_hash: Buffer.alloc(32, 0x0f),
    cache_policy: "Bypass",
    cwd_in_key: false,
    include_scan_files: ["a.c"],
    include_dirs: ["i"],
    system_include_dirs: ["s"],
    iquote_dirs: ["q"],
    depfile: "d",
    non_deterministic: true,
    key_args_filter: ["^x"],
    find_outputs: false,
  });
});

test("execRequest() names what cannot be read", () => {
  using tree = fileTree({ listed: "" });
  for (const flag of ["--input-file", "--input-file-list", "--include-scan"])
    expect(requestOf([`${flag}=none`], tree.path)).toBe('Cannot read "none"');
  expect(requestOf(["--input-file=."], tree.path)).toBe('Cannot read "."');
});

test("execEnvironment() is the caller's without the job server's variables, or what is named of it", () => {
  const environment = ["A=1", "MAKEFLAGS= -j --jobserver-auth=3,4", "ZCCACHE_DEPTH=1", "nameless", "B=2", "A=3"];
  expect(execEnvironment(environment, undefined)).toEqual(["A=1", "B=2", "A=3"]);
  expect(execEnvironment(environment, ["B", "MAKEFLAGS"])).toEqual(["MAKEFLAGS= -j --jobserver-auth=3,4", "B=2"]);
  expect(execEnvironment(environment, [])).toEqual([]);
});

test("namesIn() takes a name a line, carriage returns and empty lines aside", () => {
  expect(namesIn("a b\r\n\nc")).toEqual(["a b", "c"]);
});
