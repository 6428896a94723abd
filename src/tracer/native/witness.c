/*
 * The witness. Executed as a program, this file runs another one under ptrace(2) and writes down which paths the kernel
 * was asked for, by whatever means: what the preloaded tracer must have recorded as well.
 *
 *   libzcctrace.so PROGRAM [ARGUMENT ...]
 *
 *   report ::= entry*                      on standard output
 *   entry  ::= act " " pid " " error " " path NUL
 *   act    ::= "o" opened | "p" looked at | "l" read as a link | "d" listed | "c" named, changed or removed
 *            | "x" a program has begun | "?" a call of another ABI | "!" tracing is refused | "e" the program has ended
 *
 * `path` is absolute, made so with the directory of the process at that moment. `error` is an errno: of "o" (others are
 * noted before their outcome is known, as 0) and of "!"; of "e" it is the status of wait(2).
 *
 * Without a program it is the guard (guard.c).
 *
 * No loader has prepared this process: nothing here may use a symbol of libc, a pointer in a table, or a function of the
 * other files.
 */
#include "record.h"

enum { SIGKILL = 9, SIGTRAP = 5, SIGCHLD = 17, SIGSTOP = 19, EPERM = 1, ESRCH = 3, ENOMEM = 12 };
enum {
  PTRACE_TRACEME = 0, PTRACE_SYSCALL = 24, PTRACE_SETOPTIONS = 0x4200, PTRACE_GET_SYSCALL_INFO = 0x420e,
  TRACE_SYSTEM_GOOD = 1, TRACE_FORK = 2, TRACE_VFORK = 4, TRACE_CLONE = 8, TRACE_EXEC = 16, EXIT_KILL = 1 << 20,
  EVENT_EXEC = 4, WAIT_ALL = 0x40000000, PR_SET_PDEATHSIG = 1,
};

#if defined(__x86_64__)
enum {
  SYS_write = 1, SYS_clone = 56, SYS_wait4 = 61, SYS_kill = 62, SYS_ptrace = 101, SYS_dup3 = 292,
  SYS_process_vm_readv = 310, AUDIT_ARCH_HERE = 0xc000003e,
};
/* The start of a process: its stack has the count and the vector of arguments (System V ABI). */
__asm__(".globl witness_entry\n.hidden witness_entry\nwitness_entry:\n"
        "xor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\ncall witness_main\nhlt\n");
#else
enum {
  SYS_dup3 = 24, SYS_write = 64, SYS_ptrace = 117, SYS_kill = 129, SYS_clone = 220, SYS_wait4 = 260,
  SYS_process_vm_readv = 270, AUDIT_ARCH_HERE = 0xc00000b7,
};
__asm__(".globl witness_entry\n.hidden witness_entry\nwitness_entry:\nmov x0, sp\nbl witness_main\nbrk 0\n");
#endif

/* A call that names a path: which argument it is, and which one the directory that it is relative to. */
struct path_call {
  u16 number;
  char act;
  signed char path, directory;
};
enum { NONE = -1 };

static const struct path_call PATH_CALLS[] = {
#if defined(__x86_64__)
    {SYS_open, 'o', 0, NONE}, {SYS_creat, 'o', 0, NONE}, {SYS_stat, 'p', 0, NONE}, {SYS_lstat, 'p', 0, NONE},
    {SYS_access, 'p', 0, NONE}, {SYS_readlink, 'l', 0, NONE}, {SYS_mkdir, 'c', 0, NONE}, {SYS_rmdir, 'c', 0, NONE},
    {SYS_unlink, 'c', 0, NONE}, {SYS_rename, 'c', 0, NONE}, {SYS_rename, 'c', 1, NONE}, {SYS_link, 'c', 0, NONE},
    {SYS_link, 'c', 1, NONE}, {SYS_symlink, 'c', 1, NONE}, {SYS_chmod, 'c', 0, NONE}, {SYS_getdents, 'd', NONE, 0},
#endif
    {SYS_openat, 'o', 1, 0}, {SYS_openat2, 'o', 1, 0}, {SYS_newfstatat, 'p', 1, 0}, {SYS_statx, 'p', 1, 0},
    {SYS_faccessat, 'p', 1, 0}, {SYS_faccessat2, 'p', 1, 0}, {SYS_statfs, 'p', 0, NONE}, {SYS_chdir, 'p', 0, NONE},
    {SYS_readlinkat, 'l', 1, 0}, {SYS_getdents64, 'd', NONE, 0}, {SYS_mkdirat, 'c', 1, 0}, {SYS_mknodat, 'c', 1, 0},
    {SYS_unlinkat, 'c', 1, 0}, {SYS_renameat, 'c', 1, 0}, {SYS_renameat, 'c', 3, 2}, {SYS_renameat2, 'c', 1, 0},
    {SYS_renameat2, 'c', 3, 2}, {SYS_linkat, 'c', 1, 0}, {SYS_linkat, 'c', 3, 2}, {SYS_symlinkat, 'c', 2, 1},
    {SYS_fchmodat, 'c', 1, 0}, {SYS_fchmodat2, 'c', 1, 0}, {SYS_fchownat, 'c', 1, 0}, {SYS_truncate, 'c', 0, NONE},
    {SYS_utimensat, 'c', 1, 0}, {SYS_setxattr, 'c', 0, NONE},
};
enum { PATH_CALL_COUNT = sizeof PATH_CALLS / sizeof PATH_CALLS[0] };

