/*
 * System calls without libc, and the kernel's constants and structures that the stub needs, where they are the same on
 * all processors. Every call returns what the kernel returns: a negative errno on failure. Calls that newer processors do
 * not have (open, poll, dup2, fork, unlink) are not used on older ones either.
 */
#ifndef STUB_SYSCALLS_H
#define STUB_SYSCALLS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

#if defined(__x86_64__)
#include "x86-64.h"
#elif defined(__aarch64__)
#include "aarch64.h"
#else
#error "the stub knows x86-64 and AArch64 only"
#endif

enum {
  ENOENT = 2, ENOTDIR = 20, EINTR = 4, ENOEXEC = 8, EBADF = 9, EAGAIN = 11, EPIPE = 32, ECONNRESET = 104, ECONNREFUSED = 111,
  O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_EXCL = 0200, O_CLOEXEC = 02000000,
  PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4,
  MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32,
  AF_UNIX = 1, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000, MSG_NOSIGNAL = 0x4000, SHUT_RDWR = 2,
  SOL_SOCKET = 1, SO_PEERCRED = 17, POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16, POLLNVAL = 32,
  AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100, STATX_BASIC_STATS = 0x7ff, X_OK = 1,
  S_IFMT = 0170000, S_IFIFO = 0010000, S_IFCHR = 0020000, S_IFDIR = 0040000, S_IFREG = 0100000, S_IFSOCK = 0140000,
  SEEK_SET = 0, SEEK_CUR = 1,
  TIOCGWINSZ = 0x5413, MFD_CLOEXEC = 1, WNOHANG = 1, PR_SET_DUMPABLE = 4,
  CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1,
  SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGTERM = 15, SIGCHLD = 17,
  SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2,
  RLIMIT_CPU = 0, RLIMIT_FSIZE = 1, RLIMIT_DATA = 2, RLIMIT_STACK = 3, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMIT_AS = 9,
  PATH_BYTES = 4096,
  /* The kernel's error numbers end here; what is above, as a number without sign, is an address. */
  MAX_ERRNO = 4095,
};

#define CALL0(n) syscall6(SYS_##n, 0, 0, 0, 0, 0, 0)
#define CALL1(n, a) syscall6(SYS_##n, (i64)(a), 0, 0, 0, 0, 0)
#define CALL2(n, a, b) syscall6(SYS_##n, (i64)(a), (i64)(b), 0, 0, 0, 0)
#define CALL3(n, a, b, c) syscall6(SYS_##n, (i64)(a), (i64)(b), (i64)(c), 0, 0, 0)
#define CALL4(n, a, b, c, d) syscall6(SYS_##n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), 0, 0)
#define CALL5(n, a, b, c, d, e) syscall6(SYS_##n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), (i64)(e), 0)
#define CALL6(n, a, b, c, d, e, f) syscall6(SYS_##n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), (i64)(e), (i64)(f))

struct timespec { i64 seconds, nanoseconds; };
struct pollfd { i32 fd; u16 events, revents; };
struct iovec { const void *base; u64 length; };
struct msghdr { void *name; u32 name_length; struct iovec *pieces; u64 count; void *control; u64 control_length; i32 flags; };
struct kernel_sigaction { u64 handler, flags, restorer, mask; };
struct credentials { i32 pid; u32 uid, gid; };
struct limit { u64 soft, hard; };
struct statx_time { i64 seconds; u32 nanoseconds, pad; };
struct statx {
  u32 mask, block_size;
  u64 attributes;
  u32 links, uid, gid;
  u16 mode, pad;
  u64 inode, size, blocks, attributes_mask;
  struct statx_time accessed, born, changed, modified;
  u32 rdev_major, rdev_minor, dev_major, dev_minor;
  u64 reserved[14];
};

static inline i64 open_file(const char *path, i64 flags, i64 mode) {
  return CALL4(openat, AT_FDCWD, path, flags, mode);
}

/* Waits for one descriptor. */
static inline i64 poll_one(struct pollfd *request, i64 milliseconds) {
  struct timespec within = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  return CALL5(ppoll, request, 1, &within, 0, 8);
}

#endif
