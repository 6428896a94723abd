// corners HOW: one thing that is easily missed by a tracer. The file "in" is there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void on_signal(int number) {
  (void)number;
  open("in", O_RDONLY);
}

// The kernel's frame takes up to 4 KiB of it.
static void on_a_small_stack(void) {
  stack_t stack = {.ss_sp = malloc(16384), .ss_size = 16384};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  sigaltstack(&stack, NULL);
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
}

static void by_descriptor(const char *format) {
  char name[64];
  snprintf(name, sizeof name, format, open("in", O_PATH));
  if (!fopen(name, "r")) exit(1);
}

static void elsewhere(void) {
  posix_spawn_file_actions_t actions;
  char *arguments[] = {"cat", "in", NULL};
  int status;
  pid_t child;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, "sub");
  posix_spawn_file_actions_addopen(&actions, 9, "in", O_RDONLY, 0);
  if (!posix_spawn(&child, "/bin/cat", &actions, NULL, arguments, environ)) waitpid(child, &status, 0);
}

// In place: the answer goes where the path is.
static void resolve_twice(const char *end) {
  char path[PATH_MAX];
  for (int i = 0; i < 2; i++) {
    if (!getcwd(path, sizeof path)) exit(1);
    strcat(path, end);
    realpath(path, path);
  }
}

static void resolve_relative(const char *path) {
  char answer[PATH_MAX];
  for (int i = 0; i < 2; i++) realpath(path, answer);
}

static void resolve_before_and_after(void) {
  resolve_twice("/sub/in");
  rename("sub/in", "sub/out");
  resolve_twice("/sub/in");
  symlink("out", "sub/in");
  resolve_twice("/sub/in");
}

static void put_link_in_place(void) {
  rename("sub", "old");
  symlink("other/twin", "sub");
}

static void resolve_around(void (*change)(void)) {
  resolve_twice("/sub/none");
  change();
  resolve_twice("/sub/none");
}

static void in_child(void) {
  int child = fork();
  if (!child) {
    put_link_in_place();
    _exit(0);
  }
  waitpid(child, 0, 0);
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (!strcmp(how, "small-stack")) on_a_small_stack();
  if (!strcmp(how, "descriptor")) by_descriptor("/proc/self/fd/%d");
  if (!strcmp(how, "dev-fd")) by_descriptor("/dev/fd/%d");
  if (!strcmp(how, "cwd-link")) open("/proc/self/cwd/in", O_RDONLY);
  if (!strcmp(how, "name-space")) dlmopen(LM_ID_NEWLM, "libm.so.6", RTLD_NOW);
  if (!strcmp(how, "elsewhere")) elsewhere();
  if (!strcmp(how, "default")) {
    setenv("WITH_DEFAULT", "1", 0);
    if (!getenv("WITH_DEFAULT")) return 1;
  }
  if (!strcmp(how, "resolve")) resolve_twice("/sub/in");
  if (!strcmp(how, "resolve-link")) resolve_twice("/link/in");
  if (!strcmp(how, "resolve-none")) resolve_twice("/sub/none/in");
  if (!strcmp(how, "resolve-relative")) resolve_relative("sub/in");
  if (!strcmp(how, "resolve-relative-link")) resolve_relative("link/in");
  if (!strcmp(how, "resolve-relative-twin")) resolve_relative("twin/in");
  if (!strcmp(how, "resolve-relative-up")) resolve_relative("sub/../sub/in");
  if (!strcmp(how, "resolve-relative-dots")) resolve_relative("././sub/.///./in");
  if (!strcmp(how, "resolve-again")) resolve_before_and_after();
  if (!strcmp(how, "resolve-moved")) resolve_around(put_link_in_place);
  if (!strcmp(how, "resolve-moved-by-child")) resolve_around(in_child);
  if (!strcmp(how, "truncate")) open("in", O_RDONLY | O_TRUNC);
  return 0;
}
