/* Declarations, commits and single reads. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(record_comes_back_whole)
{
    world_t world = world_begin();
    static const uint8_t digest[] = {0, 1, 0xff, 0};
    const signet_text_t labels[] = {SIGNET_TEXT("b"), SIGNET_TEXT(""), SIGNET_TEXT("a")};
    const signet_field_t fields[] = {
        signet_field_text("name", SIGNET_TEXT("Grüße")),
        signet_field_integer("number", INT64_MIN),
        signet_field_time("made", INT64_MAX),
        signet_field_bytes("digest", (signet_bytes_t){digest, sizeof(digest)}),
        signet_field_texts("labels", labels, 3),
        signet_field_text("note", SIGNET_TEXT("")),
    };
    const signet_change_t change =
        signet_put("test.items", SIGNET_TEXT("a/1"), SIGNET_VERSION_ABSENT, fields, 6,
                   signet_text_bytes(SIGNET_TEXT("{\"x\":1}")));
    const signet_record_t *record = NULL;
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(get(&world, world.call, "a/1", &record), SIGNET_OK);
        ck_assert(signet_text_is(record->key, "a/1"));
        ck_assert_uint_eq(record->version, 1);
        ck_assert_uint_eq(record->field_count, 6);
        ck_assert(signet_text_is(signet_record_text(record, "name"), "Grüße"));
        ck_assert_int_eq(signet_record_integer(record, "number"), INT64_MIN);
        ck_assert_int_eq(signet_record_field(record, "made")->integer, INT64_MAX);
        ck_assert(signet_bytes_equal(signet_record_bytes(record, "digest"),
                                     (signet_bytes_t){digest, sizeof(digest)}));
        const signet_field_t *list = signet_record_field(record, "labels");
        ck_assert_uint_eq(list->text_count, 3);
        ck_assert(signet_text_is(list->texts[0], "b"));
        ck_assert_uint_eq(list->texts[1].length, 0);
        ck_assert(signet_text_is(list->texts[2], "a"));
        ck_assert_ptr_nonnull(signet_record_field(record, "note"));
        ck_assert(signet_text_is(signet_bytes_text(record->body), "{\"x\":1}"));
        world_reopen(&world);
    }
    world_end(&world);
}
END_TEST

START_TEST(absent_fields_stay_absent)
{
    world_t world = world_begin();
    const signet_record_t *record = NULL;
    const signet_field_t field = signet_field_text("name", SIGNET_TEXT("x"));
    signet_change_t change = signet_put("test.items", SIGNET_TEXT("k"), SIGNET_VERSION_ANY, &field,
                                        1, (signet_bytes_t){NULL, 0});
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, world.call, "k", &record), SIGNET_OK);
    ck_assert_uint_eq(record->field_count, 1);
    ck_assert_uint_eq(record->body.length, 0);
    change.field_count = 0;
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, world.call, "k", &record), SIGNET_OK);
    ck_assert_uint_eq(record->field_count, 0);
    ck_assert_uint_eq(record->version, 2);
    world_end(&world);
}
END_TEST

START_TEST(expected_versions_decide)
{
    world_t world = world_begin();
    const signet_record_t *record = NULL;
    item_t item;
    signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ABSENT, "one", 1);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    change = put_item(&item, "k", 2, "two", 2);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    change.expected = 1;
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, world.call, "k", &record), SIGNET_OK);
    ck_assert_uint_eq(record->version, 2);
    ck_assert_int_eq(signet_record_integer(record, "number"), 2);
    change = signet_delete("test.items", SIGNET_TEXT("k"), 1);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    change.expected = 2;
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, world.call, "k", NULL), SIGNET_NOT_FOUND);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    change.expected = SIGNET_VERSION_ANY;
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    /* What was deleted begins anew. */
    put(&world, "k", "three", 3);
    ck_assert_int_eq(get(&world, world.call, "k", &record), SIGNET_OK);
    ck_assert_uint_eq(record->version, 1);
    world_end(&world);
}
END_TEST

