/* Putting our variables into a child's environment, or taking them out of one. */
#include "handover.h"
#include "objects.h"

#define PRELOAD "LD_PRELOAD="
#define TRACE "ZCC_TRACE="
#define TTY "ZCC_TTY="
enum { HEAD_BYTES = 16 /* the longest of the three names and its NUL */ };

static int is_separator(char byte) {
  return byte == ':' || byte == ' ';
}

/* Takes the next library off a list of LD_PRELOAD (ld.so(8)); its length is 0 at the end. */
static struct text next_library(const char **list) {
  while (is_separator(**list)) ++*list;
  struct text library = {*list, 0};
  while (library.bytes[library.length] && !is_separator(library.bytes[library.length])) library.length++;
  *list += library.length;
  return library;
}

/* Compared by its last part: the loader has expanded $LIB in the path that we know. */
static int is_ours(struct text library) {
  return text_equal(text_base(library), text_base(tracer_path()));
}

static int preloads_us(const char *list) {
  for (struct text library; (library = next_library(&list)).length;)
    if (is_ours(library)) return 1;
  return 0;
}

struct handover plan_handover(char *const *block, int traceable) {
  struct handover plan = {0, 0, traceable, 0};
  if (!tracing()) return plan;
  if (traceable && !can_be_loaded()) {
    trace_header()->lost = 1;
    plan.traceable = traceable = 0;
  }
  while (block && block[plan.count]) plan.count++;
  const char *preload = variable_in(block, "LD_PRELOAD");
  int ours = preload && preloads_us(preload);
  if (traceable) {
    int has_terminal = !own_variables()->tty[0] || variable_in(block, "ZCC_TTY");
    plan.change = !ours || !variable_in(block, "ZCC_TRACE") || !has_terminal;
  } else {
    plan.change = ours;
  }
  usize values = sizeof *own_variables() + tracer_path().length + (preload ? text_length(preload) : 0);
  plan.text_bytes = values + 4 * HEAD_BYTES;
  return plan;
}

/* Writes the libraries of a list but for us; `text` may be where the list is. */
static char *write_others(char *text, const char *list) {
  char *start = text;
  for (struct text library; (library = next_library(&list)).length;) {
    if (is_ours(library)) continue;
    if (text > start) *text++ = ':';
    text = text_copy(text, library.bytes, library.length);
  }
  return text;
}

/* Writes LD_PRELOAD with the others' libraries, spelled as they are unless we are among them, and, if wanted, us as the
 * last. */
static char *write_preload(char *text, const char *list, int with_us) {
  text = text_copy(text, PRELOAD, sizeof PRELOAD - 1);
  char *start = text;
  if (list) text = preloads_us(list) ? write_others(text, list) : text_copy(text, list, text_length(list));
  if (with_us) {
    if (text > start || list) *text++ = ':';
    text = text_copy(text, tracer_path().bytes, tracer_path().length);
  }
  *text++ = 0;
  return text;
}

static char *write_variable(char *text, const char *head, const char *value) {
  text = text_copy(text, head, text_length(head));
  return text_copy(text, value, text_length(value) + 1);
}

char *const *fill_handover(struct handover plan, char *const *block, char **slots, char *text) {
  if (!plan.change) return block;
  int used = 0;
  const char *preload = variable_in(block, "LD_PRELOAD");
  const struct own_variables *own = own_variables();
  char *end = write_preload(text, preload, plan.traceable);
  int left = text[sizeof PRELOAD - 1] != 0;
  for (int i = 0; i < plan.count; i++) {
    int preloads = text_starts(block[i], PRELOAD);
    if (preloads && left) slots[used++] = text;
    if (preloads) left = 0; /* once, at the place of the first */
    else if (!text_starts(block[i], TRACE) && !text_starts(block[i], TTY)) slots[used++] = block[i];
  }
  if (left) slots[used++] = text;
  if (plan.traceable) {
    slots[used++] = end;
    const char *trace = variable_in(block, "ZCC_TRACE");
    end = write_variable(end, TRACE, trace && text_length(trace) < sizeof own->trace ? trace : own->trace);
    if (own->tty[0]) {
      slots[used++] = end;
      write_variable(end, TTY, own->tty);
    }
  }
  slots[used] = 0;
  return slots;
}

/* Takes us out of a list in its place. False if that leaves nothing of it. */
static int cut_out(char *list) {
  if (!preloads_us(list)) return 1;
  usize before = text_length(list);
  while (before > 0 && !is_separator(list[before - 1])) before--;
  if (before == 0) return 0;
  /* We are the last, behind what was there before us, whose spelling stays. */
  if (is_ours(text_of(list + before))) list[before - 1] = 0;
  if (preloads_us(list)) *write_others(list, list) = 0;
  return 1;
}

void withdraw_variables(void) {
  if (!tracing()) return;
  char **to = environ, **from = environ;
  for (; *from; from++)
    if (!text_starts(*from, TRACE) && !text_starts(*from, TTY) &&
        (!text_starts(*from, PRELOAD) || cut_out(*from + sizeof PRELOAD - 1)))
      *to++ = *from;
  /* Whoever looks for the auxiliary vector behind the environment finds an empty one, and nothing that is none. */
  while (to < from) *to++ = 0;
}

void end_shell_handover(char *const *handed, char **own, const char *text, usize bytes) {
  if (environ == handed) {
    environ = own;
    return;
  }
  /* Another thread has set a variable meanwhile, and with that made a copy. Our strings end with this call. */
  char **to = environ;
  for (char **from = environ; *from; from++) {
    int is_made = *from >= text && *from < text + bytes;
    if (!is_made) *to++ = *from;
    else if (text_starts(*from, PRELOAD) && variable_in(own, "LD_PRELOAD"))
      *to++ = variable_in(own, "LD_PRELOAD") - (sizeof PRELOAD - 1);
  }
  *to = 0;
}
