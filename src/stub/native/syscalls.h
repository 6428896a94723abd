/*
 * System calls of x86-64 without libc, and the kernel's constants and structures that the stub needs. Every call
 * returns what the kernel returns: a negative errno on failure.
 */
#ifndef STUB_SYSCALLS_H
#define STUB_SYSCALLS_H

#ifndef __x86_64__
#error "the stub knows x86-64 only"
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

enum {
  SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_lstat = 6, SYS_poll = 7, SYS_mmap = 9, SYS_munmap = 11,
  SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_ioctl = 16, SYS_pread64 = 17, SYS_dup2 = 33, SYS_getpid = 39, SYS_socket = 41,
  SYS_connect = 42, SYS_sendmsg = 46, SYS_getsockopt = 55, SYS_fork = 57, SYS_execve = 59, SYS_wait4 = 61,
  SYS_kill = 62, SYS_getcwd = 79, SYS_unlink = 87, SYS_umask = 95, SYS_geteuid = 107, SYS_rt_sigtimedwait = 128,
  SYS_prctl = 157, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_memfd_create = 319, SYS_statx = 332,
};

enum {
  EINTR = 4, EBADF = 9, EAGAIN = 11, EPIPE = 32, ECONNRESET = 104,
  O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_EXCL = 0200, O_CLOEXEC = 02000000,
  PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4,
  MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANONYMOUS = 32,
  AF_UNIX = 1, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000, MSG_NOSIGNAL = 0x4000,
  SOL_SOCKET = 1, SO_PEERCRED = 17, POLLIN = 1, POLLOUT = 4,
  AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, AT_SYMLINK_NOFOLLOW = 0x100, STATX_BASIC_STATS = 0x7ff,
  S_IFMT = 0170000, S_IFCHR = 0020000, S_IFDIR = 0040000,
  TIOCGWINSZ = 0x5413, MFD_CLOEXEC = 1, WNOHANG = 1, PR_SET_DUMPABLE = 4,
  CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1,
  SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17,
  SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2,
  PATH_BYTES = 4096, PAGE = 4096,
};

static inline i64 syscall6(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  i64 result;
  register i64 r10 __asm__("r10") = d;
  register i64 r8 __asm__("r8") = e;
  register i64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

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

#endif
