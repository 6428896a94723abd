/*
 * Our variables are in an environment only from exec to the start of the program, so that no tool that lists what it has
 * shows them. Each child gets them anew, whatever its parent makes of the environment (env -i); a program that could not
 * load us, and would print an error, does not.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "record.h"

/* What has to be done to an environment; all zero: nothing. */
struct handover {
  int count;          /* strings in the caller's block */
  int change;         /* 0: hand the caller's block on as it is */
  int traceable;
  usize text_bytes;   /* room for strings that are made */
};

struct handover plan_handover(char *const *block, int traceable);

/* Slots that `fill_handover` may need: the caller's strings, ours and the NULL. */
#define HANDOVER_SLOTS(plan) ((plan).change ? (plan).count + 4 : 1)
#define HANDOVER_BYTES(plan) ((plan).change ? (plan).text_bytes : 1)

/* Fills `slots` and `text`, which the caller has on its stack (malloc is not allowed behind vfork), and returns the
 * block to hand on: `block` itself if nothing changes. */
char *const *fill_handover(struct handover plan, char *const *block, char **slots, char *text);

/* Takes our variables out of this process's environment, in place: main() has a pointer to it. */
void withdraw_variables(void);

/* After a shell that libc has started with `handed` in place of `own`: puts that back. `text`: as in fill_handover. */
void end_shell_handover(char *const *handed, char **own, const char *text, usize bytes);

/*
 * In a function with `block` and `traceable` in sight: declares `handed`, the environment to hand on.
 */
#define HAND_OVER(handed, block, traceable)                         \
  struct handover plan_ = plan_handover(block, traceable);          \
  char *slots_[HANDOVER_SLOTS(plan_)];                              \
  char strings_[HANDOVER_BYTES(plan_)];                             \
  char *const *handed = fill_handover(plan_, block, slots_, strings_)

#endif
