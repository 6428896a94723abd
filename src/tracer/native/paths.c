/*
 * Looking at files: the open, stat, access and readlink families, in their 64-bit, `at`, fortified and old-glibc forms.
 * They go straight to the kernel. That needs no dlsym in a signal handler or in the child of a threaded process, and
 * whatever else is preloaded stands in front of us (the tracer is the last of LD_PRELOAD) and calls us.
 */
#include "record.h"

typedef const char *path_t;

/* ---- open ---- */

static u32 open_flags_of(int flags) {
  int mode = flags & O_ACCMODE;
  u32 result = mode == O_WRONLY ? OPEN_WRITE : mode == O_RDWR ? OPEN_READ | OPEN_WRITE : OPEN_READ;
  if (flags & O_CREAT) result |= OPEN_CREATE;
  if (flags & O_TRUNC) result |= OPEN_TRUNCATE | OPEN_WRITE; /* with O_RDONLY too */
  if (flags & O_APPEND) result |= OPEN_APPEND;
  if (flags & O_EXCL) result |= OPEN_EXCLUSIVE;
  return result;
}

/* O_PATH and O_NOFOLLOW look without reading; an unnamed temporary leaves nothing but a look at its directory. */
static enum kind kind_of_open(int flags, int error) {
  if ((flags & O_NOFOLLOW) && (error == ELOOP || (flags & O_PATH))) return KIND_LINK;
  if (flags & (O_PATH | O_TMPFILE_BIT)) return KIND_PRESENCE;
  return KIND_OPEN;
}

/* How an open went: what is known before it, and what it led to if it was to be read. */
struct opening {
  int flags, was_there, error, is_folder;
  struct identity file;
};

/* 0.3 µs, for files that are read only. */
static void look_at_opened(struct opening *opening, int descriptor) {
  struct file_facts facts;
  if (descriptor < 0 || (opening->flags & O_ACCMODE) || raw_facts(descriptor, "", &facts) != 0) return;
  opening->is_folder = (facts.mode & S_IFMT) == S_IFDIR;
  opening->file = identity_in(&facts);
}

/* /proc/self/fd/5, /dev/fd/5 and /dev/stdin are other names of what a descriptor leads to. */
static int names_descriptor(path_t path) {
  return text_starts(path, "/dev/fd/") || text_starts(path, "/dev/std") || text_starts(path, "/proc/");
}

static __attribute__((noinline)) void record_descriptor_name(struct event event, path_t path) {
  char room[PATH_BYTES];
  long length = RAW4(SYS_readlinkat, AT_FDCWD, path, room, PATH_BYTES - 1);
  if (length > 0 && text_starts(path, "/dev/std")) { /* a link to /proc/self/fd/0 */
    room[length] = 0;
    char link[PATH_BYTES];
    text_copy(link, room, (usize)length + 1);
    length = RAW4(SYS_readlinkat, AT_FDCWD, link, room, PATH_BYTES - 1);
  }
  if (length <= 0 || room[0] != '/') return; /* a pipe, or no link at all */
  room[length] = 0;
  if (!text_starts(room, "/memfd:") && !text_starts(room, "/proc/")) record_text(event, room);
}

static void record_open(int directory, path_t path, const struct opening *opening) {
  int error = opening->error;
  enum kind kind = kind_of_open(opening->flags, error);
  if (kind != KIND_OPEN) {
    record_path((struct event){kind, kind == KIND_LINK && error == ELOOP ? 0 : error, 0}, directory, path);
    return;
  }
  u32 bits = open_flags_of(opening->flags) | (opening->was_there ? OPEN_EXISTED : 0);
  struct event event = {KIND_OPEN, error, bits | (opening->is_folder ? OPEN_DIRECTORY : 0), opening->file};
  record_path(event, directory, path);
  if (error == 0 && path && tracing() && names_descriptor(path)) record_descriptor_name(event, path);
}

static int open_recorded(int directory, path_t path, int flags, u32 mode) {
  if (!tracing()) return (int)finish(RAW4(SYS_openat, directory, path, flags, mode));
  struct opening opening = {.flags = flags};
  opening.was_there = path && (flags & (O_CREAT | O_EXCL)) == O_CREAT && raw_exists(directory, path);
  long result = RAW4(SYS_openat, directory, path, flags, mode);
  opening.error = error_of(result);
  look_at_opened(&opening, (int)result);
  record_open(directory, path, &opening);
  return (int)finish(result);
}

/* The mode is only there when a file may be created; reading a register that the caller did not set is harmless. */
#define OPTIONAL_MODE(last)             \
  __builtin_va_list list;               \
  __builtin_va_start(list, last);       \
  u32 mode = __builtin_va_arg(list, u32); \
  __builtin_va_end(list)

EXPORT int open(path_t path, int flags, ...) {
  OPTIONAL_MODE(flags);
  return open_recorded(AT_FDCWD, path, flags, mode);
}
ALSO(open64, open);
ALSO(__open, open);
ALSO(__open64, open);

