/* What of the kernel's interface is AArch64's own: numbers of system calls, how to make one, how a program is entered. */

enum {
  SYS_getcwd = 17, SYS_dup3 = 24, SYS_ioctl = 29, SYS_unlinkat = 35, SYS_faccessat = 48, SYS_openat = 56, SYS_close = 57,
  SYS_lseek = 62, SYS_read = 63, SYS_write = 64, SYS_pread64 = 67, SYS_sendfile = 71, SYS_ppoll = 73, SYS_exit_group = 94,
  SYS_clock_gettime = 113, SYS_kill = 129, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135, SYS_rt_sigtimedwait = 137,
  SYS_umask = 166, SYS_prctl = 167, SYS_getpid = 172, SYS_geteuid = 175, SYS_socket = 198, SYS_connect = 203,
  SYS_getsockopt = 209, SYS_shutdown = 210, SYS_sendmsg = 211, SYS_munmap = 215, SYS_clone = 220, SYS_execve = 221, SYS_mmap = 222,
  SYS_wait4 = 260, SYS_prlimit64 = 261, SYS_memfd_create = 279, SYS_statx = 291,
};

enum { O_NOFOLLOW = 0100000 };

static inline i64 syscall6(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  register i64 x8 __asm__("x8") = number;
  register i64 x0 __asm__("x0") = a;
  register i64 x1 __asm__("x1") = b;
  register i64 x2 __asm__("x2") = c;
  register i64 x3 __asm__("x3") = d;
  register i64 x4 __asm__("x4") = e;
  register i64 x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

/* Calls stub_main with the stack as the kernel made it, and goes on at the address that it returns, as if just started. */
#define ENTRY_TEXT       \
  "  mov x0, sp\n"       \
  "  mov x19, sp\n"      \
  "  bl stub_main\n"     \
  "  mov sp, x19\n"      \
  "  mov x16, x0\n"      \
  "  mov x0, #0\n"       \
  "  mov x19, #0\n"      \
  "  mov x29, #0\n"      \
  "  mov x30, #0\n"      \
  "  br x16\n"

/* EM_AARCH64 (elf(5)). */
enum { ELF_MACHINE = 183 };
