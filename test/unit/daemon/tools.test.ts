import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tools, type Trials } from "../../../src/daemon/tools.ts";
import type { LastingVerdict } from "../../../src/daemon/tracer-verdicts.ts";
import type { TrialVerdict } from "../../../src/tracer/trial.ts";

const directory = mkdtempSync(join(tmpdir(), "zccache-tools-"));
const file = (name: string, content: string | Uint8Array, mode = 0o755) => {
  writeFileSync(join(directory, name), content);
  chmodSync(join(directory, name), mode);
  return join(directory, name);
};
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

test("Tools.untraceable() lets dynamic executables and scripts pass", () => {
  const tools = new Tools();
  expect(tools.untraceable(process.execPath, "F1")).toBeUndefined();
  expect(tools.untraceable(file("script", "#!/bin/sh\n"), "F2")).toBeUndefined();
});

test("Tools.untraceable() refuses static, foreign and set-user-ID executables", () => {
  const tools = new Tools();
  const elf = Buffer.alloc(256);
  elf.write("\x7fELF\x02\x01", "latin1");
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt16LE(process.arch === "x64" ? 62 : 183, 18);
  expect(tools.untraceable(file("static", elf), "F1")).toBe("statically linked");
  elf[4] = 1;
  expect(tools.untraceable(file("foreign", elf), "F2")).toBe("not a 64-bit executable");
  expect(tools.untraceable(file("text", "echo hello"), "F3")).toBe("neither an ELF file nor a script");
  const privileged = join(directory, "privileged");
  copyFileSync("/bin/true", privileged);
  chmodSync(privileged, 0o4755);
  expect(tools.untraceable(privileged, "F4")).toBe("set-user-ID or set-group-ID");
});

test("Tools.judge() takes a tool for untraceable if its first runs were, for that content only, and reports it", () => {
  const tools = new Tools();
  const path = file("tool", "#!/bin/sh\n");
  tools.judge(path, "F0", undefined);
  tools.judge(path, "F0", "untraced program /x");
  tools.judge(path, "F1", "/w/a.h changed while the tool ran");
  expect(tools.untraceable(path, "F0") ?? tools.untraceable(path, "F1")).toBeUndefined();
  tools.judge(path, "F1", "untraced program /x");
  expect(tools.untraceable(path, "F1")).toBe("untraced program /x");
  expect(tools.untraceable(path, "F2")).toBeUndefined();
  expect(tools.report()).toEqual([`${path}: untraced program /x`]);
});

const noVariable = () => undefined;

/** Trials with a verdict given beforehand; `held` names the tools that were tried. */
function trials(verdict: TrialVerdict | Error, kept = new Map<string, LastingVerdict>(), further = verdict) {
  const held: string[] = [];
  const hold: Trials["hold"] = async ({ path }) => {
    held.push(path);
    if (verdict instanceof Error) throw verdict;
    return verdict;
  };
  const memory = {
    get: (tool: string) => kept.get(tool),
    keep: (tool: string, lasting: LastingVerdict) => void kept.set(tool, lasting),
    entries: () => kept.entries(),
  };
  const holdFurther: Trials["hold"] = async () => {
    if (further instanceof Error) throw further;
    return further;
  };
  return { held, kept, trials: { hold, holdFurther, isStill: () => true, kept: memory } };
}

const UNSEEN = { kind: "untraceable", reason: "unseen" } as const;
const TRACED = { kind: "traced", looks: 40 } as const;

test("Tools.tried() tries a tool once per content, however many wait, and keeps the verdict", async () => {
  const { held, kept, trials: given } = trials(TRACED);
  const tools = new Tools(given);
  const cc = { path: process.execPath, state: "F1" };
  expect(tools.needsTrial(cc.path, cc.state)).toBe(true);
  await Promise.all([1, 2, 3].map(() => tools.tried(cc, cc, noVariable)));
  expect(tools.untraceable(cc.path, cc.state)).toBeUndefined();
  expect(held).toEqual([cc.path]);
  expect(tools.needsTrial(cc.path, cc.state)).toBe(false);
  await Bun.sleep(1);
  expect(new Tools(trials(UNSEEN, kept).trials).needsTrial(cc.path, cc.state)).toBe(false);
  expect(tools.needsTrial(cc.path, "F2")).toBe(true);
  expect(tools.report()).toEqual([]);
});

