/*
 * The guard. Executed without arguments, this file waits for the end of the daemon and kills what that was running then:
 * a daemon that was killed itself can't, and who ordered those runs orders them again or goes on without.
 *
 *   input ::= (group:i32)*      from the daemon, in its byte order: a process group that begins, or, negated, has ended
 *
 * A group is told to have ended before its number can be another's. As for the witness, there is no loader: see there.
 */
#include "record.h"

#if defined(__x86_64__)
enum { SYS_read = 0, SYS_kill = 62 };
#else
enum { SYS_read = 63, SYS_kill = 129 };
#endif

enum { SIGKILL = 9, EINTR = 4, MOST_GROUPS = 1024 /* twice the calls that a daemon serves at once */ };

static int position_of(int group, const int *groups, int count) {
  for (int i = 0; i < count; i++)
    if (groups[i] == group) return i;
  return count;
}

static int heed(int word, int *groups, int count) {
  int at = position_of(word < 0 ? -word : word, groups, count);
  if (word > 1 && at == count && count < MOST_GROUPS) groups[count++] = word;
  if (word < 0 && at < count) groups[at] = groups[--count];
  return count;
}

__attribute__((visibility("hidden"), noreturn)) void guard_main(void) {
  int groups[MOST_GROUPS], count = 0;
  union {
    char bytes[512];
    int words[512 / sizeof(int)];
  } input;
  for (long have = 0;;) {
    long read = RAW3(SYS_read, 0, input.bytes + have, sizeof input - have);
    if (read == -EINTR) continue;
    if (read <= 0) break;
    have += read;
    long whole = have / (long)sizeof(int);
    for (long i = 0; i < whole; i++) count = heed(input.words[i], groups, count);
    text_copy(input.bytes, input.bytes + whole * sizeof(int), have -= whole * sizeof(int));
  }
  while (count > 0) RAW2(SYS_kill, -groups[--count], SIGKILL);
  for (;;) RAW1(SYS_exit_group, 0);
}
