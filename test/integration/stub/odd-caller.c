// Runs a program with an environment that no shell can make, in front of its own: the same name twice, members without
// a name, without "=" and without anything.
//
//   odd-caller PROGRAM [ARG…]          argv[0] of the program is `gcc`

#include <stdlib.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  static char *const odd[] = {"TWICE=1", "TWICE=2", "=nameless", "no value", "", "BYTES=\xff\xfe\x01"};
  enum { ODD = sizeof odd / sizeof *odd };
  int own = 0;
  while (environ[own]) own++;
  char **env = calloc(ODD + own + 1, sizeof *env);
  if (!env || argc < 2) return 2;
  for (int i = 0; i < ODD; i++) env[i] = odd[i];
  for (int i = 0; i < own; i++) env[ODD + i] = environ[i];
  char *program = argv[1];
  argv[1] = "gcc";
  execve(program, argv + 1, env);
  return 127;
}
