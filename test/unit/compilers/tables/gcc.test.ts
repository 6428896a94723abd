import { describe, expect, test } from "bun:test";
import { GCC_OPTIONS, GCC_ROWS } from "../../../../src/compilers/tables/gcc.ts";
import { PLAIN_FLAGS } from "../../../../src/compilers/tables/gcc-plain-flags.ts";

describe("GCC_ROWS", () => {
  test("are sorted by name", () => {
    const names = GCC_ROWS.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
  });
  test("narrow only what options with a value refuse or show", () => {
    const narrowed = GCC_ROWS.filter(({ when }) => when !== undefined);
    expect(
      narrowed.every(
        ({ refuse, shows, value }) => (refuse !== undefined || shows !== undefined) && value !== undefined,
      ),
    ).toBe(true);
  });
  // Options of gcc that take the next argument: one that is not modelled would swallow a source, or let one through.
  test.each(
    `--param --specs --sysroot -A -B -D -F -G -I -L -MF -MQ -MT -R -T -Tbss -Tdata -Ttext -U -Xassembler -Xlinker
     -Xpreprocessor -aux-info -dumpbase -dumpbase-ext -dumpdir -e -fintrinsic-modules-path -gnatO -h -idirafter -imacros
     -imultilib -include -iprefix -iquote -isysroot -isystem -iwithprefix -iwithprefixbefore -l -o -specs -u -wrapper
     -x -z`.split(/\s+/),
  )("take a separate value for %s", (option) => {
    const row = GCC_ROWS.find(({ name }) => name === option);
    expect(["separate", "either"]).toContain(row?.value ?? "none");
  });
});

test("PLAIN_FLAGS are sorted", () => {
  expect(PLAIN_FLAGS).toEqual(PLAIN_FLAGS.toSorted());
});

test("GCC_OPTIONS name every option once", () => {
  const names = GCC_OPTIONS.map(({ name }) => name);
  expect(names.length).toBe(new Set(names).size);
});
