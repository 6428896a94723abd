// Small programs that become the real compilers and sub-programs with one more option, so that an exchange shows.

// driver-N and the like are of one size. A program of another name would be another kind of compiler.
export const MAKE = `
cat >become.c <<'END'
#include <string.h>
#include <unistd.h>
int main(int count, char **old) {
  char *arguments[count + 2];
  memcpy(arguments, old, count * sizeof *old);
  arguments[0] = REAL, arguments[count] = MORE, arguments[count + 1] = 0;
  return execv(REAL, arguments), 127;
}
END
cat >plugin.c <<'END'
#include <stdio.h>
int plugin_is_GPL_compatible;
int plugin_init(void *info, void *version) { return fputs("plugin " WHICH "\\n", stderr), 0; }
struct Info { unsigned api; const char *name, *version; void (*callbacks)(void *); };
static void nothing(void *builder) {}
__attribute__((visibility("default"))) struct Info llvmGetPassPluginInfo(void) {
  fputs("pass " WHICH "\\n", stderr);
  return (struct Info){ 1, "p", "1", nothing };
}
__attribute__((constructor)) static void loaded(void) { fputs("loaded " WHICH "\\n", stderr); }
END
become() { gcc -O1 -DREAL="\\"$2\\"" -DMORE="\\"$3\\"" become.c -o $1; }
for which in 1 2; do
  become gcc-$which $(command -v gcc) -DWHICH=$which
  become clang-$which $(command -v clang) -DWHICH=$which
  become cc1-$which $(gcc -print-prog-name=cc1) -DWHICH=$which
  become as-$which $(command -v as) --defsym=which=$which
  gcc -shared -fPIC -DWHICH="\\"$which\\"" plugin.c -o plugin-$which.so
  mkdir part-$which
  gcc -shared -fPIC -DWHICH="\\"part $which\\"" plugin.c -o part-$which/part.so
done
echo 'int plugin_is_GPL_compatible; int plugin_init(void *info, void *version) { return 0; }' >whole.c
gcc -shared -fPIC whole.c -Wl,--no-as-needed part-1/part.so -o whole.so
touch -d 2001-01-01 * part-*/*
`;

export const TREE = `
mkdir bin one two
printf '#ifndef WHICH\\n#define WHICH 0\\n#endif\\nint value = WHICH;\\n' >a.c
`;
export const C = "-c a.c -o out/a.o";

/** Exchanges a file for another of the same size and times. */
export const swap = (name: string, by: string): string => `cat $MADE/${by} >${name}; touch -d 2001-01-01 ${name}`;
export const put = (name: string, by: string): string => `cp -p $MADE/${by} ${name}`;