START_TEST(commit_is_all_or_nothing)
{
    world_t world = world_begin();
    item_t items_of[3];
    put(&world, "there", "x", 1);
    const signet_change_t changes[] = {
        put_item(&items_of[0], "new-1", SIGNET_VERSION_ABSENT, "a", 1),
        put_item(&items_of[1], "there", SIGNET_VERSION_ABSENT, "b", 2),
        put_item(&items_of[2], "new-2", SIGNET_VERSION_ABSENT, "c", 3),
    };
    ck_assert_int_eq(world.store.interface->commit(world.store.instance, world.call, changes, 3),
                     SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    ck_assert_int_eq(get(&world, world.call, "new-1", NULL), SIGNET_NOT_FOUND);
    ck_assert_int_eq(get(&world, world.call, "new-2", NULL), SIGNET_NOT_FOUND);
    world_end(&world);
}
END_TEST

static void expect_invalid(const world_t *world, const signet_change_t *change)
{
    ck_assert_int_eq(commit_one(world, world->call, change), SIGNET_INVALID);
    expect_error(world->call, SIGNET_INVALID);
}

START_TEST(limits_hold)
{
    world_t world = world_begin();
    item_t item;
    static char key[SIGNET_STORE_MAX_KEY + 2];
    memset(key, 'k', SIGNET_STORE_MAX_KEY);
    uint8_t *body = calloc(1, SIGNET_STORE_MAX_BODY + 1);
    ck_assert_ptr_nonnull(body);
    signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, "a", 1);
    change.body = (signet_bytes_t){body, SIGNET_STORE_MAX_BODY};
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    change.body.length++;
    expect_invalid(&world, &change);
    key[SIGNET_STORE_MAX_KEY] = 'k';
    change = put_item(&item, key, SIGNET_VERSION_ANY, "a", 1);
    expect_invalid(&world, &change);
    change = put_item(&item, "", SIGNET_VERSION_ANY, "a", 1);
    expect_invalid(&world, &change);
    change = put_item(&item, "k", SIGNET_VERSION_ANY, "\xff", 1);
    expect_invalid(&world, &change);
    change = put_item(&item, "k\xc3", SIGNET_VERSION_ANY, "a", 1);
    expect_invalid(&world, &change);
    signet_change_t many[SIGNET_STORE_MAX_CHANGES + 1];
    char keys[SIGNET_STORE_MAX_CHANGES + 1][8];
    for (unsigned i = 0; i <= SIGNET_STORE_MAX_CHANGES; i++) {
        snprintf(keys[i], sizeof(keys[i]), "%u", i);
        many[i] = put_item(&item, keys[i], SIGNET_VERSION_ANY, "a", 1);
    }
    const signet_store_interface_t *store = world.store.interface;
    ck_assert_int_eq(
        store->commit(world.store.instance, world.call, many, SIGNET_STORE_MAX_CHANGES + 1),
        SIGNET_INVALID);
    expect_error(world.call, SIGNET_INVALID);
    ck_assert_int_eq(
        store->commit(world.store.instance, world.call, many, SIGNET_STORE_MAX_CHANGES), SIGNET_OK);
    ck_assert_int_eq(store->commit(world.store.instance, world.call, many, 0), SIGNET_INVALID);
    expect_error(world.call, SIGNET_INVALID);
    free(body);
    world_end(&world);
}
END_TEST

START_TEST(undeclared_is_invalid)
{
    world_t world = world_begin();
    item_t item;
    signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "a", 1);
    change.collection = SIGNET_TEXT("test.others");
    expect_invalid(&world, &change);
    change = put_item(&item, "k", SIGNET_VERSION_ANY, "a", 1);
    item.fields[1] = signet_field_integer("unknown", 1);
    expect_invalid(&world, &change);
    item.fields[1] = signet_field_text("number", SIGNET_TEXT("1"));
    expect_invalid(&world, &change);
    item.fields[1] = signet_field_text("name", SIGNET_TEXT("again"));
    expect_invalid(&world, &change);
    const signet_record_t *record = NULL;
    ck_assert_int_eq(world.store.interface->get(world.store.instance, world.call,
                                                SIGNET_TEXT("test.others"), SIGNET_TEXT("k"),
                                                &record),
                     SIGNET_INVALID);
    expect_error(world.call, SIGNET_INVALID);
    world_end(&world);
}
END_TEST

START_TEST(declarations_grow)
{
    world_t world = world_begin();
    signet_field_declaration_t fields[7];
    memcpy(fields, items.fields, 6 * sizeof(fields[0]));
    fields[6] = (signet_field_declaration_t){
        .size = sizeof(fields[6]), .type = SIGNET_VALUE_TEXT, .name = SIGNET_TEXT("state")};
    signet_collection_t grown = items;
    grown.revision = 2;
    grown.fields = fields;
    grown.field_count = 7;
    put(&world, "old", "x", 1);
    const signet_store_interface_t *store = world.store.interface;
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_OK);
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_OK);
    const signet_field_t field = signet_field_text("state", SIGNET_TEXT("good"));
    const signet_change_t change = signet_put("test.items", SIGNET_TEXT("new"), SIGNET_VERSION_ANY,
                                              &field, 1, (signet_bytes_t){NULL, 0});
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    const signet_record_t *record = NULL;
    ck_assert_int_eq(get(&world, world.call, "new", &record), SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "state"), "good"));
    ck_assert_int_eq(get(&world, world.call, "old", &record), SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "name"), "x"));
    /* The stored revision is newer now. */
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &items), SIGNET_CORRUPT);
    expect_error(world.call, SIGNET_CORRUPT);
    fields[6].type = SIGNET_VALUE_BYTES;
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    fields[6].type = SIGNET_VALUE_TEXT;
    grown.flags = SIGNET_COLLECTION_GLOBAL;
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    grown.flags = 0;
    grown.name = SIGNET_TEXT("Test\".x");
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_INVALID);
    expect_error(world.call, SIGNET_INVALID);
    grown.name = SIGNET_TEXT("test.more");
    fields[6].name = SIGNET_TEXT("key");
    ck_assert_int_eq(store->declare(world.store.instance, world.call, &grown), SIGNET_INVALID);
    expect_error(world.call, SIGNET_INVALID);
    world_end(&world);
}
END_TEST

