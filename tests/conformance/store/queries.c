/* Queries, cursors and counts. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY 200

static int32_t run(const world_t *world, signet_call_t *call, const signet_query_t *query,
                   const signet_page_t **page)
{
    return world->store.interface->query(world->store.instance, call, query, page);
}

static signet_condition_t condition(uint32_t compare, const signet_field_t *value)
{
    return (signet_condition_t){
        .size = sizeof(signet_condition_t), .compare = compare, .value = value};
}

/* The keys of all records that satisfy one or two conditions, joined by ',', page by page. */
static void expect_keys(const world_t *world, signet_call_t *call,
                        const signet_condition_t *conditions, uint64_t count, const char *order,
                        uint32_t flags, const char *expected)
{
    for (uint64_t limit = 1; limit <= 3; limit++) {
        char keys[4096] = "";
        signet_text_t cursor = {NULL, 0};
        uint64_t total = 0;
        do {
            const signet_query_t query = {.size = sizeof(query),
                                          .flags = flags,
                                          .collection = SIGNET_TEXT("test.items"),
                                          .conditions = conditions,
                                          .condition_count = count,
                                          .order = signet_text(order),
                                          .limit = limit,
                                          .cursor = cursor};
            const signet_page_t *page = NULL;
            int32_t status = run(world, call, &query, &page);
            ck_assert_msg(status == SIGNET_OK, "query: %d", status);
            ck_assert_uint_le(page->count, limit);
            for (uint64_t i = 0; i < page->count; i++) {
                size_t length = strlen(keys);
                snprintf(keys + length, sizeof(keys) - length, "%s%.*s", length ? "," : "",
                         SIGNET_FORMAT(page->records[i]->key));
            }
            total += page->count;
            cursor = page->cursor;
        } while (cursor.length > 0);
        ck_assert_str_eq(keys, expected);
        const signet_query_t query = {.size = sizeof(query),
                                      .collection = SIGNET_TEXT("test.items"),
                                      .conditions = conditions,
                                      .condition_count = count,
                                      .limit = 1000};
        uint64_t number = 0;
        if (order[0] == '\0') {
            ck_assert_int_eq(
                world->store.interface->count(world->store.instance, call, &query, &number),
                SIGNET_OK);
            ck_assert_uint_eq(number, total);
        }
    }
}

static void put_labelled(const world_t *world, const char *key, const char *name, int64_t number,
                         const char *first, const char *second)
{
    item_t item;
    signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, name, number);
    const signet_text_t labels[] = {signet_text(first), signet_text(second)};
    item.fields[item.count++] = signet_field_texts("labels", labels, 2);
    item.fields[item.count++] = signet_field_time("made", number * 1000);
    item.fields[item.count++] = signet_field_bytes("digest", signet_text_bytes(signet_text(name)));
    change.field_count = item.count;
    ck_assert_int_eq(commit_one(world, world->call, &change), SIGNET_OK);
}

static world_t small_world(void)
{
    world_t world = world_begin();
    put_labelled(&world, "a", "red", 3, "warm", "loud");
    put_labelled(&world, "b", "green", 1, "cold", "calm");
    put_labelled(&world, "c", "grey", 2, "cold", "colourless");
    put_labelled(&world, "d", "red", 1, "warm", "warm");
    put_labelled(&world, "e", "blue", -5, "cold", "loud");
    return world;
}

