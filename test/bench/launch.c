/*
 * Times a command from outside, with less noise than an interpreter that starts processes would add:
 *
 *     launch JOBS COUNT PROGRAM ARGUMENT...
 *
 * runs it COUNT times, JOBS at a time, streams to /dev/null, and prints a line for each run, `<wall ns> <cpu us>
 * <peak KiB>` (the CPU time and the peak memory of the process and of those it waited for), and at the end a line with
 * the nanoseconds from the first start to the last end. Ends with 1 as soon as a run does not end with 0.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 64 };

extern char **environ;

static struct {
  pid_t pid;
  long long began;
} running[MOST_JOBS];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void start(int slot, char **command) {
  static posix_spawn_file_actions_t actions;
  static int prepared;
  if (!prepared) {
    posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; fd++)
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
    prepared = 1;
  }
  running[slot].began = now();
  if (posix_spawnp(&running[slot].pid, command[0], &actions, NULL, command, environ) != 0) {
    perror(command[0]);
    exit(1);
  }
}

/* Waits for one run, reports it, and returns its slot. */
static int finish(int jobs) {
  struct rusage used;
  int status;
  pid_t pid = wait4(-1, &status, 0, &used);
  long long ended = now();
  int slot = 0;
  if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "launch: a run ended with status %d\n", status);
    exit(1);
  }
  while (slot < jobs && running[slot].pid != pid) slot++;
  printf("%lld %lld %ld\n", ended - running[slot].began,
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec + used.ru_stime.tv_usec,
         used.ru_maxrss);
  return slot;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int jobs = atoi(argv[1]);
  int count = atoi(argv[2]);
  if (jobs < 1 || jobs > MOST_JOBS || count < jobs) return 2;
  long long began = now();
  for (int slot = 0; slot < jobs; slot++) start(slot, argv + 3);
  for (int left = count - jobs; left > 0; left--) start(finish(jobs), argv + 3);
  for (int slot = 0; slot < jobs; slot++) finish(jobs);
  printf("%lld\n", now() - began);
  return 0;
}
