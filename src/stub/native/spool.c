/* Standard input as source: read once, kept for a tool of our own, copied to where the daemon wants it. */

#include "stub.h"

enum { PIECE_BYTES = 1 << 16, MOST_AT_ONCE = 1 << 30 };

/*
 * Only where a copy looks the same to its reader: compilers expect of a file that it is as long as it says, which one
 * that is read from its middle is not, and refuse directories and block devices.
 */
static int can_be_copied(void) {
  struct statx facts;
  if (CALL5(statx, 0, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) != 0) return 0;
  int kind = facts.mode & S_IFMT;
  if (kind == S_IFREG) return CALL3(lseek, 0, 0, SEEK_CUR) == 0;
  return kind == S_IFIFO || kind == S_IFSOCK || kind == S_IFCHR;
}

static int wait_for_input(void) {
  struct pollfd request = {0, POLLIN, 0};
  return poll_one(&request, 1000) >= 0;
}

/* Writes to a memory file; false if there is no more memory. */
static int keep(int memory, struct slice bytes) {
  while (bytes.length) {
    i64 written = CALL3(write, memory, bytes.at, bytes.length);
    if (written == -EINTR) continue;
    if (written <= 0) return 0;
    bytes.at += written;
    bytes.length -= (u64)written;
  }
  return 1;
}

static enum spooled read_all(int memory, u8 *piece) {
  for (u64 total = 0;;) {
    i64 got = CALL3(read, 0, piece, PIECE_BYTES);
    if (got == 0) return SPOOLED;
    if (got == -EINTR || (got == -EAGAIN && wait_for_input())) continue;
    if (got < 0) return total ? LOST : NOT_SPOOLED;
    if (!keep(memory, (struct slice){piece, (u64)got})) return LOST;
    total += (u64)got;
  }
}

/* For our user only; a file that is there already is nobody's that we know. */
static int copy_to(int memory, struct slice path) {
  char name[PATH_BYTES];
  memcpy(name, path.at, path.length);
  name[path.length] = 0;
  int to = (int)open_file(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (to < 0) return 0;
  i64 offset = 0, sent;
  do sent = CALL4(sendfile, to, memory, &offset, MOST_AT_ONCE); while (sent > 0 || sent == -EINTR);
  CALL1(close, to);
  return sent == 0;
}

/*
 * Reads standard input to its end; from then on descriptor 0 is the copy, at its start, whatever becomes of the daemon's.
 * NOT_SPOOLED: nothing has been read, or the daemon can't have it. LOST: a part of it can't be had any more.
 */
enum spooled spool_stdin(struct slice path) {
  if (!can_be_copied()) return NOT_SPOOLED;
  int memory = (int)CALL2(memfd_create, "zccache-stdin", MFD_CLOEXEC);
  u8 *piece = map_memory(PIECE_BYTES);
  enum spooled result = memory < 0 || !piece ? NOT_SPOOLED : read_all(memory, piece);
  if (result == SPOOLED) {
    CALL3(lseek, memory, 0, SEEK_SET);
    if (CALL3(dup3, memory, 0, 0) != 0) result = LOST;
    else if (!copy_to(memory, path)) result = NOT_SPOOLED;
  }
  if (memory >= 0) CALL1(close, memory);
  if (piece) unmap_memory(piece, PIECE_BYTES);
  return result;
}
