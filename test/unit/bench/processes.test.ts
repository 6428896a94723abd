import { expect, test } from "bun:test";
import { endBelow, spent, usageBelow } from "../../bench/processes.ts";
import { fileTree } from "../../support/file-tree.ts";

const SPIN = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 60";

test("usageBelow() counts what a process used that has the directory in its environment, endBelow() ends it", async () => {
  using tree = fileTree();
  using other = fileTree();
  const child = Bun.spawn(["sh", "-c", SPIN], { env: { PATH: "/usr/bin:/bin", HOME: tree.at("home") } });
  const before = usageBelow(tree.path);
  expect([...before.keys()]).toEqual([child.pid]);
  expect(usageBelow(other.path).size).toBe(0);
  // It works for some hundred milliseconds; a loaded machine may not let it begin at once.
  while (spent(before, usageBelow(tree.path)) === 0) await Bun.sleep(5);
  await endBelow(tree.path);
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  expect(usageBelow(tree.path).size).toBe(0);
});

test("spent() counts a process that came meanwhile from its start", () => {
  expect(
    spent(
      new Map([[1, 10]]),
      new Map([
        [1, 15],
        [2, 3],
      ]),
    ),
  ).toBe(8);
});

test("spent() refuses to count when one ended meanwhile", () => {
  expect(() => spent(new Map([[1, 10]]), new Map())).toThrow("process 1 ended");
});
