// ends HOW FILE: a child reads the file and ends in a certain way.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  pid_t child = fork();
  if (child == 0) {
    open(argv[2], O_RDONLY);
    if (!strcmp(argv[1], "abort")) abort();
    if (!strcmp(argv[1], "SIGKILL")) kill(getpid(), SIGKILL);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}
