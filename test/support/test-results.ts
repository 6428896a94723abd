// Reads what `bun test --reporter=junit` wrote about one process of tests.

import { existsSync, readFileSync } from "node:fs";

/** A test that failed, or a file as a whole, and what it said; "" if that isn't known. */
export type Failure = { readonly name: string; readonly message: string };

/** Outcome of some test files; tests by «file: group > title». */
export type Results = {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly string[];
};

/** What was asked for and how the process ended. */
export type TestProcess = { readonly files: readonly string[]; readonly succeeded: boolean };

/**
 * Results from a report file. The report has no word about a file that could not be loaded or after which the process
 * died, so every file without a test in it counts as failed, and so does a failure that the report does not show.
 */
export function readResults(reportPath: string, { files, succeeded }: TestProcess): Results {
  const cases = existsSync(reportPath) ? readCases(readFileSync(reportPath, "utf8")) : [];
  const silent = files.filter((file) => !cases.some((entry) => entry.file === file));
  const failed = [
    ...silent.map((file) => ({ name: `${file}: no test in it ran`, message: "" })),
    ...cases.filter(({ outcome }) => outcome === "failed").map(({ name, message }) => ({ name, message })),
  ];
  if (!succeeded && failed.length === 0)
    failed.push({ name: `${files.join(" ")}: the process failed outside of its tests`, message: "" });
  return {
    passed: cases.filter(({ outcome }) => outcome === "passed").length,
    failed,
    // A skipped group's beforeAll and afterAll are listed without a name.
    skipped: cases
      .filter((entry) => entry.outcome === "skipped" && !entry.name.endsWith("(unnamed)"))
      .map(({ name }) => name),
  };
}

type Case = { file: string; name: string; message: string; outcome: "passed" | "failed" | "skipped" };

/** `<testcase name="…" classname="group &gt; group" file="…" …/>` or with `<failure message="…">` or `<skipped/>` inside. */
function readCases(report: string): Case[] {
  return [...report.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(([, head = "", body = ""]) => {
    const file = attribute(head, "file");
    const title = [attribute(head, "classname"), attribute(head, "name")].filter((part) => part !== "").join(" > ");
    return { file, name: `${file}: ${title}`, message: attribute(body, "message"), outcome: outcomeOf(body) };
  });
}

function outcomeOf(body: string): Case["outcome"] {
  if (body.includes("<skipped")) return "skipped";
  return /<(failure|error)\b/.test(body) ? "failed" : "passed";
}

function attribute(head: string, name: string): string {
  const escaped = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(head)?.[1] ?? "";
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", "#10": "\n" };
  return escaped.replace(/&(lt|gt|quot|apos|amp|#10);/g, (all, entity: string) => entities[entity] ?? all);
}
