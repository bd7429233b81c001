#include "flood.h"

#include "journal.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_MS 60000
#define SOURCE_LIMIT 4096U
#define NAME_LIMIT 128U

struct journal_flood_entry {
    journal_flood_entry_t *next;
    int64_t begin;  /* of the window, by the monotonic clock */
    int64_t from;   /* the same by the wall clock, for the summary */
    uint64_t count; /* after the first */
    char source[NAME_LIMIT];
    char event[NAME_LIMIT];
    char tenant[NAME_LIMIT];
};

int32_t journal_flood_init(signet_call_t *call, journal_flood_t *flood)
{
    memset(flood, 0, sizeof(*flood));
    flood->others = calloc(1, sizeof(*flood->others));
    if (!flood->others)
        return signet_fail_memory(call);
    if (pthread_mutex_init(&flood->mutex, NULL) != 0) {
        free(flood->others);
        return signet_fail_memory(call);
    }
    strcpy(flood->others->source, "others");
    return SIGNET_OK;
}

void journal_flood_clear(journal_flood_t *flood)
{
    for (uint32_t i = 0; i < JOURNAL_FLOOD_BUCKETS; i++) {
        while (flood->buckets[i]) {
            journal_flood_entry_t *entry = flood->buckets[i];
            flood->buckets[i] = entry->next;
            free(entry);
        }
    }
    free(flood->others);
    pthread_mutex_destroy(&flood->mutex);
}

/* What is longer than a name is cut: it then shares an entry with others that begin alike. */
static void cut(char name[NAME_LIMIT], signet_text_t text)
{
    uint64_t length = text.length < NAME_LIMIT ? text.length : NAME_LIMIT - 1;
    /* Never within a character. */
    while (length > 0 && length < text.length && ((uint8_t)text.data[length] & 0xc0) == 0x80)
        length--;
    memset(name, 0, NAME_LIMIT);
    if (length)
        memcpy(name, text.data, length);
}

static uint32_t bucket_of(const journal_flood_entry_t *entry)
{
    /* FNV-1a; the bounded table makes chosen collisions harmless. */
    uint32_t hash = 2166136261U;
    for (const char *at = entry->source; *at; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    for (const char *at = entry->event; *at; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    return hash % JOURNAL_FLOOD_BUCKETS;
}

static int same(const journal_flood_entry_t *a, const journal_flood_entry_t *b)
{
    return strcmp(a->source, b->source) == 0 && strcmp(a->event, b->event) == 0 &&
           strcmp(a->tenant, b->tenant) == 0;
}

/* Whether this denial is to be an entry of its own; otherwise it was counted. */
static int is_first(journal_flood_t *flood, const journal_flood_entry_t *asked)
{
    journal_flood_entry_t **bucket = &flood->buckets[bucket_of(asked)];
    for (journal_flood_entry_t *entry = *bucket; entry; entry = entry->next) {
        if (same(entry, asked)) {
            entry->count++;
            return 0;
        }
    }
    journal_flood_entry_t *entry = flood->count < SOURCE_LIMIT ? malloc(sizeof(*entry)) : NULL;
    if (!entry) {
        if (flood->others->count++ == 0) {
            flood->others->begin = asked->begin;
            flood->others->from = asked->from;
        }
        return 0;
    }
    *entry = *asked;
    entry->next = *bucket;
    *bucket = entry;
    flood->count++;
    return 1;
}

void journal_denied(void *instance, signet_call_t *call, signet_text_t source,
                    const signet_entry_t *entry)
{
    journal_t *journal = instance;
    journal_flood_entry_t asked = {.begin = signet_monotonic(), .from = signet_now()};
    cut(asked.source, source);
    cut(asked.event, entry->event);
    cut(asked.tenant, call->services->tenant(call));
    pthread_mutex_lock(&journal->flood.mutex);
    int first = is_first(&journal->flood, &asked);
    pthread_mutex_unlock(&journal->flood.mutex);
    if (!first)
        return;
    /* The call carries the denial as its error; what is written here must not replace it, and must
     * not fail because the client has gone away meanwhile. */
    signet_call_t *child = call->services->child(call);
    if (!child)
        return;
    child->services->shield(child);
    if (journal_write(journal, child, child->services->tenant(child), NULL, 0, entry) != SIGNET_OK)
        signet_log_error(journal->host, child, SIGNET_LOG_ERROR, "journal.denial-not-written");
    child->services->end(child);
}

static int32_t summarise(journal_t *journal, signet_call_t *call,
                         const journal_flood_entry_t *entry)
{
    const signet_pair_t pairs[] = {
        signet_pair("source", signet_text(entry->source)),
        signet_pair("event", signet_text(entry->event)),
        signet_pair("count", signet_format(call, "%" PRIu64, entry->count)),
        signet_pair("from", signet_time_text(call, entry->from)),
        signet_pair("to", signet_time_text(call, signet_now())),
    };
    const signet_entry_t summary = {.size = sizeof(summary),
                                    .event = SIGNET_TEXT(SIGNET_EVENT_ENTRIES_SUPPRESSED),
                                    .object = signet_text(entry->source),
                                    .fields = pairs,
                                    .field_count = sizeof(pairs) / sizeof(pairs[0])};
    return journal_write(journal, call, signet_text(entry->tenant), NULL, 0, &summary);
}

/* Takes out of the table what is due. */
static journal_flood_entry_t *take_due(journal_flood_t *flood, int64_t now, int all,
                                       journal_flood_entry_t *others)
{
    journal_flood_entry_t *due = NULL;
    pthread_mutex_lock(&flood->mutex);
    for (uint32_t i = 0; i < JOURNAL_FLOOD_BUCKETS; i++) {
        for (journal_flood_entry_t **link = &flood->buckets[i]; *link;) {
            journal_flood_entry_t *entry = *link;
            if (!all && now - entry->begin < WINDOW_MS) {
                link = &entry->next;
                continue;
            }
            *link = entry->next;
            entry->next = due;
            due = entry;
            flood->count--;
        }
    }
    *others = *flood->others;
    if (all || now - others->begin >= WINDOW_MS)
        flood->others->count = 0;
    else
        others->count = 0;
    pthread_mutex_unlock(&flood->mutex);
    return due;
}

static int32_t write_due(journal_t *journal, signet_call_t *call, int all)
{
    journal_flood_entry_t others;
    journal_flood_entry_t *due = take_due(&journal->flood, signet_monotonic(), all, &others);
    int32_t status = SIGNET_OK;
    if (others.count > 0)
        status = summarise(journal, call, &others);
    while (due) {
        journal_flood_entry_t *next = due->next;
        if (due->count > 0) {
            if (status != SIGNET_OK)
                call->services->clear(call);
            status = summarise(journal, call, due);
            if (status != SIGNET_OK)
                signet_log(journal->host, call, SIGNET_LOG_ERROR, "journal.summary-not-written",
                           "%" PRIu64 " more of '%s' by '%s' could not be written down.",
                           due->count, due->event, due->source);
        }
        free(due);
        due = next;
    }
    return status;
}

int32_t journal_flood_run(void *instance, signet_call_t *call)
{
    return write_due(instance, call, 0);
}

int32_t journal_flood_flush(journal_t *journal, signet_call_t *call)
{
    return write_due(journal, call, 1);
}
