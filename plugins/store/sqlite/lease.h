/* Leases. One process owns the file, so a lease never needs to outlive it: they are kept in
 * memory and expire by the monotonic clock, which no change of the wall clock can stretch. */
#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include <pthread.h>
#include <signet/call.h>

typedef struct store_lease_entry store_lease_entry_t;

typedef struct store_leases {
    pthread_mutex_t mutex;
    store_lease_entry_t *first;
} store_leases_t;

void store_leases_init(store_leases_t *leases);
void store_leases_clear(store_leases_t *leases);
/* Whether `owner` holds the lease now. [worker] */
int store_leases_held(store_leases_t *leases, signet_text_t name, signet_text_t owner);

#endif
