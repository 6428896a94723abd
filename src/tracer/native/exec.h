/* Becoming another program; shared by the exec family and syscall(). */
#ifndef EXEC_H
#define EXEC_H

#include "record.h"

/* execveat(2) with records around it; `path` "" with AT_EMPTY_PATH is the descriptor. Returns on failure only. */
int execute(int directory, const char *path, char *const *arguments, char *const *block, int flags);

/* Takes the next directory off PATH. Writes directory/file to `to`, which has PATH_BYTES, or "" if it is too long.
 * False at the end. */
int next_candidate(const char **path, const char *file, char *to);

/* PATH as execvp takes it (execvp(3)). */
const char *search_path(void);

#endif
