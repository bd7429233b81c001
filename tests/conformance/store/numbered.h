/* Records that are found by each of their fields. */
#ifndef CONFORMANCE_NUMBERED_H
#define CONFORMANCE_NUMBERED_H

#include "world.h"

/* A record whose every indexed field tells its number. */
typedef struct made {
    signet_field_t fields[5];
    signet_text_t labels[2];
    char name[16];
    char label[16];
    uint8_t digest[4];
} made_t;

/* Puts whatever is there; the change points into `made`. */
signet_change_t put_made(made_t *made, const char *key, int number);
void put_number(const world_t *world, const char *key, int number);
void delete_key(const world_t *world, const char *key);
/* Whether a query for one value finds just this key, or with NULL nothing, and a count agrees. */
int finds(const world_t *world, signet_call_t *call, const signet_field_t *value, const char *key);
/* Every field of a number leads to the key, or with NULL to nothing. */
void expect_number(const world_t *world, int number, const char *key);

/* Asserts that a query finds the records with these numbers, "1,2,", page by page. */
void expect_numbers(const world_t *world, const signet_query_t *query, const char *expected);

#endif
