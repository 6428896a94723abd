/*
 * Accounts, mounts and other lists of the system. libc reads their files inside itself, most of them as
 * /etc/nsswitch.conf tells it to; any other source there is a library of its own, whose looks and connections come
 * through our wrappers. Who asks in vain has asked all sources, and which libraries libc looked for on the way is not
 * known. nscd, if it runs, answers from the same files.
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

static void record_group_secrets(void) {
  static int told;
  record_database("/etc/gshadow", &told);
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

ENTRY(record_group_secrets, getsgnam, (path_t key), (key))
ENTRY(record_group_secrets, getsgent, (void), ())
ENTRY_INTO(record_group_secrets, getsgnam_r, (path_t key, void *to, char *room, usize size, void **found), (key, to, room, size, found))
ENTRY_INTO(record_group_secrets, getsgent_r, (void *to, char *room, usize size, void **found), (to, room, size, found))

/* Old forms, which write a line or a name into the caller's room. */
EXPORT int getpw(u32 key, char *to) {
  NEXT_OR(getpw, -1)
  record_users();
  int result = next(key, to);
  if (result < 0) record_unseen("getpw");
  return result;
}

EXPORT char *cuserid(char *to) {
  NEXT_OR(cuserid, 0)
  record_users();
  char *result = next(to);
  if (!result || !*result) record_unseen("cuserid");
  return result;
}

/* These ask all sources, or files of the running system that change all the time. */
UNSEEN(int, initgroups, -1)
UNSEEN(int, getgrouplist, -1)
UNSEEN(char *, getlogin, 0)
UNSEEN(int, getlogin_r, ENOSYS)
UNSEEN(int, setnetgrent, 0)
UNSEEN(int, innetgr, 0)
UNSEEN(void *, getaliasbyname, 0)
UNSEEN(int, getaliasbyname_r, ENOSYS)
UNSEEN(void *, getaliasent, 0)
UNSEEN(int, getaliasent_r, ENOSYS)

/* Who is logged in, asked and told. The names with an x are others of the same functions. */
UNSEEN(void *, getutent, 0)
ALSO(getutxent, getutent);
UNSEEN(int, getutent_r, -1)
UNSEEN(void *, getutid, 0)
ALSO(getutxid, getutid);
UNSEEN(int, getutid_r, -1)
UNSEEN(void *, getutline, 0)
ALSO(getutxline, getutline);
UNSEEN(int, getutline_r, -1)
UNSEEN(void *, pututline, 0)
ALSO(pututxline, pututline);
UNSEEN(long, updwtmp, 0)
ALSO(updwtmpx, updwtmp);
UNSEEN(long, logwtmp, 0)
UNSEEN(int, lckpwdf, -1)

/* ---- lists that are one file, whatever nsswitch.conf says ---- */

#define ONE_FILE(type, name, file) TELLING(type, name, 0, record_reading(file))
ONE_FILE(int, setfsent, "/etc/fstab")
ONE_FILE(void *, getfsent, "/etc/fstab")
ONE_FILE(void *, getfsspec, "/etc/fstab")
ONE_FILE(void *, getfsfile, "/etc/fstab")
ONE_FILE(long, setusershell, "/etc/shells")
ONE_FILE(char *, getusershell, "/etc/shells")
ONE_FILE(int, setttyent, "/etc/ttys")
ONE_FILE(void *, getttyent, "/etc/ttys")
ONE_FILE(void *, getttynam, "/etc/ttys")

/* A table of mounts, /etc/fstab or another. */
EXPORT void *setmntent(path_t path, path_t mode) {
  NEXT_OR(setmntent, 0)
  void *stream = next(path, mode);
  record_path((struct event){KIND_OPEN, error_if(!stream), OPEN_READ}, AT_FDCWD, path);
  return stream;
}
ALSO(__setmntent, setmntent);
