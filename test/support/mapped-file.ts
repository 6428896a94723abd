// A process that has a file mapped for writing and no longer open, as linkers have their output.

/** Such a mapping. */
export type Mapping = AsyncDisposable & {
  /** Changes the first byte, which makes no event of inotify(7). */
  write(byte: string): Promise<void>;
  /** Ends the mapping; returns when it is gone. */
  end(): Promise<void>;
};

const PROGRAM = `
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    mapping = mmap.mmap(file.fileno(), 0)
print("mapped", flush=True)
for line in sys.stdin:
    mapping[0:1] = line[0].encode()
    print("written", flush=True)
mapping.close()
`;

/** Maps the file at `path`, which is not empty. @throws {Error} Where there is no python3. */
export async function mapForWriting(path: string): Promise<Mapping> {
  if (Bun.which("python3") === null) throw new Error("Cannot map a file: python3 is not installed");
  const child = Bun.spawn(["python3", "-c", PROGRAM, path], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const answers = child.stdout.getReader();
  const answer = async (): Promise<void> => {
    if ((await answers.read()).done) throw new Error(`Cannot map ${path}: python3 ended`);
  };
  const end = async (): Promise<void> => {
    await child.stdin.end();
    await child.exited;
  };
  await answer();
  return {
    async write(byte) {
      child.stdin.write(`${byte}\n`);
      await child.stdin.flush();
      await answer();
    },
    end,
    [Symbol.asyncDispose]: end,
  };
}