/* struct ptrace_syscall_info (ptrace(2), Linux 5.3). */
struct call_info {
  u8 op, pad[3];
  u32 abi;
  u64 instruction, stack;
  union {
    struct {
      u64 number, arguments[6];
    } entry;
    struct {
      long result;
      u8 is_error;
    } exit;
  };
};
enum { AT_ENTRY = 1, AT_EXIT = 2 };

enum { ABSOLUTE_BYTES = 2 * PATH_BYTES, MOST_TASKS = 64 };

/* A thread of the tree, with the file that it is about to open. */
struct task {
  u32 pid; /* 0: free */
  u32 length;
  char opening[ABSOLUTE_BYTES];
};

static long trace(long request, u32 pid, u64 address, u64 data) {
  return RAW4(SYS_ptrace, request, pid, address, data);
}

static char *write_number(char *to, u32 number) {
  char digits[12];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while (number /= 10);
  while (count) *to++ = digits[--count];
  return to;
}

static void say(char act, u32 pid, int error, struct text path) {
  char entry[ABSOLUTE_BYTES + 64];
  char *end = entry;
  *end++ = act;
  *end++ = ' ';
  end = write_number(end, pid);
  *end++ = ' ';
  end = write_number(end, (u32)error);
  *end++ = ' ';
  end = text_copy(end, path.bytes, path.length);
  *end++ = 0;
  for (const char *at = entry; at < end;) {
    long written = RAW3(SYS_write, 1, at, end - at);
    if (written <= 0) RAW1(SYS_exit_group, 1);
    at += written;
  }
}

static __attribute__((noreturn)) void refuse(long result) {
  say('!', 0, (int)-result, (struct text){"", 0});
  for (;;) RAW1(SYS_exit_group, 1);
}

/* Reads a string of another process, page by page, as it may end right before an unmapped one. */
static usize read_string(u32 pid, u64 address, char *to) {
  usize length = 0;
  while (length < PATH_BYTES - 1) {
    usize chunk = 4096 - ((address + length) & 4095);
    if (chunk > PATH_BYTES - 1 - length) chunk = PATH_BYTES - 1 - length;
    struct {
      u64 start, size;
    } local = {(u64)(to + length), chunk}, remote = {address + length, chunk};
    long got = RAW6(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
    if (got <= 0) break;
    for (usize end = length + (usize)got; length < end; length++)
      if (!to[length]) return length;
  }
  to[length] = 0;
  return length;
}

/* Where a magic link of a process leads: its "cwd", its "exe", or one of its descriptors. */
static usize read_process_link(u32 pid, const char *name, int descriptor, char *to) {
  char link[64];
  char *end = write_number(text_copy(link, "/proc/", 6), pid);
  *end++ = '/';
  end = text_copy(end, name, text_length(name));
  if (descriptor >= 0) end = write_number(end, (u32)descriptor);
  *end = 0;
  long length = RAW4(SYS_readlinkat, AT_FDCWD, link, to, PATH_BYTES - 1);
  return length < 0 ? 0 : (usize)length;
}

/* Writes the absolute path that a call names; 0 if it names none. */
static usize path_named(u32 pid, const struct path_call *call, const u64 *arguments, char *to) {
  char path[PATH_BYTES];
  usize length = 0;
  if (call->path != NONE) {
    if (!arguments[(int)call->path]) return 0;
    length = read_string(pid, arguments[(int)call->path], path);
    if (!length) return 0;
    if (path[0] == '/') return (usize)(text_copy(to, path, length) - to);
  }
  int directory = call->directory == NONE ? AT_FDCWD : (int)arguments[(int)call->directory];
  usize base = directory < 0 ? read_process_link(pid, "cwd", -1, to) : read_process_link(pid, "fd/", directory, to);
  if (!base || to[0] != '/') return 0;
  if (length) {
    to[base++] = '/';
    text_copy(to + base, path, length);
  }
  return base + length;
}

static void on_entry(struct task *task, const struct call_info *info) {
  task->length = 0;
  for (int i = 0; i < PATH_CALL_COUNT; i++) {
    const struct path_call *call = &PATH_CALLS[i];
    if (call->number != info->entry.number) continue;
    char path[ABSOLUTE_BYTES];
    usize length = path_named(task->pid, call, info->entry.arguments, path);
    if (!length) continue;
    if (call->act != 'o') {
      say(call->act, task->pid, 0, (struct text){path, length});
      continue;
    }
    text_copy(task->opening, path, length);
    task->length = (u32)length;
  }
}

static void on_call(struct task *task) {
  struct call_info info;
  long got = trace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof info, (u64)&info);
  /* The thread was killed where it stopped: its process ends. */
  if (got == -ESRCH) return;
  if (got < 0) refuse(got); /* a kernel before 5.3 */
  if (info.op == AT_ENTRY && info.abi != AUDIT_ARCH_HERE) say('?', task->pid, 0, (struct text){"", 0});
  else if (info.op == AT_ENTRY) on_entry(task, &info);
  else if (info.op == AT_EXIT && task->length) {
    say('o', task->pid, error_of(info.exit.result), (struct text){task->opening, task->length});
    task->length = 0;
  }
}

