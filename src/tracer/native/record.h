/*
 * The shared buffer: where every process of a traced tree writes what it does. `src/tracer/record-format.ts` is the
 * reader's copy of these numbers, and a unit test compares the two.
 *
 *   buffer ::= header(80 bytes) record*
 *   record ::= size:u32 pid:u32 kind:u8 relative:u8 0:u8[2] error:i32 flags:u32 length:u32 device:u64 inode:u64
 *              text[length] 0 padding-to-8
 *
 * A writer reserves room by one atomic addition, so threads, signal handlers, vfork children and whole processes never
 * wait for each other. `size` is stored last: a writer that dies half-way leaves 0 there, and the reader notices.
 */
#ifndef RECORD_H
#define RECORD_H

#include "text.h"

#define EXPORT __attribute__((visibility("default")))
#define QUOTE_EXPANDED(name) #name
#define QUOTE(name) QUOTE_EXPANDED(name)
/* A second exported name of the same function, e.g. open64, which is open where pointers have 64 bits. */
#define ALSO(other, name) extern __typeof__(name) other __attribute__((alias(QUOTE(name)), visibility("default")))

enum { HEADER_BYTES = 80, RECORD_HEAD_BYTES = 40, BUFFER_MAGIC = 0x3143435a /* "ZCC1" */ };

/* A file by what the kernel calls it: which open file a descriptor leads to. */
struct identity {
  u64 device, inode; /* as stat(2) spells them */
};

static inline struct identity identity_in(const struct file_facts *facts) {
  u64 major = facts->device_major, minor = facts->device_minor;
  u64 device = ((major & ~0xfffUL) << 32) | ((major & 0xfff) << 8) | ((minor & ~0xffUL) << 12) | (minor & 0xff);
  return (struct identity){device, facts->inode};
}

struct buffer_header {
  u32 magic, capacity;
  u64 used;                      /* bytes reserved so far, this header included; may pass `capacity` */
  u32 lost;                      /* 1 when a record did not fit */
  u32 root;                      /* pid of the first process */
  struct identity captured[2];   /* its descriptors 1 and 2 at its start */
  struct identity self;          /* the daemon's executable, which stand-ins are; 0 if they are not to be known */
  u32 steps;                     /* how many stand-ins were stepped over */
  u32 moves;                     /* how many names were removed or given to something else */
};

enum kind {
  KIND_START = 'S',        /* a program begins: text = its executable, flags = parent's pid */
  KIND_OBJECT = 'O',       /* a shared object is mapped */
  KIND_OBJECTS_LISTED = 'Z', /* all objects mapped by now have been recorded */
  KIND_LOAD = 'D',         /* dlopen is about to be called with this name */
  KIND_OPEN = 'o',         /* flags = enum open_flag */
  KIND_PRESENCE = 'p',     /* stat, access …: flags = mode of access() */
  KIND_LINK = 'l',         /* lstat, readlink, one step of realpath */
  KIND_LISTING = 'd',
  KIND_CREATE = 'c',       /* made by mkstemp, mkdir, symlink …: flags = OPEN_DIRECTORY for a directory */
  KIND_REMOVE = 'u',
  KIND_RENAME = 'r',       /* text = from NUL to */
  KIND_HARD_LINK = 'h',    /* text = from NUL to */
  KIND_ATTRIBUTES = 'a',   /* chmod, chown, utime … */
  KIND_EXEC = 'x',         /* about to become this program: START or EXEC_FAILED follows */
  KIND_EXEC_FAILED = 'f',
  KIND_FORK = 'k',         /* fork returned in the parent: flags = pid of the child */
  KIND_SPAWN = 'w',        /* posix_spawn returned: flags = pid, or error */
  KIND_UNTRACEABLE = 'n',  /* a program that cannot load us was started */
  KIND_UNSEEN = '?',       /* something was done whose effects are not recorded; text = what */
  KIND_ENVIRONMENT = 'e',  /* a variable was asked for: error = ENOENT if it was not set */
  KIND_ENVIRONMENT_SET = 'E', /* set or removed by the process; "*" = all */
  KIND_DATE = 't',         /* text = function */
  KIND_NETWORK = 'X',      /* text = function, flags = address family */
  KIND_TERMINAL = 'y',     /* isatty: flags = descriptor, error = 0 for yes */
  KIND_WINDOW = 'Y',       /* TIOCGWINSZ: flags = columns, 0 for no answer */
};

