// The stub and the TypeScript client are one client in two languages: whatever they are called with and from, they ask
// the daemon, and report to it, in the same bytes.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { readRequest } from "../../../src/ipc/requests.ts";
import { runOnTerminal } from "../../support/pty.ts";
import { delivered, execOf } from "../client/scene.ts";
import { ODD_DIRECTORY, SharedScene } from "./both-clients.ts";

setDefaultTimeout(600_000);

const shared = new SharedScene();
const { scene } = shared;

beforeAll(() => shared.prepare());

afterAll(() => shared[Symbol.dispose]());

describe("both clients ask in the same bytes", () => {
  const cases: [string, string][] = [
    ["plainly", "gcc -c a.c -o a.o"],
    ["with empty, quoted and binary arguments", `gcc "" " " '\n' '"' "$(printf '\\377\\001')"`],
    ["in front of the tool", "zccache gcc -c a.c"],
    ["with a path as name", "shims/../shims/gcc -c"],
    ["with 400 kB of arguments", `gcc $(head -c 400000 /dev/zero | tr '\\0' ' ' | sed 's/  /xy /g' | head -c 100000)`],
    [
      "with 1 MB of variables",
      `for n in 1 2 3 4 5 6 7 8 9; do export "V$n=$(head -c 110000 /dev/zero | tr '\\0' v)"; done; gcc`,
    ],
    ["with an environment that no shell can make", `./odd-caller ${"$PWD"}/shims/gcc -c`],
    ["with no variables but the needed ones", "env - $NEEDED gcc -c"],
    ["in a directory of an odd name", `cd '${ODD_DIRECTORY}' && gcc`],
    ["in a directory that is no UTF-8", `mkdir -p "$(printf 'd\\351')" && cd "$(printf 'd\\351')" && gcc`],
    ["in a directory behind a symbolic link", `ln -sfn '${ODD_DIRECTORY}' link && cd link && gcc`],
    ["in the root directory", "cd / && gcc"],
    ...["000", "022", "027", "077", "777"].map((mask): [string, string] => [
      `under umask ${mask}`,
      `umask ${mask}; gcc`,
    ]),
    ["with both streams in one file", "gcc >both 2>&1"],
    ["with two streams of one file that was opened twice", "gcc >>both 2>>both"],
    ["with both streams in one pipe", "gcc 2>&1 | cat"],
    ["with two devices", "gcc >/dev/null 2>/dev/zero"],
    ["with one device", "gcc >/dev/null 2>/dev/null"],
    ["with more open", "gcc 3<&0 4>&1 9</dev/null"],
    ["with signals ignored", "trap '' INT HUP PIPE; gcc"],
  ];
  test.each(cases)("%s", async (_title, line) => {
    const env = { ...scene.env, NEEDED: `ZCCACHE_ENDPOINT=${scene.endpoint} PATH=${scene.env["PATH"]}` };
    const { sent, results } = await shared.both(
      ({ reply }) => reply(delivered(0)),
      () => scene.shell(line, { env }),
    );
    const [stub, typescript] = sent;
    expect(results.map(({ exitCode, stdout, stderr }) => [exitCode, stdout, stderr])).toEqual([
      [0, "", ""],
      [0, "", ""],
    ]);
    expect(stub?.payloads.length).toBe(1);
    expect(stub?.messages).toEqual(typescript?.messages ?? []);
    expect(stub?.payloads).toEqual(typescript?.payloads ?? []);
    expect(readRequest(stub?.first("Invoke") ?? {}).kind).toBe("request");
  });

  const onTerminals: [string, string, Partial<WireMap>][] = [
    ["on a terminal", "gcc", { stderr_tty: true, columns: 97, stderr_columns: 97, same_streams: true }],
    [
      "with its input elsewhere",
      "gcc </dev/null",
      { stderr_tty: true, columns: 0, stderr_columns: 97, same_streams: true },
    ],
    [
      "with only standard error on it",
      "gcc >out",
      { stderr_tty: true, columns: 97, stderr_columns: 97, same_streams: false },
    ],
    [
      "with only standard output on it",
      "gcc 2>err",
      { stderr_tty: false, columns: 0, stderr_columns: 0, same_streams: false },
    ],
  ];
  test.each(onTerminals)("%s", async (_title, line, expected) => {
    const call = () =>
      runOnTerminal(["/bin/sh", "-c", line], { columns: 97, cwd: scene.tree.path, env: { ...scene.env } });
    const { sent } = await shared.both(({ reply }) => reply(delivered(0)), call);
    const [stub, typescript] = sent;
    expect(stub?.payloads).toEqual(typescript?.payloads ?? []);
    expect(stub?.first("Invoke")).toMatchObject(expected);
  });
});

describe("both clients ask nobody and run the tool", () => {
  const cases: [string, string][] = [
    ["in a directory that has been removed", 'mkdir gone; cd gone; rmdir "$PWD"; gcc'],
    ["with standard input closed", "gcc <&-"],
    ["with standard output closed", "gcc >&-"],
    ["with standard error closed", "gcc 2>&-"],
    ["with nothing open", "gcc <&- >&- 2>&-"],
    ["under ZCCACHE_DISABLE", "ZCCACHE_DISABLE=1 gcc"],
    ["below another one", "ZCCACHE_DEPTH=1 gcc"],
  ];
  test.each(cases)("%s", async (title, line) => {
    scene.tools({ "tools/gcc": "#!/bin/sh\nexit 5\n" });
    const { sent, results } = await shared.both(
      ({ reply }) => reply(delivered(0)),
      () => scene.shell(line),
    );
    const ends = results.map(({ exitCode }) => exitCode);
    // The runtime itself can't start in such a directory: only the stub can help there.
    expect(title.includes("removed") ? ends.slice(0, 1) : ends).toEqual(title.includes("removed") ? [5] : [5, 5]);
    expect(sent.map(({ messages }) => messages)).toEqual([[], []]);
  });
});

describe("both clients report a run alike:", () => {
  const ends: [string, string][] = [
    ["both streams", "echo out; echo err >&2"],
    ["no output", ":"],
    ["binary output", "printf 'a\\0\\377'"],
    ...[1, 2, 127, 128, 129, 254, 255].map((code): [string, string] => [`exit code ${code}`, `exit ${code}`]),
    ...["HUP", "KILL", "SEGV", "ABRT", "TERM", "PIPE", "USR1"].map((signal): [string, string] => [
      `signal ${signal}`,
      `echo said; kill -${signal} $$; sleep 5`,
    ]),
    ["8 MiB of output", "head -c 8388608 /dev/zero"],
    ["a byte more than 8 MiB in both", "head -c 8388608 /dev/zero; echo >&2"],
  ];
  test.each(ends)("%s", async (_title, script) => {
    scene.tools({ "other/ends": `#!/bin/sh\n${script}\n` });
    for (const streams of ["", " 2>&1"]) {
      const { sent, results } = await shared.both(
        ({ message, reply }) =>
          reply(message["type"] === "Invoke" ? execOf(scene.tree.at("other/ends")) : { type: "Released" }),
        async () => {
          const { exitCode, stdout, stderr } = await scene.shell(`(gcc)${streams}; exit $?`);
          return { exitCode, stdout, stderr };
        },
      );
      expect(sent[0]?.messages).toEqual(sent[1]?.messages ?? []);
      expect(sent[0]?.all("ExecDone").length).toBe(1);
      expect(results[0]).toEqual(results[1] ?? { exitCode: -1, stdout: "", stderr: "" });
    }
  });
});
