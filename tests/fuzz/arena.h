/* A call without a host: an arena and an error, nothing else. One for each input, on one thread. */
#ifndef SIGNET_FUZZ_ARENA_H
#define SIGNET_FUZZ_ARENA_H

#include <signet/call.h>

/* A fresh call; the one before is gone with all that it gave out. Aborts without memory. */
signet_call_t *fuzz_call(void);

#endif
