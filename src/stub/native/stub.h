/*
 * What the parts of the stub share. It answers a tool's call from the daemon without starting the runtime, and knows
 * nothing of compilers or caching. The reference for all that it does is the TypeScript client, src/shim/: whatever is
 * unusual is left to that, by returning FALL_THROUGH with no descriptor open and no signal state changed.
 */
#ifndef STUB_H
#define STUB_H

#include "syscalls.h"

/* Means: start the runtime as if there were no stub. Every other result is an exit code. */
enum { FALL_THROUGH = -1 };

enum { MAX_PAYLOAD = 16 << 20, MAX_ENDPOINT_BYTES = 100, MARK_BYTES = PATH_BYTES };

struct slice { const u8 *at; u64 length; };

/* One call, as the kernel has put it on the stack. */
struct call {
  u64 argc;
  char **argv, **envp;
  /* The same as NUL-terminated blocks. */
  struct slice argv_block, env_block;
  u32 uid;
  int same_streams;
};

/* Where the daemon listens, and the file that says that it has failed somebody in the last seconds. */
struct places { char endpoint[MAX_ENDPOINT_BYTES + 1], mark[MARK_BYTES]; };

/* A connection, and what came over it and has not been looked at. */
struct wire {
  int fd;
  u8 *bytes;
  u64 start, end, room;
  u8 first[8192];
};

enum received { RECEIVED_FRAME, RECEIVED_END, RECEIVED_NOTHING_IN_TIME };

enum answer_kind { UNUSABLE, WORKING, RELEASED, DELIVERED, EXEC, BYPASS };

struct answer {
  enum answer_kind kind;
  i32 exit_code;
  struct slice stdout, stderr, path;
  u64 job, skip;
  /* CBOR of an array of [name, value] pairs; of length 0 if there is none. */
  struct slice set_env;
};

struct variable { struct slice name, value; };
enum { MAX_VARIABLES = 64 };

/* A growing CBOR text in memory of the caller's; what does not fit is dropped and marked. */
struct writer { u8 *at, *end; int overflow; };

/* memory.c */
void *map_memory(u64 bytes);
void unmap_memory(void *at, u64 bytes);
u64 text_length(const char *text);
int same_text(const char *one, const char *other);
int starts_with(const char *text, const char *prefix);
const char *base_name(const char *path);
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
struct answer read_answer(struct slice payload, u64 id);
int read_variables(struct slice cbor, struct variable *into);

/* endpoint.c */
int find_places(const struct call *call, struct places *where);
int is_suspect(const struct places *where);
void suspect(const struct places *where);

/* wire.c */
int dial(struct wire *wire, const struct places *where, u32 uid);
int send_pieces(struct wire *wire, struct iovec *pieces, int count, i64 deadline);
enum received receive(struct wire *wire, i64 deadline, struct slice *payload);
void hang_up(struct wire *wire);

/* client.c */
int answer_from_daemon(struct call *call);

/* streams.c */
int write_fully(int fd, struct slice bytes);

/* tool.c */
int become_tool(const struct call *call, const struct answer *bypass);
char **tool_arguments(const struct call *call, struct slice path, u64 skip);
char **tool_environment(const struct call *call, const struct variable *variables, int count);

/* run-tool.c */
int run_for_daemon(const struct call *call, const struct answer *exec, struct wire *wire);

#endif
