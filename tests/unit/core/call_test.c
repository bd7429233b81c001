/* Calls: the arena, the error slot, the actor, children and cancellation. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/call.h"
#include "core/text.h"

static signet_call_t *new_call(uint64_t limit)
{
    core_call_options_t options = {.memory_limit = limit};
    signet_call_t *call = core_call_new(&options);
    ck_assert_ptr_nonnull(call);
    return call;
}

START_TEST(arena_is_zeroed_and_aligned)
{
    for (int round = 0; round < 20; round++) {
        signet_call_t *call = new_call(0);
        for (uint64_t length = 1; length < 100000; length = length * 3 + 1) {
            unsigned char *data = call->services->alloc(call, length);
            ck_assert_ptr_nonnull(data);
            ck_assert_uint_eq((uintptr_t)data % 16, 0);
            uint64_t at = 0;
            while (at < length && data[at] == 0)
                at++;
            ck_assert_uint_eq(at, length);
            memset(data, 0xa5, length);
        }
        core_call_free(call);
    }
}
END_TEST

/* What ends in the cache of chunks holds nothing of the call that used it. */
START_TEST(arena_is_wiped)
{
    core_arena_t arena = {.limit = 1048576};
    char *secret = core_arena_alloc(&arena, 1000);
    memset(secret, 'S', 1000);
    core_arena_free(&arena);
    core_arena_t again = {.limit = 1048576};
    char *data = core_arena_alloc(&again, 1000);
    ck_assert_ptr_eq(data, secret);
    for (int at = 0; at < 1000; at++)
        ck_assert_int_eq(data[at], 0);
    core_arena_free(&again);
}
END_TEST

START_TEST(arena_has_a_limit)
{
    signet_call_t *call = new_call(100000);
    ck_assert_ptr_nonnull(call->services->alloc(call, 50000));
    ck_assert_ptr_null(call->services->alloc(call, 60000));
    ck_assert_int_eq(call->services->error(call)->status, SIGNET_NO_MEMORY);
    call->services->clear(call);
    ck_assert_ptr_null(call->services->alloc(call, UINT64_MAX));
    call->services->clear(call);
    ck_assert_ptr_nonnull(call->services->alloc(call, 40000));
    core_call_free(call);
}
END_TEST

START_TEST(failing_works_without_memory)
{
    signet_call_t *call = new_call(4096);
    while (call->services->alloc(call, 16))
        ;
    call->services->clear(call);
    ck_assert_int_eq(core_fail(call, SIGNET_DENIED, "test.denied", "a long message %s", "here"),
                     SIGNET_NO_MEMORY);
    ck_assert(core_text_is(call->services->error(call)->reason, "call.no-memory"));
    core_call_free(call);
}
END_TEST

START_TEST(the_first_error_stays)
{
    signet_call_t *call = new_call(0);
    char words[] = "first";
    signet_error_t error = {.size = sizeof error,
                            .status = SIGNET_INVALID,
                            .reason = core_text(words),
                            .message = SIGNET_TEXT_INIT("message"),
                            .field = SIGNET_TEXT_INIT("csr"),
                            .retry_after_ms = 5};
    ck_assert_int_eq((call->services->fail)(call, &error), SIGNET_INVALID);
    memset(words, 'x', 5);
    core_fail(call, SIGNET_INTERNAL, "second", "second");
    const signet_error_t *kept = call->services->error(call);
    ck_assert(core_text_is(kept->reason, "first"));
    ck_assert(core_text_is(kept->field, "csr"));
    ck_assert_int_eq(kept->retry_after_ms, 5);
    call->services->clear(call);
    ck_assert_ptr_null(call->services->error(call));
    core_fail(call, SIGNET_INTERNAL, "third", "number %d", 3);
    ck_assert(core_text_is(call->services->error(call)->message, "number 3"));
    core_call_free(call);
}
END_TEST

