/* One call: the question, the answer, and what follows from it (src/shim/run.ts). */

#include "stub.h"

enum { INVOKE_ID = 1 };

/* Longest silence after the question, and after a sign of life (src/shim/ask.ts). */
static const i64 FIRST_SIGN_MS = 1000, NEXT_SIGN_MS = 2000;

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

/* Major numbers of Linux' terminals, the same as in src/shim/invocation.ts. */
static int is_terminal(const struct statx *facts) {
  static const u8 majors[] = {4, 5, 136, 137, 138, 139, 140, 141, 142, 143, 166, 188, 204, 229};
  if ((facts->mode & S_IFMT) != S_IFCHR) return 0;
  for (u64 i = 0; i < sizeof majors; i++)
    if (facts->rdev_major == majors[i]) return 1;
  return 0;
}

static u64 terminal_columns(int fd) {
  u16 window[4] = {0, 0, 0, 0};
  return CALL3(ioctl, fd, TIOCGWINSZ, window) < 0 ? 0 : window[1];
}

static int look_at_streams(struct call *call) {
  struct statx out, err;
  int has_out = CALL5(statx, 1, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &out) == 0;
  int has_err = CALL5(statx, 2, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &err) == 0;
  call->same_streams = has_out && has_err && out.inode == err.inode && out.dev_major == err.dev_major &&
                       out.dev_minor == err.dev_minor;
  return has_err && is_terminal(&err);
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

static int send_invoke(struct wire *wire, struct call *call, i64 deadline) {
  char cwd[PATH_BYTES];
  i64 cwd_bytes = CALL2(getcwd, cwd, sizeof cwd);
  if (cwd_bytes < 2 || cwd[0] != '/') return 0;
  int terminal = look_at_streams(call);
  u8 text[512];
  struct writer to = {text + 4, text + sizeof text, 0};
  put_head(&to, 5, 11);
  put_uint(&to, "v", STUB_PROTOCOL);
  put_uint(&to, "id", INVOKE_ID);
  put_text(&to, "type");
  put_text(&to, "Invoke");
  put_bytes_head(&to, "argv", call->argv_block.length);
  u8 *before_cwd = to.at;
  put_bytes_head(&to, "cwd", (u64)cwd_bytes - 1);
  u8 *before_env = to.at;
  put_bytes_head(&to, "env", call->env_block.length);
  u8 *rest = to.at;
  put_uint(&to, "umask", read_umask());
  put_bool(&to, "stderr_tty", terminal);
  put_uint(&to, "columns", terminal ? terminal_columns(0) : 0);
  put_bool(&to, "same_streams", call->same_streams);
  put_bool(&to, "can_exec", 1);
  struct iovec pieces[] = {
      {text, (u64)(before_cwd - text)},
      {call->argv_block.at, call->argv_block.length},
      {before_cwd, (u64)(before_env - before_cwd)},
      {cwd, (u64)cwd_bytes - 1},
      {before_env, (u64)(rest - before_env)},
      {call->env_block.at, call->env_block.length},
      {rest, (u64)(to.at - rest)},
  };
  return !to.overflow && set_length(text, pieces, 7) && send_pieces(wire, pieces, 7, deadline);
}

/* Asks and waits. A daemon that is silent for too long falls under suspicion. */
static struct answer ask(struct wire *wire, struct call *call, const struct places *where) {
  struct answer answer = {.kind = UNUSABLE};
  i64 deadline = milliseconds_now() + FIRST_SIGN_MS;
  if (!send_invoke(wire, call, deadline)) return answer;
  do {
    struct slice payload;
    enum received received = receive(wire, deadline, &payload);
    answer.kind = UNUSABLE;
    if (received == RECEIVED_NOTHING_IN_TIME) suspect(where);
    if (received != RECEIVED_FRAME) return answer;
    answer = read_answer(payload, INVOKE_ID);
    deadline = milliseconds_now() + NEXT_SIGN_MS;
  } while (answer.kind == WORKING);
  return answer;
}

/* The outputs are in place; what is left is what the tool said. */
static int deliver(const struct answer *answer) {
  if (!write_fully(1, answer->stdout) || !write_fully(2, answer->stderr)) return FALL_THROUGH;
  return answer->exit_code & 0xff;
}

static int follow(const struct answer *answer, const struct call *call, struct wire *wire) {
  switch (answer->kind) {
    case DELIVERED:
      return deliver(answer);
    case BYPASS:
      return become_tool(call, answer);
    case EXEC:
      return run_for_daemon(call, answer, wire);
    default:
      return FALL_THROUGH;
  }
}

/* Does what the daemon says. FALL_THROUGH if that is nothing, or nothing for us. */
int answer_from_daemon(struct call *call) {
  struct places where;
  struct wire wire;
  call->uid = (u32)CALL0(geteuid);
  if (!find_block(call->argv, &call->argv_block) || !find_block(call->envp, &call->env_block)) return FALL_THROUGH;
  if (!find_places(call, &where) || is_suspect(&where) || !dial(&wire, &where, call->uid)) return FALL_THROUGH;
  struct answer answer = ask(&wire, call, &where);
  int result = follow(&answer, call, &wire);
  hang_up(&wire);
  return result;
}
