/* Leases. */
#include "world.h"

#include <signet/sdk/encode.h>
#include <time.h>

static int32_t lease(const world_t *world, const char *owner, int64_t duration_ms)
{
    int32_t status = world->store.interface->lease(
        world->store.instance, world->call, SIGNET_TEXT("sweep"), signet_text(owner), duration_ms);
    if (status != SIGNET_OK)
        expect_error(world->call, status);
    return status;
}

static int32_t release(const world_t *world, const char *owner)
{
    return world->store.interface->release(world->store.instance, world->call, SIGNET_TEXT("sweep"),
                                           signet_text(owner));
}

START_TEST(one_owner_at_a_time)
{
    world_t world = world_begin();
    ck_assert_int_eq(lease(&world, "a", 60000), SIGNET_OK);
    ck_assert_int_eq(lease(&world, "a", 60000), SIGNET_OK);
    ck_assert_int_eq(lease(&world, "b", 60000), SIGNET_CONFLICT);
    ck_assert_int_eq(release(&world, "b"), SIGNET_OK);
    ck_assert_int_eq(lease(&world, "b", 60000), SIGNET_CONFLICT);
    ck_assert_int_eq(release(&world, "a"), SIGNET_OK);
    ck_assert_int_eq(lease(&world, "b", 60000), SIGNET_OK);
    ck_assert_int_eq(lease(&world, "b", 0), SIGNET_INVALID);
    ck_assert_int_eq(lease(&world, "", 1), SIGNET_INVALID);
    world_end(&world);
}
END_TEST

START_TEST(leases_expire)
{
    world_t world = world_begin();
    int64_t begin = signet_monotonic();
    ck_assert_int_eq(lease(&world, "a", 100), SIGNET_OK);
    while (lease(&world, "b", 60000) == SIGNET_CONFLICT) {
        ck_assert_int_lt(signet_monotonic() - begin, 60000);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    ck_assert_int_ge(signet_monotonic() - begin, 100);
    world_end(&world);
}
END_TEST

START_TEST(changes_need_their_lease)
{
    world_t world = world_begin();
    item_t item;
    signet_change_t change = put_item(&item, "k", SIGNET_VERSION_ANY, "x", 1);
    change.lease = SIGNET_TEXT("sweep");
    change.lease_owner = SIGNET_TEXT("a");
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    ck_assert_int_eq(lease(&world, "a", 60000), SIGNET_OK);
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_OK);
    change.lease_owner = SIGNET_TEXT("b");
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    /* A lease without an owner is nobody's. */
    change.lease_owner = (signet_text_t){NULL, 0};
    ck_assert_int_eq(commit_one(&world, world.call, &change), SIGNET_CONFLICT);
    expect_error(world.call, SIGNET_CONFLICT);
    world_end(&world);
}
END_TEST

TCase *leases_case(void)
{
    TCase *tests = tcase_create("leases");
    tcase_add_test(tests, one_owner_at_a_time);
    tcase_add_test(tests, leases_expire);
    tcase_add_test(tests, changes_need_their_lease);
    return tests;
}
