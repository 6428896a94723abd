/*
 * Questions about the terminal. Standard output and error are captured in memory while a tool is traced; so that it
 * colours its messages as it would bare, ZCC_TTY says for which of them the caller has a terminal:
 *
 *   ZCC_TTY ::= ("1" | "2")* ("," columns "x" rows)?        e.g. "2" or "12,80x24"
 *
 * Those descriptors are answered for as terminals as long as they still lead to what the first process of the tree
 * found there when it started (device and inode, kept in the buffer's header): a child whose stderr is a pipe is told
 * the truth. Without ZCC_TTY every answer is the truth.
 */
#include "record.h"

enum { TCGETS = 0x5401, TIOCGWINSZ = 0x5413 };

struct window {
  u16 rows, columns, width, height;
};

static int is_captured(int descriptor) {
  struct file_facts facts;
  if (raw_facts(descriptor, "", &facts) < 0) return 0;
  struct identity then = trace_header()->captured[descriptor - 1];
  struct identity now = identity_in(&facts);
  return then.inode == now.inode && then.device == now.device;
}

static int stands_for_terminal(int descriptor) {
  if ((descriptor != 1 && descriptor != 2) || !tracing()) return 0;
  for (const char *digit = own_variables()->tty; *digit && *digit != ','; digit++)
    if (*digit - '0' == descriptor) return is_captured(descriptor);
  return 0;
}

static const char *read_number(const char *from, u16 *number) {
  for (*number = 0; *from >= '0' && *from <= '9'; from++) *number = (u16)(*number * 10 + (*from - '0'));
  return from;
}

/* The size that ZCC_TTY gives; false if it gives none. */
static int given_window(struct window *window) {
  const char *at = own_variables()->tty;
  while (*at && *at != ',') at++;
  if (!*at) return 0;
  *window = (struct window){0, 0, 0, 0};
  at = read_number(at + 1, &window->columns);
  if (*at == 'x') read_number(at + 1, &window->rows);
  return 1;
}

EXPORT int isatty(int descriptor) {
  char settings[64]; /* the kernel's struct termios has 36 bytes */
  long result = stands_for_terminal(descriptor) ? 0 : RAW3(SYS_ioctl, descriptor, TCGETS, settings);
  record_text((struct event){KIND_TERMINAL, error_of(result), (u32)descriptor}, "");
  return finish(result) == 0;
}

EXPORT int ioctl(int descriptor, unsigned long request, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, request);
  void *argument = __builtin_va_arg(list, void *);
  __builtin_va_end(list);
  if (request != TIOCGWINSZ) return (int)finish(RAW3(SYS_ioctl, descriptor, request, argument));
  struct window *window = argument;
  int given = stands_for_terminal(descriptor) && given_window(window);
  long result = given ? 0 : RAW3(SYS_ioctl, descriptor, request, window);
  record_text((struct event){KIND_WINDOW, error_of(result), result < 0 ? 0 : window->columns}, "");
  return (int)finish(result);
}
