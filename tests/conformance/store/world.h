/* What the tests of a store share: a backend, an open store, records and errors. */
#ifndef CONFORMANCE_WORLD_H
#define CONFORMANCE_WORLD_H

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/record.h>

/* A store under test. */
typedef struct backend {
    const char *plugin;
    const char *settings;   /* of its block; the same in one world is the same store */
    Suite *(*faults)(void); /* what only this backend can be made to suffer */
} backend_t;

extern const backend_t *const backend;

typedef struct world {
    signet_check_t *check;
    signet_store_t store;
    signet_call_t *call; /* of the tenant "" */
} world_t;

/* A new world with the store open and the collection "test.items" declared. */
world_t world_begin(void);
void world_end(world_t *world);
/* Closes and opens the store again. */
void world_reopen(world_t *world);
/* A call of its own for a tenant. */
signet_call_t *world_call(const world_t *world, const char *tenant);

/* The declaration of "test.items". */
extern const signet_collection_t items;

/* A record of "test.items" with a name and a number. */
typedef struct item {
    signet_field_t fields[8];
    uint64_t count;
} item_t;
signet_change_t put_item(item_t *item, const char *key, uint64_t expected, const char *name,
                         int64_t number);
/* One change in a commit. */
int32_t commit_one(const world_t *world, signet_call_t *call, const signet_change_t *change);
/* Puts whatever is there. */
void put(const world_t *world, const char *key, const char *name, int64_t number);
/* The status of get; the record in `record` may be NULL. */
int32_t get(const world_t *world, signet_call_t *call, const char *key,
            const signet_record_t **record);
/* Clears the error of a call and asserts its status. */
void expect_error(signet_call_t *call, int32_t status);

TCase *commits_case(void);
TCase *queries_case(void);
TCase *leases_case(void);
TCase *loads_case(void);
TCase *entries_case(void);

#endif
