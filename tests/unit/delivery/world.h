/* A world with store, journal and targets, in which one delivery is opened. */
#ifndef TESTS_UNIT_DELIVERY_WORLD_H
#define TESTS_UNIT_DELIVERY_WORLD_H

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/record.h>

extern signet_check_t *world_check;
extern signet_call_t *world_call;

void world_begin(void);
void world_end(void);
/* Opens the delivery "out" anew with these settings, as after a restart. */
int32_t world_open(const char *settings);
void world_close(void);
/* An entry with this event, object and a field; not sealed yet. */
void world_write(const char *event, const char *object);
void world_seal(void);
/* One run of the delivery's job. */
void world_run(void);
/* How many entries with this event there are. */
uint64_t world_count(const char *event);
/* A metric of the delivery. */
int64_t world_metric(const char *name);

#endif
