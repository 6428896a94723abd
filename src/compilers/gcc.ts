// The gcc family. What each option means stands in tables/gcc.ts.

import type { Compiler } from "./compiler.ts";
import { driverCompiler } from "./driver.ts";
import { GCC_OPTIONS } from "./tables/gcc.ts";

// cc and c++ are clang on some systems, but the name alone decides here. What only clang takes is outside the table: it
// is refused, or, for an -f option, puts the whole command line and the working directory into the key.
const NAME = /^(?:cc|c\+\+|c89|c99|(?:[\w.+]+-){0,4}(?:gcc|g\+\+)(?:-\d+(?:\.\d+)*)?)$/;

/** gcc and g++ under all their names: plain, with a version, as cross compilers, and as Unix's c89 and c99. */
export const gcc: Compiler = driverCompiler({
  name: "gcc",
  recognises: (name) => NAME.test(name),
  options: GCC_OPTIONS,
});
