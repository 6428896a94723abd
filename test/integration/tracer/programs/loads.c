// loads LIBRARY HOW: calls plugin() of a library and ends with its answer, with or without destructors.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  int (*plugin)(void) = (int (*)(void))dlsym(library, "plugin");
  int answer = plugin();
  if (!strcmp(argv[2], "_exit")) _exit(answer);
  return answer;
}