test("Tools.tried() makes a tool untraceable, for later daemons too, and reports it", async () => {
  const { kept, trials: given } = trials(UNSEEN);
  const tools = new Tools(given);
  const cc = { path: file("past", "#!/bin/sh\n"), state: "F1" };
  expect(tools.untraceable(cc.path, cc.state)).toBeUndefined();
  await tools.tried(cc, cc, noVariable);
  expect(tools.untraceable(cc.path, cc.state)).toBe("unseen");
  expect(tools.report()).toEqual([`${cc.path}: unseen`]);
  const later = new Tools(trials(TRACED, kept).trials);
  expect(later.report()).toEqual([`${cc.path}: unseen`]);
  expect(later.untraceable(cc.path, cc.state)).toBe("unseen");
  expect(later.untraceable(cc.path, "F2")).toBeUndefined();
});

test("Tools.tried() judges a wrapper by the program that it becomes", async () => {
  const { held, trials: given } = trials(UNSEEN);
  const tools = new Tools(given);
  const wrapper = { path: file("wrapper", "#!/bin/sh\n"), state: "F1" };
  const program = { path: process.execPath, state: "F2" };
  await tools.tried(wrapper, program, noVariable);
  expect(held).toEqual([program.path]);
  expect(tools.untraceable(wrapper.path, wrapper.state)).toBe("unseen");
});

test("Tools.tried() does not wait for the further part of a trial, whose verdict counts and is kept all the same", async () => {
  const { kept, trials: given } = trials(TRACED, new Map(), UNSEEN);
  const further = Promise.withResolvers<TrialVerdict>();
  const tools = new Tools({ ...given, holdFurther: () => further.promise });
  const cc = { path: process.execPath, state: "F1" };
  const wrapper = { path: file("around", "#!/bin/sh\n"), state: "F1" };
  await tools.tried(cc, cc, noVariable);
  await tools.tried(wrapper, cc, noVariable);
  expect(tools.report()).toEqual([]);
  expect(kept.size).toBe(0);
  further.resolve(UNSEEN);
  await Bun.sleep(1);
  expect(tools.report().sort()).toEqual([`${cc.path}: unseen`, `${wrapper.path}: unseen`].sort());
  expect(tools.untraceable(cc.path, cc.state)).toBe("unseen");
  expect(new Tools(trials(TRACED, kept).trials).untraceable(cc.path, cc.state)).toBe("unseen");
});

test("Tools.tried() keeps the sum of both parts, and the first where the further one could not be held", async () => {
  for (const [second, looks] of [
    [TRACED, 80],
    [new Error("no room"), 40],
  ] as const) {
    const { kept, trials: given } = trials(TRACED, new Map(), second);
    const cc = { path: process.execPath, state: "F1" };
    await new Tools(given).tried(cc, cc, noVariable);
    await Bun.sleep(1);
    expect([...kept.values()]).toEqual([{ kind: "traced", looks }]);
  }
});

test("Tools.judge() tells later daemons of a gap for the rest of the day", () => {
  const { kept, trials: given } = trials(TRACED);
  const path = file("gap", "#!/bin/sh\n");
  new Tools(given, () => 7).judge(path, "F1", "unseen work of glob");
  const later = new Tools(trials(TRACED, kept).trials, () => 7);
  expect(later.report()).toEqual([`${path}: unseen work of glob`]);
  expect(later.untraceable(path, "F1")).toBe("unseen work of glob");
  expect(later.untraceable(path, "F2")).toBeUndefined();
  const tomorrow = new Tools(trials(TRACED, kept).trials, () => 8);
  expect(tomorrow.report()).toEqual([]);
  expect(tomorrow.untraceable(path, "F1")).toBeUndefined();
  expect(tomorrow.needsTrial(path, "F1")).toBe(true);
});

