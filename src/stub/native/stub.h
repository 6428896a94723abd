/*
 * What the parts of the stub share. It answers a tool's call from the daemon, or runs the tool, without starting the
 * runtime, and knows nothing of compilers or caching. The reference for all that it does is the TypeScript client,
 * src/shim/. What is left to that: starting a daemon, one under suspicion, settings that are not plain, and messages of
 * our own. It is left by returning FALL_THROUGH with no descriptor open and no signal state changed.
 */
#ifndef STUB_H
#define STUB_H

#include "syscalls.h"

/* Means: start the runtime as if there were no stub. Every other result is an exit code. */
enum { FALL_THROUGH = -1 };

/* Longest silence after a sign of life, to be multiplied by the caller's patience (src/shim/patience.ts). */
enum { NEXT_SIGN_MS = 2000 };

enum { MAX_PAYLOAD = 16 << 20, MAX_ENDPOINT_BYTES = 100, MARK_BYTES = PATH_BYTES };

/* Keys of the auxiliary vector (getauxval(3)). */
enum { AT_PHDR = 3, AT_PAGESZ = 6, AT_BASE = 7, AT_ENTRY = 9, AT_SECURE = 23, AT_EXECFN = 31 };

struct slice { const u8 *at; u64 length; };

/* What inject.ts fills in. */
struct config {
  u64 entry;
  /* Address of a copy of the original program headers, in which the loader's name is still there. */
  u64 headers;
  /* Address of that name. */
  u64 loader;
  /* Not filled in, but compared: the processor that the stub is for. */
  u64 machine;
};

/* The caller's variables that mean something to us (src/sys/environment.ts); null: unset or empty. */
struct settings {
  const char *endpoint, *cache_dir, *name_space, *runtime_dir;
  int disable, no_spawn;
  /* Somebody else may know where the daemon is (src/broker). */
  int broker;
  /* Stand-ins above this one; as much as matters. */
  int depth;
  /* How many times as long as usual the daemon may be silent. */
  i64 patience;
};

/* One call, as the kernel has put it on the stack. */
struct call {
  u64 argc;
  char **argv, **envp;
  /* By what name the kernel found us. */
  const char *file;
  /* The same as NUL-terminated blocks. */
  struct slice argv_block, env_block;
  struct settings settings;
  u32 uid;
  int stderr_tty, same_streams;
  /* Absolute. In a directory that has been removed it names that directory, too. */
  char cwd[PATH_BYTES];
};

/* The real tool of a call: absolute path, what is not its arguments in argv, a file for its standard input or nothing. */
struct tool { struct slice path; u64 skip; struct slice stdin_file; };

/* Where the daemon listens, and the file that says that it has failed somebody in the last seconds. */
struct places { char endpoint[MAX_ENDPOINT_BYTES + 1], mark[MARK_BYTES]; };

/*
 * What the daemon may have put, or may yet put, where nothing was: the copy that becomes it, and the place. Empty: nothing
 * (WorkingResponse of src/ipc/messages.ts).
 */
struct made { char staged[PATH_BYTES], place[PATH_BYTES]; };

/* A connection, and what came over it and has not been looked at. */
struct wire {
  int fd;
  /* Of the last request; requests are counted from 1. */
  u64 id;
  u8 *bytes;
  u64 start, end, room;
  u8 first[8192];
  struct made made;
};

/* How dialling ended. NOBODY: there is no daemon. BUSY: there is one with too many callers. */
enum dialled { CONNECTED, NOBODY, BUSY, NOT_USABLE };

enum received { RECEIVED_FRAME, RECEIVED_END, RECEIVED_NOTHING_IN_TIME };

enum answer_kind { UNUSABLE, WORKING, PONG, RELEASED, DELIVERED, EXEC, BYPASS, NEED_STDIN, BACKPRESSURE };

struct answer {
  enum answer_kind kind;
  i32 exit_code;
  struct slice stdout, stderr;
  /* Of an Exec, or of a Bypass unless its path is empty: then the daemon has found none. */
  struct tool tool;
  /* Where a NeedStdin wants it. */
  struct slice spool;
  /* Of a WORKING, or empty. */
  struct slice staged, making;
  u64 job;
  /* Of a BACKPRESSURE: when to ask again. */
  u64 retry_after_ms;
  /* CBOR of an array of [name, value] pairs; of length 0 if there is none. */
  struct slice set_env;
};

