/*
 * A miss: this process runs the tool for the daemon, passes its output on and reports (src/shim/run-for-daemon.ts,
 * src/shim/child.ts). A tool that can't be started this way is run as it is.
 */

#include "stub.h"

enum { MAX_REPORTED_BYTES = 8 << 20 };

/* Signals sent to us alone reach the tool, if it is still there after this time: a terminal signals both. */
static const i64 FORWARD_AFTER_MS = 100;

/*
 * What a tool says that runs for longer than the first of these is passed on while it runs: cargo starts what needs a
 * crate as soon as rustc says that its metadata is there.
 */
static const i64 FOLLOW_AFTER_MS = 50, FOLLOW_MS = 10;

#define BIT(signal) (1UL << ((signal) - 1))
static const u8 FORWARDED[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/* How much of a stream has been passed on, and whether that went well so far. */
struct passed { u64 bytes; int failed; };

/*
 * Memory files in place of the streams, the same one twice where the caller's are one file, and their content. `unmapped`
 * if that could not be mapped: then it is passed on piece by piece and not reported.
 */
struct capture { int out, err, unmapped; struct slice out_bytes, err_bytes; struct passed passed_out, passed_err; };

static int memory_file(const char *name) {
  return (int)CALL2(memfd_create, name, MFD_CLOEXEC);
}

static void close_capture(const struct capture *capture) {
  if (capture->out >= 0) CALL1(close, capture->out);
  if (capture->err >= 0 && capture->err != capture->out) CALL1(close, capture->err);
}

static int open_capture(const struct call *call, struct capture *capture) {
  capture->out = memory_file("zccache-stdout");
  capture->err = call->same_streams ? capture->out : memory_file("zccache-stderr");
  if (capture->out > 2 && capture->err > 2) return 1;
  close_capture(capture);
  return 0;
}

static u64 handler_of(int signal) {
  struct kernel_sigaction action = {0, 0, 0, 0};
  CALL4(rt_sigaction, signal, 0, &action, 8);
  return action.handler;
}

/* Blocks the signals that are to be handed on, which then wait for us; ignored and blocked ones stay as they are. */
static u64 hold_signals(u64 *before) {
  u64 held = BIT(SIGCHLD);
  for (u64 i = 0; i < sizeof FORWARDED; i++)
    if (handler_of(FORWARDED[i]) != 1) held |= BIT(FORWARDED[i]);
  CALL4(rt_sigprocmask, SIG_BLOCK, &held, before, 8);
  return held & ~(*before & ~BIT(SIGCHLD));
}

static i64 wait_for_signal(u64 signals, i64 milliseconds) {
  struct timespec within = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  return CALL4(rt_sigtimedwait, &signals, 0, &within, 8);
}

/* Passes on what has come since the last time. */
static void pass_on_rest(int from, int to, struct passed *passed) {
  u8 piece[4096];
  while (!passed->failed) {
    i64 got = CALL4(pread64, from, piece, sizeof piece, passed->bytes);
    if (got == 0) return;
    passed->failed = got < 0 || !write_fully(to, (struct slice){piece, (u64)got});
    if (got > 0) passed->bytes += (u64)got;
  }
}

static void follow(struct capture *capture) {
  pass_on_rest(capture->out, 1, &capture->passed_out);
  if (capture->err != capture->out) pass_on_rest(capture->err, 2, &capture->passed_err);
}

/* Waits for the child's end and hands signals on. Its status as of wait4(2), or -1 if it can't be had. */
static i32 watch_child(i64 pid, u64 held, struct capture *capture) {
  i64 due[SIGTERM + 1] = {0}, follow_from = milliseconds_now() + FOLLOW_AFTER_MS;
  for (;;) {
    i32 status = -1;
    i64 ended = CALL4(wait4, pid, &status, WNOHANG, 0);
    if (ended == pid) return status;
    if (ended < 0 && ended != -EINTR) return -1;
    i64 now = milliseconds_now(), within = FOLLOW_AFTER_MS;
    if (now >= follow_from) {
      follow(capture);
      within = FOLLOW_MS;
    }
    for (u64 i = 0; i < sizeof FORWARDED; i++) {
      i64 *at = &due[FORWARDED[i]];
      if (*at && *at <= now) {
        CALL2(kill, pid, FORWARDED[i]);
        *at = 0;
      } else if (*at && *at - now < within) within = *at - now;
    }
    i64 signal = wait_for_signal(held, within);
    if (signal > 0 && signal <= SIGTERM && !due[signal]) due[signal] = milliseconds_now() + FORWARD_AFTER_MS;
  }
}

/* Signals that came while the tool ended are not for us: they were sent to end what has ended. */
static void let_signals_go(u64 held, u64 before) {
  while (wait_for_signal(held, 0) > 0) {}
  CALL4(rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
}

/* In the child. `failure` is memory that the parent shares. */
static void become(const struct program *program, const struct capture *capture, i64 *failure) {
  int redirected = redirect_stdin(program->tool) && CALL3(dup3, capture->out, 1, 0) == 1 && CALL3(dup3, capture->err, 2, 0) == 2;
  if (redirected) CALL3(execve, program->path, program->argv, program->env);
  *failure = 1;
  CALL1(exit_group, 127);
}

/* True if the tool has run; false if it could not be started, and nothing has happened. */
static int run(const struct program *program, struct capture *capture, i32 *status) {
  u64 before = 0;
  /* A caller that ignores SIGCHLD lets no exit code be had. */
  if (handler_of(SIGCHLD) == 1) return 0;
  i64 shared = CALL6(mmap, 0, sizeof(i64), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared < 0 && shared >= -MAX_ERRNO) return 0;
  i64 *failure = (i64 *)shared;
  u64 held = hold_signals(&before);
  i64 pid = CALL1(clone, SIGCHLD);
  if (pid == 0) {
    CALL4(rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    become(program, capture, failure);
  }
  if (pid > 0) *status = watch_child(pid, held, capture);
  let_signals_go(held, before);
  int ran = pid > 0 && !*failure;
  unmap_memory(failure, sizeof(i64));
  return ran;
}

static int map_content(int fd, struct slice *content) {
  struct statx facts;
  if (CALL5(statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) != 0) return 0;
  if (facts.size == 0) return 1;
  i64 at = CALL6(mmap, 0, facts.size, PROT_READ, MAP_SHARED, fd, 0);
  if (at < 0 && at >= -MAX_ERRNO) return 0;
  *content = (struct slice){(const u8 *)at, facts.size};
  return 1;
}

static void map_capture(struct capture *capture) {
  capture->out_bytes = capture->err_bytes = (struct slice){0, 0};
  int mapped = map_content(capture->out, &capture->out_bytes);
  if (capture->err != capture->out) mapped &= map_content(capture->err, &capture->err_bytes);
  capture->unmapped = !mapped;
}

static int pass_on_mapped(int to, struct slice bytes, const struct passed *passed) {
  if (passed->failed || bytes.length <= passed->bytes) return !passed->failed;
  return write_fully(to, (struct slice){bytes.at + passed->bytes, bytes.length - passed->bytes});
}

static int pass_on(struct capture *capture) {
  if (!capture->unmapped)
    return pass_on_mapped(1, capture->out_bytes, &capture->passed_out) &
           pass_on_mapped(2, capture->err_bytes, &capture->passed_err);
  follow(capture);
  return !capture->passed_out.failed && !capture->passed_err.failed;
}

static int report(struct wire *wire, u64 job, i32 status, const struct capture *capture, i64 silence_ms) {
  int signal = status & 0x7f, merged = capture->out == capture->err;
  int too_large = capture->unmapped || capture->out_bytes.length + capture->err_bytes.length > MAX_REPORTED_BYTES;
  u64 out = too_large ? 0 : capture->out_bytes.length, err = too_large ? 0 : capture->err_bytes.length;
  u8 text[256];
  struct writer to = {text + 4, text + sizeof text, 0};
  put_head(&to, MAP, signal ? 10 : 9);
  put_uint(&to, "v", STUB_PROTOCOL);
  put_uint(&to, "id", ++wire->id);
  put_text(&to, "type");
  put_text(&to, "ExecDone");
  put_uint(&to, "job", job);
  put_int(&to, "exit_code", signal ? 0 : status >> 8 & 0xff);
  if (signal) put_uint(&to, "signal", (u64)signal);
  put_bool(&to, "merged", merged);
  put_bool(&to, "too_large", too_large);
  put_bytes_head(&to, "stdout", out);
  u8 *before_err = to.at;
  put_bytes_head(&to, "stderr", err);
  u64 head = (u64)(before_err - text), rest = (u64)(to.at - before_err), length = head + out + rest + err - 4;
  for (int i = 0; i < 4; i++) text[i] = (u8)(length >> 8 * i);
  struct iovec pieces[] = {
      {text, head}, {capture->out_bytes.at, out}, {before_err, rest}, {capture->err_bytes.at, err}};
  return !to.overflow && send_pieces(wire, pieces, 4, milliseconds_now() + silence_ms);
}

/* Until the daemon has copied the outputs, or gives no sign of life. */
static void wait_for_release(struct wire *wire, i64 silence_ms) {
  struct slice payload;
  do {
    if (receive(wire, milliseconds_now() + silence_ms, &payload) != RECEIVED_FRAME) return;
  } while (read_answer(payload, wire->id).kind == WORKING);
}

/* As the tool ended; a core of ours would take the place of the tool's. */
static void die_by(int signal) {
  struct kernel_sigaction default_action = {0, 0, 0, 0};
  u64 mask = BIT(signal);
  CALL5(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  CALL4(rt_sigaction, signal, &default_action, 0, 8);
  CALL4(rt_sigprocmask, SIG_UNBLOCK, &mask, 0, 8);
  CALL2(kill, CALL0(getpid), signal);
}

/* As the tool, which has run, ended. */
static int end_like(i32 status, int written) {
  if (status == -1) return 1;
  int signal = status & 0x7f, code = status >> 8 & 0xff;
  if (signal) {
    die_by(signal);
    return 128 + signal;
  }
  return code == 0 && !written ? 1 : code;
}

int run_for_daemon(const struct call *call, const struct answer *exec, struct wire *wire) {
  struct variable variables[ROOM_FOR_VARIABLES];
  struct program program;
  struct capture capture = {0};
  i32 status = -1;
  int count = read_variables(exec->set_env, variables);
  if (count < 0 || !open_capture(call, &capture)) return run_alone(call);
  if (!prepare_tool(call, &exec->tool, variables, count, &program) || !run(&program, &capture, &status)) {
    close_capture(&capture);
    return run_alone(call);
  }
  map_capture(&capture);
  i64 silence_ms = NEXT_SIGN_MS * call->settings.patience;
  int reported = status != -1 && report(wire, exec->job, status, &capture, silence_ms);
  int written = pass_on(&capture);
  if (reported) wait_for_release(wire, silence_ms);
  return end_like(status, written);
}
