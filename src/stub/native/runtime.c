/*
 * Starting the runtime as the kernel would have done it, by its dynamic loader. inject.ts has taken that loader's name
 * (PT_INTERP) out of the headers.
 */

#include "stub.h"

/* Value of the auxiliary vector's entry (getauxval(3)), or `otherwise`. */
u64 auxiliary(const u64 *vector, u64 key, u64 otherwise) {
  for (; vector[0]; vector += 2)
    if (vector[0] == key) return vector[1];
  return otherwise;
}

static void set(u64 *vector, u64 key, u64 value) {
  for (; vector[0]; vector += 2)
    if (vector[0] == key) vector[1] = value;
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

/* A file that is being mapped: its descriptor, what is added to its addresses, the size of the machine's pages. */
struct image { int fd; u64 base, page; };

static u64 down(u64 address, u64 page) { return address & ~(page - 1); }
static u64 up(u64 address, u64 page) { return down(address + page - 1, page); }

static void give_up(void) {
  static const char text[] = "zccache: cannot start: no dynamic loader\n";
  CALL3(write, 2, text, sizeof text - 1);
  CALL1(exit_group, 127);
}

static void map_segment(const struct image *image, const struct elf_segment *segment) {
  int protection = (segment->flags & 4 ? PROT_READ : 0) | (segment->flags & 2 ? PROT_WRITE : 0) | (segment->flags & 1 ? PROT_EXEC : 0);
  u64 page = image->page, skew = segment->address - down(segment->address, page), start = image->base + segment->address - skew;
  u64 file_end = image->base + segment->address + segment->file_bytes, end = image->base + segment->address + segment->bytes;
  if (segment->file_bytes) {
    i64 at = CALL6(mmap, start, up(file_end, page) - start, protection, MAP_PRIVATE | MAP_FIXED, image->fd, segment->offset - skew);
    if (at != (i64)start) give_up();
  }
  if (end <= file_end) return;
  u64 zeros = segment->file_bytes ? up(file_end, page) : start;
  if (segment->file_bytes && protection & PROT_WRITE) memset((void *)file_end, 0, up(file_end, page) - file_end);
  if (up(end, page) <= zeros) return;
  i64 at = CALL6(mmap, zeros, up(end, page) - zeros, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (at != (i64)zeros) give_up();
}

/* Maps the dynamic loader as the kernel does. Its base address; its entry comes by `entry`. */
static u64 map_loader(const char *path, u64 page, u64 *entry) {
  union { u8 bytes[4096]; struct elf_header header; } file;
  struct image image = {(int)open_file(path, O_RDONLY | O_CLOEXEC, 0), 0, page};
  if (image.fd < 0) give_up();
  i64 got = CALL3(read, image.fd, file.bytes, sizeof file.bytes);
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
  u8 *at = high == 0 ? 0 : map_with(up(high, page) - down(low, page), 0);
  if (!at) give_up();
  image.base = (u64)at - down(low, page);
  for (int i = 0; i < header->header_count; i++)
    if (segments[i].type == 1) map_segment(&image, &segments[i]);
  CALL1(close, image.fd);
  *entry = image.base + header->entry;
  return image.base;
}

/* Readies the stack and maps the loader. The loader's entry, which is to be jumped to. */
u64 start_runtime(const volatile struct config *config, char **envp, u64 *auxv) {
  u64 entry;
  auxv = drop_runtime_switches(envp, auxv);
  u64 base = map_loader((const char *)config->loader, auxiliary(auxv, AT_PAGESZ, 4096), &entry);
  set(auxv, AT_BASE, base);
  set(auxv, AT_ENTRY, config->entry);
  set(auxv, AT_PHDR, config->headers);
  return entry;
}
