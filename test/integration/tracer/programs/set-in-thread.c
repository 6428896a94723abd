// set-in-thread COMMAND: gives the command to system() and sets a variable while that runs, then shows which of the
// variables that are not its caller's it has.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static void *set(void *unused) {
  usleep(300000);
  setenv("SET_MEANWHILE", "1", 1);
  return unused;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  char command[1000];
  snprintf(command, sizeof command, "%s; sleep 1", arguments[1]);
  pthread_t thread;
  pthread_create(&thread, NULL, set, NULL);
  int status = system(command);
  pthread_join(thread, NULL);
  /* Where strings of a call that is over would be. */
  char trash[20000];
  memset(trash, 'x', sizeof trash);
  for (char **at = environ; *at; at++) {
    if (strncmp(*at, "ZCC_", 4) == 0 || strncmp(*at, "LD_PRELOAD", 10) == 0) puts(*at);
    if (strncmp(*at, "SET_", 4) == 0) printf("%.13s\n", *at);
  }
  return status + (trash[count] != 'x');
}
