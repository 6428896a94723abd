/*
 * Environment variables that are asked for and set. The questions are answered here, not by libc: a memory allocator
 * may ask while dlsym allocates, and would turn in circles. Our own variables are answered but not recorded.
 */
#include "record.h"

static char *ask(const char *name) {
  char *value = variable_in(environ, name);
  if (!text_starts(name, "ZCC_")) record_text((struct event){KIND_ENVIRONMENT, value ? 0 : ENOENT, 0}, name);
  return value;
}

EXPORT char *getenv(const char *name) {
  return ask(name);
}

/* A setuid program, where this answers NULL, is never traced. */
EXPORT char *secure_getenv(const char *name) {
  return ask(name);
}
ALSO(__secure_getenv, secure_getenv);

static void record_set(const char *name) {
  record_text((struct event){KIND_ENVIRONMENT_SET, 0, 0}, name);
}

EXPORT int setenv(const char *name, const char *value, int replace) {
  NEXT_OR(setenv, -1)
  /* Without `replace` the old value, or its absence, decides. */
  int kept = name && !replace && variable_in(environ, name);
  if (name && !replace) record_text((struct event){KIND_ENVIRONMENT, kept ? 0 : ENOENT, 0}, name);
  if (name && !kept) record_set(name);
  return next(name, value, replace);
}

EXPORT int unsetenv(const char *name) {
  NEXT_OR(unsetenv, -1)
  if (name) record_set(name);
  return next(name);
}

EXPORT int putenv(char *assignment) {
  NEXT_OR(putenv, -1)
  struct text name = {assignment, 0};
  while (assignment[name.length] && assignment[name.length] != '=') name.length++;
  record_parts((struct event){KIND_ENVIRONMENT_SET, 0, 0}, &name, 1);
  return next(assignment);
}

EXPORT int clearenv(void) {
  NEXT_OR(clearenv, -1)
  record_set("*");
  return next();
}
