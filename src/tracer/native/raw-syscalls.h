/*
 * System calls without libc. Every function here is async-signal-safe, leaves errno alone and returns what the kernel
 * returns: a negative errno on failure. Only calls that both architectures have are used, hence the `at` forms.
 * AArch64 numbers are those of the kernel's generic table; that half is not compiled by our tests.
 */
#ifndef RAW_SYSCALLS_H
#define RAW_SYSCALLS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef unsigned long usize;

#if defined(__x86_64__)

enum {
  SYS_pread64 = 17, SYS_close = 3, SYS_mmap = 9, SYS_ioctl = 16, SYS_getpid = 39, SYS_execve = 59, SYS_truncate = 76,
  SYS_getcwd = 79, SYS_chdir = 80, SYS_getppid = 110, SYS_statfs = 137, SYS_chroot = 161, SYS_fgetxattr = 193,
  SYS_getdents64 = 217, SYS_exit_group = 231, SYS_openat = 257, SYS_mkdirat = 258, SYS_mknodat = 259,
  SYS_newfstatat = 262, SYS_unlinkat = 263, SYS_renameat = 264, SYS_linkat = 265, SYS_symlinkat = 266,
  SYS_readlinkat = 267, SYS_fchmodat = 268, SYS_faccessat = 269, SYS_utimensat = 280, SYS_renameat2 = 316,
  SYS_execveat = 322, SYS_statx = 332, SYS_io_uring_setup = 425, SYS_openat2 = 437, SYS_faccessat2 = 439,
  SYS_socket = 41, SYS_connect = 42, SYS_pivot_root = 155, SYS_mount = 165, SYS_unshare = 272, SYS_open_by_handle_at = 304,
  SYS_setns = 308, SYS_prctl = 157, SYS_fchownat = 260, SYS_setxattr = 188, SYS_open_tree = 428, SYS_fchmodat2 = 452,
};
/* Calls of the first Unix days, which AArch64 never got; they are only recognised in syscall(). */
enum {
  SYS_open = 2, SYS_stat = 4, SYS_lstat = 6, SYS_access = 21, SYS_rename = 82, SYS_mkdir = 83, SYS_rmdir = 84,
  SYS_creat = 85, SYS_link = 86, SYS_unlink = 87, SYS_symlink = 88, SYS_readlink = 89, SYS_chmod = 90,
  SYS_getdents = 78,
};
#define O_NOFOLLOW 0400000
#define ELF_MACHINE_HERE 62 /* EM_X86_64 */

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

enum {
  SYS_fgetxattr = 10, SYS_getcwd = 17, SYS_ioctl = 29, SYS_mknodat = 33, SYS_mkdirat = 34, SYS_unlinkat = 35,
  SYS_symlinkat = 36, SYS_linkat = 37, SYS_renameat = 38, SYS_statfs = 43, SYS_truncate = 45, SYS_faccessat = 48,
  SYS_chdir = 49, SYS_chroot = 51, SYS_fchmodat = 53, SYS_openat = 56, SYS_close = 57, SYS_getdents64 = 61,
  SYS_pread64 = 67, SYS_readlinkat = 78, SYS_newfstatat = 79, SYS_utimensat = 88, SYS_exit_group = 94,
  SYS_getpid = 172, SYS_getppid = 173, SYS_socket = 198, SYS_connect = 203, SYS_execve = 221, SYS_mmap = 222,
  SYS_renameat2 = 276, SYS_execveat = 281, SYS_statx = 291, SYS_io_uring_setup = 425, SYS_openat2 = 437,
  SYS_faccessat2 = 439, SYS_setxattr = 5, SYS_mount = 40, SYS_pivot_root = 41, SYS_fchownat = 54, SYS_unshare = 97,
  SYS_open_by_handle_at = 265, SYS_setns = 268, SYS_prctl = 167, SYS_open_tree = 428, SYS_fchmodat2 = 452,
};
#define O_NOFOLLOW 0100000
#define ELF_MACHINE_HERE 183 /* EM_AARCH64 */

static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

#else
#error "the tracer knows x86-64 and AArch64 only"
#endif

#define RAW1(n, a) raw_syscall(n, (long)(a), 0, 0, 0, 0, 0)
#define RAW2(n, a, b) raw_syscall(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define RAW3(n, a, b, c) raw_syscall(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define RAW4(n, a, b, c, d) raw_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define RAW5(n, a, b, c, d, e) raw_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define RAW6(n, a, b, c, d, e, f) raw_syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* Constants that are the same on both architectures (the kernel's uapi headers). */
enum {
  AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_EMPTY_PATH = 0x1000,
  O_ACCMODE = 3, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_EXCL = 0200, O_TRUNC = 01000, O_APPEND = 02000,
  O_CLOEXEC = 02000000, O_PATH = 010000000, O_TMPFILE_BIT = 020000000,
  F_OK = 0, X_OK = 1,
  ENOENT = 2, ENOEXEC = 8, EACCES = 13, EFAULT = 14, ENODEV = 19, ENOTDIR = 20, EINVAL = 22, ERANGE = 34, ENOSYS = 38, ELOOP = 40, ETIMEDOUT = 110, ESTALE = 116,
  PATH_BYTES = 4096,
};

/* The part of struct statx (statx(2)) that is needed here; its layout is the same everywhere, unlike struct stat's. */
struct file_facts {
  u32 mask, block_size;
  u64 attributes;
  u32 links, uid, gid;
  u16 mode, pad;
  u64 inode, size, blocks, attributes_mask;
  u64 times[8];
  u32 special_major, special_minor, device_major, device_minor;
  u64 reserved[14];
};
enum { STATX_BASIC_STATS = 0x7ff, S_IFMT = 0170000, S_IFREG = 0100000, S_IFDIR = 0040000, S_ISUID = 04000, S_ISGID = 02000 };

/* Facts of `path`, or of the descriptor itself when `path` is "". */
static inline long raw_facts(int directory, const char *path, struct file_facts *facts) {
  return RAW5(SYS_statx, directory, path, AT_EMPTY_PATH, STATX_BASIC_STATS, facts);
}

static inline int raw_exists(int directory, const char *path) {
  return RAW3(SYS_faccessat, directory, path, F_OK) == 0;
}

#endif
