// Checks that calls leave errno as they should, and says which descriptor is the first free one.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  struct stat facts;
  errno = EDOM;
  if (stat(".", &facts) != 0 || errno != EDOM) return 1;
  getenv("NOT_THERE");
  if (errno != EDOM) return 2;
  if (access("missing", F_OK) != -1 || errno != ENOENT) return 3;
  errno = EDOM;
  FILE *stream = fopen("/dev/null", "r");
  if (!stream || errno != EDOM) return 4;
  fclose(stream);
  if (open("missing/x", O_RDONLY) != -1 || errno != ENOENT) return 5;
  if (readlink(".", (char[8]){0}, 8) != -1 || errno != EINVAL) return 6;
  int descriptor = open("/dev/null", O_RDONLY);
  printf("%d\n", descriptor);
  return 0;
}
