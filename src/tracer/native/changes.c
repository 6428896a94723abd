/* Creating, naming, changing and removing files, and moving within the tree of directories. */
#include "record.h"

typedef const char *path_t;

static int changed(struct event event, int directory, path_t path, long result) {
  event.error = error_of(result);
  record_path(event, directory, path);
  return (int)finish(result);
}

#define CREATED ((struct event){KIND_CREATE, 0, 0})
#define CREATED_DIRECTORY ((struct event){KIND_CREATE, 0, OPEN_DIRECTORY})
#define REMOVED ((struct event){KIND_REMOVE, 0, 0})
#define ATTRIBUTES ((struct event){KIND_ATTRIBUTES, 0, 0})

/* ---- temporary names: libc fills in the template, which is the name then ---- */

#define TEMPORARY_FILE(name, parameters, arguments)                              \
  EXPORT int name parameters {                                                   \
    NEXT_OR(name, -1)                                                            \
    int descriptor = next arguments;                                             \
    if (descriptor >= 0) record_path(CREATED, AT_FDCWD, template);               \
    return descriptor;                                                           \
  }
TEMPORARY_FILE(mkstemp, (char *template), (template))
TEMPORARY_FILE(mkstemp64, (char *template), (template))
TEMPORARY_FILE(mkostemp, (char *template, int flags), (template, flags))
TEMPORARY_FILE(mkostemp64, (char *template, int flags), (template, flags))
TEMPORARY_FILE(mkstemps, (char *template, int suffix), (template, suffix))
TEMPORARY_FILE(mkstemps64, (char *template, int suffix), (template, suffix))
TEMPORARY_FILE(mkostemps, (char *template, int suffix, int flags), (template, suffix, flags))
TEMPORARY_FILE(mkostemps64, (char *template, int suffix, int flags), (template, suffix, flags))

EXPORT char *mkdtemp(char *template) {
  NEXT_OR(mkdtemp, 0)
  char *name = next(template);
  if (name) record_path(CREATED_DIRECTORY, AT_FDCWD, name);
  return name;
}

/* ---- making and removing ---- */

EXPORT int mkdir(path_t path, u32 mode) {
  return changed(CREATED_DIRECTORY, AT_FDCWD, path, RAW3(SYS_mkdirat, AT_FDCWD, path, mode));
}

EXPORT int mkdirat(int directory, path_t path, u32 mode) {
  return changed(CREATED_DIRECTORY, directory, path, RAW3(SYS_mkdirat, directory, path, mode));
}

static int make_node(int directory, path_t path, u32 mode, u64 device) {
  return changed(CREATED, directory, path, RAW4(SYS_mknodat, directory, path, mode, device));
}

enum { S_IFIFO = 0010000 };

EXPORT int mkfifo(path_t path, u32 mode) {
  return make_node(AT_FDCWD, path, mode | S_IFIFO, 0);
}

EXPORT int mkfifoat(int directory, path_t path, u32 mode) {
  return make_node(directory, path, mode | S_IFIFO, 0);
}

EXPORT int mknod(path_t path, u32 mode, u64 device) {
  return make_node(AT_FDCWD, path, mode, device);
}

EXPORT int mknodat(int directory, path_t path, u32 mode, u64 device) {
  return make_node(directory, path, mode, device);
}

EXPORT int __xmknod(int version, path_t path, u32 mode, const u64 *device) {
  (void)version;
  return make_node(AT_FDCWD, path, mode, *device);
}

EXPORT int __xmknodat(int version, int directory, path_t path, u32 mode, const u64 *device) {
  (void)version;
  return make_node(directory, path, mode, *device);
}

EXPORT int symlink(path_t target, path_t path) {
  return changed(CREATED, AT_FDCWD, path, RAW3(SYS_symlinkat, target, AT_FDCWD, path));
}

EXPORT int symlinkat(path_t target, int directory, path_t path) {
  return changed(CREATED, directory, path, RAW3(SYS_symlinkat, target, directory, path));
}

EXPORT int unlink(path_t path) {
  return changed(REMOVED, AT_FDCWD, path, RAW3(SYS_unlinkat, AT_FDCWD, path, 0));
}

