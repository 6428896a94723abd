// threads COUNT LOOKS: each thread looks for LOOKS names that are not there, while a timer's signal looks for another
// and children are forked.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int looks;

static void on_signal(int number) {
  (void)number;
  access("/signal", F_OK);
}

static void *work(void *data) {
  char name[64];
  struct stat facts;
  for (int i = 0; i < looks; i++) {
    snprintf(name, sizeof name, "no-%d-%d", (int)(long)data, i);
    stat(name, &facts);
    if (i % 2500 == 0) {
      pid_t child = fork();
      if (child == 0) _exit(0);
      while (waitpid(child, NULL, 0) < 0) continue;
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int count = atoi(argv[1]);
  looks = atoi(argv[2]);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {{0, 200}, {0, 200}};
  setitimer(ITIMER_REAL, &timer, NULL);
  pthread_t threads[64];
  for (long i = 0; i < count; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  raise(SIGALRM);
  return 0;
}
