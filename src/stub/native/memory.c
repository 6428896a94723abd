/* Memory, texts and time: the few pieces of a C library that the stub needs. */

#include "stub.h"

/* Zeroed pages of our own, or 0. */
void *map_memory(u64 bytes) {
  i64 at = CALL6(mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at < 0 && at > -PAGE ? 0 : (void *)at;
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

i64 milliseconds_now(void) {
  struct timespec now = {0, 0};
  CALL2(clock_gettime, CLOCK_MONOTONIC, &now);
  return now.seconds * 1000 + now.nanoseconds / 1000000;
}

/* The compiler may call these three by itself. */
void *memcpy(void *to, const void *from, u64 length) {
  void *result = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
  return result;
}

void *memset(void *to, int value, u64 length) {
  void *result = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
  return result;
}

int memcmp(const void *one, const void *other, u64 length) {
  const u8 *a = one, *b = other;
  for (; length; a++, b++, length--)
    if (*a != *b) return *a - *b;
  return 0;
}
