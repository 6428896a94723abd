/*
 * Stands in for one sub-program of gcc (cc1, as, ld ...) and counts its starts from outside of any cache: appends one
 * byte to COUNT_LOG, then becomes REAL_TOOL. Both are absolute paths fixed when it is compiled (counting.ts).
 *
 * The count is written by bare system calls, because an access tracer that is preloaded into this process would see
 * calls through libc and take the log for an output of the compile. For the same reason nothing is read from the
 * environment. With -DUNDER_ITS_PATH the real tool is called by its path: binutils look for their plugins beside the
 * program that they are called as. The program must stay dynamically linked: a static one could not be traced at all.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the system calls below are those of x86-64"
#endif

static long bare(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

/* A trial of the tool by zccache (src/tracer/trial.ts) is none of the build's starts, and its witness would see the count. */
static int is_trial(char **environment) {
  for (; *environment; environment++)
    if (strncmp(*environment, "TMPDIR=", 7) == 0 && strstr(*environment, "/trial-")) return 1;
  return 0;
}

/* Exit codes that no compiler gives, so that a lost count cannot pass for a hit. */
enum { CANNOT_COUNT = 126, CANNOT_START = 127 };

static int count(void) {
  long fd = bare(SYS_open, (long)COUNT_LOG, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int counted = fd >= 0 && bare(SYS_write, fd, (long)".", 1) == 1;
  bare(SYS_close, fd, 0, 0);
  return counted;
}

int main(int argc, char **argv, char **environment) {
  (void)argc;
  if (!is_trial(environment) && !count()) return CANNOT_COUNT;
#ifdef UNDER_ITS_PATH
  argv[0] = (char *)REAL_TOOL; /* gcc finds its parts by it */
#endif
  execv(REAL_TOOL, argv);
  return CANNOT_START;
}
