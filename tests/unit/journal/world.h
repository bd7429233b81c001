/* What the journal's tests share. */
#ifndef JOURNAL_TEST_WORLD_H
#define JOURNAL_TEST_WORLD_H

#include "sealkeys.h"

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/record.h>

typedef struct world {
    signet_check_t *check;
    signet_store_t store;
    signet_journal_t journal;
    signet_call_t *call; /* of the tenant "" */
} world_t;

/* Opens store, keys and journal. */
world_t world_begin(void);
void world_end(world_t *world);
/* Opens or closes all three. */
void world_open(world_t *world);
void world_close(world_t *world);
/* A new call for a tenant. */
signet_call_t *world_call(const world_t *world, const char *tenant);
/* Writes an entry without a change, in a call of its own. */
void world_write(const world_t *world, const char *event, const char *object);
/* Runs the sealing job. */
void world_seal(const world_t *world);
/* How many entries of this event there are, for the tenant "". */
uint64_t world_count(const world_t *world, const char *event);
/* Closes all, and runs SQL on the database. */
void world_tamper(world_t *world, const char *sql);
/* Opens all and verifies; `arguments` may be NULL. The status, with the error's message or the
 * output in `said`. */
int32_t world_verify(world_t *world, const char *const *arguments, uint64_t count, char *said,
                     size_t size);

TCase *writing_case(void);
TCase *sealing_case(void);
TCase *tampering_case(void);
TCase *delivering_case(void);
TCase *merkle_case(void);
TCase *rollback_case(void);

#endif
