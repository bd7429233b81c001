/* A disk that fails on demand, below SQLite: a layer over its own access to files. */
#ifndef CONFORMANCE_FAULT_H
#define CONFORMANCE_FAULT_H

/* Puts the layer in, for all databases opened from here on. */
void fault_install(void);
/* The Nth write from here on and all that follow answer "disk full" (1: the next); 0: none. */
void fault_full_at(int nth);
/* How many writes there were since. */
int fault_writes(void);
/* The next sync fails with an I/O error, once. */
void fault_sync(void);

#endif
