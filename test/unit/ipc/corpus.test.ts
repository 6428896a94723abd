import { describe, expect, test } from "bun:test";
import { brokenSums, corpusFiles, kindsOfToday, messagesOf, readAgain, toJson } from "../../support/corpus.ts";

const files = corpusFiles();

describe.each(files)("the corpus of $name", ({ text }) => {
  test("was only ever added to [protocol 4]", () => {
    expect(brokenSums(text)).toEqual([]);
  });

  test.each(messagesOf(text).map((message, i) => [message.kind, message.name, i] as const))(
    "%s %s, message %d, is read as it was read then [protocol 4]",
    (_kind, _name, i) => {
      const message = messagesOf(text)[i];
      if (message === undefined) throw new Error("no such message");
      // A field that came later has its default.
      expect(JSON.parse(toJson(readAgain(message)))).toMatchObject(JSON.parse(message.json));
    },
  );
});

test("the corpus has every kind of message that there is (bun test/support/corpus.ts) [protocol 4]", () => {
  const recorded = new Set(files.flatMap(({ text }) => messagesOf(text).map(({ kind, name }) => `${kind} ${name}`)));
  expect(kindsOfToday().filter((kind) => !recorded.has(kind))).toEqual([]);
});

test("the corpus that was recorded first is there unchanged [protocol 4]", () => {
  const first = files.find(({ name }) => name === "0.1.0.txt")?.text ?? "";
  expect(
    first
      .split("\n")
      .find((line) => line.startsWith("sum 3e30f8a4307153400cf9fc29cf127800fa18ae6a8548e41512e7f71761246b28")),
  ).toBe("sum 3e30f8a4307153400cf9fc29cf127800fa18ae6a8548e41512e7f71761246b28");
});

test("brokenSums() finds a line that was changed, removed or added without its sum", () => {
  const text = files[0]?.text ?? "";
  const lines = text.split("\n");
  expect(brokenSums(text.replace("response Pong", "response Ping"))).not.toEqual([]);
  expect(brokenSums([...lines.slice(0, 3), ...lines.slice(4)].join("\n"))).not.toEqual([]);
  expect(brokenSums(`${text}request Ping a0 {}\n`)).not.toEqual([]);
});
