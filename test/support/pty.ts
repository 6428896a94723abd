// Runs a program on a terminal of its own: a pseudo-terminal is its standard input, output and error and controls it.

import type { Environment } from "./run.ts";

/** How a program is run on a terminal. */
export type TerminalOptions = {
  readonly columns: number;
  readonly cwd: string;
  readonly env: Environment;
};

/** What a program did, and everything that it wrote to its terminal, one code unit a byte. */
export type Shown = { readonly exitCode: number; readonly screen: string };

// No test's program takes that long.
const LIMIT_MS = 120_000;
const QUIET_LOOKS = 5;

/**
 * Runs `command` to its end; nothing is typed. Line ends are the terminal's, `\r\n`.
 * @throws {Error} When it cannot be started; one that does not end is killed, and says so by its exit code.
 */
export async function runOnTerminal(
  command: readonly string[],
  { columns, cwd, env }: TerminalOptions,
): Promise<Shown> {
  const pieces: Buffer[] = [];
  let isClosed = false;
  await using terminal = new Bun.Terminal({
    cols: columns,
    rows: 24,
    data: (_terminal, data) => void pieces.push(Buffer.from(data)),
    exit: () => {
      isClosed = true;
    },
  });
  const child = Bun.spawn([...command], { cwd, env, terminal, timeout: LIMIT_MS, killSignal: "SIGKILL" });
  const exitCode = await child.exited;
  // What was written last is still on its way: a terminal has an end only once nobody holds it any more.
  for (let quiet = 0; quiet < QUIET_LOOKS && !isClosed; ) {
    const before = pieces.length;
    await Bun.sleep(20);
    quiet = pieces.length === before ? quiet + 1 : 0;
  }
  return { exitCode, screen: Buffer.concat(pieces).toString("latin1") };
}
