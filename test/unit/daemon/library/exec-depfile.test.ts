import { expect, test } from "bun:test";
import { parseDepfile } from "../../../../src/daemon/library/exec-depfile.ts";

test.each([
  ["a.o: a.c b.h\n", ["a.c", "b.h"]],
  ["a.o a.d : a.c\n", ["a.c"]],
  ["a.o: a.c \\\n  b.h \\\r\n\tc.h\n", ["a.c", "b.h", "c.h"]],
  ["a.o: a.c b.h\n\nb.h:\n", ["a.c", "b.h"]],
  ["a.o: my\\ file.h c\\#.h d$$e.h\n", ["my file.h", "c#.h", "d$e.h"]],
  ["a.o: C:/x/a.h b\\:c\n", ["C:/x/a.h", "b:c"]],
  ["# made by hand\na.o: a.c a.c", ["a.c"]],
  ["my\\ target: dir\\file.c\n", ["dir\\file.c"]],
  ["a.o:\n", []],
])("parseDepfile() reads %j", (text, names) => {
  expect(parseDepfile(text)).toEqual(names);
});

test.each([
  "",
  "\n# nothing\n",
  "nonsense\n",
  "a.o: a.c\n\tcc -c a.c\n",
  "a.o: $(SOURCES)\n",
  ": a.c\n",
  "a.o: b.c\nrest\n",
])("parseDepfile() takes %j for none", (text) => {
  expect(parseDepfile(text)).toBeUndefined();
});
