/*
 * Times a command from outside, with less noise than an interpreter that starts processes would add:
 *
 *     launch JOBS COUNT PROGRAM ARGUMENT...
 *
 * runs it COUNT times, JOBS at a time, streams to /dev/null, and prints a line for each run, `<wall ns> <cpu us>
 * <peak KiB>` (the CPU time and the peak memory of the process and of those it waited for), and at the end a line with
 * the nanoseconds from the first start to the last end. Ends with 1 as soon as a run does not end with 0.
 *
 * In an argument `{slot}` stands for the number of the job, below JOBS, or `{run}` for that of the run, six digits.
 * The files that -o and -MF name are removed before each run, as the clean before a build does.
 *
 * Linked statically: the kernel counts the peak of the process that starts another one as the peak of both.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 64, LONGEST = 4096 };

extern char **environ;

static struct {
  pid_t pid;
  long long began;
} running[MOST_JOBS];

static int runs_begun;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* The argument with its first stand-in replaced; a new string. */
static char *filled_in(const char *argument, int slot) {
  char text[LONGEST];
  const char *at = strstr(argument, "{slot}");
  const char *format = "%.*s%d%s";
  int number = slot;
  size_t length = sizeof "{slot}" - 1;
  if (!at) {
    at = strstr(argument, "{run}");
    format = "%.*s%06d%s";
    number = runs_begun;
    length = sizeof "{run}" - 1;
  }
  if (!at) return strdup(argument);
  if (snprintf(text, sizeof text, format, (int)(at - argument), argument, number, at + length) >= LONGEST) exit(2);
  return strdup(text);
}

static char **command_of(int slot, int argc, char **argv) {
  char **command = calloc(argc + 1, sizeof *command);
  if (!command) exit(1);
  for (int i = 0; i < argc; i++) command[i] = filled_in(argv[i], slot);
  for (int i = 0; i + 1 < argc; i++)
    if (strcmp(command[i], "-o") == 0 || strcmp(command[i], "-MF") == 0) unlink(command[i + 1]);
  return command;
}

static void release(char **command) {
  for (char **argument = command; *argument; argument++) free(*argument);
  free(command);
}

static void start(int slot, int argc, char **argv) {
  static posix_spawn_file_actions_t actions;
  static int prepared;
  char **command = command_of(slot, argc, argv);
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
  runs_begun++;
  release(command);
}

/* Waits for one run, reports it, and returns its slot. */
static int finish(int jobs) {
  struct rusage used;
  int status;
  pid_t pid = wait4(-1, &status, 0, &used);
  long long ended = now();
  int slot = 0;
  if (pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "%s %d of a run\n", WIFEXITED(status) ? "exit code" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
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
  argc -= 3;
  argv += 3;
  long long began = now();
  for (int slot = 0; slot < jobs; slot++) start(slot, argc, argv);
  for (int left = count - jobs; left > 0; left--) start(finish(jobs), argc, argv);
  for (int slot = 0; slot < jobs; slot++) finish(jobs);
  printf("%lld\n", now() - began);
  return 0;
}
