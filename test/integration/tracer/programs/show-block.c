// Shows the block that main() is given, what environ leads to, and whether an auxiliary vector behind it makes sense.
#include <stdio.h>

extern char **environ;

int main(int count, char **arguments, char **block) {
  for (char **at = block; *at; at++) puts(*at);
  for (char **at = environ; *at; at++) puts(*at);
  char **behind = block;
  while (*behind) behind++;
  /* Types of the vector are small numbers (getauxval(3)); 0 is its end. */
  puts((unsigned long)behind[1] < 100 ? "vector" : "pointer");
  return count > 1 && arguments[1][0];
}
