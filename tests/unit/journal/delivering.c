/* Durable cursors: at least once, in the order of seals, over restarts. */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Reads one page for a consumer, asserts that its objects follow each other from `*next` on, and
 * keeps the position. */
static uint64_t read_page(const world_t *world, const char *consumer, uint64_t limit, int *next,
                          char *position, size_t size)
{
    signet_call_t *call = world_call(world, "");
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(world->journal.interface->read(world->journal.instance, call,
                                                    signet_text(consumer), limit, &page),
                     SIGNET_OK);
    ck_assert_uint_le(page->count, limit);
    for (uint64_t i = 0; i < page->count; i++) {
        char object[16];
        snprintf(object, sizeof(object), "%d", (*next)++);
        ck_assert(signet_text_is(page->entries[i]->object, object));
        ck_assert_uint_eq(page->entries[i]->sealed, 1);
    }
    snprintf(position, size, "%.*s", SIGNET_FORMAT(page->cursor));
    uint64_t count = page->count;
    signet_check_call_end(call);
    return count;
}

static int32_t acknowledge(const world_t *world, const char *consumer, const char *position)
{
    signet_call_t *call = world_call(world, "");
    int32_t status = world->journal.interface->acknowledge(
        world->journal.instance, call, signet_text(consumer), signet_text(position));
    signet_check_call_end(call);
    return status;
}

static void write_numbered(const world_t *world, int from, int count)
{
    for (int i = from; i < from + count; i++) {
        char object[16];
        snprintf(object, sizeof(object), "%d", i);
        world_write(world, "thing.made", object);
    }
}

START_TEST(only_sealed_entries_are_delivered)
{
    world_t world = world_begin();
    char position[128];
    int next = 0;
    write_numbered(&world, 0, 3);
    ck_assert_uint_eq(read_page(&world, "siem", 10, &next, position, sizeof(position)), 0);
    ck_assert_str_eq(position, "");
    world_seal(&world);
    ck_assert_uint_eq(read_page(&world, "siem", 10, &next, position, sizeof(position)), 3);
    world_end(&world);
}
END_TEST

START_TEST(the_same_again_until_acknowledged)
{
    world_t world = world_begin();
    char first[128];
    char position[128];
    int next = 0;
    write_numbered(&world, 0, 10);
    world_seal(&world);
    ck_assert_uint_eq(read_page(&world, "siem", 4, &next, first, sizeof(first)), 4);
    next = 0;
    ck_assert_uint_eq(read_page(&world, "siem", 4, &next, position, sizeof(position)), 4);
    ck_assert_str_eq(position, first);
    ck_assert_int_eq(acknowledge(&world, "siem", first), SIGNET_OK);
    ck_assert_uint_eq(read_page(&world, "siem", 4, &next, position, sizeof(position)), 4);
    ck_assert_int_eq(acknowledge(&world, "siem", position), SIGNET_OK);
    /* An older position does not move it back. */
    ck_assert_int_eq(acknowledge(&world, "siem", first), SIGNET_OK);
    ck_assert_uint_eq(read_page(&world, "siem", 4, &next, position, sizeof(position)), 2);
    ck_assert_int_eq(acknowledge(&world, "siem", position), SIGNET_OK);
    ck_assert_uint_eq(read_page(&world, "siem", 4, &next, position, sizeof(position)), 0);
    /* Another consumer has its own. */
    next = 0;
    ck_assert_uint_eq(read_page(&world, "alerts", 100, &next, position, sizeof(position)), 10);
    world_end(&world);
}
END_TEST

START_TEST(cursors_survive_restarts)
{
    world_t world = world_begin();
    char position[128];
    int next = 0;
    int written = 0;
    for (int round = 0; round < 4; round++) {
        write_numbered(&world, written, 7);
        written += 7;
        world_seal(&world);
        write_numbered(&world, written, 2);
        written += 2;
        world_close(&world);
        world_open(&world);
        ck_assert_uint_gt(read_page(&world, "siem", 5, &next, position, sizeof(position)), 0);
        ck_assert_int_eq(acknowledge(&world, "siem", position), SIGNET_OK);
    }
    while (read_page(&world, "siem", 5, &next, position, sizeof(position)) > 0)
        ck_assert_int_eq(acknowledge(&world, "siem", position), SIGNET_OK);
    ck_assert_int_eq(next, written);
    world_end(&world);
}
END_TEST

START_TEST(nonsense_is_refused)
{
    world_t world = world_begin();
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(acknowledge(&world, "siem", "nonsense"), SIGNET_INVALID);
    ck_assert_int_eq(acknowledge(&world, "a/b", "x"), SIGNET_INVALID);
    ck_assert_int_eq(world.journal.interface->read(world.journal.instance, world.call,
                                                   SIGNET_TEXT("a/b"), 10, &page),
                     SIGNET_INVALID);
    world.call->services->clear(world.call);
    ck_assert_int_eq(world.journal.interface->read(world.journal.instance, world.call,
                                                   SIGNET_TEXT("siem"), 0, &page),
                     SIGNET_INVALID);
    world_end(&world);
}
END_TEST

TCase *delivering_case(void)
{
    TCase *tests = tcase_create("delivering");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, only_sealed_entries_are_delivered);
    tcase_add_test(tests, the_same_again_until_acknowledged);
    tcase_add_test(tests, cursors_survive_restarts);
    tcase_add_test(tests, nonsense_is_refused);
    return tests;
}
