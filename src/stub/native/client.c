/* One call: the question, the answer, and what follows from it (src/shim/run.ts). */

#include "stub.h"

/* Each is multiplied by the caller's patience (src/shim/patience.ts). Longest silence after the question. */
static const i64 FIRST_SIGN_MS = 1000;

/* How long a daemon with too much to do is asked again. */
static const i64 BUSY_MS = 2000;

/* A daemon under suspicion has to show first, and quickly, that it is back. */
static const i64 BACK_MS = 10;

/* The strings of a vector lie one behind the other on the stack, as /proc shows them. False if somebody moved them. */
static int find_block(char **vector, struct slice *block) {
  const char *end = vector[0];
  block->at = (const u8 *)vector[0];
  for (; *vector; vector++) {
    if (*vector != end) return 0;
    end += text_length(end) + 1;
  }
  block->length = (u64)(end - (const char *)block->at);
  return 1;
}

static u64 terminal_columns(int fd) {
  u16 window[4] = {0, 0, 0, 0};
  return CALL3(ioctl, fd, TIOCGWINSZ, window) < 0 ? 0 : window[1];
}

static u32 read_umask(void) {
  u32 mask = (u32)CALL1(umask, 077);
  CALL1(umask, mask);
  return mask;
}

/* The length of a frame's payload, which is what all pieces but the first 4 bytes have. */
static int set_length(u8 *prefix, const struct iovec *pieces, int count) {
  u64 total = 0;
  for (int i = 0; i < count; i++) total += pieces[i].length;
  if (total - 4 > MAX_PAYLOAD) return 0;
  for (int i = 0; i < 4; i++) prefix[i] = (u8)((total - 4) >> 8 * i);
  return 1;
}

/* `spooled`: the file into which standard input has been copied, or nothing. */
static int send_invoke(struct wire *wire, const struct call *call, struct slice spooled, i64 deadline) {
  u64 cwd_bytes = text_length(call->cwd);
  u8 text[512];
  struct writer to = {text + 4, text + sizeof text, 0};
  put_head(&to, MAP, spooled.length ? 13 : 12);
  put_uint(&to, "v", STUB_PROTOCOL);
  put_uint(&to, "id", ++wire->id);
  put_text(&to, "type");
  put_text(&to, "Invoke");
  put_bytes_head(&to, "argv", call->argv_block.length);
  u8 *before_cwd = to.at;
  put_bytes_head(&to, "cwd", cwd_bytes);
  u8 *before_env = to.at;
  put_bytes_head(&to, "env", call->env_block.length);
  u8 *rest = to.at;
  put_uint(&to, "umask", read_umask());
  put_bool(&to, "stderr_tty", call->stderr_tty);
  put_uint(&to, "columns", call->stderr_tty ? terminal_columns(0) : 0);
  put_uint(&to, "stderr_columns", call->stderr_tty ? terminal_columns(2) : 0);
  put_bool(&to, "same_streams", call->same_streams);
  put_bool(&to, "can_exec", 1);
  if (spooled.length) put_bytes_head(&to, "stdin_file", spooled.length);
  struct iovec pieces[] = {
      {text, (u64)(before_cwd - text)},
      {call->argv_block.at, call->argv_block.length},
      {before_cwd, (u64)(before_env - before_cwd)},
      {call->cwd, cwd_bytes},
      {before_env, (u64)(rest - before_env)},
      {call->env_block.at, call->env_block.length},
      {rest, (u64)(to.at - rest)},
      {spooled.at, spooled.length},
  };
  return !to.overflow && set_length(text, pieces, 8) && send_pieces(wire, pieces, 8, deadline);
}

/* Asks once and waits. A daemon that is silent for too long falls under suspicion. */
static struct answer ask_once(struct wire *wire, const struct call *call, const struct places *where, struct slice spooled) {
  struct answer answer = {.kind = UNUSABLE};
  i64 patience = call->settings.patience, deadline = milliseconds_now() + FIRST_SIGN_MS * patience;
  if (!send_invoke(wire, call, spooled, deadline)) {
    if (milliseconds_now() >= deadline) suspect(where);
    return answer;
  }
  do {
    struct slice payload;
    enum received received = receive(wire, deadline, &payload);
    answer.kind = UNUSABLE;
    if (received == RECEIVED_NOTHING_IN_TIME) suspect(where);
    if (received != RECEIVED_FRAME) return answer;
    answer = read_answer(payload, wire->id);
    note_made(wire, &answer);
    if (answer.kind == WORKING) deadline = milliseconds_now() + NEXT_SIGN_MS * patience;
  } while (answer.kind == WORKING);
  return answer;
}

