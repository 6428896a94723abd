/*
 * The real tool: its arguments and its environment, and becoming it. What the caller gave goes on byte for byte, but for
 * argv[0] (called-as.c) and the variables laid over (src/shim/variables.ts).
 */

#include "stub.h"

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
static char **environment_of(const struct call *call, const struct variable *variables, int count) {
  u64 members = 0, bytes = 0;
  while (call->envp[members]) members++;
  for (int i = 0; i < count; i++) bytes += variables[i].name.length + variables[i].value.length + 2;
  char **env = map_memory((members + (u64)count + 1) * sizeof *env + bytes);
  if (!env) return 0;
  char *room = (char *)(env + members + (u64)count + 1), **next = env;
  u8 used[ROOM_FOR_VARIABLES] = {0};
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

/* What the tool is told of stand-ins above it. */
static struct variable depth_variable(const struct call *call) {
  static const char digits[] = "123";
  return (struct variable){{(const u8 *)"ZCCACHE_DEPTH", 13}, {(const u8 *)digits + call->settings.depth, 1}};
}

/*
 * The tool as it is to be started, with these variables, which we add to: there must be ROOM_FOR_VARIABLES. False if the
 * caller has not as many arguments, or there is no memory.
 */
int prepare_tool(const struct call *call, const struct tool *tool, struct variable *variables, int count,
                 struct program *program) {
  if (tool->skip > call->argc) return 0;
  u64 arguments = call->argc - tool->skip;
  char **argv = map_memory((arguments + 3) * sizeof *argv + tool->path.length + 1);
  if (!argv) return 0;
  char *path = (char *)(argv + arguments + 3);
  struct slice search = {0, 0};
  memcpy(path, tool->path.at, tool->path.length);
  argv[1] = (char *)argument_zero(call, tool->skip, path, &search);
  memcpy(argv + 2, call->argv + tool->skip, arguments * sizeof *argv);
  if (search.length) variables[count++] = (struct variable){{(const u8 *)"PATH", 4}, search};
  variables[count++] = depth_variable(call);
  *program = (struct program){tool, path, argv + 1, environment_of(call, variables, count)};
  return program->env != 0;
}

/* Opens the tool's standard input where that is another one than ours. */
int redirect_stdin(const struct tool *tool) {
  char path[PATH_BYTES];
  if (tool->stdin_file.length == 0) return 1;
  memcpy(path, tool->stdin_file.at, tool->stdin_file.length);
  path[tool->stdin_file.length] = 0;
  int fd = (int)open_file(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  int redirected = CALL3(dup3, fd, 0, 0) == 0;
  CALL1(close, fd);
  return redirected;
}

/* Replaces this process by the tool. Returns if that can't be done. */
void become_tool(const struct call *call, const struct tool *tool) {
  static const char shell[] = "/bin/sh";
  struct variable variables[ROOM_FOR_VARIABLES];
  struct program program;
  if (!prepare_tool(call, tool, variables, 0, &program)) return;
  redirect_stdin(tool);
  if (CALL3(execve, program.path, program.argv, program.env) != -ENOEXEC) return;
  /* execvp(3) hands a script without an interpreter line to the shell, so that is what a build is used to. */
  program.argv[-1] = (char *)shell;
  program.argv[0] = (char *)program.path;
  CALL3(execve, shell, program.argv - 1, program.env);
}
