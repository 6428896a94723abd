/* Writing to the caller's streams, all of it, as src/shim/streams.ts does. */

#include "stub.h"

/*
 * False if it can't be written for another reason than that nobody reads any more, which is no error: the tool would
 * have had no reader either. A reader that has gone must not kill us (SIGPIPE): then our exit code would not be the tool's.
 */
static int write_all(int fd, struct slice bytes) {
  while (bytes.length) {
    i64 written = CALL3(write, fd, bytes.at, bytes.length);
    if (written == -EPIPE || written == -EBADF || written == -ECONNRESET) return 1;
    if (written == -EAGAIN) {
      struct pollfd request = {fd, POLLOUT, 0};
      CALL3(poll, &request, 1, 1000);
      continue;
    }
    if (written == -EINTR) continue;
    if (written < 0) return 0;
    bytes.at += written;
    bytes.length -= (u64)written;
  }
  return 1;
}

int write_fully(int fd, struct slice bytes) {
  if (bytes.length == 0) return 1;
  struct kernel_sigaction ignore = {.handler = 1}, before;
  CALL4(rt_sigaction, SIGPIPE, &ignore, &before, 8);
  int written = write_all(fd, bytes);
  CALL4(rt_sigaction, SIGPIPE, &before, 0, 8);
  return written;
}
