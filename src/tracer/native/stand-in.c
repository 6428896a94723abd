/* The rules are those of src/sys/real-tool.ts: the next program of that name on PATH that is not ours. */
#include "stand-in.h"
#include "exec.h"

static int is_same(struct identity a, struct identity b) {
  return a.device == b.device && a.inode == b.inode;
}

/* A link to a file called zccache is the stand-in of a copy or another version: install-shims makes no others. */
static int leads_to_copy(const char *path) {
  char target[PATH_BYTES];
  long length = RAW4(SYS_readlinkat, AT_FDCWD, path, target, PATH_BYTES - 1);
  if (length <= 0) return 0;
  target[length] = 0;
  return text_equal(text_base(text_of(target)), text_of("zccache"));
}

static int is_stand_in(const char *path, struct file_facts *facts) {
  return is_same(identity_in(facts), trace_header()->self) || leads_to_copy(path);
}

/* Records the look at a candidate. The stand-in itself is looked at as a link, which leads elsewhere one day. */
static int is_tool(const char *path) {
  struct file_facts facts;
  int error = error_of(raw_facts(AT_FDCWD, path, &facts));
  int ours = !error && is_stand_in(path, &facts);
  record_path((struct event){ours ? KIND_LINK : KIND_PRESENCE, error, X_OK}, AT_FDCWD, path);
  return !error && !ours && (facts.mode & S_IFMT) == S_IFREG && RAW3(SYS_faccessat, AT_FDCWD, path, X_OK) == 0;
}

/* Of prctl(2): the name by which this process was started, cut to 15 bytes. */
enum { PR_GET_NAME = 16, NAME_BYTES = 16 };

/*
 * A wrapper that calls its own name, as other caches on PATH do, would be led to itself for ever: the stand-in counts
 * such calls and passes over more and more of them. Threads may have another name, so there is an end in any case.
 */
enum { MOST_STEPS = 64 };

static int is_called_by_its_name(const char *name) {
  char own[NAME_BYTES] = "";
  RAW2(SYS_prctl, PR_GET_NAME, own);
  usize length = text_length(name);
  return text_equal(text_of(own), (struct text){name, length < NAME_BYTES ? length : NAME_BYTES - 1});
}

int tool_behind(const char *path, char *const *arguments, char *const *block, char *to) {
  if (!tracing() || !path || !path[0] || !arguments || !arguments[0] || !trace_header()->self.inode) return 0;
  struct file_facts facts;
  if (raw_facts(AT_FDCWD, path, &facts) != 0 || !is_stand_in(path, &facts)) return 0;
  const char *name = text_base(text_of(arguments[0])).bytes;
  if (!name[0] || text_equal(text_of(name), text_of("zccache"))) return 0; /* told by its arguments what to do */
  if (is_called_by_its_name(name)) return 0;
  if (__atomic_add_fetch(&trace_header()->steps, 1, __ATOMIC_RELAXED) > MOST_STEPS) return 0;
  record_path((struct event){KIND_LINK, 0, 0}, AT_FDCWD, path);
  const char *list = variable_in(block, "PATH");
  if (!list) list = "/bin:/usr/bin";
  while (next_candidate(&list, name, to))
    if (to[0] && is_tool(to)) return 1;
  return 0;
}
