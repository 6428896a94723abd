/*
 * The tool that is really meant: the next program of that name on PATH that is not ours. The rules are those of
 * src/sys/real-tool.ts and src/sys/self-image.ts; test/integration/stub/real-tool.test.ts compares both.
 */

#include "stub.h"

/* What execvp(3) takes when PATH is not set. */
static const char DEFAULT_PATH[] = "/bin:/usr/bin";

/* The runtime inside of every copy of us has about 100 MB. */
enum { SMALLEST_COPY_BYTES = 20000000, NAMES_BYTES = 64 << 10 };

/* The bundler's name of our first module. */
static const char MARK[] = "\0/$bunfs/root/zccache";

struct section { u32 name, type; u64 flags, address, offset, size; u32 link, info; u64 align, entry_size; };
struct section_table { u64 at; u16 count, names; };

static int read_at(int fd, void *into, u64 length, u64 at) {
  return CALL4(pread64, fd, into, length, at) == (i64)length;
}

static int read_table(int fd, struct section_table *table) {
  u8 header[64];
  if (!read_at(fd, header, sizeof header, 0) || memcmp(header, "\177ELF\2\1", 6) != 0) return 0;
  memcpy(&table->at, header + 40, 8);
  memcpy(&table->count, header + 60, 2);
  memcpy(&table->names, header + 62, 2);
  return 1;
}

static int read_section(int fd, const struct section_table *table, u64 index, struct section *section) {
  return index < table->count && read_at(fd, section, sizeof *section, table->at + index * sizeof *section);
}

/* The section that holds the modules of a program that the bundler has made. */
static int find_modules(int fd, struct section *found) {
  struct section_table table;
  struct section names;
  char name[5];
  if (!read_table(fd, &table) || !read_section(fd, &table, table.names, &names)) return 0;
  for (u64 i = 0; i < table.count; i++) {
    if (!read_section(fd, &table, i, found)) return 0;
    if (read_at(fd, name, sizeof name, names.offset + found->name) && memcmp(name, ".bun", 5) == 0) return 1;
  }
  return 0;
}

static int has_mark(const char *path) {
  struct section modules;
  int fd = (int)open_file(path, O_RDONLY | O_CLOEXEC, 0), found = 0;
  if (fd < 0) return 0;
  u8 *names = find_modules(fd, &modules) ? map_memory(NAMES_BYTES) : 0;
  u64 length = names ? (modules.size < NAMES_BYTES ? modules.size : NAMES_BYTES) : 0;
  if (length && read_at(fd, names, length, modules.offset + modules.size - length))
    for (u64 i = 0; i + sizeof MARK <= length && !found; i++) found = memcmp(names + i, MARK, sizeof MARK) == 0;
  if (names) unmap_memory(names, NAMES_BYTES);
  CALL1(close, fd);
  return found;
}

enum kind { NOTHING, OURS, TOOL };

/* What stands at a path: a program that we may execute, ourselves, or neither. */
static enum kind examine(const char *path, const struct statx *self) {
  struct statx facts;
  if (CALL5(statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &facts) != 0 || (facts.mode & S_IFMT) != S_IFREG) return NOTHING;
  if (CALL3(faccessat, AT_FDCWD, path, X_OK) != 0) return NOTHING;
  int same = facts.inode == self->inode && facts.dev_major == self->dev_major && facts.dev_minor == self->dev_minor;
  return same || (facts.size >= SMALLEST_COPY_BYTES && has_mark(path)) ? OURS : TOOL;
}

int is_stand_in(const char *path, const struct statx *self) {
  return examine(path, self) == OURS;
}

/* `directory` and `name` as a path that is absolute. */
int join_path(char into[PATH_BYTES], const char *cwd, struct slice directory, const char *name) {
  char piece[PATH_BYTES];
  if (directory.length >= PATH_BYTES) return 0;
  memcpy(piece, directory.at, directory.length);
  piece[directory.length] = 0;
  const char *slash = directory.length ? "/" : "", *first = directory.length ? piece : name;
  if (*first == '/') return join(into, PATH_BYTES, (const char *const[]){piece, slash, name, 0});
  const char *after = cwd[text_length(cwd) - 1] == '/' ? "" : "/";
  return join(into, PATH_BYTES, (const char *const[]){cwd, after, piece, slash, name, 0});
}

/* PATH, or 0. The first variable of that name counts, as with getenv(3). */
const char *search_list(const struct call *call) {
  for (char **member = call->envp; *member; member++)
    if (starts_with(*member, "PATH=")) return *member + 5;
  return 0;
}

static int search(const struct call *call, const struct statx *self, const char *name, char path[PATH_BYTES]) {
  const char *list = search_list(call);
  for (const char *at = list ? list : DEFAULT_PATH;; at++) {
    const char *end = at;
    while (*end && *end != ':') end++;
    struct slice directory = {(const u8 *)at, (u64)(end - at)};
    if (join_path(path, call->cwd, directory, name) && examine(path, self) == TOOL) return 1;
    if (!*end) return 0;
    at = end;
  }
}

int identify_self(const struct call *call, struct statx *self) {
  if (CALL5(statx, AT_FDCWD, "/proc/self/exe", 0, STATX_BASIC_STATS, self) == 0) return 1;
  return call->file && CALL5(statx, AT_FDCWD, call->file, 0, STATX_BASIC_STATS, self) == 0;
}

/* `gcc …` behind a stand-in's name, `zccache gcc …`, `zccache wrap gcc …`. */
static const char *name_of(const struct call *call, u64 *skip) {
  const char *name = base_name(call->argv[0]);
  *skip = 1;
  if (!same_text(name, "zccache")) return name;
  u64 at = same_text(call->argv[1], "wrap") ? 2 : 1;
  *skip = at + 1;
  return call->argv[at];
}

/* `path` is what the tool's path will point to. */
static int find_real_tool(const struct call *call, char path[PATH_BYTES], struct tool *tool) {
  struct statx self;
  const char *name = name_of(call, &tool->skip);
  if (!*name || !identify_self(call, &self)) return 0;
  int found = 0;
  if (base_name(name) != name) {
    if (!join_path(path, call->cwd, (struct slice){0, 0}, name)) return 0;
    enum kind kind = examine(path, &self);
    found = kind == TOOL || (kind == OURS && search(call, &self, base_name(name), path));
  } else found = search(call, &self, name, path);
  tool->path = (struct slice){(const u8 *)path, text_length(path)};
  return found;
}

/* Becomes it, without asking anybody. FALL_THROUGH if there is none or it can't be run: the runtime has words for it. */
int run_alone(const struct call *call) {
  char path[PATH_BYTES];
  struct tool tool = {.stdin_file = {0, 0}};
  if (find_real_tool(call, path, &tool)) become_tool(call, &tool);
  return FALL_THROUGH;
}
