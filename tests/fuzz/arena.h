/* A call without a host: an arena and an error, nothing else. Each thread has one. */
#ifndef SIGNET_FUZZ_ARENA_H
#define SIGNET_FUZZ_ARENA_H

#include <signet/call.h>

/* A fresh call; the one before is gone with all that it gave out. Aborts without memory. */
signet_call_t *fuzz_call(void);
/* The same call as before, with what it gave out. */
signet_call_t *fuzz_call_current(void);
/* Aborts, saying what is broken, where something does not hold. */
void fuzz_require(int holds, const char *what);
/* Frees what this thread's call gave out; for threads that end. */
void fuzz_call_end(void);

#endif
