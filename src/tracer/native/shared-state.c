/*
 * What is neither a file of the build nor a variable and yet lasts longer than a process, or is shared with others:
 * semaphores and queues by name, terminals, the machine's administration, profiles written at the end.
 */
#include "record.h"

typedef const char *path_t;

/* One's own, made anew, says nothing about the world: python's multiprocessing makes them so. */
static void record_named(const char *function, long flags) {
  if ((flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL)) record_unseen(function);
}
TELLING(void *, sem_open, 0, record_named("sem_open", b))
TELLING(int, mq_open, -1, record_named("mq_open", b))
TELLING(int, __mq_open_2, -1, record_named("mq_open", b))

/* System V: by number; 0 (IPC_PRIVATE) is one's own. */
static void record_numbered(const char *function, long key) {
  if ((int)key) record_unseen(function);
}
TELLING(int, shmget, -1, record_numbered("shmget", a))
TELLING(int, semget, -1, record_numbered("semget", a))
TELLING(int, msgget, -1, record_numbered("msgget", a))

/* Such a number made of a file: of its inode, which no key has. */
UNSEEN(int, ftok, -1)

/* ---- terminals ---- */

EXPORT char *ttyname(int descriptor) {
  NEXT_OR(ttyname, 0)
  char *name = next(descriptor);
  if (name) record_unseen("ttyname");
  return name;
}

#define TTYNAME_INTO(name, parameters, arguments) \
  EXPORT int name parameters {                    \
    NEXT_OR(name, ENOSYS)                         \
    int error = next arguments;                   \
    if (!error) record_unseen("ttyname");         \
    return error;                                 \
  }
TTYNAME_INTO(ttyname_r, (int descriptor, char *to, usize size), (descriptor, to, size))
TTYNAME_INTO(__ttyname_r_chk, (int descriptor, char *to, usize size, usize room), (descriptor, to, size, room))

UNSEEN(char *, getpass, 0)
UNSEEN(int, getpt, -1)
UNSEEN(int, posix_openpt, -1)
UNSEEN(int, openpty, -1)

/* ---- processes that libc forks, or that fork in a way of their own ---- */

UNSEEN(int, forkpty, -1)
UNSEEN(int, daemon, -1)

/* A thread, or a child that is waited for until it is another program, is seen by what it does. */
static void record_clone(long flags) {
  enum { CLONE_VFORK = 0x4000, CLONE_THREAD = 0x10000 };
  if (!(flags & (CLONE_VFORK | CLONE_THREAD))) record_unseen("clone");
}
TELLING(int, clone, -1, record_clone(c))
TELLING(int, __clone, -1, record_clone(c))

/* ---- the machine ---- */

UNSEEN(long, gethostid, 0)
UNSEEN(int, swapon, -1)
UNSEEN(int, swapoff, -1)
UNSEEN(int, quotactl, -1)
UNSEEN(int, fanotify_mark, -1)
UNSEEN(int, fsopen, -1)
UNSEEN(int, fspick, -1)
UNSEEN(int, open_tree, -1)
UNSEEN(int, move_mount, -1)
UNSEEN(int, mount_setattr, -1)

/* ---- files that libc opens by itself ---- */

/* A program built for gprof writes gmon.out when it ends. */
UNSEEN(long, __monstartup, 0)
ALSO(monstartup, __monstartup);

/* A catalogue of messages, found along NLSPATH unless it is named with its folder. */
EXPORT void *catopen(path_t name, int flags) {
  NEXT_OR(catopen, (void *)-1)
  if (!name || !text_has(name, '/')) record_unseen("catopen");
  else record_path((struct event){KIND_OPEN, raw_exists(AT_FDCWD, name) ? 0 : ENOENT, OPEN_READ}, AT_FDCWD, name);
  return next(name, flags);
}

EXPORT int name_to_handle_at(int directory, path_t path, void *handle, int *mount, int flags) {
  NEXT_OR(name_to_handle_at, -1)
  enum { AT_SYMLINK_FOLLOW = 0x400, EOVERFLOW = 75 };
  int result = next(directory, path, handle, mount, flags);
  int error = error_if(result < 0);
  enum kind kind = flags & AT_SYMLINK_FOLLOW ? KIND_PRESENCE : KIND_LINK;
  if (path && path[0]) record_path((struct event){kind, error == EOVERFLOW ? 0 : error, 0}, directory, path);
  return result;
}
