/*
 * The real tool: its arguments and its environment, and becoming it. What the caller gave goes on byte for byte, but for
 * argv[0], by which relocated compilers find their parts, and the variables laid over (src/shim/variables.ts).
 */

#include "stub.h"

/* Path and the caller's arguments behind the first `skip`; 0 if there are not as many, or no memory. */
char **tool_arguments(const struct call *call, struct slice path, u64 skip) {
  if (skip > call->argc) return 0;
  u64 count = call->argc - skip;
  char **argv = map_memory((count + 2) * sizeof *argv + path.length + 1);
  if (!argv) return 0;
  char *name = (char *)(argv + count + 2);
  memcpy(name, path.at, path.length);
  argv[0] = name;
  memcpy(argv + 1, call->argv + skip, count * sizeof *argv);
  return argv;
}

static int is_named(const char *member, struct slice name) {
  for (u64 i = 0; i < name.length; i++)
    if ((u8)member[i] != name.at[i]) return 0;
  return member[name.length] == '=';
}

static int same_name(struct slice one, struct slice other) {
  return one.length == other.length && memcmp(one.at, other.at, one.length) == 0;
}

static char *put_variable(char **room, const struct variable *variable) {
  char *text = *room;
  u64 name = variable->name.length, value = variable->value.length;
  memcpy(text, variable->name.at, name);
  text[name] = '=';
  memcpy(text + name + 1, variable->value.at, value);
  text[name + 1 + value] = 0;
  *room = text + name + value + 2;
  return text;
}

/* Index of the last variable of the member's name, which wins; -1 if there is none. */
static int laid_over(const char *member, const struct variable *variables, int count) {
  while (count-- > 0)
    if (is_named(member, variables[count].name)) return count;
  return -1;
}

/* Variables in place of old ones of the same name, else behind the others. */
char **tool_environment(const struct call *call, const struct variable *variables, int count) {
  u64 members = 0, bytes = 0;
  while (call->envp[members]) members++;
  for (int i = 0; i < count; i++) bytes += variables[i].name.length + variables[i].value.length + 2;
  char **env = map_memory((members + (u64)count + 1) * sizeof *env + bytes);
  if (!env) return 0;
  char *room = (char *)(env + members + (u64)count + 1), **next = env;
  u8 used[MAX_VARIABLES + 1] = {0};
  for (char **member = call->envp; *member; member++) {
    int at = laid_over(*member, variables, count);
    if (at < 0) *next++ = *member;
    else if (!used[at]) used[at] = 1, *next++ = put_variable(&room, &variables[at]);
  }
  for (int i = 0; i < count; i++) {
    int last = i;
    for (int j = i + 1; j < count; j++)
      if (same_name(variables[i].name, variables[j].name)) last = j;
    if (!used[last]) used[last] = 1, *next++ = put_variable(&room, &variables[last]);
  }
  return env;
}

/* Replaces this process by the tool. Returns if that can't be done: FALL_THROUGH, nothing has happened. */
int become_tool(const struct call *call, const struct answer *bypass) {
  static const struct variable depth = {{(const u8 *)"ZCCACHE_DEPTH", 13}, {(const u8 *)"1", 1}};
  char **argv = tool_arguments(call, bypass->path, bypass->skip);
  char **env = tool_environment(call, &depth, 1);
  if (argv && env) CALL3(execve, argv[0], argv, env);
  return FALL_THROUGH;
}