START_TEST(conditions_and_orders)
{
    world_t world = small_world();
    const signet_field_t red = signet_field_text("name", SIGNET_TEXT("red"));
    const signet_field_t gr = signet_field_text("name", SIGNET_TEXT("gr"));
    const signet_field_t one = signet_field_integer("number", 1);
    const signet_field_t two = signet_field_integer("number", 2);
    const signet_field_t cold = signet_field_text("labels", SIGNET_TEXT("cold"));
    const signet_field_t co = signet_field_text("labels", SIGNET_TEXT("co"));
    const signet_field_t warm = signet_field_text("labels", SIGNET_TEXT("warm"));
    const signet_field_t made = signet_field_time("made", 1000);
    const signet_field_t grey =
        signet_field_bytes("digest", signet_text_bytes(SIGNET_TEXT("grey")));
    const signet_field_t c = signet_field_text("key", SIGNET_TEXT("c"));
    const struct {
        signet_condition_t conditions[2];
        uint64_t count;
        const char *order;
        uint32_t flags;
        const char *expected;
    } cases[] = {
        {{{0}}, 0, "", 0, "a,b,c,d,e"},
        {{{0}}, 0, "key", SIGNET_QUERY_DESCENDING, "e,d,c,b,a"},
        {{{0}}, 0, "number", 0, "e,b,d,c,a"},
        {{{0}}, 0, "number", SIGNET_QUERY_DESCENDING, "a,c,d,b,e"},
        {{{0}}, 0, "name", 0, "e,b,c,a,d"},
        {{{0}}, 0, "digest", 0, "e,b,c,a,d"},
        {{condition(SIGNET_COMPARE_EQUAL, &red)}, 1, "", 0, "a,d"},
        {{condition(SIGNET_COMPARE_EQUAL, &red)}, 1, "number", 0, "d,a"},
        {{condition(SIGNET_COMPARE_PREFIX, &gr)}, 1, "", 0, "b,c"},
        {{condition(SIGNET_COMPARE_PREFIX, &gr)}, 1, "name", SIGNET_QUERY_DESCENDING, "c,b"},
        {{condition(SIGNET_COMPARE_LESS, &two)}, 1, "", 0, "b,d,e"},
        {{condition(SIGNET_COMPARE_AT_MOST, &two)}, 1, "number", 0, "e,b,d,c"},
        {{condition(SIGNET_COMPARE_GREATER, &two)}, 1, "", 0, "a"},
        {{condition(SIGNET_COMPARE_AT_LEAST, &two)}, 1, "", SIGNET_QUERY_DESCENDING, "c,a"},
        {{condition(SIGNET_COMPARE_AT_LEAST, &one), condition(SIGNET_COMPARE_AT_MOST, &two)},
         2,
         "number",
         0,
         "b,d,c"},
        {{condition(SIGNET_COMPARE_EQUAL, &red), condition(SIGNET_COMPARE_EQUAL, &one)},
         2,
         "",
         0,
         "d"},
        {{condition(SIGNET_COMPARE_EQUAL, &cold)}, 1, "", 0, "b,c,e"},
        {{condition(SIGNET_COMPARE_EQUAL, &cold)}, 1, "number", 0, "e,b,c"},
        {{condition(SIGNET_COMPARE_EQUAL, &cold)}, 1, "", SIGNET_QUERY_DESCENDING, "e,c,b"},
        {{condition(SIGNET_COMPARE_PREFIX, &co)}, 1, "", 0, "b,c,e"},
        {{condition(SIGNET_COMPARE_EQUAL, &warm)}, 1, "", 0, "a,d"},
        {{condition(SIGNET_COMPARE_EQUAL, &warm), condition(SIGNET_COMPARE_EQUAL, &one)},
         2,
         "",
         0,
         "d"},
        {{condition(SIGNET_COMPARE_PREFIX, &co), condition(SIGNET_COMPARE_EQUAL, &cold)},
         2,
         "name",
         0,
         "e,b,c"},
        {{condition(SIGNET_COMPARE_EQUAL, &made)}, 1, "", 0, "b,d"},
        {{condition(SIGNET_COMPARE_EQUAL, &grey)}, 1, "", 0, "c"},
        {{condition(SIGNET_COMPARE_GREATER, &c)}, 1, "", 0, "d,e"},
        {{condition(SIGNET_COMPARE_GREATER, &c), condition(SIGNET_COMPARE_EQUAL, &red)},
         2,
         "number",
         0,
         "d"},
        {{condition(SIGNET_COMPARE_PREFIX, &c)}, 1, "number", 0, "c"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_keys(&world, world.call, cases[i].conditions, cases[i].count, cases[i].order,
                    cases[i].flags, cases[i].expected);
    world_end(&world);
}
END_TEST

START_TEST(lists_follow_their_records)
{
    world_t world = small_world();
    const signet_field_t cold = signet_field_text("labels", SIGNET_TEXT("cold"));
    const signet_field_t new = signet_field_text("labels", SIGNET_TEXT("new"));
    const signet_condition_t is_cold = condition(SIGNET_COMPARE_EQUAL, &cold);
    const signet_condition_t is_new = condition(SIGNET_COMPARE_EQUAL, &new);
    put_labelled(&world, "b", "green", 1, "new", "calm");
    put(&world, "c", "grey", 2);
    expect_keys(&world, world.call, &is_cold, 1, "", 0, "e");
    expect_keys(&world, world.call, &is_new, 1, "", 0, "b");
    const signet_change_t change =
        signet_delete("test.items", SIGNET_TEXT("e"), SIGNET_VERSION_ANY);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    expect_keys(&world, world.call, &is_cold, 1, "", 0, "");
    world_end(&world);
}
END_TEST

START_TEST(absent_fields_are_not_indexed)
{
    world_t world = world_begin();
    const signet_field_t name = signet_field_text("name", SIGNET_TEXT("x"));
    const signet_change_t bare = signet_put("test.items", SIGNET_TEXT("bare"), SIGNET_VERSION_ANY,
                                            &name, 1, (signet_bytes_t){NULL, 0});
    ck_assert_int_eq(commit_one(&world, world.call, &bare), SIGNET_OK);
    put(&world, "full", "x", 0);
    expect_keys(&world, world.call, NULL, 0, "number", 0, "full");
    const signet_condition_t equal = condition(SIGNET_COMPARE_EQUAL, &name);
    expect_keys(&world, world.call, &equal, 1, "number", 0, "full");
    expect_keys(&world, world.call, &equal, 1, "", 0, "bare,full");
    world_end(&world);
}
END_TEST

static void expect_invalid(const world_t *world, const signet_query_t *query)
{
    const signet_page_t *page = NULL;
    uint64_t count = 0;
    ck_assert_int_eq(run(world, world->call, query, &page), SIGNET_INVALID);
    expect_error(world->call, SIGNET_INVALID);
    ck_assert_int_eq(
        world->store.interface->count(world->store.instance, world->call, query, &count),
        SIGNET_INVALID);
    expect_error(world->call, SIGNET_INVALID);
}

START_TEST(what_no_index_serves_is_invalid)
{
    world_t world = world_begin();
    signet_field_t value = signet_field_text("note", SIGNET_TEXT("x"));
    signet_condition_t equal = condition(SIGNET_COMPARE_EQUAL, &value);
    signet_query_t query = {.size = sizeof(query),
                            .collection = SIGNET_TEXT("test.items"),
                            .conditions = &equal,
                            .condition_count = 1,
                            .limit = 10};
    expect_invalid(&world, &query);
    value = signet_field_text("unknown", SIGNET_TEXT("x"));
    expect_invalid(&world, &query);
    value = signet_field_text("number", SIGNET_TEXT("1"));
    expect_invalid(&world, &query);
    value = signet_field_integer("number", 1);
    equal.compare = SIGNET_COMPARE_PREFIX;
    expect_invalid(&world, &query);
    equal.compare = 99;
    expect_invalid(&world, &query);
    query.condition_count = 0;
    query.order = SIGNET_TEXT("note");
    expect_invalid(&world, &query);
    query.order = SIGNET_TEXT("labels");
    expect_invalid(&world, &query);
    query.order = (signet_text_t){NULL, 0};
    query.limit = 0;
    expect_invalid(&world, &query);
    query.limit = 1000000;
    expect_invalid(&world, &query);
    query.limit = 1;
    query.collection = SIGNET_TEXT("test.unknown");
    expect_invalid(&world, &query);
    world_end(&world);
}
END_TEST

static void put_many(const world_t *world)
{
    for (int i = 0; i < MANY; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%04d", i);
        put(world, key, i % 2 ? "odd" : "even", i / 10);
    }
}

START_TEST(cursors_survive_restarts_and_changes)
{
    world_t world = world_begin();
    char cursor[2048] = "";
    int expected = 0;
    put_many(&world);
    do {
        const signet_query_t query = {.size = sizeof(query),
                                      .collection = SIGNET_TEXT("test.items"),
                                      .order = SIGNET_TEXT("number"),
                                      .limit = 37,
                                      .cursor = signet_text(cursor)};
        const signet_page_t *page = NULL;
        ck_assert_int_eq(run(&world, world.call, &query, &page), SIGNET_OK);
        for (uint64_t i = 0; i < page->count; i++) {
            char key[16];
            snprintf(key, sizeof(key), "k%04d", expected++);
            ck_assert(signet_text_is(page->records[i]->key, key));
        }
        ck_assert_uint_lt(page->cursor.length, sizeof(cursor));
        snprintf(cursor, sizeof(cursor), "%.*s", SIGNET_FORMAT(page->cursor));
        if (expected == 37) {
            /* What a page has passed does not come again, and nothing is skipped. */
            const signet_change_t change =
                signet_delete("test.items", SIGNET_TEXT("k0036"), SIGNET_VERSION_ANY);
            ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
            put(&world, "a-new-one", "odd", 0);
        }
        world_reopen(&world);
    } while (cursor[0] != '\0');
    ck_assert_int_eq(expected, MANY);
    world_end(&world);
}
END_TEST

START_TEST(cursors_belong_to_their_query)
{
    world_t world = world_begin();
    put_many(&world);
    const signet_field_t odd = signet_field_text("name", SIGNET_TEXT("odd"));
    const signet_condition_t is_odd = condition(SIGNET_COMPARE_EQUAL, &odd);
    const signet_query_t first = {.size = sizeof(first),
                                  .collection = SIGNET_TEXT("test.items"),
                                  .conditions = &is_odd,
                                  .condition_count = 1,
                                  .limit = 10};
    const signet_page_t *page = NULL;
    ck_assert_int_eq(run(&world, world.call, &first, &page), SIGNET_OK);
    signet_query_t query = first;
    query.cursor = page->cursor;
    query.limit = 20; /* another size of page is the same query */
    ck_assert_int_eq(run(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 20);
    for (int i = 0; i < 5; i++) {
        signet_query_t other = query;
        char damaged[512];
        snprintf(damaged, sizeof(damaged), "%.*s", SIGNET_FORMAT(query.cursor));
        damaged[strlen(damaged) / 2] = damaged[strlen(damaged) / 2] == 'A' ? 'B' : 'A';
        if (i == 0)
            other.condition_count = 0;
        else if (i == 1)
            other.order = SIGNET_TEXT("number");
        else if (i == 2)
            other.flags = SIGNET_QUERY_DESCENDING;
        else if (i == 3)
            other.cursor = signet_text(damaged);
        else
            other.cursor = SIGNET_TEXT("!");
        ck_assert_int_eq(run(&world, world.call, &other, &page), SIGNET_INVALID);
        expect_error(world.call, SIGNET_INVALID);
    }
    signet_call_t *stranger = world_call(&world, "b");
    ck_assert_int_eq(run(&world, stranger, &query, &page), SIGNET_INVALID);
    signet_check_call_end(stranger);
    world_end(&world);
}
END_TEST

START_TEST(tenants_are_merged_in_order)
{
    world_t world = world_begin();
    static const char *const tenants[] = {"", "a", "b"};
    for (int i = 0; i < 9; i++) {
        signet_call_t *call = world_call(&world, tenants[i % 3]);
        item_t item;
        char key[4];
        snprintf(key, sizeof(key), "k%d", i / 2);
        const signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, "x", 9 - i);
        ck_assert_int_eq(commit_one(&world, call, &change), SIGNET_OK);
        signet_check_call_end(call);
    }
    signet_call_t *all = world_call(&world, "*");
    signet_call_t *a = world_call(&world, "a");
    const signet_field_t x = signet_field_text("name", SIGNET_TEXT("x"));
    const signet_condition_t is_x = condition(SIGNET_COMPARE_EQUAL, &x);
    expect_keys(&world, all, NULL, 0, "", 0, "k0,k0,k1,k1,k2,k2,k3,k3,k4");
    expect_keys(&world, all, NULL, 0, "number", 0, "k4,k3,k3,k2,k2,k1,k1,k0,k0");
    expect_keys(&world, all, &is_x, 1, "", SIGNET_QUERY_DESCENDING, "k4,k3,k3,k2,k2,k1,k1,k0,k0");
    expect_keys(&world, a, NULL, 0, "", 0, "k0,k2,k3");
    expect_keys(&world, a, &is_x, 1, "number", 0, "k3,k2,k0");
    signet_check_call_end(a);
    signet_check_call_end(all);
    world_end(&world);
}
END_TEST

START_TEST(bodies_can_be_left_out_and_counts_end)
{
    world_t world = world_begin();
    put_many(&world);
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT("test.items"),
                                  .limit = 50};
    const signet_page_t *page = NULL;
    uint64_t count = 0;
    ck_assert_int_eq(run(&world, world.call, &query, &page), SIGNET_OK);
    ck_assert_uint_eq(page->count, 50);
    ck_assert_uint_eq(page->records[0]->body.length, 0);
    ck_assert_uint_eq(page->records[0]->field_count, 2);
    ck_assert_int_eq(world.store.interface->count(world.store.instance, world.call, &query, &count),
                     SIGNET_OK);
    ck_assert_uint_eq(count, 50);
    world_end(&world);
}
END_TEST

START_TEST(large_pages_end_early)
{
    world_t world = world_begin();
    uint8_t *body = calloc(1, SIGNET_STORE_MAX_BODY);
    ck_assert_ptr_nonnull(body);
    for (int i = 0; i < 12; i++) {
        item_t item;
        char key[8];
        snprintf(key, sizeof(key), "%02d", i);
        signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, "x", i);
        change.body = (signet_bytes_t){body, SIGNET_STORE_MAX_BODY};
        ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    }
    free(body);
    int found = 0;
    char cursor[512] = "";
    do {
        signet_call_t *call = world_call(&world, "");
        const signet_query_t query = {.size = sizeof(query),
                                      .collection = SIGNET_TEXT("test.items"),
                                      .limit = 1000,
                                      .cursor = signet_text(cursor)};
        const signet_page_t *page = NULL;
        ck_assert_int_eq(run(&world, call, &query, &page), SIGNET_OK);
        ck_assert_uint_ge(page->count, 1);
        found += (int)page->count;
        snprintf(cursor, sizeof(cursor), "%.*s", SIGNET_FORMAT(page->cursor));
        signet_check_call_end(call);
    } while (cursor[0] != '\0');
    ck_assert_int_eq(found, 12);
    world_end(&world);
}
END_TEST

