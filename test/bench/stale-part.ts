// Who gives an old object where a fresh compile makes another one: right answers are worth more than fast ones.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/run.ts";
import { type Contender, startAfresh } from "./contenders.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { prepareCase, STALE_CASES, type StaleCase } from "./stale-cases.ts";
import { tableText } from "./table.ts";

/** Changes that a cache has to notice. */
export const stalePart: Part = { name: "stale", run: judgeAll };

// File times of two seconds ago are no reason for any of them not to trust a file.
const SETTLED_MS = 2100;

/** What a contender did after the change. */
type Verdict = "right" | "STALE" | "failed";

async function judgeAll({ field, interruption }: Bench): Promise<PartReport> {
  for (const cache of field.caches) await startAfresh(cache);
  const rows: { title: string; verdicts: Record<string, Verdict> }[] = [];
  for (const each of STALE_CASES) {
    interruption.check();
    rows.push({ title: each.title, verdicts: await judge(each, field.caches) });
  }
  const names = field.caches.map(({ name }) => name);
  const wrong = names.map((name) => String(rows.filter(({ verdicts }) => verdicts[name] !== "right").length));
  return {
    text: [
      tableText({
        title: "After a change, is the object that of a fresh compile?",
        head: ["", ...names],
        rows: [
          ...rows.map(({ title, verdicts }) => [title, ...names.map((name) => verdicts[name] ?? "")]),
          ["not right", ...wrong],
        ],
        absent: field.notShown,
      }),
    ],
    data: rows,
    panels: [],
  };
}

async function judge(each: StaleCase, caches: readonly Contender[]): Promise<Record<string, Verdict>> {
  const places = caches.map((cache) => ({ cache, directory: join(cache.directory, "stale") }));
  for (const { directory } of places) prepareCase(directory, each);
  await Bun.sleep(SETTLED_MS);
  // Thrice, since a cache may only store what it has seen twice.
  for (const place of places) for (let time = 0; time < 3; time++) await compile(each, place, each.env);
  const envs = places.map(({ directory }) => each.change(directory)?.env ?? each.env);
  await Bun.sleep(SETTLED_MS);
  const verdicts: Record<string, Verdict> = {};
  for (const [index, place] of places.entries()) {
    const later = { ...place, directory: join(place.directory, each.laterIn ?? "") };
    const given = await compile(each, later, envs[index]);
    const fresh = await compile(each, { ...later, cache: { ...place.cache, prefix: [] } }, envs[index]);
    if (given === undefined || fresh === undefined) verdicts[place.cache.name] = "failed";
    else verdicts[place.cache.name] = given.equals(fresh) ? "right" : "STALE";
  }
  return verdicts;
}

type Place = { readonly cache: Contender; readonly directory: string };

/** The object; undefined if there is none. */
async function compile(
  each: StaleCase,
  { cache, directory }: Place,
  more: StaleCase["env"],
): Promise<Buffer | undefined> {
  const compiler = each.compiler === undefined ? "gcc" : join(directory, each.compiler);
  const object = join(directory, "o.o");
  rmSync(object, { force: true });
  const env = { ...cache.env, ...more };
  await run([...cache.prefix, compiler, ...each.args], { env, cwd: directory, timeout: 60_000 });
  return existsSync(object) ? readFileSync(object) : undefined;
}
