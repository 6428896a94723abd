/*
 * Reading the CBOR (RFC 8949) of the daemon's answers; src/ipc/messages.ts names the fields. Definite lengths only, and
 * what is not surely an answer is none: the tool is run then.
 */

#include "stub.h"

enum { MAX_DEPTH = 16, MAX_KEYS = 64, MAX_MEMBERS = 32768 };

struct reader { const u8 *at, *end; int members; };
struct item { int major; u64 number; struct slice bytes; };

/* The encoder writes whole numbers of more than 32 bits as floats. One that is none, or not below 2^53, is ~0. */
static u64 whole_number(u64 bits) {
  int exponent = (int)(bits >> 52) - 1023;
  u64 digits = (bits & ((1UL << 52) - 1)) | 1UL << 52;
  if (exponent < 0 || exponent > 52 || digits & ((1UL << (52 - exponent)) - 1)) return bits == 0 ? 0 : ~0UL;
  return digits >> (52 - exponent);
}

/* An item's head, and the bytes of a string. False for what is cut off or not of our subset. */
static int read_item(struct reader *from, struct item *item) {
  if (from->at == from->end) return 0;
  u8 first = *from->at++;
  int code = first & 31;
  item->major = first >> 5;
  item->number = code;
  if (code > 27 || item->major == 6) return 0;
  if (item->major == SIMPLE && (code < FALSE_VALUE || code == 24)) return 0;
  if (code >= 24) {
    u64 size = 1UL << (code - 24);
    if (size > (u64)(from->end - from->at)) return 0;
    item->number = 0;
    while (size--) item->number = item->number << 8 | *from->at++;
  }
  if (item->major == SIMPLE && code >= 24) {
    u64 whole = code == 27 ? whole_number(item->number) : ~0UL;
    item->number = whole;
    if (whole != ~0UL) item->major = UINT;
  }
  if (item->major != BYTES && item->major != TEXT) return 1;
  if (item->number > (u64)(from->end - from->at)) return 0;
  item->bytes = (struct slice){from->at, item->number};
  from->at += item->number;
  return 1;
}

/* Passes over an item of which only the head has been read. */
static int skip_content(struct reader *from, const struct item *item, int depth) {
  if (item->major != ARRAY && item->major != MAP) return 1;
  if (depth == MAX_DEPTH || item->number > MAX_MEMBERS) return 0;
  u64 count = item->major == MAP ? 2 * item->number : item->number;
  for (u64 i = 0; i < count; i++) {
    struct item member;
    if (++from->members > MAX_MEMBERS || !read_item(from, &member)) return 0;
    if (!skip_content(from, &member, depth + 1)) return 0;
  }
  return 1;
}

enum field { V, ID, TYPE, EXIT_CODE, STDOUT, STDERR, MERGED, JOB, PATH, SKIP, SET_ENV, STDIN_FILE, REASON, STAGED, MAKING,
             QUEUE_DEPTH, RETRY_AFTER_MS, FIELDS };

static const char FIELD_NAMES[FIELDS][16] = {"v",          "id",     "type",   "exit_code", "stdout",      "stderr",
                                             "merged",     "job",    "path",   "skip",      "set_env",     "stdin_file",
                                             "reason",     "staged", "making", "queue_depth", "retry_after_ms"};

struct fields {
  u8 present[FIELDS];
  struct item items[FIELDS];
  struct slice set_env;
};

static int is_text(struct slice bytes, const char *text) {
  u64 length = text_length(text);
  return bytes.length == length && memcmp(bytes.at, text, length) == 0;
}

/* null and undefined mean the same as a field that is not there. */
static int is_absent(const struct item *item) {
  return item->major == SIMPLE && (item->number == NULL_VALUE || item->number == UNDEFINED_VALUE);
}

static int read_field(struct reader *from, struct fields *fields) {
  struct item key, value;
  if (!read_item(from, &key) || key.major != TEXT) return 0;
  const u8 *start = from->at;
  if (!read_item(from, &value) || !skip_content(from, &value, 1)) return 0;
  for (int field = 0; field < FIELDS; field++) {
    if (!is_text(key.bytes, FIELD_NAMES[field])) continue;
    if (fields->present[field]) return 0;
    fields->present[field] = is_absent(&value) ? 2 : 1;
    fields->items[field] = value;
    if (field == SET_ENV) fields->set_env = (struct slice){start, (u64)(from->at - start)};
  }
  return 1;
}

static int read_fields(struct slice payload, struct fields *fields) {
  struct reader from = {payload.at, payload.at + payload.length, 0};
  struct item map;
  memset(fields, 0, sizeof *fields);
  if (!read_item(&from, &map) || map.major != MAP || map.number > MAX_KEYS) return 0;
  for (u64 i = 0; i < map.number; i++)
    if (!read_field(&from, fields)) return 0;
  return from.at == from.end;
}

static int has(const struct fields *fields, enum field field, int major) {
  return fields->present[field] == 1 && fields->items[field].major == major;
}

static int read_exit_code(const struct fields *fields, i32 *code) {
  const struct item *item = &fields->items[EXIT_CODE];
  if (item->number > 0x7fffffff) return 0;
  *code = item->major == NEGATIVE ? -1 - (i32)item->number : (i32)item->number;
  return has(fields, EXIT_CODE, UINT) || has(fields, EXIT_CODE, NEGATIVE);
}

