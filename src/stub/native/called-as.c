/*
 * By what name the real tool is called, and PATH as it must see it then. The rules and their reasons are those of
 * src/sys/called-as.ts; test/integration/stub/called-as.test.ts compares both.
 */

#include "stub.h"

/* Names of tools that begin their messages with them. */
static const char SAYS_ITS_NAME[][12] = {
    "addr2line", "ar",   "as", "c++filt", "gold",    "ld",     "ld.bfd",  "ld.gold", "ld.lld",  "ld.mold", "ld64.lld",
    "lld",       "mold", "nm", "objcopy", "objdump", "ranlib", "readelf", "size",    "strings", "strip",
};

static int is_version_byte(char byte) {
  return (byte >= '0' && byte <= '9') || byte == '.';
}

/* A base name without a version behind it: `-14` of llvm-ar-14. */
static struct slice without_version(const char *name) {
  u64 length = text_length(name), at = length;
  while (at > 0 && is_version_byte(name[at - 1])) at--;
  int has_version = at < length && name[at] != '.' && at > 0 && name[at - 1] == '-';
  return (struct slice){(const u8 *)name, has_version ? at - 1 : length};
}

/* True for these tools, with a target in front or without, and false for gcc-ar and the like. */
static int says_its_name(const char *called) {
  struct slice name = without_version(base_name(called));
  u64 start = name.length;
  while (start > 0 && name.at[start - 1] != '-') start--;
  int of_gcc = start >= 4 && memcmp(name.at + start - 4, "gcc-", 4) == 0 && (start == 4 || name.at[start - 5] == '-');
  if (of_gcc) return 0;
  for (u64 i = 0; i < sizeof SAYS_ITS_NAME / sizeof *SAYS_ITS_NAME; i++) {
    u64 length = text_length(SAYS_ITS_NAME[i]);
    if (name.length - start == length && memcmp(name.at + start, SAYS_ITS_NAME[i], length) == 0) return 1;
  }
  return 0;
}

/* The elements of a list so far, each behind a colon. */
struct list { char *at, *end; };

static void put_element(struct list *list, struct slice element) {
  *list->end++ = ':';
  memcpy(list->end, element.at, element.length);
  list->end += element.length;
}

/*
 * Sets `value` to PATH with the directories in which `name` is a stand-in behind the tool's; it stays empty where none is in
 * front of that. False if there is no PATH, the name does not lead to the tool, or there is no memory.
 */
static int past_stand_ins(const struct call *call, const char *name, const char *tool, struct slice *value) {
  struct statx self;
  char path[PATH_BYTES];
  const char *at = search_list(call);
  if (!at || !identify_self(call, &self)) return 0;
  u64 room = text_length(at) + 2;
  char *memory = map_memory(2 * room);
  struct list list = {memory, memory}, moved = {memory + room, memory + room};
  if (!memory) return 0;
  for (;; at++) {
    const char *end = at;
    while (*end && *end != ':') end++;
    struct slice element = {(const u8 *)at, (u64)(end - at)};
    int is_path = join_path(path, call->cwd, element, name), is_tool = is_path && same_text(path, tool);
    put_element(is_path && !is_tool && is_stand_in(path, &self) ? &moved : &list, element);
    at = end;
    if (is_tool) break;
    if (!*end) return 0;
  }
  if (moved.end == moved.at) return 1;
  memcpy(list.end, moved.at, (u64)(moved.end - moved.at));
  list.end += moved.end - moved.at;
  memcpy(list.end, at, text_length(at));
  list.end += text_length(at);
  *value = (struct slice){(const u8 *)list.at + 1, (u64)(list.end - list.at - 1)};
  return 1;
}

/* The argv[0] of the tool at `path`, of which the caller's argv[skip - 1] is the name; `value` as above. */
const char *argument_zero(const struct call *call, u64 skip, const char *path, struct slice *value) {
  const char *called = skip > 0 ? call->argv[skip - 1] : path;
  if (!says_its_name(called)) return path;
  if (base_name(called) == called) return past_stand_ins(call, called, path, value) ? called : path;
  char absolute[PATH_BYTES];
  int leads = join_path(absolute, call->cwd, (struct slice){0, 0}, called) && same_text(absolute, path);
  return leads ? called : path;
}
