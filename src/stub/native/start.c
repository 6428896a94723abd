/*
 * Where the kernel enters the executable: either the call is done with when `answer_call` returns, or the runtime is
 * started in place of it.
 */

#include "stub.h"
#include "commands.h"

/* Filled in by inject.ts, which finds it 64 bytes behind the start of the segment. */
__attribute__((section(".config"), used)) static const volatile struct config config = {1, 2, 3, ELF_MACHINE};

/* A tool's name is argv[0]; `zccache TOOL …` is one in front of a tool, as src/main.ts decides. */
static int is_tool_call(const struct call *call) {
  if (call->argc < 1) return 0;
  const char *name = base_name(call->argv[0]);
  if (!*name || same_text(name, "zccache-daemon")) return 0;
  if (!same_text(name, "zccache")) return 1;
  if (call->argc < 2) return 0;
  const char *first = call->argv[1];
  if (!*first || *first == '-' || same_text(first, "daemon-run")) return 0;
  for (u64 i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
    if (same_text(first, COMMANDS[i])) return 0;
  return !same_text(first, "wrap") || call->argc > 2;
}

/* Called by the entry below. The address to go on at, with the stack as the kernel made it. */
__attribute__((used)) u64 stub_main(u64 *stack) {
  struct call call = {.argc = stack[0], .argv = (char **)(stack + 1)};
  call.envp = call.argv + call.argc + 1;
  char **end = call.envp;
  while (*end) end++;
  u64 *auxv = (u64 *)(end + 1);
  call.file = (const char *)auxiliary(auxv, AT_EXECFN, 0);
  if (!auxiliary(auxv, AT_SECURE, 1) && is_tool_call(&call)) {
    int result = answer_call(&call);
    if (result != FALL_THROUGH) CALL1(exit_group, result);
  }
  return start_runtime(&config, call.envp, auxv);
}

__asm__(".section .entry,\"ax\",@progbits\n.globl stub_entry\nstub_entry:\n" ENTRY_TEXT ".text\n");