/* A plugin built before the last members were appended fills less of the struct. */
START_TEST(a_shorter_error_is_read_as_far_as_it_goes)
{
    signet_call_t *call = new_call(0);
    signet_error_t error = {.size = offsetof(signet_error_t, detail),
                            .status = SIGNET_FULL,
                            .reason = SIGNET_TEXT_INIT("store.full"),
                            .message = SIGNET_TEXT_INIT("no space"),
                            .detail = {(const char *)1, 99},
                            .retry_after_ms = 7};
    (call->services->fail)(call, &error);
    ck_assert_uint_eq(call->services->error(call)->detail.length, 0);
    ck_assert_int_eq(call->services->error(call)->retry_after_ms, 0);
    core_call_free(call);
}
END_TEST

START_TEST(the_actor_is_set_once)
{
    signet_call_t *call = new_call(0);
    ck_assert_uint_eq(call->services->actor(call)->id.length, 0);
    signet_grant_t grants[] = {
        {.size = sizeof(signet_grant_t), .role = SIGNET_TEXT_INIT("officer")},
        {.size = sizeof(signet_grant_t),
         .role = SIGNET_TEXT_INIT("requester"),
         .profile = SIGNET_TEXT_INIT("tls")},
    };
    signet_actor_t actor = {.size = sizeof actor,
                            .id = SIGNET_TEXT_INIT("token:1"),
                            .tenant = SIGNET_TEXT_INIT("acme"),
                            .grants = grants,
                            .grant_count = 2};
    ck_assert_int_eq(call->services->set_actor(call, &actor), SIGNET_OK);
    memset(grants, 0, sizeof grants);
    const signet_actor_t *set = call->services->actor(call);
    ck_assert(core_text_is(set->id, "token:1"));
    ck_assert_uint_eq(set->grant_count, 2);
    ck_assert(core_text_is(set->grants[1].profile, "tls"));
    ck_assert(core_text_is(call->services->tenant(call), "acme"));
    ck_assert_int_eq(call->services->set_actor(call, &actor), SIGNET_CONFLICT);
    core_call_free(call);
}
END_TEST

START_TEST(the_tenant_is_fixed_for_clients)
{
    signet_call_t *call = new_call(0);
    ck_assert_int_eq(call->services->set_tenant(call, SIGNET_TEXT("*")), SIGNET_DENIED);
    call->services->clear(call);
    /* From the default tenant into another one, and no further: not back either. */
    ck_assert_int_eq(call->services->set_tenant(call, SIGNET_TEXT("one")), SIGNET_OK);
    ck_assert(core_text_is(call->services->tenant(call), "one"));
    ck_assert_int_eq(call->services->set_tenant(call, SIGNET_TEXT("two")), SIGNET_DENIED);
    call->services->clear(call);
    ck_assert_int_eq(call->services->set_tenant(call, SIGNET_TEXT("")), SIGNET_DENIED);
    ck_assert(core_text_is(call->services->tenant(call), "one"));
    core_call_free(call);
    core_call_options_t options = {.may_set_tenant = 1, .tenant = SIGNET_TEXT_INIT("one")};
    call = core_call_new(&options);
    ck_assert_int_eq(call->services->set_tenant(call, SIGNET_TEXT("*")), SIGNET_OK);
    ck_assert(core_text_is(call->services->tenant(call), "*"));
    core_call_free(call);
}
END_TEST

START_TEST(traces_are_new_or_taken)
{
    signet_call_t *one = new_call(0);
    signet_call_t *other = new_call(0);
    signet_text_t trace = one->services->trace(one);
    ck_assert_uint_eq(trace.length, 32);
    ck_assert(!core_text_equal(trace, other->services->trace(other)));
    core_call_options_t options = {.trace = trace};
    signet_call_t *third = core_call_new(&options);
    ck_assert(core_text_equal(third->services->trace(third), trace));
    core_call_free(third);
    options.trace = SIGNET_TEXT("0123456789abcdef0123456789abcdeG");
    third = core_call_new(&options);
    ck_assert(!core_text_equal(third->services->trace(third), options.trace));
    core_call_free(third);
    core_call_free(other);
    core_call_free(one);
}
END_TEST

