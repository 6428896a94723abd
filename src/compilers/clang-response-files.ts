// Response files as clang reads them: like gcc's, but for a few bytes (llvm::cl::TokenizeGNUCommandLine).

import type { Refusal } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
import { expandResponseFiles } from "./response-files.ts";

// A byte order mark makes clang convert or skip it; NUL, \v and \f are blanks to one of the two compilers only.
const READ_DIFFERENTLY = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)|[\0\v\f]/;

/** Replaces every `@file` by its arguments. @returns `bad-response-file` where clang might read it differently. */
export function expandForClang(args: readonly RawText[], { read }: Surroundings): readonly RawText[] | Refusal {
  return expandResponseFiles(args, {
    read: (path) => {
      const content = read(path);
      return content === undefined || READ_DIFFERENTLY.test(content) ? undefined : content;
    },
  });
}
