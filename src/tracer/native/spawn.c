/*
 * posix_spawn and the functions of libc that start a shell. libc executes inside, so the program is judged and the
 * environment completed beforehand. A spawned pid without a start record shows a child that was not traced.
 */
#include "exec.h"
#include "handover.h"
#include "objects.h"
#include "stand-in.h"
#include "target.h"

typedef const char *path_t;
typedef char *const *strings_t;

/* The child will be in another directory when relative paths are looked for: where, only libc knows. Never unset, as it
 * is not known which set of actions is meant. */
static int children_move;

static void check_start(path_t path) {
  if (children_move && path && path[0] != '/') record_unseen("posix_spawn elsewhere");
}

static void record_spawn(path_t program, int error, int pid) {
  check_start(program);
  record_path((struct event){KIND_SPAWN, error, error ? 0 : (u32)pid}, AT_FDCWD, program);
}

EXPORT int posix_spawn(int *pid, path_t path, void *actions, void *attributes, strings_t arguments, strings_t block) {
  NEXT_OR(posix_spawn, ENOSYS)
  int own_pid = 0;
  STEP_BEHIND_STAND_IN(path, arguments, block)
  int traceable = tracing() && path ? target_is_traceable(AT_FDCWD, path) : 1;
  HAND_OVER(handed, block, traceable);
  int error = next(&own_pid, path, actions, attributes, arguments, handed);
  if (!error && pid) *pid = own_pid;
  record_spawn(path, error, own_pid);
  return error;
}

static int is_executable_file(path_t path) {
  struct file_facts facts;
  return RAW3(SYS_faccessat, AT_FDCWD, path, X_OK) == 0 && raw_facts(AT_FDCWD, path, &facts) == 0 &&
         (facts.mode & S_IFMT) != S_IFDIR;
}

/* Finds what a search for `file` will execute and records the places passed over. False if there is nothing. */
static int search_program(path_t file, char *found) {
  const char *path = search_path();
  if (text_has(file, '/')) {
    usize length = text_length(file);
    if (length >= PATH_BYTES) return 0;
    text_copy(found, file, length + 1);
    return 1;
  }
  while (next_candidate(&path, file, found)) {
    if (!found[0]) continue;
    if (is_executable_file(found)) return 1;
    long result = RAW3(SYS_faccessat, AT_FDCWD, found, X_OK);
    record_path((struct event){KIND_PRESENCE, error_of(result), X_OK}, AT_FDCWD, found);
  }
  return 0;
}

EXPORT int posix_spawnp(int *pid, path_t file, void *actions, void *attributes, strings_t arguments, strings_t block) {
  NEXT_OR(posix_spawnp, ENOSYS)
  char found[PATH_BYTES];
  int own_pid = 0;
  int known = tracing() && search_program(file, found);
  path_t program = known ? found : "";
  STEP_BEHIND_STAND_IN(program, arguments, block)
  if (!known) program = file;
  int traceable = known ? target_is_traceable(AT_FDCWD, program) : 1;
  HAND_OVER(handed, block, traceable);
  int error = next(&own_pid, program == found ? file : program, actions, attributes, arguments, handed);
  if (!error && pid) *pid = own_pid;
  record_spawn(program, error, own_pid);
  return error;
}

/* These give back a descriptor, not a pid, and are too new (glibc 2.39) to be met in a compiler. */
#define SPAWN_UNSEEN(name)                                                                                \
  EXPORT int name(int *process, path_t file, void *actions, void *attributes, strings_t arguments, strings_t block) { \
    NEXT_OR(name, ENOSYS)                                                                                 \
    record_unseen(QUOTE(name));                                                                           \
    return next(process, file, actions, attributes, arguments, block);                                    \
  }
SPAWN_UNSEEN(pidfd_spawn)
SPAWN_UNSEEN(pidfd_spawnp)

/* What a file action will open, in the child and inside libc. */
EXPORT int posix_spawn_file_actions_addopen(void *actions, int descriptor, path_t path, int flags, u32 mode) {
  NEXT_OR(posix_spawn_file_actions_addopen, ENOSYS)
  check_start(path);
  int there = path && raw_exists(AT_FDCWD, path);
  u32 writes = flags & O_ACCMODE ? OPEN_WRITE : OPEN_READ;
  u32 bits = writes | (flags & O_CREAT ? OPEN_CREATE : 0) | (flags & O_TRUNC ? OPEN_TRUNCATE : 0) |
             (flags & O_APPEND ? OPEN_APPEND : 0) | (there ? OPEN_EXISTED : 0);
  record_path((struct event){KIND_OPEN, there || (flags & O_CREAT) ? 0 : ENOENT, bits}, AT_FDCWD, path);
  return next(actions, descriptor, path, flags, mode);
}

#define ADD_CHDIR(name)                                                                \
  EXPORT int name(void *actions, path_t path) {                                        \
    NEXT_OR(name, ENOSYS)                                                              \
    check_start(path);                                                                 \
    int there = path && raw_exists(AT_FDCWD, path);                                    \
    record_path((struct event){KIND_PRESENCE, there ? 0 : ENOENT, 0}, AT_FDCWD, path); \
    children_move = 1;                                                                 \
    return next(actions, path);                                                        \
  }
ADD_CHDIR(posix_spawn_file_actions_addchdir_np)
ADD_CHDIR(posix_spawn_file_actions_addchdir)

#define ADD_FCHDIR(name)                             \
  EXPORT int name(void *actions, int descriptor) {   \
    NEXT_OR(name, ENOSYS)                            \
    children_move = 1;                               \
    return next(actions, descriptor);                \
  }
ADD_FCHDIR(posix_spawn_file_actions_addfchdir_np)
ADD_FCHDIR(posix_spawn_file_actions_addfchdir)

/*
 * A forked child may not have run yet when its parent is gone already: nothing but the parent's record shows that there
 * is somebody left who may write to an output. vfork needs none: its child is another program by the time it returns.
 */
#define FORK(name)                                                                 \
  EXPORT int name(void) {                                                          \
    NEXT_OR(name, -1)                                                              \
    int pid = next();                                                              \
    if (pid > 0) record_text((struct event){KIND_FORK, 0, (u32)pid}, "");          \
    return pid;                                                                    \
  }
FORK(fork)
FORK(_Fork)
FORK(__fork)

/*
 * system() and popen() hand our own environment to a shell whose pid they keep for themselves. Meanwhile that is the one
 * with our variables.
 */
static int record_shell(void) {
  list_new_objects();
  record_path((struct event){KIND_OPEN, raw_exists(AT_FDCWD, "/bin/sh") ? 0 : ENOENT, OPEN_READ}, AT_FDCWD, "/bin/sh");
  return target_is_traceable(AT_FDCWD, "/bin/sh");
}

#define WITH_SHELL(type, call)                                      \
  if (!tracing()) return call;                                      \
  int traceable = record_shell();                                   \
  char **own = environ;                                             \
  HAND_OVER(handed, own, traceable);                                \
  environ = (char **)handed;                                        \
  type result = call;                                               \
  end_shell_handover(handed, own, strings_, sizeof strings_);       \
  return result

EXPORT int system(const char *command) {
  NEXT_OR(system, -1)
  if (!command) return next(command);
  WITH_SHELL(int, next(command));
}

#define POPEN(name)                                            \
  EXPORT void *name(const char *command, const char *mode) {   \
    NEXT_OR(name, 0)                                           \
    WITH_SHELL(void *, next(command, mode));                   \
  }
POPEN(popen)
POPEN(_IO_popen)
