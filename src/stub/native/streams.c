/* Writing to the caller's streams, all of it, as src/shim/streams.ts does. */

#include "stub.h"

/*
 * False if it can't be written for another reason than that nobody reads any more. Then we die by SIGPIPE, as a tool
 * would; where the caller ignores that signal, it goes unnoticed, as with a compiler's messages.
 */
int write_fully(int fd, struct slice bytes) {
  while (bytes.length) {
    i64 written = CALL3(write, fd, bytes.at, bytes.length);
    if (written == -EPIPE || written == -EBADF || written == -ECONNRESET) return 1;
    if (written == -EAGAIN) {
      struct pollfd request = {fd, POLLOUT, 0};
      poll_one(&request, 1000);
      continue;
    }
    if (written == -EINTR) continue;
    if (written < 0) return 0;
    bytes.at += written;
    bytes.length -= (u64)written;
  }
  return 1;
}