/* A path that the kernel takes as it is. */
static int read_path(const struct fields *fields, enum field field, struct slice *path) {
  if (!has(fields, field, BYTES)) return 0;
  *path = fields->items[field].bytes;
  if (path->length == 0 || path->length >= PATH_BYTES || path->at[0] != '/') return 0;
  for (u64 i = 0; i < path->length; i++)
    if (!path->at[i]) return 0;
  return 1;
}

static enum answer_kind read_delivered(const struct fields *fields, struct answer *answer) {
  int merged = has(fields, MERGED, SIMPLE) &&
               (fields->items[MERGED].number == TRUE_VALUE || fields->items[MERGED].number == FALSE_VALUE);
  if (!merged || !has(fields, STDOUT, BYTES) || !has(fields, STDERR, BYTES)) return UNUSABLE;
  answer->stdout = fields->items[STDOUT].bytes;
  answer->stderr = fields->items[STDERR].bytes;
  return read_exit_code(fields, &answer->exit_code) ? DELIVERED : UNUSABLE;
}

static int read_tool(const struct fields *fields, struct tool *tool) {
  if (fields->present[STDIN_FILE] == 1 && !read_path(fields, STDIN_FILE, &tool->stdin_file)) return 0;
  if (!has(fields, SKIP, UINT)) return 0;
  tool->skip = fields->items[SKIP].number;
  return 1;
}

static enum answer_kind read_exec(const struct fields *fields, struct answer *answer) {
  if (!has(fields, JOB, UINT) || !read_tool(fields, &answer->tool)) return UNUSABLE;
  if (!read_path(fields, PATH, &answer->tool.path)) return UNUSABLE;
  answer->job = fields->items[JOB].number;
  if (answer->job >> 53) return UNUSABLE;
  if (has(fields, SET_ENV, ARRAY)) answer->set_env = fields->set_env;
  else if (fields->present[SET_ENV] == 1) return UNUSABLE;
  return EXEC;
}

/* Without a path the daemon has found no tool. */
static enum answer_kind read_bypass(const struct fields *fields, struct answer *answer) {
  if (!has(fields, REASON, TEXT) || !read_tool(fields, &answer->tool)) return UNUSABLE;
  if (fields->present[PATH] != 1) return BYPASS;
  return read_path(fields, PATH, &answer->tool.path) ? BYPASS : UNUSABLE;
}

static enum answer_kind read_working(const struct fields *fields, struct answer *answer) {
  if (fields->present[MAKING] != 1) return WORKING;
  if (!read_path(fields, STAGED, &answer->staged) || !read_path(fields, MAKING, &answer->making)) return UNUSABLE;
  return WORKING;
}

static enum answer_kind read_backpressure(const struct fields *fields, struct answer *answer) {
  if (!has(fields, REASON, TEXT) || !has(fields, QUEUE_DEPTH, UINT) || !has(fields, RETRY_AFTER_MS, UINT)) return UNUSABLE;
  answer->retry_after_ms = fields->items[RETRY_AFTER_MS].number;
  return BACKPRESSURE;
}

/* The answer to request `id` in a payload; UNUSABLE for anything that is not surely one. */
struct answer read_answer(struct slice payload, u64 id) {
  struct answer answer;
  struct fields fields;
  memset(&answer, 0, sizeof answer);
  if (!read_fields(payload, &fields) || !has(&fields, TYPE, TEXT)) return answer;
  if (!has(&fields, V, UINT) || fields.items[V].number != STUB_PROTOCOL) return answer;
  if (fields.present[ID] && !(has(&fields, ID, UINT) && fields.items[ID].number == id)) return answer;
  struct slice type = fields.items[TYPE].bytes;
  if (is_text(type, "Working")) answer.kind = read_working(&fields, &answer);
  else if (is_text(type, "Pong")) answer.kind = PONG;
  else if (is_text(type, "Released")) answer.kind = RELEASED;
  else if (is_text(type, "Delivered")) answer.kind = read_delivered(&fields, &answer);
  else if (is_text(type, "Exec")) answer.kind = read_exec(&fields, &answer);
  else if (is_text(type, "Bypass")) answer.kind = read_bypass(&fields, &answer);
  else if (is_text(type, "Backpressure")) answer.kind = read_backpressure(&fields, &answer);
  else if (is_text(type, "NeedStdin") && read_path(&fields, PATH, &answer.spool)) answer.kind = NEED_STDIN;
  return answer;
}

/* A name that can be one and a value that the kernel takes. */
static int is_variable(const struct variable *variable) {
  if (variable->name.length == 0) return 0;
  for (u64 i = 0; i < variable->name.length; i++)
    if (!variable->name.at[i] || variable->name.at[i] == '=') return 0;
  for (u64 i = 0; i < variable->value.length; i++)
    if (!variable->value.at[i]) return 0;
  return 1;
}

/* Reads an Exec's set_env into room for MAX_VARIABLES. Their number, or -1 if they can't be used. */
int read_variables(struct slice cbor, struct variable *into) {
  struct reader from = {cbor.at, cbor.at + cbor.length, 0};
  struct item list, pair, name, value;
  if (cbor.length == 0) return 0;
  if (!read_item(&from, &list) || list.number > MAX_VARIABLES) return -1;
  for (u64 i = 0; i < list.number; i++) {
    if (!read_item(&from, &pair) || pair.major != ARRAY || pair.number != 2) return -1;
    if (!read_item(&from, &name) || name.major != BYTES) return -1;
    if (!read_item(&from, &value) || value.major != BYTES) return -1;
    into[i] = (struct variable){name.bytes, value.bytes};
    if (!is_variable(&into[i])) return -1;
  }
  return (int)list.number;
}