EXPORT int openat(int directory, path_t path, int flags, ...) {
  OPTIONAL_MODE(flags);
  return open_recorded(directory, path, flags, mode);
}
ALSO(openat64, openat);

EXPORT int __open_2(path_t path, int flags) {
  return open_recorded(AT_FDCWD, path, flags, 0);
}
ALSO(__open64_2, __open_2);

EXPORT int __openat_2(int directory, path_t path, int flags) {
  return open_recorded(directory, path, flags, 0);
}
ALSO(__openat64_2, __openat_2);

EXPORT int creat(path_t path, u32 mode) {
  return open_recorded(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
ALSO(creat64, creat);

/* ---- streams: libc opens these by itself, out of our sight ---- */

/* The O_* flags that fopen(3) derives from its mode. */
static int flags_of_mode(const char *mode) {
  int flags = 0;
  if (*mode == 'w') flags = O_WRONLY | O_CREAT | O_TRUNC;
  if (*mode == 'a') flags = O_WRONLY | O_CREAT | O_APPEND;
  for (; *mode && *mode != ','; mode++) {
    if (*mode == '+') flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (*mode == 'x') flags |= O_EXCL;
  }
  return flags;
}

static struct opening before_stream(path_t path, const char *mode) {
  struct opening opening = {.flags = flags_of_mode(mode)};
  opening.was_there = path && (opening.flags & O_CREAT) && tracing() && raw_exists(AT_FDCWD, path);
  /* freopen of the same file: libc opens it anew by the descriptor. */
  if (!path && opening.flags) record_unseen("freopen");
  return opening;
}

static int descriptor_of(void *stream) {
  static int (*fileno)(void *);
  if (!fileno) fileno = (int (*)(void *))next_function("fileno");
  return fileno ? fileno(stream) : -1;
}

static void after_stream(path_t path, struct opening opening, void *stream) {
  opening.error = error_if(!stream);
  if (stream && tracing()) look_at_opened(&opening, descriptor_of(stream));
  record_open(AT_FDCWD, path, &opening);
}

#define FOPEN(name)                                         \
  EXPORT void *name(path_t path, const char *mode) {        \
    NEXT_OR(name, 0)                                        \
    struct opening opening = before_stream(path, mode);     \
    void *stream = next(path, mode);                        \
    after_stream(path, opening, stream);                    \
    return stream;                                          \
  }
FOPEN(fopen)
FOPEN(fopen64)
FOPEN(_IO_fopen)

#define FREOPEN(name)                                                \
  EXPORT void *name(path_t path, const char *mode, void *old) {      \
    NEXT_OR(name, 0)                                                 \
    struct opening opening = before_stream(path, mode);              \
    void *stream = next(path, mode, old);                            \
    after_stream(path, opening, stream);                             \
    return stream;                                                   \
  }
FREOPEN(freopen)
FREOPEN(freopen64)

/* ---- stat ---- */

static int stat_recorded(int directory, path_t path, void *facts, int flags) {
  long result = RAW4(SYS_newfstatat, directory, path, facts, flags);
  enum kind kind = flags & AT_SYMLINK_NOFOLLOW ? KIND_LINK : KIND_PRESENCE;
  if (path && path[0]) record_path((struct event){kind, error_of(result), 0}, directory, path);
  return (int)finish(result);
}

EXPORT int stat(path_t path, void *facts) {
  return stat_recorded(AT_FDCWD, path, facts, 0);
}
ALSO(stat64, stat);

EXPORT int lstat(path_t path, void *facts) {
  return stat_recorded(AT_FDCWD, path, facts, AT_SYMLINK_NOFOLLOW);
}
ALSO(lstat64, lstat);

EXPORT int fstatat(int directory, path_t path, void *facts, int flags) {
  return stat_recorded(directory, path, facts, flags);
}
ALSO(fstatat64, fstatat);

/* stat() and its kin in programs built before glibc 2.33. Versions 0 and 1 both are the kernel's struct stat. */
static int known_version(int version) {
  if (version == 0 || version == 1) return 1;
  *__errno_location() = EINVAL;
  return 0;
}

EXPORT int __xstat(int version, path_t path, void *facts) {
  return known_version(version) ? stat_recorded(AT_FDCWD, path, facts, 0) : -1;
}
ALSO(__xstat64, __xstat);

EXPORT int __lxstat(int version, path_t path, void *facts) {
  return known_version(version) ? stat_recorded(AT_FDCWD, path, facts, AT_SYMLINK_NOFOLLOW) : -1;
}
ALSO(__lxstat64, __lxstat);

EXPORT int __fxstatat(int version, int directory, path_t path, void *facts, int flags) {
  return known_version(version) ? stat_recorded(directory, path, facts, flags) : -1;
}
ALSO(__fxstatat64, __fxstatat);

EXPORT int statx(int directory, path_t path, int flags, u32 mask, void *facts) {
  long result = RAW5(SYS_statx, directory, path, flags, mask, facts);
  enum kind kind = flags & AT_SYMLINK_NOFOLLOW ? KIND_LINK : KIND_PRESENCE;
  if (path && path[0]) record_path((struct event){kind, error_of(result), 0}, directory, path);
  return (int)finish(result);
}

EXPORT int statfs(path_t path, void *facts) {
  long result = RAW2(SYS_statfs, path, facts);
  record_path((struct event){KIND_PRESENCE, error_of(result), 0}, AT_FDCWD, path);
  return (int)finish(result);
}
ALSO(statfs64, statfs);
ALSO(__statfs, statfs);

#define LOOK_BY_LIBC(type, name, kind, parameters, arguments)                      \
  EXPORT type name parameters {                                                    \
    NEXT_OR(name, -1)                                                              \
    type result = next arguments;                                                  \
    record_path((struct event){kind, error_if(result < 0), 0}, AT_FDCWD, path);    \
    return result;                                                                 \
  }
LOOK_BY_LIBC(int, statvfs, KIND_PRESENCE, (path_t path, void *facts), (path, facts))
LOOK_BY_LIBC(int, statvfs64, KIND_PRESENCE, (path_t path, void *facts), (path, facts))
LOOK_BY_LIBC(long, getxattr, KIND_PRESENCE, (path_t path, path_t name, void *to, usize size), (path, name, to, size))
LOOK_BY_LIBC(long, lgetxattr, KIND_LINK, (path_t path, path_t name, void *to, usize size), (path, name, to, size))
LOOK_BY_LIBC(long, listxattr, KIND_PRESENCE, (path_t path, char *to, usize size), (path, to, size))
LOOK_BY_LIBC(long, llistxattr, KIND_LINK, (path_t path, char *to, usize size), (path, to, size))
LOOK_BY_LIBC(int, inotify_add_watch, KIND_PRESENCE, (int queue, path_t path, u32 mask), (queue, path, mask))

/* pathconf answers -1 without an error where there is no limit; a missing path is all that matters. */
EXPORT long pathconf(path_t path, int what) {
  NEXT_OR(pathconf, -1)
  long result = next(path, what);
  record_path((struct event){KIND_PRESENCE, path && raw_exists(AT_FDCWD, path) ? 0 : ENOENT, 0}, AT_FDCWD, path);
  return result;
}

/* ---- access ---- */

static int access_recorded(int directory, path_t path, int mode, long result) {
  record_path((struct event){KIND_PRESENCE, error_of(result), (u32)mode}, directory, path);
  return (int)finish(result);
}

EXPORT int access(path_t path, int mode) {
  return access_recorded(AT_FDCWD, path, mode, RAW3(SYS_faccessat, AT_FDCWD, path, mode));
}

/* Flags are libc's work on kernels before 5.8. */
EXPORT int faccessat(int directory, path_t path, int mode, int flags) {
  if (flags == 0) return access_recorded(directory, path, mode, RAW3(SYS_faccessat, directory, path, mode));
  NEXT_OR(faccessat, -1)
  int result = next(directory, path, mode, flags);
  enum kind kind = flags & AT_SYMLINK_NOFOLLOW ? KIND_LINK : KIND_PRESENCE;
  record_path((struct event){kind, error_if(result < 0), (u32)mode}, directory, path);
  return result;
}

EXPORT int euidaccess(path_t path, int mode) {
  NEXT_OR(euidaccess, -1)
  int result = next(path, mode);
  record_path((struct event){KIND_PRESENCE, error_if(result < 0), (u32)mode}, AT_FDCWD, path);
  return result;
}
ALSO(eaccess, euidaccess);

/* ---- symbolic links ---- */

static long readlink_recorded(int directory, path_t path, char *to, usize room) {
  long result = RAW4(SYS_readlinkat, directory, path, to, room);
  /* EINVAL: it is there and is no link, which is an answer too. */
  int error = error_of(result) == EINVAL ? 0 : error_of(result);
  if (path && path[0]) record_path((struct event){KIND_LINK, error, 0}, directory, path);
  return finish(result);
}

EXPORT long readlink(path_t path, char *to, usize room) {
  return readlink_recorded(AT_FDCWD, path, to, room);
}

EXPORT long readlinkat(int directory, path_t path, char *to, usize room) {
  return readlink_recorded(directory, path, to, room);
}

/* Fortified: the caller knows how big its buffer is; overrunning it is libc's to punish. */
EXPORT long __readlink_chk(path_t path, char *to, usize room, usize size) {
  NEXT_OR(__readlink_chk, -1)
  return room > size ? next(path, to, room, size) : readlink_recorded(AT_FDCWD, path, to, room);
}

EXPORT long __readlinkat_chk(int directory, path_t path, char *to, usize room, usize size) {
  NEXT_OR(__readlinkat_chk, -1)
  return room > size ? next(directory, path, to, room, size) : readlink_recorded(directory, path, to, room);
}
