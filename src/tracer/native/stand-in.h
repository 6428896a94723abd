/* Stand-ins of ours that a traced program starts: collect2 finds an `ld` on PATH that is one of them. */
#ifndef STAND_IN_H
#define STAND_IN_H

#include "record.h"

/*
 * True if `path` is the daemon's own executable, or a link to a copy of it, under a tool's name. Such a one can't load
 * us, and below a tool that is traced it would do nothing but become the real one: `to`, which has PATH_BYTES, is that
 * tool. The places that were looked at for it are recorded.
 */
int tool_behind(const char *path, char *const *arguments, char *const *block, char *to);

/* Puts the tool in the place of a stand-in: `path` and `arguments`, variables of the caller, are changed. */
#define STEP_BEHIND_STAND_IN(path, arguments, block)                                        \
  char behind_[PATH_BYTES];                                                                 \
  if (tool_behind(path, arguments, block, behind_)) {                                       \
    usize count_ = 0;                                                                       \
    while (arguments[count_]) count_++;                                                     \
    const char **changed_ = __builtin_alloca((count_ + 1) * sizeof *changed_);              \
    for (usize i_ = 1; i_ <= count_; i_++) changed_[i_] = arguments[i_];                    \
    changed_[0] = path = behind_;                                                           \
    arguments = (char *const *)changed_;                                                    \
  }

#endif
