#include "numbered.h"

#include <stdio.h>
#include <string.h>

signet_change_t put_made(made_t *made, const char *key, int number)
{
    snprintf(made->name, sizeof(made->name), "name-%04d", number);
    snprintf(made->label, sizeof(made->label), "label-%04d", number);
    memcpy(made->digest, &number, sizeof(made->digest));
    made->labels[0] = signet_text(made->label);
    made->labels[1] = SIGNET_TEXT("all");
    made->fields[0] = signet_field_text("name", signet_text(made->name));
    made->fields[1] = signet_field_integer("number", number);
    made->fields[2] = signet_field_time("made", number);
    made->fields[3] = signet_field_bytes("digest", (signet_bytes_t){made->digest, 4});
    made->fields[4] = signet_field_texts("labels", made->labels, 2);
    return signet_put("test.items", signet_text(key), SIGNET_VERSION_ANY, made->fields, 5,
                      signet_text_bytes(SIGNET_TEXT("{}")));
}

void put_number(const world_t *world, const char *key, int number)
{
    made_t made;
    const signet_change_t change = put_made(&made, key, number);
    ck_assert_int_eq(commit_one(world, world->call, &change), SIGNET_OK);
}

void delete_key(const world_t *world, const char *key)
{
    const signet_change_t change =
        signet_delete("test.items", signet_text(key), SIGNET_VERSION_ANY);
    ck_assert_int_eq(commit_one(world, world->call, &change), SIGNET_OK);
}

int finds(const world_t *world, signet_call_t *call, const signet_field_t *value, const char *key)
{
    const signet_condition_t condition = {
        .size = sizeof(condition), .compare = SIGNET_COMPARE_EQUAL, .value = value};
    const signet_query_t query = {.size = sizeof(query),
                                  .collection = SIGNET_TEXT("test.items"),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 10};
    const signet_page_t *page = NULL;
    uint64_t count = 0;
    if (world->store.interface->query(world->store.instance, call, &query, &page) != SIGNET_OK ||
        world->store.interface->count(world->store.instance, call, &query, &count) != SIGNET_OK)
        return 0;
    return page->count == count && count == (key ? 1U : 0U) &&
           (!key || signet_text_is(page->records[0]->key, key));
}

void expect_number(const world_t *world, int number, const char *key)
{
    made_t made;
    put_made(&made, "", number);
    made.fields[4] = signet_field_texts("labels", NULL, 0);
    made.fields[4].text = signet_text(made.label);
    for (int i = 0; i < 5; i++)
        ck_assert_msg(finds(world, world->call, &made.fields[i], key), "number %d by %.*s", number,
                      SIGNET_FORMAT(made.fields[i].name));
}

void expect_numbers(const world_t *world, const signet_query_t *query, const char *expected)
{
    char numbers[1024] = "";
    signet_query_t next = *query;
    do {
        const signet_page_t *page = NULL;
        ck_assert_int_eq(
            world->store.interface->query(world->store.instance, world->call, &next, &page),
            SIGNET_OK);
        for (uint64_t i = 0; i < page->count; i++)
            snprintf(numbers + strlen(numbers), sizeof(numbers) - strlen(numbers), "%lld,",
                     (long long)signet_record_integer(page->records[i], "number"));
        next.cursor = page->cursor;
    } while (next.cursor.length > 0);
    ck_assert_str_eq(numbers, expected);
}
