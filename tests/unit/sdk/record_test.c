#include "sdk_test.h"

#include "sdk_plugin.h"

#include <signet/sdk/record.h>

START_TEST(makes_fields)
{
    signet_text_t list[] = {SIGNET_TEXT("a"), SIGNET_TEXT("b")};
    signet_field_t fields[] = {
        signet_field_text("t", SIGNET_TEXT("x")),
        signet_field_integer("i", -5),
        signet_field_time("w", 1000),
        signet_field_bytes("b", signet_text_bytes(SIGNET_TEXT("yz"))),
        signet_field_texts("l", list, 2),
    };
    static const uint32_t types[] = {SIGNET_VALUE_TEXT, SIGNET_VALUE_INTEGER, SIGNET_VALUE_TIME,
                                     SIGNET_VALUE_BYTES, SIGNET_VALUE_TEXTS};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(fields[i].size, sizeof(signet_field_t));
        ck_assert_uint_eq(fields[i].type, types[i]);
    }
    signet_record_t record = {
        .size = sizeof record, .key = SIGNET_TEXT("k"), .fields = fields, .field_count = 5};
    expect_text(signet_record_text(&record, "t"), "x");
    ck_assert_int_eq(signet_record_integer(&record, "i"), -5);
    ck_assert_int_eq(signet_record_integer(&record, "w"), 1000);
    expect_text(signet_bytes_text(signet_record_bytes(&record, "b")), "yz");
    ck_assert_uint_eq(signet_record_field(&record, "l")->text_count, 2);
    expect_text(signet_record_field(&record, "l")->texts[1], "b");
    ck_assert_ptr_null(signet_record_field(&record, "missing"));
    expect_text(signet_record_text(&record, "missing"), "");
    ck_assert_int_eq(signet_record_integer(&record, "missing"), 0);
    ck_assert_uint_eq(signet_record_bytes(&record, "missing").length, 0);
    record.fields = NULL;
    ck_assert_ptr_null(signet_record_field(&record, "t"));
}
END_TEST

START_TEST(steps_by_the_size_of_its_elements)
{
    /* As a provider of the next release would answer: the same members, and one more. */
    struct longer {
        signet_field_t field;
        uint64_t appended;
    } fields[2] = {{signet_field_integer("a", 1), 7}, {signet_field_integer("b", 2), 8}};
    fields[0].field.size = sizeof fields[0];
    fields[1].field.size = sizeof fields[0];
    signet_record_t record = {.size = sizeof record, .fields = &fields[0].field, .field_count = 2};
    ck_assert_int_eq(signet_record_integer(&record, "b"), 2);
}
END_TEST

START_TEST(makes_changes)
{
    signet_field_t field = signet_field_integer("i", 1);
    signet_change_t put = signet_put("ca.things", SIGNET_TEXT("k"), SIGNET_VERSION_ABSENT, &field,
                                     1, signet_text_bytes(SIGNET_TEXT("{}")));
    ck_assert_uint_eq(put.size, sizeof put);
    ck_assert_uint_eq(put.kind, SIGNET_CHANGE_PUT);
    expect_text(put.collection, "ca.things");
    expect_text(put.key, "k");
    ck_assert_uint_eq(put.expected, SIGNET_VERSION_ABSENT);
    ck_assert_ptr_eq(put.fields, &field);
    ck_assert_uint_eq(put.field_count, 1);
    expect_text(signet_bytes_text(put.body), "{}");
    signet_change_t delete = signet_delete("ca.things", SIGNET_TEXT("k"), 3);
    ck_assert_uint_eq(delete.kind, SIGNET_CHANGE_DELETE);
    ck_assert_uint_eq(delete.expected, 3);
    signet_pair_t pair = signet_pair("n", SIGNET_TEXT("v"));
    ck_assert_uint_eq(pair.size, sizeof pair);
    expect_text(pair.name, "n");
    expect_text(pair.value, "v");
}
END_TEST

static int32_t declare(void *instance, signet_call_t *with, const signet_collection_t *collection)
{
    (void)instance;
    (void)with;
    (void)collection;
    return SIGNET_OK;
}

static int32_t commit(void *instance, signet_call_t *with, const signet_change_t *changes,
                      uint64_t count)
{
    (void)instance;
    (void)with;
    (void)changes;
    (void)count;
    return SIGNET_OK;
}

static int32_t get(void *instance, signet_call_t *with, signet_text_t collection, signet_text_t key,
                   const signet_record_t **record)
{
    (void)instance;
    (void)with;
    (void)collection;
    (void)key;
    (void)record;
    return SIGNET_NOT_FOUND;
}

static int32_t query(void *instance, signet_call_t *with, const signet_query_t *asked,
                     const signet_page_t **page)
{
    (void)instance;
    (void)with;
    (void)asked;
    (void)page;
    return SIGNET_NOT_FOUND;
}

static int32_t count(void *instance, signet_call_t *with, const signet_query_t *asked,
                     uint64_t *number)
{
    (void)instance;
    (void)with;
    (void)asked;
    (void)number;
    return SIGNET_OK;
}

