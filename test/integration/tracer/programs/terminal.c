// Says whether descriptors 1 and 2 are terminals, and the size of the one at 2.
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void) {
  struct winsize size;
  printf("%d %d ", isatty(1), isatty(2));
  if (ioctl(2, TIOCGWINSZ, &size) == 0)
    printf("%dx%d\n", size.ws_col, size.ws_row);
  else
    puts("-");
  return 0;
}