/* How a file was opened; our own bits, because O_* differ between architectures. */
enum open_flag {
  OPEN_READ = 1,
  OPEN_WRITE = 2,
  OPEN_CREATE = 4,
  OPEN_TRUNCATE = 8,
  OPEN_APPEND = 16,
  OPEN_EXCLUSIVE = 32,
  OPEN_DIRECTORY = 64, /* what was opened is a directory */
  OPEN_EXISTED = 128,  /* only with OPEN_CREATE: it was there before */
};

/* Added to a kind: the path was spelled relative to the current directory; `text` is absolute all the same. */
enum { SPELLED_RELATIVE = 1 << 8 };

struct event {
  u32 kind; /* enum kind, perhaps with SPELLED_RELATIVE */
  int error; /* errno, 0 = success */
  u32 flags;
  struct identity file; /* of KIND_OPEN, what was opened for reading; 0 if not known */
};

/* True once the buffer is mapped; false in a process that is not traced. Maps it at the first call. */
int tracing(void);

/* The buffer's header. Only when tracing(). */
struct buffer_header *trace_header(void);

/* Appends a record whose text is the parts one after another. Never blocks, never touches errno. Returns its offset in
 * the buffer, 0 when there is none. */
u32 record_parts(struct event event, const struct text *parts, int count);

/*
 * A record of KIND_LINK about an absolute path, perhaps with SPELLED_RELATIVE, unless it would say again what one of the
 * last from here said: two of three records of a compiler would, as it resolves each header's path from the root. The
 * reader forgets a second look with the same answer, whatever came between. `plain`: the moment in which it was found to be
 * no link; 0 if it is one, or is not there.
 */
void record_step(struct event event, struct text path, u32 plain);

/*
 * True if an absolute path, not spelled relative, was recorded as a step that is no link, and nothing was moved since: then
 * it need not be looked at. What others move meanwhile shows in the state of the step when the run has ended.
 */
int is_plain_step(struct text path);

/* Another one once any process of the tree has removed or renamed something. Never 0. Only when tracing(). */
u32 this_moment(void);

/* A record about `text` as it is. */
void record_text(struct event event, const char *text);

/* A record about a path, made absolute with the directory it is relative to, now. NULL, a pointer that the kernel
 * refused (EFAULT) and "" are not recorded. */
void record_path(struct event event, int directory, const char *path);

/* A record about two paths of the current directories `a_directory` and `b_directory`. */
void record_two_paths(struct event event, int a_directory, const char *a, int b_directory, const char *b);

/* Says that something was done that the records do not show; the trace will not be used. */
void record_unseen(const char *what);

/* Our variables as they were at the start, to be put back into cleared environments: "" when not set. */
struct own_variables {
  char trace[256], tty[64];
};
const struct own_variables *own_variables(void);

/* The value of a variable in a block of NAME=value strings; NULL when it is not there. */
char *variable_in(char *const *block, const char *name);
extern char **environ __attribute__((weak));

/* errno, and the convention of libc: -1 with errno set for a negative result of the kernel. */
int *__errno_location(void);
long finish(long result);

/* The next definition of a function behind ours; keeps errno. NULL where this libc has none. */
void *next_function(const char *name);

/*
 * Declares `next`, the real function `name`, looked up at the first call only. An old libc may lack it: programs that
 * probe for a weak symbol find ours then, so it fails with ENOSYS like a kernel without the call.
 */
#define NEXT_OR(name, failure)                                      \
  static __typeof__(name) *next;                                    \
  if (!next) next = (__typeof__(name) *)next_function(QUOTE(name)); \
  if (!next) {                                                      \
    *__errno_location() = ENOSYS;                                   \
    return failure;                                                 \
  }

/*
 * A wrapper that first does `tell` and hands on whatever it is given: up to eight numbers and pointers, which the calling
 * conventions of both architectures pass as they pass longs. Not for functions that take floating point numbers.
 */
#define TELLING(type, name, failure, tell)                                             \
  EXPORT type name(long a, long b, long c, long d, long e, long f, long g, long h) {   \
    NEXT_OR(name, failure)                                                             \
    tell;                                                                              \
    return next(a, b, c, d, e, f, g, h);                                               \
  }

/* The same for what the records cannot show. */
#define UNSEEN(type, name, failure) TELLING(type, name, failure, record_unseen(QUOTE(name)))

/* errno if `failed`, else 0: the `error` of a record after a call of libc. */
static inline int error_if(int failed) {
  return failed ? *__errno_location() : 0;
}

/* The same after a call of the kernel. */
static inline int error_of(long result) {
  return result < 0 && result > -4096 ? (int)-result : 0;
}

#endif
