/*
 * The exec family. All of it comes down to execve, which never needs libc: the wrappers run in children of vfork and
 * in signal handlers. The search along PATH is done here, because each place that was passed over is a dependency.
 */
#include "exec.h"
#include "handover.h"
#include "objects.h"
#include "stand-in.h"
#include "target.h"

typedef const char *path_t;
typedef char *const *strings_t;

static long call_kernel(int directory, path_t path, strings_t arguments, strings_t block, int flags) {
  if (directory == AT_FDCWD && flags == 0) return RAW3(SYS_execve, path, arguments, block);
  return RAW5(SYS_execveat, directory, path, arguments, block, flags);
}

static int execute_traced(int directory, path_t path, strings_t arguments, strings_t block, int flags) {
  int traceable = path ? target_is_traceable(directory, path) : 1;
  HAND_OVER(handed, block, traceable);
  record_path((struct event){KIND_EXEC, 0, 0}, directory, path);
  long result = call_kernel(directory, path, arguments, handed, flags);
  record_path((struct event){KIND_EXEC_FAILED, error_of(result), 0}, directory, path);
  return (int)finish(result);
}

static int execute_behind(path_t path, strings_t arguments, strings_t block) {
  STEP_BEHIND_STAND_IN(path, arguments, block)
  return execute_traced(AT_FDCWD, path, arguments, block, 0);
}

int execute(int directory, path_t path, strings_t arguments, strings_t block, int flags) {
  if (!tracing()) return (int)finish(call_kernel(directory, path, arguments, block, flags));
  list_new_objects();
  if (directory == AT_FDCWD && flags == 0) return execute_behind(path, arguments, block);
  return execute_traced(directory, path, arguments, block, flags);
}

const char *search_path(void) {
  const char *path = variable_in(environ, "PATH");
  return path ? path : "/bin:/usr/bin";
}

int next_candidate(const char **path, const char *file, char *to) {
  if (!*path) return 0;
  usize length = 0;
  while ((*path)[length] && (*path)[length] != ':') length++;
  usize file_length = text_length(file);
  to[0] = 0;
  if (length + 1 + file_length < PATH_BYTES) {
    char *end = text_copy(to, *path, length);
    if (length) *end++ = '/'; /* an empty member is the current directory */
    text_copy(end, file, file_length + 1);
  }
  *path = (*path)[length] ? *path + length + 1 : 0;
  return 1;
}

/* A file that is neither a program nor has a first line of its own is a shell script to the `p` functions. */
static int execute_or_script(path_t path, strings_t arguments, strings_t block) {
  int result = execute(AT_FDCWD, path, arguments, block, 0);
  if (*__errno_location() != ENOEXEC) return result;
  usize count = 0;
  while (arguments[count]) count++;
  const char *shell_arguments[count + 3];
  shell_arguments[0] = "/bin/sh";
  shell_arguments[1] = path;
  for (usize i = 1; i <= count; i++) shell_arguments[i + 1] = arguments[i];
  if (count == 0) shell_arguments[2] = 0;
  record_path((struct event){KIND_OPEN, 0, OPEN_READ}, AT_FDCWD, path);
  return execute(AT_FDCWD, "/bin/sh", (strings_t)shell_arguments, block, 0);
}

static int search_goes_on(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

EXPORT int execvpe(path_t file, strings_t arguments, strings_t block) {
  if (!file[0]) return (int)finish(-ENOENT);
  if (text_has(file, '/')) return execute_or_script(file, arguments, block);
  const char *path = search_path();
  char candidate[PATH_BYTES];
  int error = ENOENT;
  while (next_candidate(&path, file, candidate)) {
    if (!candidate[0]) continue;
    execute_or_script(candidate, arguments, block);
    int this_error = *__errno_location();
    if (!search_goes_on(this_error)) return -1;
    /* "Permission denied" is reported even if later places have nothing at all. */
    if (error != EACCES) error = this_error;
  }
  return (int)finish(-error);
}

EXPORT int execve(path_t path, strings_t arguments, strings_t block) {
  return execute(AT_FDCWD, path, arguments, block, 0);
}

EXPORT int execv(path_t path, strings_t arguments) {
  return execute(AT_FDCWD, path, arguments, environ, 0);
}

EXPORT int execvp(path_t file, strings_t arguments) {
  return execvpe(file, arguments, environ);
}

EXPORT int fexecve(int descriptor, strings_t arguments, strings_t block) {
  return execute(descriptor, "", arguments, block, AT_EMPTY_PATH);
}

EXPORT int execveat(int directory, path_t path, strings_t arguments, strings_t block, int flags) {
  return execute(directory, path, arguments, block, flags);
}

/* Gathers a NULL-terminated argument list into an array on the stack; `list` stands behind the NULL afterwards. */
#define GATHER(arguments, first, list)                                                     \
  __builtin_va_list list;                                                                  \
  __builtin_va_start(list, first);                                                         \
  usize count_ = 1;                                                                        \
  while (first && __builtin_va_arg(list, const char *)) count_++;                          \
  __builtin_va_end(list);                                                                  \
  const char *arguments[count_ + 1];                                                       \
  arguments[0] = first;                                                                    \
  __builtin_va_start(list, first);                                                         \
  for (usize i_ = 1; first && i_ <= count_; i_++) arguments[i_] = __builtin_va_arg(list, const char *)

EXPORT int execl(path_t path, const char *first, ...) {
  GATHER(arguments, first, list);
  __builtin_va_end(list);
  return execute(AT_FDCWD, path, (strings_t)arguments, environ, 0);
}

EXPORT int execlp(path_t file, const char *first, ...) {
  GATHER(arguments, first, list);
  __builtin_va_end(list);
  return execvpe(file, (strings_t)arguments, environ);
}

EXPORT int execle(path_t path, const char *first, ...) {
  GATHER(arguments, first, list);
  strings_t block = __builtin_va_arg(list, strings_t);
  __builtin_va_end(list);
  return execute(AT_FDCWD, path, (strings_t)arguments, block, 0);
}
