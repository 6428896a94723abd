/*
 * Where the daemon listens, from the caller's variables: the plain cases of src/ipc/places.ts. Paths that would have to
 * be cleaned, shortened or made absolute, and namespaces that need cleaning, are left to the TypeScript client.
 */

#include "stub.h"

enum { MAX_NAMESPACE = 32 };
static const i64 SUSPECT_MS = 5000;

/* Absolute ASCII without empty parts and parts of dots, and not just "/": the client's `clean` would leave it alone. */
static int is_clean(const char *path) {
  if (*path != '/') return 0;
  for (const char *at = path; *at; at++) {
    if ((u8)*at > 0x7e || (u8)*at < ' ') return 0;
    if (*at == '/' && (at[1] == '/' || at[1] == '.' || !at[1])) return 0;
  }
  return 1;
}

static int is_plain_namespace(const char *name) {
  u64 length = text_length(name);
  if (length > MAX_NAMESPACE || *name == '.') return 0;
  for (; *name; name++) {
    char lower = *name | 0x20;
    int plain = (lower >= 'a' && lower <= 'z') || (*name >= '0' && *name <= '9') || *name == '_' || *name == '-' || *name == '.';
    if (!plain) return 0;
  }
  return 1;
}

static void decimal(u32 number, char *into) {
  char digits[10];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10); while (number /= 10);
  while (count) *into++ = digits[--count];
  *into = 0;
}

/* A real directory, ours, closed to others. */
static int is_private(const char *path, u32 uid) {
  struct statx facts;
  if (CALL5(statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &facts) != 0) return 0;
  return (facts.mode & S_IFMT) == S_IFDIR && facts.uid == uid && (facts.mode & 077) == 0;
}

#define SUFFIX "-v" STUB_VERSION

static int below_cache(const char *root, const char *dash, const char *name, struct places *where) {
  if (!is_clean(root)) return 0;
  /* `<root>` and `<root>/v<version>` are the same cache. */
  const char *version = same_text(base_name(root), "v" STUB_VERSION) ? "" : "/v" STUB_VERSION;
  return JOIN(where->endpoint, root, version, "/daemon", dash, name, SUFFIX ".sock") &&
         JOIN(where->mark, root, version, "/daemon", dash, name, SUFFIX ".lock.suspect");
}

static int by_user(const struct settings *settings, u32 uid, const char *const *name, struct places *where) {
  char temporary[32] = "/tmp/zccache-";
  decimal(uid, temporary + text_length(temporary));
  const char *base = temporary, *below = "";
  if (settings->runtime_dir && *settings->runtime_dir == '/') {
    if (!is_clean(settings->runtime_dir)) return 0;
    if (is_private(settings->runtime_dir, uid)) base = settings->runtime_dir, below = "/zccache";
  }
  return JOIN(where->endpoint, base, below, "/sock", name[0], name[1], SUFFIX) &&
         JOIN(where->mark, base, below, "/daemon", name[0], name[1], SUFFIX ".lock.suspect");
}

/* False if the settings are not plain ones. */
int find_places(const struct call *call, struct places *where) {
  const struct settings *settings = &call->settings;
  const char *name[2] = {"", ""};
  if (settings->name_space && !same_text(settings->name_space, "default")) {
    if (!is_plain_namespace(settings->name_space)) return 0;
    name[0] = "-";
    name[1] = settings->name_space;
  }
  if (settings->endpoint) {
    if (!is_clean(settings->endpoint)) return 0;
    return JOIN(where->endpoint, settings->endpoint) && JOIN(where->mark, settings->endpoint, ".lock.suspect");
  }
  if (settings->cache_dir) return below_cache(settings->cache_dir, name[0], name[1], where);
  return by_user(settings, call->uid, name, where);
}

/* True if the daemon has failed a client within the last seconds (src/shim/suspect.ts). */
int is_suspect(const struct places *where) {
  struct statx facts;
  struct timespec now = {0, 0};
  if (CALL5(statx, AT_FDCWD, where->mark, 0, STATX_BASIC_STATS, &facts) != 0) return 0;
  CALL2(clock_gettime, CLOCK_REALTIME, &now);
  i64 age = (now.seconds - facts.modified.seconds) * 1000 + (now.nanoseconds - (i64)facts.modified.nanoseconds) / 1000000;
  return age > -SUSPECT_MS && age < SUSPECT_MS;
}

/* Ends a suspicion: the daemon has answered. */
void trust(const struct places *where) {
  CALL3(unlinkat, AT_FDCWD, where->mark, 0);
}

/* Tells the clients to come. */
void suspect(const struct places *where) {
  trust(where);
  i64 fd = open_file(where->mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) CALL1(close, fd);
}
