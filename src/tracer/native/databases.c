/*
 * Accounts and mounts. libc reads their files inside itself, as /etc/nsswitch.conf tells it to; any other source there
 * is a library of its own, whose looks and connections come through our wrappers. Who asks in vain has asked all
 * sources, and which libraries libc looked for on the way is not known. nscd, if it runs, answers from the same files.
 */
#include "record.h"

typedef const char *path_t;

static void record_reading(path_t path) {
  int error = raw_exists(AT_FDCWD, path) ? 0 : ENOENT;
  record_path((struct event){KIND_OPEN, error, OPEN_READ}, AT_FDCWD, path);
}

/* Told once in a process: whatever changes during the run is noticed where the records are used. */
static void record_database(path_t file, int *told) {
  if (*told || !tracing()) return;
  *told = 1;
  record_path((struct event){KIND_PRESENCE, 0, 0}, AT_FDCWD, "/"); /* glibc: is it another root by now? */
  record_reading("/etc/nsswitch.conf");
  record_reading(file);
}

static void record_users(void) {
  static int told;
  record_database("/etc/passwd", &told);
}

static void record_groups(void) {
  static int told;
  record_database("/etc/group", &told);
}

static void record_secrets(void) {
  static int told;
  record_database("/etc/shadow", &told);
}

/* Answers with an entry in libc's own memory. */
#define ENTRY(about, name, parameters, arguments) \
  EXPORT void *name parameters {                  \
    NEXT_OR(name, 0)                              \
    about();                                      \
    void *entry = next arguments;                 \
    if (!entry) record_unseen(QUOTE(name));       \
    return entry;                                 \
  }

/* Answers with an entry in the caller's room; too little of it is asked again with more. */
#define ENTRY_INTO(about, name, parameters, arguments)                   \
  EXPORT int name parameters {                                           \
    NEXT_OR(name, ENOSYS)                                                \
    about();                                                             \
    int error = next arguments;                                          \
    if (error != ERANGE && (error || !*found)) record_unseen(QUOTE(name)); \
    return error;                                                        \
  }

#define DATABASE(about, by_name, by_number, any)                                                                       \
  ENTRY(about, by_name, (path_t key), (key))                                                                           \
  ENTRY(about, by_number, (u32 key), (key))                                                                            \
  ENTRY(about, any, (void), ())                                                                                        \
  ENTRY_INTO(about, by_name##_r, (path_t key, void *to, char *room, usize size, void **found), (key, to, room, size, found)) \
  ENTRY_INTO(about, by_number##_r, (u32 key, void *to, char *room, usize size, void **found), (key, to, room, size, found)) \
  ENTRY_INTO(about, any##_r, (void *to, char *room, usize size, void **found), (to, room, size, found))
DATABASE(record_users, getpwnam, getpwuid, getpwent)
DATABASE(record_groups, getgrnam, getgrgid, getgrent)

ENTRY(record_secrets, getspnam, (path_t key), (key))
ENTRY(record_secrets, getspent, (void), ())
ENTRY_INTO(record_secrets, getspnam_r, (path_t key, void *to, char *room, usize size, void **found), (key, to, room, size, found))
ENTRY_INTO(record_secrets, getspent_r, (void *to, char *room, usize size, void **found), (to, room, size, found))

/* These ask all sources, or files of the running system that change all the time. */
#define UNSEEN(type, name, failure, parameters, arguments) \
  EXPORT type name parameters {                            \
    NEXT_OR(name, failure)                                 \
    record_unseen(QUOTE(name));                            \
    return next arguments;                                 \
  }
UNSEEN(int, initgroups, -1, (path_t user, u32 group), (user, group))
UNSEEN(int, getgrouplist, -1, (path_t user, u32 group, void *list, int *count), (user, group, list, count))
UNSEEN(char *, getlogin, 0, (void), ())
UNSEEN(int, getlogin_r, ENOSYS, (char *to, usize size), (to, size))

/* A table of mounts, /etc/fstab or another. */
EXPORT void *setmntent(path_t path, path_t mode) {
  NEXT_OR(setmntent, 0)
  void *stream = next(path, mode);
  record_path((struct event){KIND_OPEN, error_if(!stream), OPEN_READ}, AT_FDCWD, path);
  return stream;
}
