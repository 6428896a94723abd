/* What of the kernel's interface is x86-64's own: numbers of system calls, how to make one, how a program is entered. */

enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_lseek = 8, SYS_mmap = 9, SYS_munmap = 11, SYS_rt_sigaction = 13,
  SYS_rt_sigprocmask = 14, SYS_ioctl = 16, SYS_pread64 = 17, SYS_getpid = 39, SYS_sendfile = 40, SYS_socket = 41,
  SYS_connect = 42, SYS_sendmsg = 46, SYS_shutdown = 48, SYS_getsockopt = 55, SYS_clone = 56, SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62,
  SYS_getcwd = 79, SYS_umask = 95, SYS_geteuid = 107, SYS_rt_sigtimedwait = 128, SYS_prctl = 157, SYS_clock_gettime = 228,
  SYS_exit_group = 231, SYS_openat = 257, SYS_unlinkat = 263, SYS_faccessat = 269, SYS_ppoll = 271, SYS_dup3 = 292,
  SYS_prlimit64 = 302, SYS_memfd_create = 319, SYS_statx = 332,
};

enum { O_NOFOLLOW = 0400000 };

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

/* Calls stub_main with the stack as the kernel made it, and goes on at the address that it returns, as if just started. */
#define ENTRY_TEXT           \
  "  mov %rsp, %rdi\n"       \
  "  mov %rsp, %rbx\n"       \
  "  and $-16, %rsp\n"       \
  "  call stub_main\n"       \
  "  mov %rbx, %rsp\n"       \
  "  xor %edx, %edx\n"       \
  "  xor %ebx, %ebx\n"       \
  "  xor %ebp, %ebp\n"       \
  "  jmp *%rax\n"

/* EM_X86_64 (elf(5)). */
enum { ELF_MACHINE = 62 };