START_TEST(tenants_are_apart)
{
    world_t world = world_begin();
    signet_call_t *a = world_call(&world, "a");
    signet_call_t *b = world_call(&world, "b");
    signet_call_t *all = world_call(&world, "*");
    const signet_record_t *record = NULL;
    item_t item;
    signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ABSENT, "of a", 1);
    ck_assert_int_eq(commit_one(&world, a, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, b, "k", NULL), SIGNET_NOT_FOUND);
    ck_assert_int_eq(get(&world, world.call, "k", NULL), SIGNET_NOT_FOUND);
    ck_assert_int_eq(get(&world, all, "k", &record), SIGNET_OK);
    ck_assert(signet_text_is(record->tenant, "a"));
    change = put_item(&item, "k", SIGNET_VERSION_ABSENT, "of b", 2);
    ck_assert_int_eq(commit_one(&world, b, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, a, "k", &record), SIGNET_OK);
    ck_assert(signet_text_is(signet_record_text(record, "name"), "of a"));
    ck_assert_int_eq(get(&world, all, "k", NULL), SIGNET_CONFLICT);
    ck_assert_int_eq(commit_one(&world, all, &change), SIGNET_INVALID);
    expect_error(all, SIGNET_INVALID);
    change = signet_delete("test.items", SIGNET_TEXT("k"), SIGNET_VERSION_ANY);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    ck_assert_int_eq(get(&world, a, "k", NULL), SIGNET_OK);
    signet_check_call_end(a);
    signet_check_call_end(b);
    signet_check_call_end(all);
    world_end(&world);
}
END_TEST

START_TEST(global_collections_are_shared)
{
    world_t world = world_begin();
    signet_call_t *a = world_call(&world, "a");
    const signet_record_t *record = NULL;
    const signet_collection_t shared = {.size = sizeof(shared),
                                        .flags = SIGNET_COLLECTION_GLOBAL,
                                        .revision = 1,
                                        .name = SIGNET_TEXT("test.shared")};
    ck_assert_int_eq(world.store.interface->declare(world.store.instance, a, &shared), SIGNET_OK);
    const signet_change_t change =
        signet_put("test.shared", SIGNET_TEXT("k"), SIGNET_VERSION_ABSENT, NULL, 0,
                   signet_text_bytes(SIGNET_TEXT("{}")));
    ck_assert_int_eq(commit_one(&world, a, &change), SIGNET_OK);
    ck_assert_int_eq(world.store.interface->get(world.store.instance, world.call,
                                                SIGNET_TEXT("test.shared"), SIGNET_TEXT("k"),
                                                &record),
                     SIGNET_OK);
    ck_assert_uint_eq(record->tenant.length, 0);
    signet_check_call_end(a);
    world_end(&world);
}
END_TEST

START_TEST(cancelled_calls_change_nothing)
{
    world_t world = world_begin();
    signet_call_t *call = world_call(&world, "");
    item_t item;
    const signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "a", 1);
    signet_check_call_cancel(call);
    ck_assert_int_eq(commit_one(&world, call, &change), SIGNET_CANCELLED);
    expect_error(call, SIGNET_CANCELLED);
    ck_assert_int_eq(get(&world, call, "k", NULL), SIGNET_CANCELLED);
    ck_assert_int_eq(get(&world, world.call, "k", NULL), SIGNET_NOT_FOUND);
    signet_check_call_end(call);
    world_end(&world);
}
END_TEST

TCase *commits_case(void)
{
    TCase *tests = tcase_create("commits");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, record_comes_back_whole);
    tcase_add_test(tests, absent_fields_stay_absent);
    tcase_add_test(tests, expected_versions_decide);
    tcase_add_test(tests, commit_is_all_or_nothing);
    tcase_add_test(tests, limits_hold);
    tcase_add_test(tests, undeclared_is_invalid);
    tcase_add_test(tests, declarations_grow);
    tcase_add_test(tests, tenants_are_apart);
    tcase_add_test(tests, global_collections_are_shared);
    tcase_add_test(tests, cancelled_calls_change_nothing);
    return tests;
}
