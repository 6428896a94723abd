/*
 * The few string functions that are needed, so that no libc symbol is. The build forbids the compiler to turn these
 * loops back into calls of memcpy and strlen.
 */
#ifndef TEXT_H
#define TEXT_H

#include "raw-syscalls.h"

struct text {
  const char *bytes;
  usize length;
};

static inline usize text_length(const char *string) {
  usize length = 0;
  while (string[length]) length++;
  return length;
}

static inline struct text text_of(const char *string) {
  return (struct text){string, text_length(string)};
}

static inline char *text_copy(char *to, const char *from, usize length) {
  for (usize i = 0; i < length; i++) to[i] = from[i];
  return to + length;
}

static inline int text_starts(const char *string, const char *prefix) {
  while (*prefix)
    if (*string++ != *prefix++) return 0;
  return 1;
}

static inline int text_equal(struct text a, struct text b) {
  if (a.length != b.length) return 0;
  for (usize i = 0; i < a.length; i++)
    if (a.bytes[i] != b.bytes[i]) return 0;
  return 1;
}

/* What stands behind the last slash. */
static inline struct text text_base(struct text path) {
  usize start = path.length;
  while (start > 0 && path.bytes[start - 1] != '/') start--;
  return (struct text){path.bytes + start, path.length - start};
}

static inline int text_has(const char *string, char wanted) {
  for (; *string; string++)
    if (*string == wanted) return 1;
  return 0;
}

/* Writes "/proc/self/fd/<number>" and a NUL; 32 bytes are enough. */
static inline void text_descriptor_path(char *to, int descriptor) {
  char digits[12];
  int count = 0;
  u32 rest = (u32)descriptor;
  do digits[count++] = (char)('0' + rest % 10);
  while (rest /= 10);
  to = text_copy(to, "/proc/self/fd/", 14);
  while (count) *to++ = digits[--count];
  *to = 0;
}

#endif