/* With many matches the order's own index is used, with few theirs: the answer is the same. */
START_TEST(common_and_rare_conditions_agree)
{
    world_t world = world_begin();
    for (int i = 0; i < 1500; i += 50) {
        item_t made[50];
        char keys[50][8];
        signet_change_t changes[50];
        for (int j = 0; j < 50; j++) {
            snprintf(keys[j], sizeof(keys[j]), "%04d", i + j);
            changes[j] = put_item(&made[j], keys[j], SIGNET_VERSION_ANY,
                                  (i + j) % 100 == 7 ? "rare" : "common", 10000 - (i + j));
        }
        ck_assert_int_eq(
            world.store.interface->commit(world.store.instance, world.call, changes, 50),
            SIGNET_OK);
    }
    const char *const names[] = {"rare", "common"};
    for (int n = 0; n < 2; n++) {
        const signet_field_t value = signet_field_text("name", signet_text(names[n]));
        const signet_condition_t equal = condition(SIGNET_COMPARE_EQUAL, &value);
        signet_query_t query = {.size = sizeof(query),
                                .flags = SIGNET_QUERY_DESCENDING,
                                .collection = SIGNET_TEXT("test.items"),
                                .conditions = &equal,
                                .condition_count = 1,
                                .order = SIGNET_TEXT("number"),
                                .limit = 100};
        int found = 0;
        int64_t last = INT64_MAX;
        const signet_page_t *page = NULL;
        do {
            ck_assert_int_eq(run(&world, world.call, &query, &page), SIGNET_OK);
            for (uint64_t i = 0; i < page->count; i++) {
                int64_t number = signet_record_integer(page->records[i], "number");
                ck_assert_int_lt(number, last);
                last = number;
                found++;
            }
            query.cursor = page->cursor;
        } while (query.cursor.length > 0);
        ck_assert_int_eq(found, n == 0 ? 15 : 1485);
    }
    world_end(&world);
}
END_TEST

TCase *queries_case(void)
{
    TCase *tests = tcase_create("queries");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, conditions_and_orders);
    tcase_add_test(tests, lists_follow_their_records);
    tcase_add_test(tests, absent_fields_are_not_indexed);
    tcase_add_test(tests, what_no_index_serves_is_invalid);
    tcase_add_test(tests, cursors_survive_restarts_and_changes);
    tcase_add_test(tests, cursors_belong_to_their_query);
    tcase_add_test(tests, tenants_are_merged_in_order);
    tcase_add_test(tests, bodies_can_be_left_out_and_counts_end);
    tcase_add_test(tests, large_pages_end_early);
    tcase_add_test(tests, common_and_rare_conditions_agree);
    return tests;
}
