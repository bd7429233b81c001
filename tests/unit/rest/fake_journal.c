#include "fake_journal.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>

fake_journal_t fake_journal;

static int32_t commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count, const signet_entry_t *entry)
{
    (void)instance;
    fake_journal.commits++;
    (void)snprintf(fake_journal.event, sizeof fake_journal.event, "%.*s",
                   SIGNET_FORMAT(entry->event));
    (void)snprintf(fake_journal.object, sizeof fake_journal.object, "%.*s",
                   SIGNET_FORMAT(entry->object));
    fake_journal.fields[0] = '\0';
    for (uint64_t i = 0; i < entry->field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, entry->fields, i);
        size_t used = strlen(fake_journal.fields);
        (void)snprintf(fake_journal.fields + used, sizeof fake_journal.fields - used, "%.*s=%.*s;",
                       SIGNET_FORMAT(field->name), SIGNET_FORMAT(field->value));
    }
    signet_store_t store;
    int32_t status = signet_store(call, (signet_text_t){NULL, 0}, &store);
    if (status == SIGNET_OK)
        status = store.interface->commit(store.instance, call, changes, count);
    if (status == SIGNET_OK && fake_journal.failure != 0)
        status =
            signet_fail(call, fake_journal.failure, "fake.refused", "The fake was told to fail.");
    return status;
}

static void denied(void *instance, signet_call_t *call, signet_text_t source,
                   const signet_entry_t *entry)
{
    (void)instance;
    (void)call;
    (void)source;
    (void)entry;
}

/* Enough of the real one's rule to see its denial passed on. */
static int reads(const signet_actor_t *actor)
{
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        signet_text_t role = SIGNET_AT(signet_grant_t, actor->grants, i)->role;
        if (signet_text_is(role, SIGNET_ROLE_AUDITOR) ||
            signet_text_is(role, SIGNET_ROLE_ADMINISTRATOR))
            return 1;
    }
    return 0;
}

static int32_t query(void *instance, signet_call_t *call, const signet_journal_query_t *asked,
                     const signet_journal_page_t **page)
{
    static const signet_journal_entry_t entry = {
        .size = sizeof entry,
        .sealed = 1,
        .key = SIGNET_TEXT_INIT("node/0000000000000001/0000000000000002"),
        .time = INT64_C(1700000000123),
        .event = SIGNET_TEXT_INIT("certificate.issued"),
        .object = SIGNET_TEXT_INIT("certificate:device/010203"),
        .actor = SIGNET_TEXT_INIT("token:alice"),
        .trace = SIGNET_TEXT_INIT("0123456789abcdef0123456789abcdef"),
        .body = SIGNET_TEXT_INIT("{\"event\":\"certificate.issued\"}")};
    static const signet_journal_entry_t *const entries[] = {&entry, &entry};
    (void)instance;
    if (!reads(call->services->actor(call)))
        return signet_fail(call, SIGNET_DENIED, "journal.denied", "An auditor may read it.");
    fake_journal.query = *asked;
    (void)snprintf(fake_journal.query_event, sizeof fake_journal.query_event, "%.*s",
                   SIGNET_FORMAT(asked->event));
    signet_journal_page_t *answer = signet_alloc(call, 1, sizeof *answer);
    if (answer == NULL)
        return signet_status(call);
    answer->size = sizeof *answer;
    answer->entries = entries;
    answer->count = asked->limit < 2 ? asked->limit : 2;
    if (asked->limit < 2)
        answer->cursor = SIGNET_TEXT("more");
    *page = answer;
    return SIGNET_OK;
}

static int32_t read_entries(void *instance, signet_call_t *call, signet_text_t consumer,
                            uint64_t limit, const signet_journal_page_t **page)
{
    (void)instance;
    (void)consumer;
    (void)limit;
    (void)page;
    return signet_fail(call, SIGNET_UNSUPPORTED, "fake.read", "Nothing is sealed here.");
}

static int32_t acknowledge(void *instance, signet_call_t *call, signet_text_t consumer,
                           signet_text_t position)
{
    (void)instance;
    (void)consumer;
    (void)position;
    return signet_fail(call, SIGNET_UNSUPPORTED, "fake.acknowledge", "Nothing is sealed here.");
}

static const signet_journal_interface_t journal = {.size = sizeof journal,
                                                   .commit = commit,
                                                   .denied = denied,
                                                   .query = query,
                                                   .read = read_entries,
                                                   .acknowledge = acknowledge};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .vtable = &journal},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = &fake_journal;
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    (void)instance;
}

const signet_plugin_t fake_journal_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("fake-journal"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("A journal that remembers the last entry."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .close = close_instance,
};