static struct task *find_task(struct task *tasks, u32 pid) {
  for (int i = 0; i < MOST_TASKS; i++)
    if (tasks[i].pid == pid) return &tasks[i];
  return 0;
}

static struct task *new_task(struct task *tasks, u32 pid) {
  struct task *task = find_task(tasks, 0);
  if (!task) refuse(-ENOMEM);
  task->pid = pid;
  task->length = 0;
  return task;
}

static void on_exec(u32 pid) {
  char program[PATH_BYTES];
  say('x', pid, 0, (struct text){program, read_process_link(pid, "exe", -1, program)});
}

/* Handles a stop and gives the signal that the thread is to go on with. */
static int on_stop(struct task *tasks, u32 pid, u32 status) {
  int signal = (int)(status >> 8 & 0xff);
  struct task *task = find_task(tasks, pid);
  /* A new thread begins with a stop of the kernel's making. */
  if (!task && new_task(tasks, pid) && signal == SIGSTOP) return 0;
  if (status >> 16) {
    if (status >> 16 == EVENT_EXEC) on_exec(pid);
    return 0;
  }
  if (signal != (SIGTRAP | 0x80)) return signal;
  on_call(task ? task : find_task(tasks, pid));
  return 0;
}

static void watch(u32 root) {
  long room = RAW6(SYS_mmap, 0, MOST_TASKS * sizeof(struct task), 3, 0x22 /* private, anonymous */, -1, 0);
  if (error_of(room)) refuse(room);
  struct task *tasks = (struct task *)room;
  new_task(tasks, root);
  for (;;) {
    u32 status = 0;
    long pid = RAW4(SYS_wait4, -1, &status, WAIT_ALL, 0);
    if (pid < 0) return;
    if ((status & 0xff) == 0x7f) {
      trace(PTRACE_SYSCALL, (u32)pid, 0, (u64)on_stop(tasks, (u32)pid, status));
      continue;
    }
    struct task *task = find_task(tasks, (u32)pid);
    if (task) task->pid = 0;
    if (pid == root) say('e', root, (int)status, (struct text){"", 0});
  }
}

/* Becomes the program, with nobody to talk to. */
static __attribute__((noreturn)) void become(char **arguments, char **environment) {
  long null = RAW4(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
  long traced = trace(PTRACE_TRACEME, 0, 0, 0);
  if (traced < 0) refuse(traced);
  /* Whoever waits for it to stop may be killed before it can say that its tracees end with it. */
  RAW2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  for (int descriptor = 0; descriptor < 3; descriptor++) RAW3(SYS_dup3, null, descriptor, 0);
  RAW2(SYS_kill, RAW1(SYS_getpid, 0), SIGSTOP);
  RAW3(SYS_execve, arguments[0], arguments, environment);
  for (;;) RAW1(SYS_exit_group, 127);
}

/* `stack` ::= count:u64 argument* NULL variable* NULL */
__attribute__((visibility("hidden"), noreturn)) void guard_main(void);

__attribute__((used, visibility("hidden"), noreturn)) void witness_main(u64 *stack) {
  char **arguments = (char **)(stack + 1);
  if (stack[0] < 2) guard_main();
  RAW2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  long root = RAW5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (root < 0) refuse(root);
  if (root == 0) become(arguments + 1, arguments + stack[0] + 1);
  u32 status = 0;
  RAW4(SYS_wait4, root, &status, WAIT_ALL, 0);
  if ((status & 0xff) == 0x7f) {
    long options = TRACE_SYSTEM_GOOD | TRACE_FORK | TRACE_VFORK | TRACE_CLONE | TRACE_EXEC | EXIT_KILL;
    long result = trace(PTRACE_SETOPTIONS, (u32)root, 0, (u64)options);
    if (result < 0) refuse(result);
    trace(PTRACE_SYSCALL, (u32)root, 0, 0);
    watch((u32)root);
  }
  for (;;) RAW1(SYS_exit_group, 0);
}
