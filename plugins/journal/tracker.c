#include "tracker.h"

#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024U

int32_t journal_tracker_init(signet_call_t *call, journal_tracker_t *tracker)
{
    tracker->next = 1;
    tracker->base = 1;
    tracker->capacity = FIRST_CAPACITY;
    tracker->slots = calloc(FIRST_CAPACITY, sizeof(*tracker->slots));
    if (!tracker->slots)
        return signet_fail_memory(call);
    if (pthread_mutex_init(&tracker->mutex, NULL) != 0) {
        free(tracker->slots);
        return signet_fail_memory(call);
    }
    return SIGNET_OK;
}

void journal_tracker_clear(journal_tracker_t *tracker)
{
    pthread_mutex_destroy(&tracker->mutex);
    free(tracker->slots);
    tracker->slots = NULL;
}

static journal_slot_t *slot_of(const journal_tracker_t *tracker, uint64_t sequence)
{
    return &tracker->slots[sequence % tracker->capacity];
}

static int grow(journal_tracker_t *tracker)
{
    journal_tracker_t larger = *tracker;
    larger.capacity = tracker->capacity * 2;
    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots)
        return 0;
    for (uint64_t at = tracker->base; at < tracker->next; at++)
        *slot_of(&larger, at) = *slot_of(tracker, at);
    free(tracker->slots);
    tracker->slots = larger.slots;
    tracker->capacity = larger.capacity;
    return 1;
}

/* Room for one more slot: more of them, or that of the oldest entry, if that is settled. */
static int make_room(journal_tracker_t *tracker)
{
    if (tracker->next - tracker->base < tracker->capacity)
        return 1;
    if (tracker->capacity < JOURNAL_TRACKED && grow(tracker))
        return 1;
    uint8_t state = slot_of(tracker, tracker->base)->state;
    if (state != JOURNAL_PRESENT && state != JOURNAL_ABSENT)
        return 0;
    tracker->base++;
    return 1;
}

int32_t journal_tracker_begin(signet_call_t *call, journal_tracker_t *tracker, uint64_t *sequence)
{
    pthread_mutex_lock(&tracker->mutex);
    int room = make_room(tracker);
    if (room) {
        *sequence = tracker->next++;
        slot_of(tracker, *sequence)->state = JOURNAL_OPEN;
    }
    pthread_mutex_unlock(&tracker->mutex);
    if (room)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_BUSY, "journal.busy",
                       "Too many journal entries are on their way: try again.");
}

void journal_tracker_settle(journal_tracker_t *tracker, uint64_t sequence, uint8_t state,
                            const uint8_t leaf[JOURNAL_DIGEST])
{
    pthread_mutex_lock(&tracker->mutex);
    journal_slot_t *slot = slot_of(tracker, sequence);
    slot->state = state;
    if (state == JOURNAL_PRESENT)
        memcpy(slot->leaf, leaf, JOURNAL_DIGEST);
    pthread_mutex_unlock(&tracker->mutex);
}

uint64_t journal_tracker_copy(journal_tracker_t *tracker, uint64_t first, uint64_t limit,
                              journal_slot_t *slots, uint64_t *kept)
{
    uint64_t count = 0;
    pthread_mutex_lock(&tracker->mutex);
    *kept = tracker->base;
    while (first >= tracker->base && count < limit && first + count < tracker->next &&
           slot_of(tracker, first + count)->state != JOURNAL_OPEN) {
        slots[count] = *slot_of(tracker, first + count);
        count++;
    }
    pthread_mutex_unlock(&tracker->mutex);
    return count;
}

void journal_tracker_forget(journal_tracker_t *tracker, uint64_t last)
{
    pthread_mutex_lock(&tracker->mutex);
    if (last + 1 > tracker->base)
        tracker->base = last + 1;
    pthread_mutex_unlock(&tracker->mutex);
}
