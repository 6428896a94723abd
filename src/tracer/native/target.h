/* What is known about a program before it is executed. */
#ifndef TARGET_H
#define TARGET_H

#include "record.h"

/*
 * True if the program at `path`, or the interpreter that its first line names, can load us. It cannot when it is
 * static, of another class or machine, made by Go, or setuid; it must not when it uses gcc's address sanitizer, which refuses to
 * start behind any preloaded object. A file that cannot be read is given the benefit of the doubt: the missing start
 * record tells. Records the look at each interpreter, and KIND_UNTRACEABLE.
 */
int target_is_traceable(int directory, const char *path);

#endif
