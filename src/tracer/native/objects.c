/*
 * Shared objects: the result of the loader's search, read from the list of what is mapped. It is recorded when a
 * program starts and again when it ends, loads something, or becomes another program.
 */
#include "objects.h"
#include "handover.h"

/* The head of struct dl_phdr_info (dl_iterate_phdr(3)). */
struct object_info {
  u64 address;
  const char *name;
  const void *headers;
  u16 count;
};
extern int dl_iterate_phdr(int (*visit)(struct object_info *, usize, void *), void *data) __attribute__((weak));

static struct text own_path;
static char own_path_room[512];
static struct identity own_file; /* what was there at our start */
static int pending; /* dlopen was called since the last listing */

/* The head of a program header of 64-bit ELF. */
struct segment {
  u32 type, flags;
  u64 offset, address, physical, file_size, memory_size;
  u64 alignment;
};

static int holds(const struct object_info *object, u64 address) {
  const struct segment *segments = object->headers;
  for (int i = 0; i < object->count; i++) {
    u64 start = object->address + segments[i].address;
    if (segments[i].type == 1 /* PT_LOAD */ && address >= start && address < start + segments[i].memory_size) return 1;
  }
  return 0;
}

static struct identity file_at_own_path(void) {
  struct file_facts facts;
  if (raw_facts(AT_FDCWD, own_path_room, &facts) < 0) return (struct identity){0, 0};
  return identity_in(&facts);
}

static int visit(struct object_info *object, usize size, void *data) {
  (void)size;
  (void)data;
  if (!object->name || !object->name[0]) return 0;
  if (!own_path.length && holds(object, (u64)&own_path)) {
    usize length = text_length(object->name);
    if (length < sizeof own_path_room) text_copy(own_path_room, object->name, length);
    own_path = (struct text){own_path_room, length < sizeof own_path_room ? length : 0};
    own_file = file_at_own_path();
    return 0;
  }
  if (text_equal(text_of(object->name), own_path)) return 0;
  /* The kernel's vDSO has a name without a slash. */
  if (text_has(object->name, '/')) record_path((struct event){KIND_OBJECT, 0, 0}, AT_FDCWD, object->name);
  return 0;
}

struct text tracer_path(void) {
  return own_path;
}

int can_be_loaded(void) {
  struct identity now = file_at_own_path();
  return now.inode && now.inode == own_file.inode && now.device == own_file.device;
}

void list_objects(void) {
  if (!tracing() || !dl_iterate_phdr) return;
  dl_iterate_phdr(visit, 0);
  record_text((struct event){KIND_OBJECTS_LISTED, 0, 0}, "");
}

/* `pending` stays set: in a vfork child the variable is the parent's, which has a listing of its own to write. */
void list_new_objects(void) {
  if (pending) list_objects();
}

static __attribute__((constructor)) void at_start(void) {
  list_objects();
  withdraw_variables();
  /* Auditing libraries live in a name space of their own. */
  if (tracing() && variable_in(environ, "LD_AUDIT")) record_unseen("LD_AUDIT");
}

/* Always: libc loads modules for character sets and name services without calling our dlopen. */
static __attribute__((destructor)) void at_exit(void) {
  list_objects();
}

/* A path is looked at as such; a bare name is searched by the loader, whose result the next listing shows. */
static void record_load(const char *name) {
  if (!name || !tracing()) return;
  list_new_objects();
  pending = 1;
  if (text_has(name, '/'))
    record_path((struct event){KIND_OPEN, raw_exists(AT_FDCWD, name) ? 0 : ENOENT, OPEN_READ}, AT_FDCWD, name);
  record_text((struct event){KIND_LOAD, 0, 0}, name);
}

/*
 * The loader takes RUNPATH, $ORIGIN and the namespace from the object that its return address lies in. So the real
 * function must be jumped to, not called: that the compiler makes sibling calls of these two is held by a test.
 */
static __attribute__((noinline)) void *prepare_load(const char *name, const char *function) {
  record_load(name);
  return next_function(function);
}

EXPORT void *dlopen(const char *name, int flags) {
  return ((void *(*)(const char *, int))prepare_load(name, "dlopen"))(name, flags);
}

/* Another name space has a list of objects of its own, which ours does not show. */
EXPORT void *dlmopen(long space, const char *name, int flags) {
  if (space != 0) record_unseen("dlmopen");
  return ((void *(*)(long, const char *, int))prepare_load(name, "dlmopen"))(space, name, flags);
}

EXPORT int dlclose(void *handle) {
  NEXT_OR(dlclose, -1)
  list_new_objects();
  return next(handle);
}

/* Leaving without destructors. */
EXPORT __attribute__((noreturn)) void _exit(int status) {
  list_new_objects();
  for (;;) RAW1(SYS_exit_group, status);
}

EXPORT __attribute__((noreturn)) void _Exit(int status) {
  _exit(status);
}

EXPORT __attribute__((noreturn)) void quick_exit(int status) {
  list_new_objects();
  void (*next)(int) = (void (*)(int))next_function("quick_exit");
  if (next) next(status);
  for (;;) RAW1(SYS_exit_group, status);
}
