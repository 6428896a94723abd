import { describe, expect, test } from "bun:test";
import { Verification } from "../../../src/daemon/verification.ts";

const asking = (value: string) => new Map([["ZCCACHE_VERIFY", value]]);

/** Which of `count` hits are verified, as a row of 0 and 1. */
function chosen(verification: Verification, value: string, count: number): string {
  let row = "";
  for (let hit = 0; hit < count; hit += 1) {
    row += verification.isDue(asking(value)) ? "1" : "0";
    verification.next(asking(value));
  }
  return row;
}

/** Draws these places of rounds of ten in turn. */
function drawing(...places: number[]): { verification: Verification; warnings: string[] } {
  const warnings: string[] = [];
  const random = (): number => (places.shift() ?? 0) / 10;
  return { verification: new Verification({ warn: (text) => warnings.push(text), random }), warnings };
}

describe("Verification.isDue()", () => {
  test("is never true without the variable", () => {
    const { verification } = drawing();
    verification.next(new Map());
    expect(verification.isDue(new Map([["VERIFY", "1"]]))).toBe(false);
  });

  test.each(["1", "1/1"])("is always true for %s", (value) => {
    expect(chosen(drawing(0, 0, 0, 0, 0).verification, value, 4)).toBe("1111");
  });

  test("is true once in each round of N, at the place that is drawn for it", () => {
    expect(chosen(drawing(3, 0, 9).verification, "1/10", 30)).toBe("000100000010000000000000000001");
  });

  test("does not take a turn by itself", () => {
    const { verification } = drawing(0);
    expect([verification.isDue(asking("1/5")), verification.isDue(asking("1/5"))]).toEqual([true, true]);
  });

  test("is true for a share of a half for 1/2 when drawn by chance", () => {
    const verification = new Verification({ warn: () => {} });
    const row = chosen(verification, "1/2", 1000);
    expect(row.replaceAll("0", "")).toHaveLength(500);
    expect(row).toMatch(/10.*01|01.*10/);
  });

  test("counts for each value apart", () => {
    const { verification } = drawing(1, 0);
    expect(verification.isDue(asking("1/10"))).toBe(false);
    expect(verification.isDue(asking("1/20"))).toBe(true);
    verification.next(asking("1/10"));
    expect(verification.isDue(asking("1/10"))).toBe(true);
  });

  test.each(["", "0"])("is never true for «%s», and nobody is warned", (value) => {
    const { verification, warnings } = drawing();
    expect([verification.isDue(asking(value)), warnings]).toEqual([false, []]);
  });

  test.each(["2", "1/0", "1/01", "-1", "1/1000000", "1 /2", "1/2\n", "true", "1/\xff"])(
    "is never true for %j, which is warned of once",
    (value) => {
      const { verification, warnings } = drawing();
      expect(chosen(verification, value, 3)).toBe("000");
      expect(warnings).toEqual([expect.stringMatching(/^Cannot use ZCCACHE_VERIFY=".*", no hit .* expected 1\/N/)]);
    },
  );
});
