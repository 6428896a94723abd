/* Stands for the runtime behind the stub: tells how it was started, as far as its dynamic loader got that right. */

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  const char *options = getenv("BUN_OPTIONS"), *mark = getenv("MARK");
  printf("runtime:");
  for (int i = 1; i < argc; i++) printf(" %s", argv[i]);
  printf(" %s %s\n", options ? options : "-", mark ? mark : "-");
  return 9;
}