START_TEST(a_child_shares_who_and_when)
{
    signet_actor_t actor = {.size = sizeof actor, .id = SIGNET_TEXT_INIT("token:1")};
    core_call_options_t options = {.actor = &actor, .deadline_ms = 60000};
    signet_call_t *call = core_call_new(&options);
    signet_call_t *child = call->services->child(call);
    ck_assert_ptr_nonnull(child);
    ck_assert(core_text_is(child->services->actor(child)->id, "token:1"));
    ck_assert(core_text_equal(child->services->trace(child), call->services->trace(call)));
    ck_assert_int_le(child->services->remaining(child), 60000);
    ck_assert_int_gt(child->services->remaining(child), 0);
    core_fail(child, SIGNET_INVALID, "test", "the child's own");
    ck_assert_ptr_null(call->services->error(call));
    child->services->end(child);
    core_call_free(call);
}
END_TEST

START_TEST(a_limit_only_brings_the_deadline_of_a_child_forward)
{
    core_call_options_t options = {.deadline_ms = 60000};
    signet_call_t *call = core_call_new(&options);
    signet_call_t *child = call->services->child(call);
    child->services->limit(child, 1000);
    ck_assert_int_le(child->services->remaining(child), 1000);
    child->services->limit(child, 30000);
    ck_assert_int_le(child->services->remaining(child), 1000);
    ck_assert_int_gt(call->services->remaining(call), 30000);
    child->services->limit(child, 0);
    ck_assert_int_eq(child->services->check(child), SIGNET_TIMEOUT);
    ck_assert_int_eq(call->services->check(call), SIGNET_OK);
    child->services->end(child);
    core_call_free(call);
}
END_TEST

START_TEST(cancelling_reaches_children_until_shielded)
{
    signet_call_t *call = new_call(0);
    signet_call_t *child = call->services->child(call);
    ck_assert_int_eq(child->services->check(child), SIGNET_OK);
    core_call_cancel(call);
    ck_assert_int_eq(child->services->check(child), SIGNET_CANCELLED);
    ck_assert_int_eq(call->services->check(call), SIGNET_CANCELLED);
    call->services->clear(call);
    child->services->shield(child);
    ck_assert_int_eq(call->services->check(call), SIGNET_OK);
    ck_assert_ptr_null(call->services->error(call));
    child->services->end(child);
    core_call_free(call);
}
END_TEST

START_TEST(a_deadline_passes)
{
    core_call_options_t options = {.deadline_ms = 1};
    signet_call_t *call = core_call_new(&options);
    while (call->services->remaining(call) > 0)
        ;
    ck_assert_int_eq(call->services->check(call), SIGNET_TIMEOUT);
    core_call_free(call);
    call = new_call(0);
    ck_assert_int_eq(call->services->remaining(call), INT64_MAX);
    core_call_free(call);
}
END_TEST

START_TEST(nothing_is_found_without_a_registry)
{
    signet_call_t *call = new_call(0);
    uint64_t count = 1;
    ck_assert_ptr_null(
        call->services->find(call, SIGNET_TEXT("signet.store/1"), SIGNET_TEXT("store")));
    ck_assert_int_eq(call->services->error(call)->status, SIGNET_NOT_FOUND);
    ck_assert_ptr_null(call->services->providers(call, SIGNET_TEXT("signet.store/1"), &count));
    ck_assert_uint_eq(count, 0);
    core_call_free(call);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("call");
    TCase *tests = tcase_create("call");
    tcase_add_test(tests, arena_is_zeroed_and_aligned);
    tcase_add_test(tests, arena_is_wiped);
    tcase_add_test(tests, arena_has_a_limit);
    tcase_add_test(tests, failing_works_without_memory);
    tcase_add_test(tests, the_first_error_stays);
    tcase_add_test(tests, a_shorter_error_is_read_as_far_as_it_goes);
    tcase_add_test(tests, the_actor_is_set_once);
    tcase_add_test(tests, the_tenant_is_fixed_for_clients);
    tcase_add_test(tests, traces_are_new_or_taken);
    tcase_add_test(tests, a_child_shares_who_and_when);
    tcase_add_test(tests, a_limit_only_brings_the_deadline_of_a_child_forward);
    tcase_add_test(tests, cancelling_reaches_children_until_shielded);
    tcase_add_test(tests, a_deadline_passes);
    tcase_add_test(tests, nothing_is_found_without_a_registry);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
