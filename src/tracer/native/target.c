/* Reading the header of a program that is about to be executed (elf(5)), to know whether it can be traced. */
#include "target.h"

struct elf_header {
  u8 magic[4], class, byte_order, version, padding[9];
  u16 type, machine;
  u32 elf_version;
  u64 entry, segments_offset, sections_offset;
  u32 flags;
  u16 header_size, segment_size, segment_count;
};

struct segment {
  u32 type, flags;
  u64 offset, address, physical, file_size, memory_size, alignment;
};

struct dynamic_entry {
  u64 tag, value;
};

enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4, DT_NEEDED = 1, DT_STRTAB = 5, ELF_CLASS_64 = 2 };
enum { MOST_SEGMENTS = 32, MOST_ENTRIES = 64, FIRST_LINE_BYTES = 256, MOST_INTERPRETERS = 5 /* as the kernel */ };

static long read_at(int file, void *to, usize size, u64 offset) {
  return RAW4(SYS_pread64, file, to, size, offset);
}

static u64 file_offset(const struct segment *segments, int count, u64 address) {
  for (int i = 0; i < count; i++)
    if (segments[i].type == PT_LOAD && address - segments[i].address < segments[i].file_size)
      return address - segments[i].address + segments[i].offset;
  return 0;
}

/* True if one of the names behind DT_NEEDED begins with "libasan". */
static int needs_sanitizer(int file, const struct segment *segments, int count, const struct segment *dynamic) {
  struct dynamic_entry entries[MOST_ENTRIES];
  usize size = dynamic->file_size < sizeof entries ? dynamic->file_size : sizeof entries;
  long got = read_at(file, entries, size, dynamic->offset);
  int entry_count = got < 0 ? 0 : (int)(got / (long)sizeof entries[0]);
  u64 names = 0;
  for (int i = 0; i < entry_count; i++)
    if (entries[i].tag == DT_STRTAB) names = file_offset(segments, count, entries[i].value);
  for (int i = 0; names && i < entry_count && entries[i].tag; i++) {
    char name[8];
    if (entries[i].tag != DT_NEEDED || read_at(file, name, sizeof name, names + entries[i].value) < 7) continue;
    name[7] = 0;
    if (text_starts(name, "libasan")) return 1;
  }
  return 0;
}

/* Go calls the kernel by itself, even where it is linked with libc: its linker leaves a note of the owner "Go". */
static int is_go(int file, const struct segment *note) {
  struct {
    u32 owner_length, length, type;
    char owner[4];
  } head;
  u64 end = note->offset + note->file_size;
  for (u64 at = note->offset; at + sizeof head <= end;) {
    if (read_at(file, &head, sizeof head, at) != sizeof head) return 0;
    if (head.owner_length == 4 && text_starts(head.owner, "Go") && !head.owner[2]) return 1;
    at += 12 + (((u64)head.owner_length + 3) & ~3UL) + (((u64)head.length + 3) & ~3UL);
  }
  return 0;
}

static int elf_is_traceable(int file, const struct elf_header *header) {
  if (header->class != ELF_CLASS_64 || header->machine != ELF_MACHINE_HERE) return 0;
  struct segment segments[MOST_SEGMENTS];
  int count = header->segment_count;
  if (header->segment_size != sizeof segments[0] || count > MOST_SEGMENTS) return 0;
  usize size = (usize)count * sizeof segments[0];
  if (read_at(file, segments, size, header->segments_offset) != (long)size) return 0;
  int has_loader = 0;
  const struct segment *dynamic = 0;
  for (int i = 0; i < count; i++) {
    if (segments[i].type == PT_INTERP) has_loader = 1;
    if (segments[i].type == PT_DYNAMIC) dynamic = &segments[i];
    if (segments[i].type == PT_NOTE && is_go(file, &segments[i])) return 0;
  }
  return has_loader && dynamic && !needs_sanitizer(file, segments, count, dynamic);
}

static int gains_rights(int file) {
  struct file_facts facts;
  char capability;
  if (raw_facts(file, "", &facts) == 0 && (facts.mode & (S_ISUID | S_ISGID))) return 1;
  long size = RAW4(SYS_fgetxattr, file, "security.capability", &capability, 0);
  return size > 0;
}

/*
 *   #!  /usr/bin/env python3
 *       ^^^^^^^^^^^^            cut out of `line` in place; NULL if there is none
 */
static char *interpreter_in(char *line) {
  char *start = line + 2;
  while (*start == ' ' || *start == '\t') start++;
  char *end = start;
  while (*end && *end != ' ' && *end != '\t' && *end != '\n') end++;
  *end = 0;
  return end > start ? start : 0;
}

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_SCRIPT };

/* Judges an open program; for a script the interpreter's path is left in `line`, which has FIRST_LINE_BYTES + 1. */
static enum verdict judge(int file, char *line, char **interpreter) {
  long got = read_at(file, line, FIRST_LINE_BYTES, 0);
  if (got < 0) return VERDICT_YES;
  line[got] = 0;
  if (line[0] == '#' && line[1] == '!') {
    *interpreter = interpreter_in(line);
    return *interpreter ? VERDICT_SCRIPT : VERDICT_YES;
  }
  if (got < (long)sizeof(struct elf_header) || !text_starts(line, "\177ELF")) return VERDICT_YES;
  if (gains_rights(file)) return VERDICT_NO;
  struct elf_header header;
  text_copy((char *)&header, line, sizeof header);
  return elf_is_traceable(file, &header) ? VERDICT_YES : VERDICT_NO;
}

static int open_program(int directory, const char *path) {
  if (path[0]) return (int)RAW4(SYS_openat, directory, path, O_CLOEXEC, 0);
  char link[32]; /* fexecve: the descriptor itself */
  text_descriptor_path(link, directory);
  return (int)RAW4(SYS_openat, AT_FDCWD, link, O_CLOEXEC, 0);
}

int target_is_traceable(int directory, const char *path) {
  char lines[2][FIRST_LINE_BYTES + 1];
  for (int depth = 0; depth < MOST_INTERPRETERS; depth++) {
    int file = open_program(directory, path);
    if (file < 0) return 1;
    char *interpreter = 0;
    enum verdict verdict = judge(file, lines[depth & 1], &interpreter);
    RAW1(SYS_close, file);
    if (verdict == VERDICT_YES) return 1;
    if (verdict == VERDICT_NO) {
      record_path((struct event){KIND_UNTRACEABLE, 0, 0}, directory, path);
      return 0;
    }
    /* The interpreter as spelled is an input: /bin/sh may lead to another shell one day. */
    directory = AT_FDCWD;
    path = interpreter;
    int error = raw_exists(directory, path) ? 0 : ENOENT;
    record_path((struct event){KIND_OPEN, error, OPEN_READ}, directory, path);
  }
  return 1;
}
