/* Shared objects of this process, and the path that we were loaded from. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "record.h"

/* Records every mapped shared object but ourselves. */
void list_objects(void);

/* The same if dlopen was called. Called wherever a program may end without running destructors. */
void list_new_objects(void);

/* Our own path as the loader knows it; empty when it could not be found out. */
struct text tracer_path(void);

/* True if the file there is still the one of our start: the loader of a child complains aloud about a missing one. */
int can_be_loaded(void);

#endif
