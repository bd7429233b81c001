/* Keys that are destroyed: nothing signs with them any more, and they stay gone. */
#include "key_suite.h"

#include <pthread.h>
#include <signet/sdk/text.h>
#include <stdatomic.h>
#include <stdio.h>

static int32_t destroy(key_world_t *world, const char *name, signet_bytes_t public_key)
{
    ck_assert(SIGNET_HAS(world->interface, destroy));
    return world->interface->destroy(world->instance, world->call, key_text(name), public_key);
}

/* Nothing finds the key, lists it or signs with it. */
static void assert_gone(key_world_t *world, const char *name)
{
    const signet_key_t *found = NULL;
    const signet_key_t *const *keys = NULL;
    uint64_t count = 0;
    signet_sign_request_t request =
        key_request(key_text(name), SIGNET_SIGN_ECDSA_SHA256, "message");
    key_assert_failed(world->call, key_sign_status(world, &request), SIGNET_NOT_FOUND,
                      "key.not-found");
    key_assert_failed(world->call,
                      world->interface->find(world->instance, world->call, key_text(name), &found),
                      SIGNET_NOT_FOUND, "key.not-found");
    ck_assert_int_eq(world->interface->list(world->instance, world->call, &keys, &count),
                     SIGNET_OK);
    for (uint64_t i = 0; i < count; i++) {
        ck_assert(!signet_text_is(keys[i]->name, name));
    }
}

static void assert_signs(key_world_t *world, const char *name, signet_bytes_t public_key)
{
    signet_bytes_t signature = {0};
    signet_sign_request_t request =
        key_request(key_text(name), SIGNET_SIGN_ECDSA_SHA256, "message");
    ck_assert_int_eq(world->interface->sign(world->instance, world->call, &request, &signature),
                     SIGNET_OK);
    ck_assert(key_verify(public_key, SIGNET_SIGN_ECDSA_SHA256, request.message, signature));
}

static signet_bytes_t made(key_world_t *world, const char *name)
{
    const signet_key_t *key = key_make(world, name, SIGNET_KEY_P256, SIGNET_PURPOSE_CERTIFICATE);
    return signet_bytes_copy(world->call, key->public_key);
}

START_TEST(destroys_a_key_for_good)
{
    key_world_t world;
    key_world_begin(&world);
    signet_bytes_t doomed = made(&world, "doomed");
    signet_bytes_t other = made(&world, "other");
    assert_signs(&world, "doomed", doomed);
    ck_assert_int_eq(destroy(&world, "doomed", doomed), SIGNET_OK);
    assert_gone(&world, "doomed");
    assert_signs(&world, "other", other);
    key_assert_failed(world.call, destroy(&world, "doomed", doomed), SIGNET_NOT_FOUND,
                      "key.not-found");
    key_world_reopen(&world);
    assert_gone(&world, "doomed");
    assert_signs(&world, "other", other);
    /* By its URI as well, and unused since the start. */
    const signet_key_t *key = NULL;
    ck_assert_int_eq(world.interface->find(world.instance, world.call, key_text("other"), &key),
                     SIGNET_OK);
    ck_assert_int_eq(
        world.interface->destroy(world.instance, world.call, key->uri, key->public_key), SIGNET_OK);
    assert_gone(&world, "other");
    key_world_end(&world);
}
END_TEST

START_TEST(destroys_no_other_key)
{
    key_world_t world;
    key_world_begin(&world);
    signet_bytes_t first = made(&world, "first");
    signet_bytes_t second = made(&world, "second");
    key_assert_failed(world.call, destroy(&world, "first", second), SIGNET_CONFLICT, "key.other");
    key_assert_failed(world.call, destroy(&world, "first", (signet_bytes_t){0}), SIGNET_CONFLICT,
                      "key.other");
    key_assert_failed(world.call, destroy(&world, "third", first), SIGNET_NOT_FOUND,
                      "key.not-found");
    assert_signs(&world, "first", first);
    assert_signs(&world, "second", second);
    key_world_end(&world);
}
END_TEST

/* A key of the same name later is another key. */
START_TEST(makes_another_key_of_the_name)
{
    key_world_t world;
    key_world_begin(&world);
    signet_bytes_t first = made(&world, "k");
    ck_assert_int_eq(destroy(&world, "k", first), SIGNET_OK);
    signet_bytes_t second = made(&world, "k");
    ck_assert(!signet_bytes_equal(first, second));
    assert_signs(&world, "k", second);
    key_assert_failed(world.call, destroy(&world, "k", first), SIGNET_CONFLICT, "key.other");
    key_world_reopen(&world);
    assert_signs(&world, "k", second);
    key_world_end(&world);
}
END_TEST

typedef struct signer {
    key_world_t *world;
    signet_bytes_t public_key;
    atomic_int *signed_once;
    int wrong;
    int32_t last; /* how the last one ended */
} signer_t;

/* Signs until the key is gone: every signature is right, and the end is NOT_FOUND. A token may
 * answer in between that it cannot tell what it has. */
static void *sign_to_the_end(void *argument)
{
    signer_t *signer = argument;
    key_world_t *world = signer->world;
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK || status == SIGNET_UNAVAILABLE) {
        signet_bytes_t signature = {0};
        signet_call_t *call = signet_check_call(world->check, "thread", "");
        signet_sign_request_t request =
            key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "message");
        status = world->interface->sign(world->instance, call, &request, &signature);
        if (status == SIGNET_OK &&
            !key_verify(signer->public_key, SIGNET_SIGN_ECDSA_SHA256, request.message, signature)) {
            signer->wrong++;
        }
        signet_check_call_end(call);
        atomic_fetch_add(signer->signed_once, 1);
    }
    signer->last = status;
    return NULL;
}

START_TEST(ends_signatures_under_way)
{
    pthread_t threads[4];
    signer_t signers[4];
    atomic_int signed_once;
    key_world_t world;
    key_world_begin(&world);
    signet_bytes_t public_key = made(&world, "k");
    atomic_init(&signed_once, 0);
    for (unsigned i = 0; i < 4; i++) {
        signers[i] = (signer_t){&world, public_key, &signed_once, 0, SIGNET_OK};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sign_to_the_end, &signers[i]), 0);
    }
    while (atomic_load(&signed_once) < 20) {
        (void)sched_yield();
    }
    ck_assert_int_eq(destroy(&world, "k", public_key), SIGNET_OK);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(signers[i].wrong, 0);
        ck_assert_int_eq(signers[i].last, SIGNET_NOT_FOUND);
    }
    assert_gone(&world, "k");
    key_world_end(&world);
}
END_TEST

TCase *key_destroy_cases(void)
{
    TCase *cases = tcase_create("destroy");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, destroys_a_key_for_good);
    tcase_add_test(cases, destroys_no_other_key);
    tcase_add_test(cases, makes_another_key_of_the_name);
    tcase_add_test(cases, ends_signatures_under_way);
    return cases;
}
