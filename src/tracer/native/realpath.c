/*
 * realpath and its kin. libc reads each step of the path as a link, out of our sight. A path that is its own answer shows
 * that none of them was one; of any other the same steps are walked here, so that each is recorded, but for those that are
 * known: gcc resolves each place where a header might be. The answer itself stays libc's.
 */
#include "record.h"

enum { MOST_LINKS = 40 /* the kernel's own limit, path_resolution(7) */ };

/* The path that is being resolved: `done` bytes at its front are known to hold no link. */
struct walk {
  char path[PATH_BYTES];
  usize length, done;
  u32 moment; /* in which libc began */
};

/* Puts a link's target in the place of the step that ends at `end`. False when the result is too long. */
static int follow(struct walk *walk, usize end, const char *target, usize target_length) {
  usize start = target[0] == '/' ? 0 : end;
  while (start > 0 && target[0] != '/' && walk->path[start - 1] != '/') start--;
  usize rest = walk->length - end;
  usize length = start + target_length + rest;
  if (length >= PATH_BYTES) return 0;
  char *to = walk->path + start + target_length;
  if (to > walk->path + end)
    for (usize i = rest; i-- > 0;) to[i] = walk->path[end + i];
  else
    text_copy(to, walk->path + end, rest);
  text_copy(walk->path + start, target, target_length);
  walk->length = length;
  walk->path[length] = 0;
  walk->done = start;
  return 1;
}

/* Where the step behind `walk->done` ends. */
static usize step_end(const struct walk *walk) {
  usize end = walk->done;
  while (walk->path[end] == '/') end++;
  while (end < walk->length && walk->path[end] != '/') end++;
  return end;
}

/* No link, and looked at in vain: the step behind it tells whether it is in a directory. */
static int is_passed_through(const struct walk *walk, usize end) {
  return end < walk->length && walk->path[end - 1] == '.' && (end == 1 || walk->path[end - 2] == '/');
}

static void record_steps(struct walk *walk) {
  char target[PATH_BYTES];
  for (int links = 0; walk->done < walk->length && links <= MOST_LINKS;) {
    usize end = step_end(walk);
    if (is_passed_through(walk, end) || (walk->path[0] == '/' && is_plain_step((struct text){walk->path, end}))) {
      walk->done = end;
      continue;
    }
    char behind = walk->path[end];
    walk->path[end] = 0;
    long result = RAW4(SYS_readlinkat, AT_FDCWD, walk->path, target, PATH_BYTES);
    int error = error_of(result);
    int link_error = error == EINVAL ? 0 : error;
    struct event event = {KIND_LINK, link_error, 0};
    if (walk->path[0] == '/') record_step(event, text_of(walk->path), error == EINVAL ? walk->moment : 0);
    else record_path(event, AT_FDCWD, walk->path);
    walk->path[end] = behind;
    if (error && error != EINVAL) return;
    if (error) walk->done = end;
    else if (links++ == MOST_LINKS || !follow(walk, end, target, (usize)result)) return;
  }
}

/* libc has looked at each step of `answer` behind the first `start` bytes, and none was a link. */
static void record_plain_steps(struct text answer, usize start, struct event event, u32 moment) {
  for (usize end = start + 1; end <= answer.length; end++)
    if (end == answer.length || answer.bytes[end] == '/')
      record_step(event, (struct text){answer.bytes, end}, moment);
}

/*
 *   /home/me/build/part.o      the answer
 *                 ^^^^^^^      the path: where the front is the working directory, nothing was followed
 *
 * Where that front ends; 0 if it is not so. Linkers resolve every input, most of them spelled relative.
 */
static usize front_of(struct text answer, const struct walk *walk) {
  if (walk->path[0] == '/' || answer.length < walk->length + 1) return 0;
  usize front = answer.length - walk->length - 1;
  if (answer.bytes[front] != '/') return 0;
  if (!text_equal((struct text){answer.bytes + front + 1, walk->length}, (struct text){walk->path, walk->length})) return 0;
  char room[PATH_BYTES];
  long length = RAW2(SYS_getcwd, room, PATH_BYTES) - 1;
  usize shown = front ? front : 1; /* the root is all slash */
  return length > 0 && text_equal((struct text){room, (usize)length}, (struct text){answer.bytes, shown}) ? front + 1 : 0;
}

/* A copy, as the answer may go where the path was. Of length 0: there is nothing to record. */
static void keep_path(struct walk *walk, const char *path) {
  walk->length = 0;
  walk->done = 0;
  if (!path || !tracing()) return;
  usize length = text_length(path);
  if (length >= PATH_BYTES) return;
  text_copy(walk->path, path, length + 1);
  walk->length = length;
  walk->moment = this_moment();
}

static char *recorded(struct walk *walk, char *answer) {
  if (walk->length == 0) return answer;
  struct text found = answer ? text_of(answer) : (struct text){"", 0};
  usize front = answer ? front_of(found, walk) : 0;
  struct event plain = {KIND_LINK, 0, 0};
  if (front) {
    plain.kind |= SPELLED_RELATIVE;
    record_plain_steps(found, front, plain, walk->moment);
  } else if (answer && text_equal(found, (struct text){walk->path, walk->length}))
    record_plain_steps(found, 0, plain, walk->moment);
  else record_steps(walk);
  return answer;
}

EXPORT char *realpath(const char *path, char *to) {
  NEXT_OR(realpath, 0)
  struct walk walk;
  keep_path(&walk, path);
  return recorded(&walk, next(path, to));
}

EXPORT char *__realpath_chk(const char *path, char *to, usize size) {
  NEXT_OR(__realpath_chk, 0)
  struct walk walk;
  keep_path(&walk, path);
  return recorded(&walk, next(path, to, size));
}

EXPORT char *canonicalize_file_name(const char *path) {
  NEXT_OR(canonicalize_file_name, 0)
  struct walk walk;
  keep_path(&walk, path);
  return recorded(&walk, next(path));
}
