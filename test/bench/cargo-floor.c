/*
 * The floor of a cargo build, given as RUSTC_WRAPPER: what is left of it if no rustc has to run. `cargo-floor RUSTC
 * ARGUMENT...` runs a call that it has not seen yet and records it below RECORD; for one that it has, it only hangs the
 * recorded files into their places by link(2), dates them and says what rustc said.
 *
 *     RECORD/KEY/  out  err      both streams
 *                  status        exit code, in decimal
 *                  0 1 2 ...     the files that were made, as rustc tells cargo of them ("artifact" in its JSON)
 *                  places        their paths, one a line, in this order
 *
 * KEY is a hash of the arguments, of RUSTC_BOOTSTRAP, which build scripts change to see what rustc can do, and of
 * standard input where that is the source. A call that fails has made no files. Paths need no escapes in JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST = 4096, CANNOT = 125 };

static const char ARTIFACT[] = "\"artifact\":\"";

typedef struct {
  char *bytes;
  size_t length;
} text;

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "Cannot record or repeat a call of rustc: %s: %s\n", what, strerror(errno));
  exit(CANNOT);
}

/* FNV-1a. */
static uint64_t hashed(uint64_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
  return hash;
}

/* All that can be read from a descriptor, and a NUL behind it. */
static text all_of(int fd) {
  text all = {malloc(LONGEST), 0};
  size_t room = LONGEST;
  ssize_t count = 0;
  while (all.bytes && (count = read(fd, all.bytes + all.length, room - all.length - 1)) > 0) {
    all.length += count;
    if (room - all.length < 2) all.bytes = realloc(all.bytes, room *= 2);
  }
  if (!all.bytes || count < 0) give_up("reading");
  all.bytes[all.length] = 0;
  return all;
}

static char *in(const char *directory, const char *name) {
  static char paths[2][LONGEST];
  static int turn;
  char *path = paths[turn ^= 1];
  if (snprintf(path, LONGEST, "%s/%s", directory, name) >= LONGEST) give_up(directory);
  return path;
}

static text file_in(const char *directory, const char *name) {
  int fd = open(in(directory, name), O_RDONLY);
  if (fd < 0) give_up(name);
  text all = all_of(fd);
  close(fd);
  return all;
}

static void say(int fd, text what) {
  for (size_t done = 0; done < what.length;) {
    ssize_t count = write(fd, what.bytes + done, what.length - done);
    if (count < 0) give_up("writing");
    done += count;
  }
}

static int created_in(const char *directory, const char *name) {
  int fd = open(in(directory, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) give_up(name);
  return fd;
}

/* Never returns if there is a record. */
static void repeat(const char *record) {
  int places_fd = open(in(record, "places"), O_RDONLY);
  if (places_fd < 0) return;
  char *rest = all_of(places_fd).bytes;
  for (int i = 0; *rest; i++) {
    char number[16];
    char *place = strsep(&rest, "\n");
    snprintf(number, sizeof number, "%d", i);
    unlink(place);
    if (link(in(record, number), place) != 0) give_up(place);
    /* cargo compares times. */
    utimensat(AT_FDCWD, place, NULL, 0);
  }
  say(1, file_in(record, "out"));
  say(2, file_in(record, "err"));
  exit(atoi(file_in(record, "status").bytes));
}

/* The exit code of the command, whose streams go to files. */
static int run(const char *record, char **command, text input) {
  int out = created_in(record, "out");
  int err = created_in(record, "err");
  pid_t pid = fork();
  if (pid == 0) {
    if (input.bytes) {
      int source = memfd_create("source", 0);
      say(source, input);
      lseek(source, 0, SEEK_SET);
      dup2(source, 0);
    }
    dup2(out, 1);
    dup2(err, 2);
    execvp(command[0], command);
    _exit(127);
  }
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) give_up(command[0]);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void keep_files(const char *record) {
  FILE *places = fdopen(created_in(record, "places"), "w");
  if (!places) give_up(record);
  char *at = file_in(record, "err").bytes;
  for (int i = 0; (at = strstr(at, ARTIFACT)); i++) {
    char number[16];
    char *place = at + sizeof ARTIFACT - 1;
    char *end = strchr(place, '"');
    if (!end) give_up(place);
    *end = 0;
    snprintf(number, sizeof number, "%d", i);
    if (link(place, in(record, number)) != 0) give_up(place);
    fprintf(places, "%s\n", place);
    at = end + 1;
  }
  if (fclose(places) != 0) give_up(record);
}

int main(int argc, char **argv) {
  if (argc < 2) return CANNOT;
  const char *bootstrap = getenv("RUSTC_BOOTSTRAP");
  uint64_t hash = 0xcbf29ce484222325;
  text input = {NULL, 0};
  for (int i = 1; i < argc; i++) {
    hash = hashed(hash, argv[i], strlen(argv[i]) + 1);
    if (strcmp(argv[i], "-") == 0 && !input.bytes) input = all_of(0);
  }
  if (bootstrap) hash = hashed(hash, bootstrap, strlen(bootstrap));
  hash = hashed(hash, input.bytes, input.length);

  char record[LONGEST], unfinished[LONGEST];
  snprintf(record, sizeof record, RECORD "/%016" PRIx64, hash);
  repeat(record);
  snprintf(unfinished, sizeof unfinished, RECORD "/new-%d", (int)getpid());
  if (mkdir(unfinished, 0777) != 0) give_up(unfinished);
  int code = run(unfinished, argv + 1, input);
  dprintf(created_in(unfinished, "status"), "%d\n", code);
  keep_files(unfinished);
  /* Another process may have been faster with the same call. */
  if (rename(unfinished, record) != 0 && errno != EEXIST && errno != ENOTEMPTY) give_up(record);
  repeat(record);
  return CANNOT;
}
