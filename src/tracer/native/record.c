/* Attaching to the shared buffer and writing records into it. */

#include "record.h"

enum { PROT_READ_WRITE = 3, MAP_SHARED = 1 };

extern void *dlsym(void *handle, const char *name) __attribute__((weak));
#define RTLD_NEXT ((void *)-1L)

static struct buffer_header *header;
static struct own_variables variables;

char *variable_in(char *const *block, const char *name) {
  usize length = text_length(name);
  if (!block) return 0;
  for (; *block; block++)
    if (text_starts(*block, name) && (*block)[length] == '=') return *block + length + 1;
  return 0;
}

const struct own_variables *own_variables(void) {
  return &variables;
}

static int keep_variable(const char *name, char *to, usize room) {
  const char *value = variable_in(environ, name);
  usize length = value ? text_length(value) : 0;
  if (length == 0 || length >= room) return 0;
  text_copy(to, value, length + 1);
  return 1;
}

/* Maps the buffer. A size that the file does not have would be a SIGBUS in the compiler, so it is checked first. */
static struct buffer_header *map_buffer(const char *path) {
  long descriptor = RAW4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (descriptor < 0) return 0;
  struct buffer_header found = {.magic = 0};
  struct file_facts facts;
  long mapped = -1;
  if (RAW4(SYS_pread64, descriptor, &found, sizeof found, 0) == sizeof found && found.magic == BUFFER_MAGIC &&
      raw_facts((int)descriptor, "", &facts) == 0 && facts.size >= found.capacity)
    mapped = RAW6(SYS_mmap, 0, found.capacity, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
  RAW1(SYS_close, descriptor);
  return error_of(mapped) ? 0 : (struct buffer_header *)mapped;
}

static struct identity identity_of(int descriptor) {
  struct file_facts facts;
  if (raw_facts(descriptor, "", &facts) < 0) return (struct identity){0, 0};
  return identity_in(&facts);
}

/* The first process of the tree has the captured streams for certain; later ones may have been redirected. */
static void become_root_if_first(void) {
  u32 nobody = 0, self = (u32)RAW1(SYS_getpid, 0);
  if (!__atomic_compare_exchange_n(&header->root, &nobody, self, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) return;
  header->captured[0] = identity_of(1);
  header->captured[1] = identity_of(2);
}

static void record_start(void) {
  char executable[PATH_BYTES];
  long length = RAW4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", executable, sizeof executable);
  struct text part = {executable, length < 0 ? 0 : (usize)length};
  record_parts((struct event){.kind = KIND_START, .flags = (u32)RAW1(SYS_getppid, 0)}, &part, 1);
}

int tracing(void) {
  static int tried;
  if (tried) return header != 0;
  if (!&environ || !environ) return 0; /* libc is not set up yet */
  tried = 1;
  if (!keep_variable("ZCC_TRACE", variables.trace, sizeof variables.trace)) return 0;
  keep_variable("ZCC_TTY", variables.tty, sizeof variables.tty);
  header = map_buffer(variables.trace);
  if (!header) return 0;
  become_root_if_first();
  record_start();
  return 1;
}

struct buffer_header *trace_header(void) {
  return header;
}

/* Only after these can something else be where a directory was. */
static int is_move(struct event event) {
  u32 kind = event.kind & 0xff;
  return event.error == 0 && (kind == KIND_REMOVE || kind == KIND_RENAME);
}

u32 record_parts(struct event event, const struct text *parts, int count) {
  if (!tracing()) return 0;
  usize length = 0;
  for (int i = 0; i < count; i++) length += parts[i].length;
  usize size = (RECORD_HEAD_BYTES + length + 1 + 7) & ~7UL;
  u64 offset = __atomic_fetch_add(&header->used, size, __ATOMIC_RELAXED);
  if (offset + size > header->capacity) {
    header->lost = 1;
    return 0;
  }
  char *record = (char *)header + offset;
  u32 *words = (u32 *)record;
  words[1] = (u32)RAW1(SYS_getpid, 0); /* asked each time: a vfork child shares every variable with its parent */
  words[2] = event.kind;
  words[3] = (u32)event.error;
  words[4] = event.flags;
  words[5] = (u32)length;
  *(struct identity *)(words + 6) = event.file;
  char *end = record + RECORD_HEAD_BYTES;
  for (int i = 0; i < count; i++) end = text_copy(end, parts[i].bytes, parts[i].length);
  *end = 0;
  if (is_move(event)) __atomic_fetch_add(&header->moves, 1, __ATOMIC_RELAXED);
  __atomic_store_n(words, (u32)size, __ATOMIC_RELEASE);
  return (u32)offset;
}

/*
 * What `record_step` wrote, by text; a later one takes the place of an earlier: the offset of the record, and above it the
 * moment in which the step was no link, 0 if it was one or is not there.
 */
static u64 steps[512];

static u64 *slot_of(struct text text) {
  u32 hash = 2166136261u; /* FNV-1a */
  for (usize i = 0; i < text.length; i++) hash = (hash ^ (u8)text.bytes[i]) * 16777619u;
  return &steps[(hash ^ hash >> 16) % (sizeof steps / sizeof steps[0])];
}

static int says(u32 offset, struct event event, struct text text) {
  const char *record = (const char *)header + offset;
  const u32 *words = (const u32 *)record;
  return words[2] == event.kind && words[3] == (u32)event.error &&
         text_equal((struct text){record + RECORD_HEAD_BYTES, words[5]}, text);
}

u32 this_moment(void) {
  return __atomic_load_n(&header->moves, __ATOMIC_RELAXED) + 1;
}

int is_plain_step(struct text text) {
  u64 known = __atomic_load_n(slot_of(text), __ATOMIC_ACQUIRE);
  return known >> 32 == this_moment() && says((u32)known, (struct event){KIND_LINK, 0, 0}, text);
}

void record_step(struct event event, struct text text, u32 plain) {
  if (!tracing()) return;
  u64 *slot = slot_of(text);
  u64 known = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
  u32 offset = (u32)known;
  if (!offset || !says(offset, event, text)) offset = record_parts(event, &text, 1);
  u64 now = (u64)plain << 32 | offset;
  if (offset && now != known) __atomic_store_n(slot, now, __ATOMIC_RELEASE);
}

void record_text(struct event event, const char *string) {
  struct text part = text_of(string);
  record_parts(event, &part, 1);
}

void record_unseen(const char *what) {
  record_text((struct event){KIND_UNSEEN, 0, 0}, what);
}

/* Where a relative path starts: "?" when the kernel would not say, which the reader takes for an incomplete trace. */
static struct text base_directory(int directory, char *room) {
  long length;
  if (directory == AT_FDCWD) {
    length = RAW2(SYS_getcwd, room, PATH_BYTES) - 1;
  } else {
    char link[32];
    text_descriptor_path(link, directory);
    length = RAW4(SYS_readlinkat, AT_FDCWD, link, room, PATH_BYTES);
  }
  if (length <= 0 || room[0] != '/') return (struct text){"?", 1};
  return (struct text){room, (usize)length};
}

/* Fills `parts` with what makes `path` absolute. `room` has PATH_BYTES. */
static int absolute_parts(int directory, const char *path, char *room, struct text parts[3]) {
  if (path[0] == '/') {
    parts[0] = text_of(path);
    return 1;
  }
  parts[0] = base_directory(directory, room);
  if (!path[0]) return 1;
  parts[1] = (struct text){"/", 1};
  parts[2] = text_of(path);
  return 3;
}

/* Apart from the common case, which has to do with the small stack of a signal handler. */
static __attribute__((noinline)) void record_relative(struct event event, int directory, const char *path) {
  char room[PATH_BYTES];
  struct text parts[3];
  int count = absolute_parts(directory, path, room, parts);
  if (count > 1 && directory == AT_FDCWD) event.kind |= SPELLED_RELATIVE;
  record_parts(event, parts, count);
}

void record_path(struct event event, int directory, const char *path) {
  /* The kernel found that `path` leads nowhere; reading it here would be a crash. */
  if (!path || event.error == EFAULT || !tracing()) return;
  if (path[0] == '/') record_text(event, path);
  else if (path[0] || directory != AT_FDCWD) record_relative(event, directory, path);
}

void record_two_paths(struct event event, int a_directory, const char *a, int b_directory, const char *b) {
  if (!a || !b || event.error == EFAULT || !tracing()) return;
  char a_room[PATH_BYTES], b_room[PATH_BYTES];
  struct text parts[7];
  int count = absolute_parts(a_directory, a, a_room, parts);
  parts[count++] = (struct text){"", 1}; /* the NUL between the two */
  count += absolute_parts(b_directory, b, b_room, parts + count);
  record_parts(event, parts, count);
}

long finish(long result) {
  int error = error_of(result);
  if (!error) return result;
  *__errno_location() = error;
  return -1;
}

void *next_function(const char *name) {
  int error = *__errno_location();
  void *found = dlsym ? dlsym(RTLD_NEXT, name) : 0;
  *__errno_location() = error;
  return found;
}
