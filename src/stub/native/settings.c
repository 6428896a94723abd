/* The caller's variables that steer us, as far as the stub needs them: the plain cases of src/sys/environment.ts. */

#include "stub.h"

enum { MOST_PATIENCE = 1000 };

/* False if the variable is there twice: which one counts is the runtime's business. */
static int take(const char *member, const char *prefix, const char **value) {
  if (!starts_with(member, prefix)) return 1;
  if (*value) return 0;
  *value = member + text_length(prefix);
  return 1;
}

static const char *unless_empty(const char *value) {
  return value && *value ? value : 0;
}

static int is_true(const char *value) {
  return value && (same_text(value, "1") || same_text(value, "true"));
}

/* A decimal number of one to six digits; 0 for everything else. */
static int read_number(const char *value) {
  u64 length = value ? text_length(value) : 0;
  int number = 0;
  if (length > 6) return 0;
  for (u64 i = 0; i < length; i++) {
    if (value[i] < '0' || value[i] > '9') return 0;
    number = 10 * number + value[i] - '0';
  }
  return number;
}

static int between(int least, int number, int most) {
  return number < least ? least : number > most ? most : number;
}

/* Which of them counts, and for what, is decided by src/broker/connect-daemon.ts. */
static int concerns_broker(const char *member) {
  static const char *const names[] = {"RUNNING_PROCESS_DISABLE=", "RUNNING_PROCESS_FAKE_BACKEND=", "ZCCACHE_BROKER_CONNECT="};
  for (u64 i = 0; i < sizeof names / sizeof *names; i++)
    if (starts_with(member, names[i])) return 1;
  return 0;
}

int read_settings(const struct call *call, struct settings *settings) {
  const char *disable = 0, *no_spawn = 0, *depth = 0, *patience = 0;
  *settings = (struct settings){.depth = 0};
  for (char **member = call->envp; *member; member++) {
    int once = take(*member, "XDG_RUNTIME_DIR=", &settings->runtime_dir) &&
               take(*member, "ZCCACHE_CACHE_DIR=", &settings->cache_dir) &&
               take(*member, "ZCCACHE_DAEMON_NAMESPACE=", &settings->name_space) &&
               take(*member, "ZCCACHE_DEPTH=", &depth) && take(*member, "ZCCACHE_DISABLE=", &disable) &&
               take(*member, "ZCCACHE_ENDPOINT=", &settings->endpoint) &&
               take(*member, "ZCCACHE_NO_SPAWN=", &no_spawn) && take(*member, "ZCCACHE_PATIENCE=", &patience);
    if (!once) return 0;
    if (concerns_broker(*member)) settings->broker = 1;
  }
  settings->endpoint = unless_empty(settings->endpoint);
  settings->cache_dir = unless_empty(settings->cache_dir);
  settings->name_space = unless_empty(settings->name_space);
  settings->runtime_dir = unless_empty(settings->runtime_dir);
  settings->disable = is_true(disable);
  settings->no_spawn = is_true(no_spawn);
  settings->depth = read_number(depth);
  settings->patience = between(1, read_number(patience), MOST_PATIENCE);
  return 1;
}
