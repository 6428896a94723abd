// start HOW PROGRAM [ARGUMENT...]: runs a program in a certain way, with an empty environment where HOW allows one, and
// passes its exit code on.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char *const nothing[] = {NULL};

static void become(const char *how, char **argv) {
  if (!strcmp(how, "vfork")) execve(argv[0], argv, nothing);
  if (!strcmp(how, "execle")) execle(argv[0], argv[0], argv[1], (char *)NULL, nothing);
  if (!strcmp(how, "fexecve")) fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), argv, nothing);
  if (!strcmp(how, "syscall")) syscall(SYS_execve, argv[0], argv, nothing);
  if (!strcmp(how, "execvp")) execvp(argv[0], argv);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *how = argv[1];
  pid_t child = -1;
  int error = 0;
  if (!strcmp(how, "spawn")) {
    error = posix_spawn(&child, argv[2], NULL, NULL, argv + 2, nothing);
  } else if (!strcmp(how, "spawnp")) {
    error = posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, nothing);
  } else {
    child = vfork();
    if (child == 0) {
      become(how, argv + 2);
      _exit(errno == ENOENT ? 127 : 126);
    }
  }
  if (error) return 100 + error;
  int status;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
