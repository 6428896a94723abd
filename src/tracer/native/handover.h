/*
 * The environment that a child gets. Tools clear it (env -i) or build one of their own; our variables are put back so
 * that the child is traced too, and taken out for a program that could not load us, which would print an error.
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

/*
 * In a function with `block` and `traceable` in sight: declares `handed`, the environment to hand on.
 */
#define HAND_OVER(handed, block, traceable)                         \
  struct handover plan_ = plan_handover(block, traceable);          \
  char *slots_[HANDOVER_SLOTS(plan_)];                              \
  char strings_[HANDOVER_BYTES(plan_)];                             \
  char *const *handed = fill_handover(plan_, block, slots_, strings_)

#endif
