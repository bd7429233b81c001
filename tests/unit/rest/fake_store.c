#include "fake_store.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>

#define MAXIMUM_RECORDS 64
#define MAXIMUM_FIELDS 12

fake_store_t fake_store;

/* One record; its texts are copies on the heap. */
typedef struct kept {
    char *key; /* NULL: free */
    uint64_t version;
    signet_field_t fields[MAXIMUM_FIELDS];
    uint64_t field_count;
    char *memory[MAXIMUM_FIELDS];
    signet_bytes_t body;
    char *body_memory;
} kept_t;

static kept_t records[MAXIMUM_RECORDS];

static char *copy(const void *data, uint64_t length)
{
    char *made = calloc(1, length + 1);
    if (made == NULL)
        abort();
    if (length > 0)
        memcpy(made, data, length);
    return made;
}

static void forget(kept_t *kept)
{
    free(kept->key);
    for (uint64_t i = 0; i < MAXIMUM_FIELDS; i++)
        free(kept->memory[i]);
    free(kept->body_memory);
    *kept = (kept_t){.key = NULL};
}

static kept_t *find(signet_text_t key)
{
    for (int i = 0; i < MAXIMUM_RECORDS; i++)
        if (records[i].key != NULL && signet_text_is(key, records[i].key))
            return &records[i];
    return NULL;
}

static kept_t *find_free(void)
{
    for (int i = 0; i < MAXIMUM_RECORDS; i++)
        if (records[i].key == NULL)
            return &records[i];
    abort();
}

static void put(const signet_change_t *change)
{
    kept_t *kept = find(change->key);
    uint64_t version = kept != NULL ? kept->version + 1 : 1;
    if (kept == NULL)
        kept = find_free();
    else
        forget(kept);
    kept->key = copy(change->key.data, change->key.length);
    kept->version = version;
    kept->field_count = change->field_count;
    for (uint64_t i = 0; i < change->field_count; i++) {
        const signet_field_t *field = SIGNET_AT(signet_field_t, change->fields, i);
        signet_bytes_t content =
            field->type == SIGNET_VALUE_BYTES ? field->bytes : signet_text_bytes(field->text);
        kept->fields[i] = *field;
        kept->memory[i] = copy(content.data, content.length);
        kept->fields[i].text = (signet_text_t){kept->memory[i], content.length};
        kept->fields[i].bytes = (signet_bytes_t){(uint8_t *)kept->memory[i], content.length};
    }
    kept->body_memory = copy(change->body.data, change->body.length);
    kept->body = (signet_bytes_t){(uint8_t *)kept->body_memory, change->body.length};
}

void fake_store_set_time(const char *key, const char *field, int64_t time)
{
    kept_t *kept = find(signet_text(key));
    for (uint64_t i = 0; kept != NULL && i < kept->field_count; i++)
        if (signet_text_is(kept->fields[i].name, field))
            kept->fields[i].integer = time;
}

static int32_t declare(void *instance, signet_call_t *call, const signet_collection_t *collection)
{
    (void)instance;
    (void)call;
    (void)collection;
    return SIGNET_OK;
}

static int32_t commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count)
{
    (void)instance;
    for (uint64_t i = 0; i < count; i++) {
        const signet_change_t *change = SIGNET_AT(signet_change_t, changes, i);
        kept_t *kept = find(change->key);
        if (change->expected != SIGNET_VERSION_ANY &&
            change->expected != (kept != NULL ? kept->version : 0))
            return signet_fail(call, SIGNET_CONFLICT, "fake.version", "Another version.");
    }
    for (uint64_t i = 0; i < count; i++) {
        const signet_change_t *change = SIGNET_AT(signet_change_t, changes, i);
        if (change->kind == SIGNET_CHANGE_PUT)
            put(change);
        else
            forget(find(change->key));
    }
    return SIGNET_OK;
}

static const signet_record_t *made(signet_call_t *call, const kept_t *kept)
{
    signet_record_t *record = signet_alloc(call, 1, sizeof *record);
    signet_field_t *fields = signet_alloc(call, MAXIMUM_FIELDS, sizeof *fields);
    if (record == NULL || fields == NULL)
        return NULL;
    for (uint64_t i = 0; i < kept->field_count; i++) {
        fields[i] = kept->fields[i];
        fields[i].text = signet_text_copy(call, fields[i].text);
        fields[i].bytes = signet_bytes_copy(call, fields[i].bytes);
    }
    *record = (signet_record_t){.size = sizeof *record,
                                .key = signet_text_copy(call, signet_text(kept->key)),
                                .version = kept->version,
                                .fields = fields,
                                .field_count = kept->field_count,
                                .body = signet_bytes_copy(call, kept->body)};
    return record;
}

static int32_t get(void *instance, signet_call_t *call, signet_text_t collection, signet_text_t key,
                   const signet_record_t **record)
{
    (void)instance;
    (void)collection;
    fake_store.gets++;
    if (fake_store.failure != 0)
        return signet_fail(call, fake_store.failure, "fake.refused", "The fake was told to fail.");
    const kept_t *kept = find(key);
    if (kept == NULL)
        return signet_fail(call, SIGNET_NOT_FOUND, "store.not-found", "There is none.");
    *record = made(call, kept);
    if (fake_store.during_get != NULL)
        fake_store.during_get();
    return *record != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t query(void *instance, signet_call_t *call, const signet_query_t *asked,
                     const signet_page_t **page)
{
    (void)instance;
    signet_page_t *answer = signet_alloc(call, 1, sizeof *answer);
    const signet_record_t **found = signet_alloc(call, MAXIMUM_RECORDS, sizeof(void *));
    if (answer == NULL || found == NULL)
        return signet_status(call);
    answer->size = sizeof *answer;
    answer->records = found;
    for (int i = 0; i < MAXIMUM_RECORDS && answer->count < asked->limit; i++)
        if (records[i].key != NULL) {
            found[answer->count] = made(call, &records[i]);
            if (found[answer->count++] == NULL)
                return signet_status(call);
        }
    *page = answer;
    return SIGNET_OK;
}

static int32_t count(void *instance, signet_call_t *call, const signet_query_t *asked,
                     uint64_t *number)
{
    (void)instance;
    (void)call;
    (void)asked;
    *number = 0;
    return SIGNET_OK;
}

static int32_t lease(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner,
                     int64_t duration_ms)
{
    (void)instance;
    (void)call;
    (void)name;
    (void)owner;
    (void)duration_ms;
    return SIGNET_OK;
}

static int32_t release(void *instance, signet_call_t *call, signet_text_t name, signet_text_t owner)
{
    (void)instance;
    (void)call;
    (void)name;
    (void)owner;
    return SIGNET_OK;
}

static const signet_store_interface_t store = {.size = sizeof store,
                                               .declare = declare,
                                               .commit = commit,
                                               .get = get,
                                               .query = query,
                                               .count = count,
                                               .lease = lease,
                                               .release = release};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .vtable = &store},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = &fake_store;
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    (void)instance;
    for (int i = 0; i < MAXIMUM_RECORDS; i++)
        if (records[i].key != NULL)
            forget(&records[i]);
}

const signet_plugin_t fake_store_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("fake-store"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("A store in memory."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .close = close_instance,
};
