/*
 * syscall(), which some runtimes use for calls that libc lacks. Those that take paths are handed to our wrappers; all
 * others are jumped to, not called: a child that shares the stack (vfork, clone) would come back into a frame of ours.
 */
#include "exec.h"
#include "record.h"

/* Our own exported functions, as C programs see them. */
int open(const char *path, int flags, ...);
int openat(int directory, const char *path, int flags, ...);
int stat(const char *path, void *facts);
int lstat(const char *path, void *facts);
int fstatat(int directory, const char *path, void *facts, int flags);
int statx(int directory, const char *path, int flags, u32 mask, void *facts);
int access(const char *path, int mode);
long readlinkat(int directory, const char *path, char *to, usize room);
int mkdirat(int directory, const char *path, u32 mode);
int unlinkat(int directory, const char *path, int flags);
int renameat2(int from_directory, const char *from, int to_directory, const char *to, u32 flags);
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags);
int symlinkat(const char *target, int directory, const char *path);
int chdir(const char *path);
int chmod(const char *path, u32 mode);
int truncate(const char *path, long size);
long getdents64(int descriptor, void *to, usize size);
int mknodat(int directory, const char *path, u32 mode, u64 device);
int utimensat(int directory, const char *path, const void *times, int flags);
int statfs(const char *path, void *facts);

/* openat2: how is { flags:u64 mode:u64 resolve:u64 }. A restricted resolution is more than a record can say. */
static long open_how(int directory, const char *path, const u64 *how, usize size) {
  if (how[2]) record_unseen("openat2");
  if (!how[2]) return openat(directory, path, (int)how[0], (u32)how[1]);
  return finish(RAW4(SYS_openat2, directory, path, how, size));
}

static long access_with_flags(int directory, const char *path, int mode, int flags) {
  long result = flags ? RAW4(SYS_faccessat2, directory, path, mode, flags) : RAW3(SYS_faccessat, directory, path, mode);
  enum kind kind = flags & AT_SYMLINK_NOFOLLOW ? KIND_LINK : KIND_PRESENCE;
  record_path((struct event){kind, error_of(result), (u32)mode}, directory, path);
  return finish(result);
}

/* Whatever its other arguments say, it changes attributes of `path`. */
static long change_attributes(long number, int directory, const char *path, long c, long d, long e) {
  long result = RAW5(number, directory, path, c, d, e);
  record_path((struct event){KIND_ATTRIBUTES, error_of(result), 0}, directory, path);
  return finish(result);
}

/*
 * The calls that are ours, as CALL(number, what to do with the arguments a b c d e): one list for knowing them and for
 * doing them.
 */
#define CALLS_OF_BOTH(CALL)                                                                   \
  CALL(SYS_openat, openat((int)a, (char *)b, (int)c, (u32)d))                                 \
  CALL(SYS_openat2, open_how((int)a, (char *)b, (u64 *)c, (usize)d))                          \
  CALL(SYS_newfstatat, fstatat((int)a, (char *)b, (void *)c, (int)d))                         \
  CALL(SYS_statx, statx((int)a, (char *)b, (int)c, (u32)d, (void *)e))                        \
  CALL(SYS_faccessat, access_with_flags((int)a, (char *)b, (int)c, 0))                        \
  CALL(SYS_faccessat2, access_with_flags((int)a, (char *)b, (int)c, (int)d))                  \
  CALL(SYS_readlinkat, readlinkat((int)a, (char *)b, (char *)c, (usize)d))                    \
  CALL(SYS_mkdirat, mkdirat((int)a, (char *)b, (u32)c))                                       \
  CALL(SYS_unlinkat, unlinkat((int)a, (char *)b, (int)c))                                     \
  CALL(SYS_renameat, renameat2((int)a, (char *)b, (int)c, (char *)d, 0))                      \
  CALL(SYS_renameat2, renameat2((int)a, (char *)b, (int)c, (char *)d, (u32)e))                \
  CALL(SYS_linkat, linkat((int)a, (char *)b, (int)c, (char *)d, (int)e))                      \
  CALL(SYS_symlinkat, symlinkat((char *)a, (int)b, (char *)c))                                \
  CALL(SYS_chdir, chdir((char *)a))                                                           \
  CALL(SYS_mknodat, mknodat((int)a, (char *)b, (u32)c, (u64)d))                               \
  CALL(SYS_utimensat, utimensat((int)a, (char *)b, (void *)c, (int)d))                        \
  CALL(SYS_statfs, statfs((char *)a, (void *)b))                                              \
  CALL(SYS_fchmodat, change_attributes(number, (int)a, (char *)b, c, d, e))                   \
  CALL(SYS_fchmodat2, change_attributes(number, (int)a, (char *)b, c, d, e))                  \
  CALL(SYS_fchownat, change_attributes(number, (int)a, (char *)b, c, d, e))                   \
  CALL(SYS_truncate, truncate((char *)a, b))                                                  \
  CALL(SYS_getdents64, getdents64((int)a, (void *)b, (usize)c))                               \
  CALL(SYS_execve, execute(AT_FDCWD, (char *)a, (char **)b, (char **)c, 0))                   \
  CALL(SYS_execveat, execute((int)a, (char *)b, (char **)c, (char **)d, (int)e))

