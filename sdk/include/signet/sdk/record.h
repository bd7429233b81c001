/* Records, queries and journal entries without ceremony. */
#ifndef SIGNET_SDK_RECORD_H
#define SIGNET_SDK_RECORD_H

#include <signet/host.h>
#include <signet/journal.h>
#include <signet/sdk/text.h>

/* Declarations of fields and of a collection of them, for static data. */
#define SIGNET_FIELD(field_name, field_type, field_flags)                                          \
    {                                                                                              \
        .size = sizeof(signet_field_declaration_t), .type = (field_type), .flags = (field_flags),  \
        .name = SIGNET_TEXT_INIT(field_name)                                                       \
    }
#define SIGNET_COLLECTION(collection_name, collection_flags, collection_revision, declared)        \
    {                                                                                              \
        .size = sizeof(signet_collection_t), .flags = (collection_flags),                          \
        .revision = (collection_revision), .name = SIGNET_TEXT_INIT(collection_name),              \
        .fields = (declared), .field_count = sizeof(declared) / sizeof((declared)[0])              \
    }

/* Fields as values, for arrays: signet_field_t fields[] = {signet_field_text("name", x), …}.
 * [any] */
signet_field_t signet_field_text(const char *name, signet_text_t text);
signet_field_t signet_field_integer(const char *name, int64_t integer);
signet_field_t signet_field_time(const char *name, int64_t time);
signet_field_t signet_field_bytes(const char *name, signet_bytes_t bytes);
signet_field_t signet_field_texts(const char *name, const signet_text_t *texts, uint64_t count);
/* Values of a record's fields; empty or 0 where absent. [any] */
const signet_field_t *signet_record_field(const signet_record_t *record, const char *name);
signet_text_t signet_record_text(const signet_record_t *record, const char *name);
int64_t signet_record_integer(const signet_record_t *record, const char *name);
signet_bytes_t signet_record_bytes(const signet_record_t *record, const char *name);
/* Changes as values. [any] */
signet_change_t signet_put(const char *collection, signet_text_t key, uint64_t expected,
                           const signet_field_t *fields, uint64_t field_count, signet_bytes_t body);
signet_change_t signet_delete(const char *collection, signet_text_t key, uint64_t expected);
/* A pair as a value. [any] */
signet_pair_t signet_pair(const char *name, signet_text_t value);

/* A provider with its interface typed, found through the call; the sole or named one. The error is
 * set where there is none. [any] */
typedef struct signet_store {
    const signet_store_interface_t *interface;
    void *instance;
} signet_store_t;
typedef struct signet_journal {
    const signet_journal_interface_t *interface;
    void *instance;
} signet_journal_t;
int32_t signet_store(signet_call_t *call, signet_text_t name, signet_store_t *store);
int32_t signet_journal(signet_call_t *call, signet_text_t name, signet_journal_t *journal);

/* A child call in which the instance itself reads for whoever asked: its actor is
 * "system:INSTANCE", an auditor of `tenant`. For what decides who a caller is and what it may know,
 * never for what it is then shown. To be ended; NULL with the error set on `call`. [any] */
signet_call_t *signet_reading(signet_call_t *call, const signet_host_t *host, signet_text_t tenant);

#endif