/* What the daemon may lay over the environment, and room for that and what we add to it. */
struct variable { struct slice name, value; };
enum { MAX_VARIABLES = 256, ROOM_FOR_VARIABLES = MAX_VARIABLES + 2 };

/* A tool that is to be started. In front of `argv` is room for one more. */
struct program { const struct tool *tool; const char *path; char **argv, **env; };

/* Kinds of CBOR items, and values of simple ones (RFC 8949). */
enum { UINT = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, SIMPLE = 7 };
enum { FALSE_VALUE = 20, TRUE_VALUE = 21, NULL_VALUE = 22, UNDEFINED_VALUE = 23 };

/* A growing CBOR text in memory of the caller's; what does not fit is dropped and marked. */
struct writer { u8 *at, *end; int overflow; };

/* memory.c */
void *map_with(u64 bytes, int protection);
void *map_memory(u64 bytes);
void unmap_memory(void *at, u64 bytes);
u64 text_length(const char *text);
int same_text(const char *one, const char *other);
int starts_with(const char *text, const char *prefix);
const char *base_name(const char *path);
int join(char *into, u64 room, const char *const *parts);
#define JOIN(into, ...) join(into, sizeof(into), (const char *const[]){__VA_ARGS__, 0})
i64 milliseconds_now(void);
void *memcpy(void *to, const void *from, u64 length);
void *memset(void *to, int value, u64 length);
int memcmp(const void *one, const void *other, u64 length);

/* cbor.c */
void put_head(struct writer *to, int major, u64 number);
void put_text(struct writer *to, const char *text);
void put_uint(struct writer *to, const char *key, u64 value);
void put_int(struct writer *to, const char *key, i64 value);
void put_bool(struct writer *to, const char *key, int value);
void put_bytes_head(struct writer *to, const char *key, u64 length);

/* answer.c */
struct answer read_answer(struct slice payload, u64 id);
int read_variables(struct slice cbor, struct variable *into);

/* settings.c */
int read_settings(const struct call *call, struct settings *settings);

/* endpoint.c */
int find_places(const struct call *call, struct places *where);
int is_suspect(const struct places *where);
void suspect(const struct places *where);
void trust(const struct places *where);

/* caller.c */
int is_for_the_cache(struct call *call);
int can_start_runtime(void);

/* wire.c */
enum dialled dial(struct wire *wire, const struct places *where, u32 uid);
int send_pieces(struct wire *wire, struct iovec *pieces, int count, i64 deadline);
enum received receive(struct wire *wire, i64 deadline, struct slice *payload);
void hang_up(struct wire *wire);

/* take-back.c */
void note_made(struct wire *wire, const struct answer *answer);
int run_instead(const struct call *call, struct wire *wire);

/* client.c */
int answer_call(struct call *call);

/* streams.c */
int write_fully(int fd, struct slice bytes);

/* spool.c */
enum spooled { SPOOLED, NOT_SPOOLED, LOST };
enum spooled spool_stdin(struct slice path);

/* real-tool.c */
int run_alone(const struct call *call);
int identify_self(const struct call *call, struct statx *self);
int is_stand_in(const char *path, const struct statx *self);
int join_path(char into[PATH_BYTES], const char *cwd, struct slice directory, const char *name);
const char *search_list(const struct call *call);

/* called-as.c */
const char *argument_zero(const struct call *call, u64 skip, const char *path, struct slice *value);

/* tool.c */
int prepare_tool(const struct call *call, const struct tool *tool, struct variable *variables, int count,
                 struct program *program);
void become_tool(const struct call *call, const struct tool *tool);
int redirect_stdin(const struct tool *tool);

/* run-tool.c */
int run_for_daemon(const struct call *call, const struct answer *exec, struct wire *wire);

/* runtime.c */
u64 auxiliary(const u64 *vector, u64 key, u64 otherwise);
u64 start_runtime(const volatile struct config *config, char **envp, u64 *auxv);

#endif