/* Asks, and again when a daemon says so that has too much to do; nothing else comes from it meanwhile. */
static struct answer ask(struct wire *wire, const struct call *call, const struct places *where, struct slice spooled) {
  i64 longest = BUSY_MS * call->settings.patience, until = milliseconds_now() + longest;
  for (;;) {
    struct slice payload;
    struct answer answer = ask_once(wire, call, where, spooled);
    if (answer.kind != BACKPRESSURE || answer.retry_after_ms > (u64)longest) return answer;
    i64 again = milliseconds_now() + (answer.retry_after_ms ? (i64)answer.retry_after_ms : 1);
    if (again > until || receive(wire, again, &payload) != RECEIVED_NOTHING_IN_TIME) return answer;
  }
}

static int is_back(struct wire *wire, const struct call *call, const struct places *where) {
  struct slice payload;
  i64 deadline = milliseconds_now() + BACK_MS * call->settings.patience;
  u8 text[64];
  struct writer to = {text + 4, text + sizeof text, 0};
  put_head(&to, MAP, 3);
  put_uint(&to, "v", STUB_PROTOCOL);
  put_uint(&to, "id", ++wire->id);
  put_text(&to, "type");
  put_text(&to, "Ping");
  struct iovec piece = {text, (u64)(to.at - text)};
  int back = set_length(text, &piece, 1) && send_pieces(wire, &piece, 1, deadline) &&
             receive(wire, deadline, &payload) == RECEIVED_FRAME && read_answer(payload, wire->id).kind == PONG;
  if (back) trust(where);
  return back;
}

static int leave_to_runtime(const struct call *call) {
  return can_start_runtime() ? FALL_THROUGH : run_alone(call);
}

static int lost_stdin(void) {
  static const char text[] = "zccache: cannot read standard input\n";
  write_fully(2, (struct slice){(const u8 *)text, sizeof text - 1});
  return 1;
}

/* The outputs are in place; what is left is what the tool said. */
static int deliver(const struct call *call, const struct answer *answer, struct wire *wire) {
  if (!write_fully(1, answer->stdout) || !write_fully(2, answer->stderr)) return run_instead(call, wire);
  return answer->exit_code & 0xff;
}

/* A tool that has gone, or was never there for us, is looked for again. */
static int bypass(const struct call *call, const struct tool *tool) {
  if (tool->path.length) become_tool(call, tool);
  else redirect_stdin(tool);
  return run_alone(call);
}

static int follow(const struct answer *answer, const struct call *call, struct wire *wire) {
  switch (answer->kind) {
    case DELIVERED:
      return deliver(call, answer, wire);
    case BYPASS:
      return bypass(call, &answer->tool);
    case EXEC:
      return run_for_daemon(call, answer, wire);
    default:
      return run_instead(call, wire);
  }
}

static int ask_and_follow(const struct call *call, struct wire *wire, const struct places *where, int suspected) {
  if (suspected && !is_back(wire, call, where)) return run_alone(call);
  struct answer answer = ask(wire, call, where, (struct slice){0, 0});
  if (answer.kind == NEED_STDIN) {
    enum spooled spooled = spool_stdin(answer.spool);
    if (spooled == LOST) return lost_stdin();
    if (spooled == NOT_SPOOLED) return run_alone(call);
    answer = ask(wire, call, where, answer.spool);
  }
  return follow(&answer, call, wire);
}

/* Does what the tool would have done, or becomes it. FALL_THROUGH if that is left to the runtime. */
int answer_call(struct call *call) {
  struct places where;
  struct wire wire;
  if (!read_settings(call, &call->settings) || call->settings.depth > 1) return FALL_THROUGH;
  if (!is_for_the_cache(call)) return run_alone(call);
  if (call->settings.broker) return leave_to_runtime(call);
  call->uid = (u32)CALL0(geteuid);
  if (!find_block(call->argv, &call->argv_block) || !find_block(call->envp, &call->env_block)) return leave_to_runtime(call);
  if (!find_places(call, &where)) return leave_to_runtime(call);
  int suspected = is_suspect(&where);
  enum dialled dialled = dial(&wire, &where, call->uid);
  if (dialled == CONNECTED) {
    int result = ask_and_follow(call, &wire, &where, suspected);
    hang_up(&wire);
    return result;
  }
  /* The runtime starts a daemon where there is none, unless that has just failed. */
  int hopeless = dialled == NOT_USABLE || suspected || (dialled == NOBODY && call->settings.no_spawn);
  return hopeless ? run_alone(call) : leave_to_runtime(call);
}
