/* The rules are those of src/sys/real-tool.ts: the next program of that name on PATH that is not ours. */
#include "stand-in.h"
#include "exec.h"

static int is_same(struct identity a, struct identity b) {
  return a.device == b.device && a.inode == b.inode;
}

/* Records the look at a candidate. The stand-in itself is looked at as a link, which leads elsewhere one day. */
static int is_tool(const char *path) {
  struct file_facts facts;
  int error = error_of(raw_facts(AT_FDCWD, path, &facts));
  int ours = !error && is_same(identity_in(&facts), trace_header()->self);
  record_path((struct event){ours ? KIND_LINK : KIND_PRESENCE, error, X_OK}, AT_FDCWD, path);
  return !error && !ours && (facts.mode & S_IFMT) == S_IFREG && RAW3(SYS_faccessat, AT_FDCWD, path, X_OK) == 0;
}

int tool_behind(const char *path, char *const *arguments, char *const *block, char *to) {
  if (!tracing() || !path || !path[0] || !arguments || !arguments[0] || !trace_header()->self.inode) return 0;
  struct file_facts facts;
  if (raw_facts(AT_FDCWD, path, &facts) != 0 || !is_same(identity_in(&facts), trace_header()->self)) return 0;
  const char *name = text_base(text_of(arguments[0])).bytes;
  if (!name[0] || text_equal(text_of(name), text_of("zccache"))) return 0; /* told by its arguments what to do */
  record_path((struct event){KIND_LINK, 0, 0}, AT_FDCWD, path);
  const char *list = variable_in(block, "PATH");
  if (!list) list = "/bin:/usr/bin";
  while (next_candidate(&list, name, to))
    if (to[0] && is_tool(to)) return 1;
  return 0;
}