EXPORT int rmdir(path_t path) {
  return changed(REMOVED, AT_FDCWD, path, RAW3(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

EXPORT int unlinkat(int directory, path_t path, int flags) {
  return changed(REMOVED, directory, path, RAW3(SYS_unlinkat, directory, path, flags));
}

EXPORT int remove(path_t path) {
  NEXT_OR(remove, -1)
  int result = next(path);
  record_path((struct event){KIND_REMOVE, error_if(result < 0), 0}, AT_FDCWD, path);
  return result;
}

/* ---- two names ---- */

EXPORT int renameat(int from_directory, path_t from, int to_directory, path_t to) {
  long result = RAW4(SYS_renameat, from_directory, from, to_directory, to);
  record_two_paths((struct event){KIND_RENAME, error_of(result), 0}, from_directory, from, to_directory, to);
  return (int)finish(result);
}

EXPORT int rename(path_t from, path_t to) {
  long result = RAW4(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  record_two_paths((struct event){KIND_RENAME, error_of(result), 0}, AT_FDCWD, from, AT_FDCWD, to);
  return (int)finish(result);
}

/* With RENAME_EXCHANGE both names stay, which one record cannot say. */
EXPORT int renameat2(int from_directory, path_t from, int to_directory, path_t to, u32 flags) {
  enum { RENAME_NOREPLACE = 1 };
  long result = RAW5(SYS_renameat2, from_directory, from, to_directory, to, flags);
  if (flags & ~(u32)RENAME_NOREPLACE) record_unseen("renameat2");
  record_two_paths((struct event){KIND_RENAME, error_of(result), 0}, from_directory, from, to_directory, to);
  return (int)finish(result);
}

EXPORT int linkat(int from_directory, path_t from, int to_directory, path_t to, int flags) {
  long result = RAW5(SYS_linkat, from_directory, from, to_directory, to, flags);
  record_two_paths((struct event){KIND_HARD_LINK, error_of(result), 0}, from_directory, from, to_directory, to);
  return (int)finish(result);
}

EXPORT int link(path_t from, path_t to) {
  long result = RAW5(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
  record_two_paths((struct event){KIND_HARD_LINK, error_of(result), 0}, AT_FDCWD, from, AT_FDCWD, to);
  return (int)finish(result);
}

/* ---- attributes and size ---- */

EXPORT int truncate(path_t path, long size) {
  long result = RAW2(SYS_truncate, path, size);
  /* Whatever the new size, what remains of the content is old. */
  record_path((struct event){KIND_OPEN, error_of(result), OPEN_WRITE}, AT_FDCWD, path);
  return (int)finish(result);
}
ALSO(truncate64, truncate);

EXPORT int chmod(path_t path, u32 mode) {
  return changed(ATTRIBUTES, AT_FDCWD, path, RAW3(SYS_fchmodat, AT_FDCWD, path, mode));
}

EXPORT int utimensat(int directory, path_t path, const void *times, int flags) {
  long result = RAW4(SYS_utimensat, directory, path, times, flags);
  if (path) record_path((struct event){KIND_ATTRIBUTES, error_of(result), 0}, directory, path);
  return (int)finish(result);
}

#define ATTRIBUTE_CHANGE(name, directory, parameters, arguments)                          \
  EXPORT int name parameters {                                                            \
    NEXT_OR(name, -1)                                                                     \
    int result = next arguments;                                                          \
    record_path((struct event){KIND_ATTRIBUTES, error_if(result < 0), 0}, directory, path); \
    return result;                                                                        \
  }
ATTRIBUTE_CHANGE(fchmodat, at, (int at, path_t path, u32 mode, int flags), (at, path, mode, flags))
ATTRIBUTE_CHANGE(lchmod, AT_FDCWD, (path_t path, u32 mode), (path, mode))
ATTRIBUTE_CHANGE(chown, AT_FDCWD, (path_t path, u32 user, u32 group), (path, user, group))
ATTRIBUTE_CHANGE(lchown, AT_FDCWD, (path_t path, u32 user, u32 group), (path, user, group))
ATTRIBUTE_CHANGE(fchownat, at, (int at, path_t path, u32 user, u32 group, int flags), (at, path, user, group, flags))
ATTRIBUTE_CHANGE(utime, AT_FDCWD, (path_t path, const void *times), (path, times))
ATTRIBUTE_CHANGE(utimes, AT_FDCWD, (path_t path, const void *times), (path, times))
ATTRIBUTE_CHANGE(lutimes, AT_FDCWD, (path_t path, const void *times), (path, times))
ATTRIBUTE_CHANGE(futimesat, at, (int at, path_t path, const void *times), (at, path, times))
ATTRIBUTE_CHANGE(setxattr, AT_FDCWD, (path_t path, path_t name, const void *value, usize size, int flags),
                 (path, name, value, size, flags))
ATTRIBUTE_CHANGE(removexattr, AT_FDCWD, (path_t path, path_t name), (path, name))
ATTRIBUTE_CHANGE(lremovexattr, AT_FDCWD, (path_t path, path_t name), (path, name))
ATTRIBUTE_CHANGE(lsetxattr, AT_FDCWD, (path_t path, path_t name, const void *value, usize size, int flags),
                 (path, name, value, size, flags))

/* Those of a file that is open, by the name that it has now; one without a name is nobody's input or output. */
static void record_attributes_of(int descriptor, int failed) {
  struct file_facts facts;
  if (failed || !tracing() || raw_facts(descriptor, "", &facts) < 0 || !facts.links) return;
  record_path(ATTRIBUTES, descriptor, "");
}

#define OPEN_ATTRIBUTE_CHANGE(name, parameters, arguments) \
  EXPORT int name parameters {                             \
    NEXT_OR(name, -1)                                      \
    int result = next arguments;                           \
    record_attributes_of(file, result < 0);                \
    return result;                                         \
  }
OPEN_ATTRIBUTE_CHANGE(fchmod, (int file, u32 mode), (file, mode))
OPEN_ATTRIBUTE_CHANGE(fchown, (int file, u32 user, u32 group), (file, user, group))
OPEN_ATTRIBUTE_CHANGE(futimens, (int file, const void *times), (file, times))
OPEN_ATTRIBUTE_CHANGE(futimes, (int file, const void *times), (file, times))
OPEN_ATTRIBUTE_CHANGE(fsetxattr, (int file, path_t name, const void *value, usize size, int flags),
                      (file, name, value, size, flags))
OPEN_ATTRIBUTE_CHANGE(fremovexattr, (int file, path_t name), (file, name))

/* ---- where paths start ---- */

/* Later relative paths are resolved with the kernel's answer, so only the look at the directory counts. */
EXPORT int chdir(path_t path) {
  /* Recorded before: afterwards a relative path would be taken from the new directory. */
  if (path && tracing()) {
    struct file_facts facts;
    record_path((struct event){KIND_PRESENCE, error_of(raw_facts(AT_FDCWD, path, &facts)), 0}, AT_FDCWD, path);
  }
  return (int)finish(RAW1(SYS_chdir, path));
}

/* Behind these a path no longer names the file that it names for the cache. */
#define UNSEEN_CALL(name, parameters, arguments) \
  EXPORT int name parameters {                   \
    NEXT_OR(name, -1)                            \
    int result = next arguments;                 \
    if (result >= 0) record_unseen(QUOTE(name)); \
    return result;                               \
  }
UNSEEN_CALL(chroot, (path_t path), (path))
UNSEEN_CALL(unshare, (int flags), (flags))
UNSEEN_CALL(setns, (int descriptor, int type), (descriptor, type))
UNSEEN_CALL(mount, (path_t source, path_t target, path_t type, u64 flags, const void *data),
            (source, target, type, flags, data))
UNSEEN_CALL(open_by_handle_at, (int mount, void *handle, int flags), (mount, handle, flags))
UNSEEN_CALL(pivot_root, (path_t root, path_t old), (root, old))
UNSEEN_CALL(shm_open, (path_t name, int flags, u32 mode), (name, flags, mode))
UNSEEN_CALL(umount, (path_t target), (target))
UNSEEN_CALL(umount2, (path_t target, int flags), (target, flags))