static int32_t lease(void *instance, signet_call_t *with, signet_text_t name, signet_text_t owner,
                     int64_t duration_ms)
{
    (void)instance;
    (void)with;
    (void)name;
    (void)owner;
    (void)duration_ms;
    return SIGNET_OK;
}

static int32_t release(void *instance, signet_call_t *with, signet_text_t name, signet_text_t owner)
{
    (void)instance;
    (void)with;
    (void)name;
    (void)owner;
    return SIGNET_OK;
}

static const signet_store_interface_t store_interface = {.size = sizeof store_interface,
                                                         .declare = declare,
                                                         .commit = commit,
                                                         .get = get,
                                                         .query = query,
                                                         .count = count,
                                                         .lease = lease,
                                                         .release = release};

START_TEST(finds_providers)
{
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
         .vtable = &store_interface}};
    static signet_plugin_t plugin;
    plugin = plugin_descriptor();
    plugin.provides = provides;
    plugin.provide_count = 1;
    signet_store_t store;
    signet_journal_t journal;
    expect_error(signet_store(call, SIGNET_TEXT(""), &store), SIGNET_NOT_FOUND, "provider.missing");
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "one", NULL), SIGNET_OK);
    ck_assert_int_eq(signet_store(call, SIGNET_TEXT(""), &store), SIGNET_OK);
    ck_assert_ptr_eq(store.interface, &store_interface);
    ck_assert_ptr_nonnull(store.instance);
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "two", NULL), SIGNET_OK);
    expect_error(signet_store(call, SIGNET_TEXT(""), &store), SIGNET_CONFLICT,
                 "provider.ambiguous");
    ck_assert_int_eq(signet_store(call, SIGNET_TEXT("two"), &store), SIGNET_OK);
    uint64_t found = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_STORE_INTERFACE), &found);
    ck_assert_uint_eq(found, 2);
    expect_text(providers[0]->name, "one");
    expect_text(providers[1]->name, "two");
    ck_assert_uint_ne(providers[0]->number, providers[1]->number);
    ck_assert_ptr_null(
        call->services->providers(call, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), &found));
    ck_assert_uint_eq(found, 0);
    expect_error(signet_journal(call, SIGNET_TEXT(""), &journal), SIGNET_NOT_FOUND,
                 "provider.missing");
    ck_assert_ptr_nonnull(signet_check_find(check, SIGNET_STORE_INTERFACE, "two"));
    ck_assert_ptr_null(signet_check_find(check, SIGNET_STORE_INTERFACE, "three"));
    signet_check_close(check, "one");
    ck_assert_ptr_null(signet_check_find(check, SIGNET_STORE_INTERFACE, "one"));
    ck_assert_int_eq(signet_store(call, SIGNET_TEXT(""), &store), SIGNET_OK);
}
END_TEST

/* A journal as far as finding it needs one. */
static int32_t journal_commit(void *instance, signet_call_t *with, const signet_change_t *changes,
                              uint64_t number, const signet_entry_t *entry)
{
    (void)instance;
    (void)with;
    (void)changes;
    (void)number;
    (void)entry;
    return SIGNET_OK;
}

static void journal_denied(void *instance, signet_call_t *with, signet_text_t source,
                           const signet_entry_t *entry)
{
    (void)instance;
    (void)with;
    (void)source;
    (void)entry;
}

static int32_t journal_query(void *instance, signet_call_t *with,
                             const signet_journal_query_t *asked,
                             const signet_journal_page_t **page)
{
    (void)instance;
    (void)with;
    (void)asked;
    (void)page;
    return SIGNET_OK;
}

static int32_t journal_read(void *instance, signet_call_t *with, signet_text_t consumer,
                            uint64_t limit, const signet_journal_page_t **page)
{
    (void)instance;
    (void)with;
    (void)consumer;
    (void)limit;
    (void)page;
    return SIGNET_OK;
}

static int32_t journal_acknowledge(void *instance, signet_call_t *with, signet_text_t consumer,
                                   signet_text_t position)
{
    (void)instance;
    (void)with;
    (void)consumer;
    (void)position;
    return SIGNET_OK;
}

START_TEST(finds_the_journal)
{
    static const signet_journal_interface_t interface = {.size = sizeof interface,
                                                         .commit = journal_commit,
                                                         .denied = journal_denied,
                                                         .query = journal_query,
                                                         .read = journal_read,
                                                         .acknowledge = journal_acknowledge};
    static const signet_provide_t provide = {.size = sizeof provide,
                                             .interface =
                                                 SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
                                             .vtable = &interface};
    static signet_plugin_t plugin;
    plugin = plugin_descriptor();
    plugin.provides = &provide;
    plugin.provide_count = 1;
    ck_assert_int_eq(signet_check_open_linked(check, &plugin, "journal", NULL), SIGNET_OK);
    signet_journal_t journal;
    ck_assert_int_eq(signet_journal(call, SIGNET_TEXT("journal"), &journal), SIGNET_OK);
    ck_assert_ptr_eq(journal.interface, &interface);
}
END_TEST

SDK_RUN("sdk-record", makes_fields, steps_by_the_size_of_its_elements, makes_changes,
        finds_providers, finds_the_journal)
