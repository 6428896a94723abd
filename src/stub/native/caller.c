/*
 * What is special about the caller: its streams, limits and working directory. Where a result from the cache could not
 * have the effect that the tool has, the tool is run as it is, and nobody is asked (src/shim/caller.ts).
 */

#include "stub.h"

/*
 * Streams: one that is closed makes a tool fail or not, and its number goes to the first file that the tool opens; one
 * that nobody reads ends it. A regular file, a terminal or /dev/null is never in one of these states.
 */
static int streams_are_usual(void) {
  struct pollfd streams[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  struct timespec now = {0, 0};
  if (CALL5(ppoll, streams, 3, &now, 0, 8) < 0) return 0;
  int unread = (streams[1].revents | streams[2].revents) & (POLLERR | POLLHUP);
  return !unread && !((streams[0].revents | streams[1].revents | streams[2].revents) & POLLNVAL);
}

static u64 soft_limit(int resource) {
  struct limit limit = {0, 0};
  return CALL4(prlimit64, 0, resource, 0, &limit) == 0 ? limit.soft : ~0UL;
}

/* Also false where the path is too long to be had, or outside of our root. */
static int read_cwd(char *cwd) {
  i64 length = CALL2(getcwd, cwd, PATH_BYTES);
  if (length > 1 && cwd[0] == '/') return 1;
  join(cwd, PATH_BYTES, (const char *const[]){"/proc/self/cwd", 0});
  return 0;
}

/* Major numbers of Linux' terminals, the same as in src/shim/invocation.ts. */
static int is_terminal(const struct statx *facts) {
  static const u8 majors[] = {4, 5, 136, 137, 138, 139, 140, 141, 142, 143, 166, 188, 204, 229};
  if ((facts->mode & S_IFMT) != S_IFCHR) return 0;
  for (u64 i = 0; i < sizeof majors; i++)
    if (facts->rdev_major == majors[i]) return 1;
  return 0;
}

static void look_at_output(struct call *call) {
  struct statx out, err;
  int known = CALL5(statx, 1, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &out) == 0 &&
              CALL5(statx, 2, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &err) == 0;
  call->stderr_tty = known && is_terminal(&err);
  call->same_streams =
      known && out.inode == err.inode && out.dev_major == err.dev_major && out.dev_minor == err.dev_minor;
}

/* Fills in what the daemon is told of the caller. False if the tool must be run as it is. */
int is_for_the_cache(struct call *call) {
  int has_cwd = read_cwd(call->cwd);
  if (call->settings.disable || call->settings.depth > 0 || !has_cwd) return 0;
  /* What the daemon writes for us would not be held to our limit. */
  if (!streams_are_usual() || soft_limit(RLIMIT_FSIZE) != ~0UL) return 0;
  look_at_output(call);
  return 1;
}

/*
 * False where the runtime would end before it could do anything, or a daemon started from here would inherit a limit that
 * ends it one day. It needs 1 to 4 GB of addresses, 7 descriptors, 4 threads and 256 KB of stack; there is room to spare.
 */
int can_start_runtime(void) {
  struct statx self;
  if (CALL5(statx, AT_FDCWD, "/proc/self/exe", 0, STATX_BASIC_STATS, &self) != 0) return 0;
  return soft_limit(RLIMIT_AS) == ~0UL && soft_limit(RLIMIT_DATA) == ~0UL && soft_limit(RLIMIT_CPU) == ~0UL &&
         soft_limit(RLIMIT_NOFILE) >= 64 && soft_limit(RLIMIT_STACK) >= 512 << 10 && soft_limit(RLIMIT_NPROC) >= 256;
}
