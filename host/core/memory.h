/* Memory for secrets: locked, so that it reaches no swap, left out of dumps, and wiped. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stdint.h>

/* Has everything that OpenSSL frees wiped first, as encodings of keys leave copies on their way.
 * The first thing that main does: it has no effect once OpenSSL has allocated anything. */
void core_memory_wipe_freed(void);
/* Sets the locked memory up, where OpenSSL also puts private keys. After the last fork, before any
 * other thread. */
void core_memory_lock(void);
/* Says in the log where the memory could not be locked. */
void core_memory_tell(void);

/* `length` zeroed octets of it, or NULL. In a process that has none, of ordinary memory. Any
 * thread. */
void *core_memory_alloc(uint64_t length);
/* Wipes and frees them; NULL is nothing. Any thread. */
void core_memory_free(void *memory, uint64_t length);

#endif
