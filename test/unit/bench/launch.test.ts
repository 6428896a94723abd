import { expect, test } from "bun:test";
import { buildLauncher } from "../../bench/launcher.ts";
import { fileTree } from "../../support/file-tree.ts";
import { mustRun, run } from "../../support/run.ts";

test("launch.c fills in {slot} and {run}, removes outputs before each run, prints a line for each and the whole time", async () => {
  using tree = fileTree({ "out-0": "of before", log: "" });
  const { launch } = await buildLauncher(tree.path);
  // Fails where the output is still there.
  const script = 'test ! -e "$4" && echo "$1 $2 $4" >>log && echo new >"$4"';
  const command = [launch, "1", "3", "sh", "-c", script, "-", "run {run}", "{slot}", "-o", "out-{slot}"];
  const { stdout } = await mustRun(command, { cwd: tree.path });
  expect(String(tree.read("log"))).toBe("run 000000 0 out-0\nrun 000001 0 out-0\nrun 000002 0 out-0\n");
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(4);
  const walls = lines.slice(0, 3).map((line) => Number(line.split(" ")[0]));
  expect(walls.reduce((sum, wall) => sum + wall, 0)).toBeLessThanOrEqual(Number(lines[3]));
});

test("launch.c fails as soon as a run does", async () => {
  using tree = fileTree();
  const { launch } = await buildLauncher(tree.path);
  expect((await run([launch, "1", "3", "sh", "-c", "echo x >>log; exit 3"], { cwd: tree.path })).exitCode).toBe(1);
  expect(String(tree.read("log"))).toBe("x\n");
});
