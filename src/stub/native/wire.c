/*
 * The connection to the daemon: frames of a 32-bit little-endian length and a payload (src/ipc/frame-reader.ts).
 * The socket never blocks; poll(2) does, until a deadline.
 */

#include "stub.h"

enum { PREFIX_BYTES = 4 };

/* Connects, and makes sure that it is our own user who listens. Nothing has been sent yet. */
enum dialled dial(struct wire *wire, const struct places *where, u32 uid) {
  struct { u16 family; char path[108]; } address = {.family = AF_UNIX};
  memcpy(address.path, where->endpoint, text_length(where->endpoint));
  wire->id = wire->start = wire->end = 0;
  wire->bytes = wire->first;
  wire->room = sizeof wire->first;
  wire->made.staged[0] = wire->made.place[0] = 0;
  wire->fd = (int)CALL3(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (wire->fd < 0) return NOT_USABLE;
  struct credentials peer = {0, ~0U, ~0U};
  u32 size = sizeof peer;
  i64 result = CALL3(connect, wire->fd, &address, sizeof address);
  if (result == 0) result = CALL5(getsockopt, wire->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  if (result == 0 && peer.uid == uid) return CONNECTED;
  hang_up(wire);
  return result == -ENOENT || result == -ECONNREFUSED ? NOBODY : result == -EAGAIN ? BUSY : NOT_USABLE;
}

void hang_up(struct wire *wire) {
  CALL1(close, wire->fd);
  if (wire->bytes != wire->first) unmap_memory(wire->bytes, wire->room);
  wire->bytes = wire->first;
  wire->fd = -1;
}

/* Waits for an event; false once the time is over and there is none. We may have been stopped meanwhile. */
static int ready(int fd, u16 events, i64 deadline) {
  for (;;) {
    i64 left = deadline - milliseconds_now();
    struct pollfd request = {fd, events, 0};
    i64 result = poll_one(&request, left > 0 ? left : 0);
    if (result > 0) return 1;
    if (left <= 0 || (result < 0 && result != -EINTR)) return 0;
  }
}

/* Sends all pieces, which it changes on the way. False if the daemon has gone or takes nothing until the deadline. */
int send_pieces(struct wire *wire, struct iovec *pieces, int count, i64 deadline) {
  while (count > 0) {
    struct msghdr message = {.pieces = pieces, .count = (u64)count};
    i64 sent = CALL3(sendmsg, wire->fd, &message, MSG_NOSIGNAL);
    if (sent == -EAGAIN && ready(wire->fd, POLLOUT, deadline)) continue;
    if (sent == -EINTR) continue;
    if (sent < 0) return 0;
    for (; count > 0 && (u64)sent >= pieces->length; pieces++, count--) sent -= (i64)pieces->length;
    if (count > 0) {
      pieces->base = (const u8 *)pieces->base + sent;
      pieces->length -= (u64)sent;
    }
  }
  return 1;
}

/* Makes room for a frame of this size in front of everything else. */
static int make_room(struct wire *wire, u64 size) {
  u64 held = wire->end - wire->start;
  if (wire->start + size <= wire->room) return 1;
  if (size <= wire->room) {
    for (u64 i = 0; i < held; i++) wire->bytes[i] = wire->bytes[wire->start + i];
  } else {
    u8 *larger = map_memory(size);
    if (!larger) return 0;
    memcpy(larger, wire->bytes + wire->start, held);
    if (wire->bytes != wire->first) unmap_memory(wire->bytes, wire->room);
    wire->bytes = larger;
    wire->room = size;
  }
  wire->start = 0;
  wire->end = held;
  return 1;
}

/* The next payload, valid until the next call. */
enum received receive(struct wire *wire, i64 deadline, struct slice *payload) {
  u64 wanted = PREFIX_BYTES;
  for (;;) {
    u64 held = wire->end - wire->start;
    if (held >= PREFIX_BYTES) {
      const u8 *at = wire->bytes + wire->start;
      u64 length = at[0] | at[1] << 8 | at[2] << 16 | (u64)at[3] << 24;
      if (length == 0 || length > MAX_PAYLOAD) return RECEIVED_END;
      wanted = PREFIX_BYTES + length;
      if (held >= wanted) {
        *payload = (struct slice){at + PREFIX_BYTES, length};
        wire->start += wanted;
        return RECEIVED_FRAME;
      }
    }
    if (!make_room(wire, wanted)) return RECEIVED_END;
    if (!ready(wire->fd, POLLIN, deadline)) return RECEIVED_NOTHING_IN_TIME;
    i64 got = CALL3(read, wire->fd, wire->bytes + wire->end, wire->room - wire->end);
    if (got == 0 || (got < 0 && got != -EAGAIN && got != -EINTR)) return RECEIVED_END;
    if (got > 0) wire->end += (u64)got;
  }
}
