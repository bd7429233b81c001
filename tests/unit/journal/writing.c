/* Entries, denials and searches. */
#include "world.h"

#include <signet/sdk/json.h>
#include <stdio.h>
#include <string.h>

static const signet_collection_t things = {
    .size = sizeof(things), .revision = 1, .name = SIGNET_TEXT_INIT("test.things")};

static int32_t search(const world_t *world, signet_call_t *call,
                      const signet_journal_query_t *query, const signet_journal_page_t **page)
{
    return world->journal.interface->query(world->journal.instance, call, query, page);
}

START_TEST(entry_says_who_what_and_when)
{
    world_t world = world_begin();
    signet_call_t *call = world_call(&world, "acme");
    const signet_pair_t fields[] = {signet_pair("profile", SIGNET_TEXT("tls\n\"server\"")),
                                    signet_pair("names", SIGNET_TEXT("a.example"))};
    const signet_entry_t entry = {.size = sizeof(entry),
                                  .event = SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_ISSUED),
                                  .object = SIGNET_TEXT("certificate:x/01"),
                                  .fields = fields,
                                  .field_count = 2};
    ck_assert_int_eq(world.journal.interface->commit(world.journal.instance, call, NULL, 0, &entry),
                     SIGNET_OK);
    const signet_journal_query_t query = {.size = sizeof(query), .limit = 10};
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(search(&world, call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    const signet_journal_entry_t *found = page->entries[0];
    ck_assert(signet_text_is(found->event, "certificate.issued"));
    ck_assert(signet_text_is(found->object, "certificate:x/01"));
    ck_assert(signet_text_is(found->actor, "tester"));
    ck_assert(signet_text_is(found->tenant, "acme"));
    ck_assert(signet_text_equal(found->trace, call->services->trace(call)));
    ck_assert_int_gt(found->time, 0);
    ck_assert_uint_eq(found->sealed, 0);
    const signet_json_t *body = NULL;
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(found->body), 65536, &body),
                     SIGNET_OK);
    const signet_json_t *particulars = signet_json_get(body, "fields");
    ck_assert(signet_text_is(signet_json_get(particulars, "profile")->text, "tls\n\"server\""));
    ck_assert_int_eq(signet_json_get(body, "sequence")->integer, 1);
    world_seal(&world);
    ck_assert_int_eq(search(&world, call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->entries[0]->sealed, 1);
    /* Other tenants do not see it, nor what is outside of them; all of them together do. */
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 0);
    world_write(&world, "outside.tenants", "x");
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    ck_assert(signet_text_is(page->entries[0]->event, "outside.tenants"));
    ck_assert_int_eq(search(&world, call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    ck_assert(signet_text_is(page->entries[0]->tenant, "acme"));
    signet_check_call_end(call);
    call = world_call(&world, "other");
    ck_assert_int_eq(search(&world, call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 0);
    signet_check_call_end(call);
    call = world_call(&world, "*");
    ck_assert_int_eq(search(&world, call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 2);
    signet_check_call_end(call);
    world_end(&world);
}
END_TEST

START_TEST(entry_and_change_are_one)
{
    world_t world = world_begin();
    ck_assert_int_eq(world.store.interface->declare(world.store.instance, world.call, &things),
                     SIGNET_OK);
    const signet_entry_t entry = {
        .size = sizeof(entry), .event = SIGNET_TEXT("thing.made"), .object = SIGNET_TEXT("t")};
    const signet_change_t change =
        signet_put("test.things", SIGNET_TEXT("t"), SIGNET_VERSION_ABSENT, NULL, 0,
                   signet_text_bytes(SIGNET_TEXT("{}")));
    for (int i = 0; i < 3; i++) {
        int32_t status =
            world.journal.interface->commit(world.journal.instance, world.call, &change, 1, &entry);
        ck_assert_int_eq(status, i == 0 ? SIGNET_OK : SIGNET_CONFLICT);
        world.call->services->clear(world.call);
    }
    ck_assert_uint_eq(world_count(&world, "thing.made"), 1);
    signet_change_t many[91];
    for (int i = 0; i < 91; i++)
        many[i] = change;
    ck_assert_int_eq(
        world.journal.interface->commit(world.journal.instance, world.call, many, 91, &entry),
        SIGNET_INVALID);
    world_end(&world);
}
END_TEST

START_TEST(searches_restrict_and_page)
{
    world_t world = world_begin();
    for (int i = 0; i < 30; i++) {
        char object[16];
        snprintf(object, sizeof(object), "object-%d", i % 3);
        world_write(&world, i % 2 ? "thing.odd" : "thing.even", object);
    }
    ck_assert_uint_eq(world_count(&world, "thing.odd"), 15);
    ck_assert_uint_eq(world_count(&world, "thing.none"), 0);
    signet_journal_query_t query = {.size = sizeof(query),
                                    .descending = 1,
                                    .event = SIGNET_TEXT("thing.odd"),
                                    .object = SIGNET_TEXT("object-1"),
                                    .actor = SIGNET_TEXT("tester"),
                                    .limit = 2};
    const signet_journal_page_t *page = NULL;
    int64_t last = INT64_MAX;
    int found = 0;
    do {
        ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
        for (uint64_t i = 0; i < page->count; i++) {
            ck_assert_int_le(page->entries[i]->time, last);
            ck_assert(signet_text_is(page->entries[i]->object, "object-1"));
            last = page->entries[i]->time;
            found++;
        }
        query.cursor = page->cursor;
    } while (query.cursor.length > 0);
    ck_assert_int_eq(found, 5);
    query.cursor = (signet_text_t){NULL, 0};
    query.to = last;
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 0);
    query.to = 0;
    query.from = last;
    query.limit = 100;
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 5);
    world_end(&world);
}
END_TEST

static void deny(const world_t *world, const char *source)
{
    signet_call_t *call = world_call(world, "");
    const signet_entry_t entry = {.size = sizeof(entry),
                                  .event = SIGNET_TEXT(SIGNET_EVENT_LOGIN_FAILED),
                                  .object = signet_text(source)};
    world->journal.interface->denied(world->journal.instance, call, signet_text(source), &entry);
    ck_assert_ptr_null(call->services->error(call));
    signet_check_call_end(call);
}

START_TEST(floods_become_summaries)
{
    world_t world = world_begin();
    for (int i = 0; i < 1000; i++)
        deny(&world, i % 2 ? "192.0.2.1" : "192.0.2.2");
    ck_assert_uint_eq(world_count(&world, "login.failed"), 2);
    ck_assert_int_eq(signet_check_run_job(world.check, "journal", "summaries"), SIGNET_OK);
    ck_assert_uint_eq(world_count(&world, "entries.suppressed"), 0);
    /* Stopping writes what was counted. */
    world_close(&world);
    world_open(&world);
    ck_assert_uint_eq(world_count(&world, "login.failed"), 2);
    ck_assert_uint_eq(world_count(&world, "entries.suppressed"), 2);
    const signet_journal_query_t query = {
        .size = sizeof(query), .event = SIGNET_TEXT("entries.suppressed"), .limit = 10};
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    for (uint64_t i = 0; i < page->count; i++) {
        const signet_json_t *body = NULL;
        ck_assert_int_eq(
            signet_json_parse(world.call, signet_text_bytes(page->entries[i]->body), 65536, &body),
            SIGNET_OK);
        const signet_json_t *fields = signet_json_get(body, "fields");
        ck_assert(signet_text_is(signet_json_get(fields, "count")->text, "499"));
        ck_assert(signet_text_is(signet_json_get(fields, "event")->text, "login.failed"));
        ck_assert(signet_text_starts(signet_json_get(fields, "source")->text, "192.0.2."));
    }
    world_end(&world);
}
END_TEST

START_TEST(many_sources_are_bounded)
{
    world_t world = world_begin();
    for (int i = 0; i < 4200; i++) {
        char source[32];
        snprintf(source, sizeof(source), "source-%d", i);
        deny(&world, source);
    }
    ck_assert_uint_eq(world_count(&world, "login.failed"), 4096);
    world_close(&world);
    world_open(&world);
    const signet_journal_query_t query = {.size = sizeof(query),
                                          .event = SIGNET_TEXT("entries.suppressed"),
                                          .object = SIGNET_TEXT("others"),
                                          .limit = 10};
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(search(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 1);
    char body[1024];
    snprintf(body, sizeof(body), "%.*s", SIGNET_FORMAT(page->entries[0]->body));
    ck_assert_ptr_nonnull(strstr(body, "\"count\":\"104\""));
    world_end(&world);
}
END_TEST

START_TEST(denial_stands_when_it_cannot_be_written)
{
    world_t world = world_begin();
    signet_call_t *call = world_call(&world, "");
    static char event[100];
    memset(event, 'x', sizeof(event) - 1);
    const signet_entry_t entry = {.size = sizeof(entry), .event = signet_text(event)};
    world.journal.interface->denied(world.journal.instance, call, SIGNET_TEXT("s"), &entry);
    ck_assert_ptr_null(call->services->error(call));
    ck_assert(signet_check_logged(world.check, "journal.denial-not-written"));
    signet_check_call_end(call);
    world_end(&world);
}
END_TEST

START_TEST(searches_are_for_auditors_alone)
{
    static const struct {
        const char *roles;
        int32_t status;
    } known[] = {{"auditor", SIGNET_OK},         {"administrator", SIGNET_OK},
                 {"officer", SIGNET_DENIED},     {"requester", SIGNET_DENIED},
                 {"officer,auditor", SIGNET_OK}, {"", SIGNET_DENIED},
                 {"auditor@tls", SIGNET_DENIED}, {"officer,requester", SIGNET_DENIED}};
    world_t world = world_begin();
    const signet_journal_query_t query = {.size = sizeof(query), .limit = 10};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const signet_journal_page_t *page = NULL;
        signet_call_t *call = signet_check_call(world.check, "somebody", known[i].roles);
        ck_assert_int_eq(search(&world, call, &query, &page), known[i].status);
        if (known[i].status != SIGNET_OK)
            ck_assert(signet_text_is(call->services->error(call)->reason, "journal.denied"));
        signet_check_call_end(call);
    }
    world_end(&world);
}
END_TEST

TCase *writing_case(void)
{
    TCase *tests = tcase_create("writing");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, entry_says_who_what_and_when);
    tcase_add_test(tests, entry_and_change_are_one);
    tcase_add_test(tests, searches_restrict_and_page);
    tcase_add_test(tests, searches_are_for_auditors_alone);
    tcase_add_test(tests, floods_become_summaries);
    tcase_add_test(tests, many_sources_are_bounded);
    tcase_add_test(tests, denial_stands_when_it_cannot_be_written);
    return tests;
}
