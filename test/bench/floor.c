/*
 * The floor of every comparison: what a compiler costs that does nothing. It leaves an empty file where -o says, if it
 * was built with -DLEAVES_OUTPUT, so that a build tool goes on; and has no C library that would have to start.
 */
#include <fcntl.h>
#include <sys/syscall.h>

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

__attribute__((used)) static void run(const long *stack) {
#ifdef LEAVES_OUTPUT
  const char *const *argv = (const char *const *)(stack + 1);
  for (int i = 1; argv[0] && argv[i] && argv[i + 1]; i++)
    if (argv[i][0] == '-' && argv[i][1] == 'o' && argv[i][2] == 0)
      call(SYS_open, (long)argv[i + 1], O_WRONLY | O_CREAT | O_TRUNC, 0777);
#else
  (void)stack;
#endif
  call(SYS_exit_group, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall run\n");
