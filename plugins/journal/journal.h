/* An instance of the journal. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "clock.h"
#include "flood.h"
#include "head.h"
#include "rollback.h"
#include "schema.h"
#include "sealer.h"
#include "tracker.h"

#include <signet/signet.h>
#include <stdatomic.h>

typedef struct journal {
    const signet_host_t *host;
    signet_text_t store; /* instances and the sealing key's name and type, from settings */
    signet_text_t keys;
    signet_text_t key;
    signet_text_t key_type;
    pthread_mutex_t starting;
    atomic_int begun; /* 1: this process has its epoch */
    uint64_t epoch;
    journal_tracker_t tracker;
    journal_sealer_t sealer;
    journal_flood_t flood;
    journal_head_file_t head;
    journal_rollback_t rollback;
    journal_clock_t clock;
} journal_t;

/* Life cycle, see signet/plugin.h. */
int32_t journal_open(const signet_host_t *host, signet_call_t *call, void **instance);
int32_t journal_start(void *instance, signet_call_t *call);
int32_t journal_reload(void *instance, signet_call_t *call, const signet_host_t *host);
int32_t journal_stop(void *instance, signet_call_t *call);
void journal_close(void *instance);

/* The store of a call. [any] */
int32_t journal_store(const journal_t *journal, signet_call_t *call, signet_store_t *store);
/* Takes an epoch for this process, once, before its first entry. [worker] */
int32_t journal_begin(journal_t *journal, signet_call_t *call);
/* Writes an entry for `tenant` together with the changes. [worker] */
int32_t journal_write(journal_t *journal, signet_call_t *call, signet_text_t tenant,
                      const signet_change_t *changes, uint64_t count, const signet_entry_t *entry);

/* The interface's functions, as in signet/journal.h. */
int32_t journal_commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                       uint64_t count, const signet_entry_t *entry);
void journal_denied(void *instance, signet_call_t *call, signet_text_t source,
                    const signet_entry_t *entry);
int32_t journal_query(void *instance, signet_call_t *call, const signet_journal_query_t *query,
                      const signet_journal_page_t **page);
int32_t journal_read(void *instance, signet_call_t *call, signet_text_t consumer, uint64_t limit,
                     const signet_journal_page_t **page);
int32_t journal_acknowledge(void *instance, signet_call_t *call, signet_text_t consumer,
                            signet_text_t position);

/* A stored entry as the interface shows it. [any] */
int32_t journal_show(signet_call_t *call, const signet_record_t *record, uint32_t sealed,
                     const signet_journal_entry_t **entry);

/* The commands `journal verify` and `journal head`. */
extern const signet_command_interface_t journal_commands;

#endif
