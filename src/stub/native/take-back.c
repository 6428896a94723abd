/*
 * What a daemon that went away, or may have, has put into place for a tool that must not find it
 * (src/shim/take-back.ts, src/shim/ask.ts).
 */

#include "stub.h"

static void keep(char into[PATH_BYTES], struct slice path) {
  memcpy(into, path.at, path.length);
  into[path.length] = 0;
}

/* Notes what an answer says of it: a daemon that has us run the tool has made nothing. */
void note_made(struct wire *wire, const struct answer *answer) {
  if (answer->kind == EXEC || answer->kind == BYPASS) wire->made.place[0] = 0;
  if (answer->kind != WORKING || answer->making.length == 0) return;
  keep(wire->made.staged, answer->staged);
  keep(wire->made.place, answer->making);
}

/* From now on the daemon knows that we have left. What it had sent until then says what it makes. */
static void leave(struct wire *wire) {
  struct slice payload;
  CALL2(shutdown, wire->fd, SHUT_RDWR);
  while (receive(wire, milliseconds_now(), &payload) == RECEIVED_FRAME) {
    struct answer answer = read_answer(payload, wire->id);
    note_made(wire, &answer);
  }
}

static int removed(const char *path) {
  i64 result = CALL3(unlinkat, AT_FDCWD, path, 0);
  return result == 0 || result == -ENOENT || result == -ENOTDIR;
}

static int fail(const char *path) {
  static const char before[] = "zccache: cannot remove the unfinished \"", after[] = "\"\n";
  write_fully(2, (struct slice){(const u8 *)before, sizeof before - 1});
  write_fully(2, (struct slice){(const u8 *)path, text_length(path)});
  write_fully(2, (struct slice){(const u8 *)after, sizeof after - 1});
  return 1;
}

/*
 * Gives the daemon up and runs the tool, which is to find what it would have found without one. The staged file goes
 * first: a daemon that was only stopped, and goes on now, has nothing to put into place any more.
 */
int run_instead(const struct call *call, struct wire *wire) {
  const struct made *made = &wire->made;
  leave(wire);
  if (made->place[0] && !(removed(made->staged) && removed(made->place))) return fail(made->place);
  return run_alone(call);
}
