/* Reading directories, and the functions of libc that walk trees by themselves. */
#include "record.h"

typedef const char *path_t;

static void record_listing(int directory, path_t path, int failed) {
  record_path((struct event){KIND_LISTING, error_if(failed), 0}, directory, path);
}

EXPORT void *opendir(path_t path) {
  NEXT_OR(opendir, 0)
  void *stream = next(path);
  record_listing(AT_FDCWD, path, !stream);
  return stream;
}

EXPORT void *fdopendir(int descriptor) {
  NEXT_OR(fdopendir, 0)
  void *stream = next(descriptor);
  if (stream) record_listing(descriptor, "", 0);
  return stream;
}

EXPORT long getdents64(int descriptor, void *to, usize size) {
  long result = RAW3(SYS_getdents64, descriptor, to, size);
  if (result > 0) record_listing(descriptor, "", 0);
  return finish(result);
}

#define GETDIRENTRIES(name)                                                  \
  EXPORT long name(int descriptor, char *to, usize size, long *base) {       \
    NEXT_OR(name, -1)                                                        \
    record_listing(descriptor, "", 0);                                       \
    return next(descriptor, to, size, base);                                 \
  }
GETDIRENTRIES(getdirentries)
GETDIRENTRIES(getdirentries64)

#define SCANDIR(name)                                                                   \
  EXPORT int name(path_t path, void *list, void *filter, void *compare) {               \
    NEXT_OR(name, -1)                                                                   \
    int count = next(path, list, filter, compare);                                      \
    record_listing(AT_FDCWD, path, count < 0);                                          \
    return count;                                                                       \
  }
SCANDIR(scandir)
SCANDIR(scandir64)

#define SCANDIRAT(name)                                                                 \
  EXPORT int name(int directory, path_t path, void *list, void *filter, void *compare) { \
    NEXT_OR(name, -1)                                                                   \
    int count = next(directory, path, list, filter, compare);                           \
    record_listing(directory, path, count < 0);                                         \
    return count;                                                                       \
  }
SCANDIRAT(scandirat)
SCANDIRAT(scandirat64)

/*
 * glob looks for a plain name without listing anything. With GLOB_ALTDIRFUNC (make) the caller's own functions do the
 * looking and come through our wrappers. Anything else walks inside libc.
 */
enum { GLOB_ALTDIRFUNC = 1 << 6 };

static void record_glob(path_t pattern, int flags) {
  if (flags & GLOB_ALTDIRFUNC) return;
  for (path_t at = pattern; *at; at++)
    if (text_has("*?[\\{~", *at)) {
      record_unseen("glob");
      return;
    }
  int error = raw_exists(AT_FDCWD, pattern) ? 0 : ENOENT;
  record_path((struct event){KIND_LINK, error, 0}, AT_FDCWD, pattern);
}

#define GLOB(name)                                                          \
  EXPORT int name(path_t pattern, int flags, void *on_error, void *result) { \
    NEXT_OR(name, -1)                                                       \
    record_glob(pattern, flags);                                            \
    return next(pattern, flags, on_error, result);                          \
  }
GLOB(glob)
GLOB(glob64)

/* Walks through trees, and expansions of words. */
UNSEEN(int, ftw, -1)
UNSEEN(int, ftw64, -1)
UNSEEN(int, nftw, -1)
UNSEEN(int, nftw64, -1)
UNSEEN(void *, fts_open, 0)
UNSEEN(void *, fts64_open, 0)
UNSEEN(int, wordexp, -1)
