/* Memory, texts and time: the few pieces of a C library that the stub needs. */

#include "stub.h"

/* Zeroed pages of our own with this protection, or 0. */
void *map_with(u64 bytes, int protection) {
  i64 at = CALL6(mmap, 0, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at < 0 && at >= -MAX_ERRNO ? 0 : (void *)at;
}

void *map_memory(u64 bytes) {
  return map_with(bytes, PROT_READ | PROT_WRITE);
}

void unmap_memory(void *at, u64 bytes) {
  CALL2(munmap, at, bytes);
}

u64 text_length(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

int same_text(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return *one == *other;
}

int starts_with(const char *text, const char *prefix) {
  while (*prefix && *text == *prefix) text++, prefix++;
  return !*prefix;
}

const char *base_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (*path == '/') name = path + 1;
  return name;
}

/* A text that is put together in an array of fixed size. */
struct text { char *at, *end; };

static int add(struct text *text, const char *part) {
  for (; *part; part++) {
    if (text->at == text->end) return 0;
    *text->at++ = *part;
  }
  *text->at = 0;
  return 1;
}

int join(char *into, u64 room, const char *const *parts) {
  struct text text = {into, into + room - 1};
  for (; *parts; parts++)
    if (!add(&text, *parts)) return 0;
  return 1;
}

i64 milliseconds_now(void) {
  struct timespec now = {0, 0};
  CALL2(clock_gettime, CLOCK_MONOTONIC, &now);
  return now.seconds * 1000 + now.nanoseconds / 1000000;
}

/* The compiler may call these three by itself. */
void *memcpy(void *to, const void *from, u64 length) {
  u8 *a = to;
  for (const u8 *b = from; length; length--) *a++ = *b++;
  return to;
}

void *memset(void *to, int value, u64 length) {
  for (u8 *at = to; length; length--) *at++ = (u8)value;
  return to;
}

int memcmp(const void *one, const void *other, u64 length) {
  const u8 *a = one, *b = other;
  for (; length; a++, b++, length--)
    if (*a != *b) return *a - *b;
  return 0;
}