#if defined(__x86_64__)
#define CALLS_OF_X86(CALL)                                                                    \
  CALL(SYS_open, open((char *)a, (int)b, (u32)c))                                             \
  CALL(SYS_creat, open((char *)a, O_WRONLY | O_CREAT | O_TRUNC, (u32)b))                      \
  CALL(SYS_stat, stat((char *)a, (void *)b))                                                  \
  CALL(SYS_lstat, lstat((char *)a, (void *)b))                                                \
  CALL(SYS_access, access((char *)a, (int)b))                                                 \
  CALL(SYS_readlink, readlinkat(AT_FDCWD, (char *)a, (char *)b, (usize)c))                    \
  CALL(SYS_mkdir, mkdirat(AT_FDCWD, (char *)a, (u32)b))                                       \
  CALL(SYS_rmdir, unlinkat(AT_FDCWD, (char *)a, AT_REMOVEDIR))                                \
  CALL(SYS_unlink, unlinkat(AT_FDCWD, (char *)a, 0))                                          \
  CALL(SYS_rename, renameat2(AT_FDCWD, (char *)a, AT_FDCWD, (char *)b, 0))                    \
  CALL(SYS_link, linkat(AT_FDCWD, (char *)a, AT_FDCWD, (char *)b, 0))                         \
  CALL(SYS_symlink, symlinkat((char *)a, AT_FDCWD, (char *)b))                                \
  CALL(SYS_chmod, chmod((char *)a, (u32)b))
#else
#define CALLS_OF_X86(CALL)
#endif

#define KNOW(number, action) case number:
#define DO(number, action) \
  case number:             \
    return (long)(action);

static int is_ours(long number) {
  switch (number) {
    CALLS_OF_BOTH(KNOW)
    CALLS_OF_X86(KNOW)
    return 1;
    default: return 0;
  }
}

static __attribute__((noinline)) long recorded(long number, long a, long b, long c, long d, long e) {
  switch (number) {
    CALLS_OF_BOTH(DO)
    CALLS_OF_X86(DO)
    default: return finish(-ENOSYS);
  }
}

/* Calls that move data past every wrapper, or leave this machine. */
static void record_special(long number) {
  switch (number) {
    case SYS_socket:
    case SYS_connect: record_text((struct event){KIND_NETWORK, 0, 0}, "syscall"); break;
#if defined(__x86_64__)
    case SYS_getdents: record_unseen("getdents"); break;
#endif
    case SYS_chroot:
    case SYS_io_uring_setup:
    case SYS_mount:
    case SYS_open_by_handle_at:
    case SYS_open_tree:
    case SYS_pivot_root:
    case SYS_setns:
    case SYS_setxattr:
    case SYS_unshare: record_unseen("syscall"); break;
    default: break;
  }
}

static __attribute__((noinline)) void *real_syscall(long number) {
  static void *next;
  record_special(number);
  if (!next) next = next_function("syscall");
  return next;
}

EXPORT long syscall(long number, long a, long b, long c, long d, long e, long f) {
  if (is_ours(number)) return recorded(number, a, b, c, d, e);
  return ((long (*)(long, long, long, long, long, long, long))real_syscall(number))(number, a, b, c, d, e, f);
}