test("Tools.judge() tells nobody else of a gap in a run of a tool that was tried", async () => {
  const { kept, trials: given } = trials(TRACED);
  const tools = new Tools(given);
  const cc = { path: file("tried", "#!/bin/sh\n"), state: "F1" };
  await tools.tried(cc, cc, noVariable);
  await Bun.sleep(1);
  tools.judge(cc.path, cc.state, "unseen work of glob");
  expect(tools.untraceable(cc.path, cc.state)).toBe("unseen work of glob");
  expect(new Tools(trials(TRACED, kept).trials).untraceable(cc.path, cc.state)).toBeUndefined();
});

test("Tools.tried() tells later daemons of a wrapper for the rest of the day, of its program for good", async () => {
  const { kept, trials: given } = trials(UNSEEN);
  const wrapper = { path: file("leads", "#!/bin/sh\n"), state: "F1" };
  const program = { path: process.execPath, state: "F2" };
  await new Tools(given, () => 7).tried(wrapper, program, noVariable);
  const reasons = (day: number): (string | undefined)[] => {
    const tools = new Tools(trials(TRACED, kept).trials, () => day);
    return [wrapper, program].map(({ path, state }) => tools.untraceable(path, state));
  };
  expect(reasons(7)).toEqual(["unseen", "unseen"]);
  expect(reasons(8)).toEqual([undefined, "unseen"]);
});

test.each([
  ["is none", { kind: "untried", reason: "ptrace is not permitted (EPERM)" } as const],
  ["is an error", new Error("ptrace is not permitted (EPERM)")],
])("Tools.tried() trusts a tool if the trial %s, says so, and forgets it with the daemon", async (_what, verdict) => {
  const { held, kept, trials: given } = trials(verdict);
  const tools = new Tools(given);
  const cc = { path: process.execPath, state: "F1" };
  await tools.tried(cc, cc, noVariable);
  expect(tools.untraceable(cc.path, cc.state)).toBeUndefined();
  expect(tools.needsTrial(cc.path, cc.state)).toBe(false);
  expect(tools.untriedReport()).toEqual([`${cc.path}: ptrace is not permitted (EPERM)`]);
  expect([held.length, kept.size]).toEqual([1, 0]);
});

test.each([TRACED, UNSEEN])(
  "Tools.tried() learns nothing when another file has taken the place: %j",
  async (verdict) => {
    const { held, kept, trials: given } = trials(verdict);
    let isStill = false;
    const tools = new Tools({ ...given, isStill: () => isStill });
    const cc = { path: process.execPath, state: "F1" };
    expect(await tools.tried(cc, cc, noVariable)).toBe("another file took its place while it was on trial");
    expect(tools.untraceable(cc.path, cc.state)).toBeUndefined();
    expect(tools.needsTrial(cc.path, cc.state)).toBe(true);
    isStill = true;
    expect(await tools.tried(cc, cc, noVariable)).toBeUndefined();
    await Bun.sleep(1);
    expect([held.length, kept.size]).toEqual([2, 1]);
  },
);

test("Tools.tried() keeps no verdict when another file has taken the place before the further part ended", async () => {
  const { kept, trials: given } = trials(TRACED);
  const further = Promise.withResolvers<TrialVerdict>();
  let isStill = true;
  const tools = new Tools({ ...given, isStill: () => isStill, holdFurther: () => further.promise });
  const cc = { path: process.execPath, state: "F1" };
  expect(await tools.tried(cc, cc, noVariable)).toBeUndefined();
  isStill = false;
  further.resolve(UNSEEN);
  await Bun.sleep(1);
  expect([kept.size, tools.untraceable(cc.path, cc.state)]).toEqual([0, undefined]);
});

test("Tools without trials need none", () => {
  expect(new Tools().needsTrial("/bin/true", "F1")).toBe(false);
});
