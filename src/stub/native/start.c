/*
 * Where the kernel enters the executable: either the daemon answers this call, or the runtime is started as the kernel
 * would have done it, by its dynamic loader. inject.ts has taken that loader's name (PT_INTERP) out of the headers.
 */

#include "stub.h"
#include "commands.h"

/* Filled in by inject.ts, which finds it 64 bytes behind the start of the segment. */
struct config {
  u64 entry;
  /* Address of a copy of the original program headers, in which the loader's name is still there. */
  u64 headers;
  /* Address of that name. */
  u64 loader;
};
__attribute__((section(".config"), used)) static const volatile struct config config = {1, 2, 3};

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

enum { AT_PHDR = 3, AT_BASE = 7, AT_ENTRY = 9, AT_SECURE = 23 };

static u64 *auxiliary(u64 *vector, u64 key) {
  for (; vector[0]; vector += 2)
    if (vector[0] == key) return &vector[1];
  return 0;
}

static int is_runtime_switch(const char *member) {
  return starts_with(member, "BUN_OPTIONS=") || starts_with(member, "BUN_BE_BUN=") || starts_with(member, "BUN_INSPECT");
}

/*
 * Takes the variables by which the runtime could be steered out of the list of pointers that it gets; tools get the
 * block itself. The auxiliary vector, which is found behind the list, moves along. Where it starts is returned.
 */
static u64 *drop_runtime_switches(char **envp, u64 *auxv) {
  char **kept = envp;
  for (char **member = envp; *member; member++)
    if (!is_runtime_switch(*member)) *kept++ = *member;
  *kept++ = 0;
  u64 *to = (u64 *)kept;
  if (to == auxv) return auxv;
  u64 *start = to;
  do {
    to[0] = auxv[0];
    to[1] = auxv[1];
    to += 2;
    auxv += 2;
  } while (to[-2]);
  return start;
}

struct elf_header { u8 ident[16]; u16 type, machine; u32 version; u64 entry, headers, sections; u32 flags; u16 size, header_size, header_count; };
struct elf_segment { u32 type, flags; u64 offset, address, physical, file_bytes, bytes, align; };

static u64 page_down(u64 address) { return address & ~(u64)(PAGE - 1); }
static u64 page_up(u64 address) { return page_down(address + PAGE - 1); }

static void give_up(void) {
  static const char text[] = "zccache: cannot start: no dynamic loader\n";
  CALL3(write, 2, text, sizeof text - 1);
  CALL1(exit_group, 127);
}

static void map_segment(int fd, u64 base, const struct elf_segment *segment) {
  int protection = (segment->flags & 4 ? PROT_READ : 0) | (segment->flags & 2 ? PROT_WRITE : 0) | (segment->flags & 1 ? PROT_EXEC : 0);
  u64 start = base + page_down(segment->address), skew = segment->address - page_down(segment->address);
  u64 file_end = base + segment->address + segment->file_bytes, end = base + segment->address + segment->bytes;
  if (segment->file_bytes) {
    i64 at = CALL6(mmap, start, page_up(file_end) - start, protection, MAP_PRIVATE | MAP_FIXED, fd, segment->offset - skew);
    if (at != (i64)start) give_up();
  }
  if (end <= file_end) return;
  u64 zeros = segment->file_bytes ? page_up(file_end) : start;
  if (segment->file_bytes && protection & PROT_WRITE) memset((void *)file_end, 0, page_up(file_end) - file_end);
  if (page_up(end) <= zeros) return;
  i64 at = CALL6(mmap, zeros, page_up(end) - zeros, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (at != (i64)zeros) give_up();
}

/* Maps the dynamic loader as the kernel does. Its base address; its entry comes by `entry`. */
static u64 map_loader(const char *path, u64 *entry) {
  union { u8 bytes[PAGE]; struct elf_header header; } file;
  int fd = (int)CALL3(open, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) give_up();
  i64 got = CALL3(read, fd, file.bytes, sizeof file.bytes);
  const struct elf_header *header = &file.header;
  if (got < (i64)sizeof *header || memcmp(header->ident, "\177ELF\2\1", 6) != 0) give_up();
  if (header->headers + header->header_count * sizeof(struct elf_segment) > (u64)got) give_up();
  const struct elf_segment *segments = (const struct elf_segment *)(file.bytes + header->headers);
  u64 low = ~0UL, high = 0;
  for (int i = 0; i < header->header_count; i++) {
    if (segments[i].type != 1) continue;
    if (segments[i].address < low) low = segments[i].address;
    if (segments[i].address + segments[i].bytes > high) high = segments[i].address + segments[i].bytes;
  }
  i64 at = CALL6(mmap, 0, page_up(high) - page_down(low), 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (high == 0 || (at < 0 && at > -PAGE)) give_up();
  u64 base = (u64)at - page_down(low);
  for (int i = 0; i < header->header_count; i++)
    if (segments[i].type == 1) map_segment(fd, base, &segments[i]);
  CALL1(close, fd);
  *entry = base + header->entry;
  return base;
}

static void set(u64 *auxv, u64 key, u64 value) {
  u64 *at = auxiliary(auxv, key);
  if (at) *at = value;
}

/* Called by the entry below. The address to go on at, with the stack as the kernel made it. */
__attribute__((used)) u64 stub_main(u64 *stack) {
  struct call call = {.argc = stack[0], .argv = (char **)(stack + 1)};
  call.envp = call.argv + call.argc + 1;
  char **end = call.envp;
  while (*end) end++;
  u64 *auxv = (u64 *)(end + 1), entry;
  u64 *secure = auxiliary(auxv, AT_SECURE);
  if (!(secure && *secure) && is_tool_call(&call)) {
    int result = answer_from_daemon(&call);
    if (result != FALL_THROUGH) CALL1(exit_group, result);
  }
  auxv = drop_runtime_switches(call.envp, auxv);
  u64 base = map_loader((const char *)config.loader, &entry);
  set(auxv, AT_BASE, base);
  set(auxv, AT_ENTRY, config.entry);
  set(auxv, AT_PHDR, config.headers);
  return entry;
}

__asm__(
    ".section .entry,\"ax\",@progbits\n"
    ".globl stub_entry\n"
    "stub_entry:\n"
    "  mov %rsp, %rdi\n"
    "  mov %rsp, %rbx\n"
    "  and $-16, %rsp\n"
    "  call stub_main\n"
    "  mov %rbx, %rsp\n"
    "  xor %edx, %edx\n"
    "  xor %ebx, %ebx\n"
    "  xor %ebp, %ebp\n"
    "  jmp *%rax\n"
    ".text\n");
