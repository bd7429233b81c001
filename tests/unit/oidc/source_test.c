/* Where keys come from, and what happens when they change or cannot be had. */
#include "world.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signet/auth.h>
#include <signet/sdk/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN "{\"do\":\"token\"}"

static uint64_t fetches(void)
{
    return strtoull(world_tell("{\"do\":\"fetches\"}").data, NULL, 10);
}

static void sleep_ms(long duration)
{
    struct timespec moment = {.tv_sec = duration / 1000, .tv_nsec = duration % 1000 * 1000000};
    nanosleep(&moment, NULL);
}

static void set_mode(const char *mode)
{
    world_tell("{\"do\":\"mode\",\"mode\":\"%s\"}", mode);
}

/* A request on a thread of its own, as it waits for keys while jobs fetch them. */
typedef struct asking {
    pthread_t thread;
    signet_text_t token;
    int32_t status;
    _Atomic int done;
} asking_t;

static void *ask(void *argument)
{
    asking_t *asking = argument;
    asking->status = world_status(asking->token);
    asking->done = 1;
    return NULL;
}

static void begin_asking(asking_t *asking, signet_text_t token)
{
    *asking = (asking_t){.token = token};
    ck_assert_int_eq(pthread_create(&asking->thread, NULL, ask, asking), 0);
}

/* Runs the job, as the host would once it is woken, until the request has its answer. */
static int32_t end_asking(asking_t *asking)
{
    while (!asking->done) {
        world_fetch();
        sleep_ms(5);
    }
    pthread_join(asking->thread, NULL);
    return asking->status;
}

static int32_t ask_and_fetch(signet_text_t token)
{
    asking_t asking;
    begin_asking(&asking, token);
    return end_asking(&asking);
}

START_TEST(finds_keys_by_discovery_url_and_file)
{
    char settings[512];
    world_open_usual(WORLD_RULES);
    ck_assert_int_eq(world_status(world_tell(TOKEN)), SIGNET_OK);
    ck_assert(signet_text_is(world_tell("{\"do\":\"discoveries\"}"), "1"));
    ck_assert(signet_text_is(world_tell("{\"do\":\"bearer\"}"), "(none)"));
    world_close();
    ck_assert_int_eq(signet_check_metric(world_check, "signet_oidc_fetches_total", "issuer=\"ci\""),
                     1);
    FILE *file =
        fopen(signet_format(world_call, "%s/bearer", signet_check_folder(world_check)).data, "w");
    ck_assert_ptr_nonnull(file);
    fputs("abc\n", file);
    fclose(file);
    ck_assert_int_eq(
        system(signet_format(world_call, "chmod 600 %s/bearer", signet_check_folder(world_check))
                   .data),
        0);
    snprintf(settings, sizeof settings,
             "jwks_url = \"%s/keys\"; token = \"file:bearer\";" WORLD_RULES, world_issuer.url);
    world_open_usual(settings);
    ck_assert_int_eq(world_status(world_tell(TOKEN)), SIGNET_OK);
    ck_assert(signet_text_is(world_tell("{\"do\":\"discoveries\"}"), "1"));
    ck_assert(signet_text_is(world_tell("{\"do\":\"bearer\"}"), "Bearer abc"));
    world_close();
    world_tell("{\"do\":\"write\"}");
    set_mode("down");
    ck_assert_int_eq(world_open("audiences = [\"signet\"]; jwks_file = \"jwks.json\"; refetch = "
                                "\"100ms\"; " WORLD_RULES),
                     SIGNET_OK);
    ck_assert_int_eq(world_status(world_tell(TOKEN)), SIGNET_OK);
    /* A file that is replaced is read again for the first token with a key of it, once `refetch`
     * has passed since it was read. */
    world_tell("{\"do\":\"rotate\"}");
    world_tell("{\"do\":\"write\"}");
    sleep_ms(150);
    ck_assert_int_eq(
        ask_and_fetch(world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"new-1\"}}")), SIGNET_OK);
}
END_TEST

START_TEST(fetches_rotated_keys_once_for_all_who_wait)
{
    asking_t asking[8];
    world_open_usual("refetch = \"100ms\";" WORLD_RULES);
    signet_text_t old = world_tell(TOKEN);
    ck_assert_int_eq(world_status(old), SIGNET_OK);
    world_tell("{\"do\":\"rotate\"}");
    signet_text_t new = world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"new-1\"}}");
    sleep_ms(150);
    uint64_t before = fetches();
    set_mode("late");
    for (size_t i = 0; i < 8; i++) {
        begin_asking(&asking[i], new);
    }
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(end_asking(&asking[i]), SIGNET_OK);
    }
    ck_assert_uint_eq(fetches(), before + 1);
    /* What the issuer no longer publishes no longer counts. */
    set_mode("ok");
    sleep_ms(150);
    ck_assert_int_eq(ask_and_fetch(old), SIGNET_UNAUTHENTICATED);
}
END_TEST

START_TEST(does_not_let_tokens_have_the_issuer_asked_at_will)
{
    world_open_usual("refetch = \"1h\";" WORLD_RULES);
    uint64_t before = fetches();
    for (int i = 0; i < 20; i++) {
        world_refused(world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"x%d\"}}", i), "no key");
        world_fetch();
    }
    ck_assert_uint_eq(fetches(), before);
    /* A token that is wrong in another way does not even ask. */
    world_close();
    world_open_usual("refetch = \"100ms\";" WORLD_RULES);
    before = fetches();
    sleep_ms(150);
    world_refused(
        world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"x\"},\"claims\":{\"aud\":\"y\"}}"),
        "audience");
    world_fetch();
    ck_assert_uint_eq(fetches(), before);
}
END_TEST

START_TEST(keeps_keys_while_the_issuer_is_down)
{
    static const char *const modes[] = {"down", "error",    "garbage",      "empty", "huge",
                                        "many", "redirect", "other-issuer", "no-uri"};
    world_open_usual("refetch = \"100ms\"; refresh = \"1s\"; maximum_age = \"1h\";" WORLD_RULES);
    signet_text_t token = world_tell(TOKEN);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        set_mode(modes[i]);
        int64_t failed =
            signet_check_metric(world_check, "signet_oidc_failed_fetches_total", "issuer=\"ci\"");
        while (signet_check_metric(world_check, "signet_oidc_failed_fetches_total",
                                   "issuer=\"ci\"") == failed) {
            sleep_ms(20);
            world_fetch();
        }
        ck_assert_msg(world_status(token) == SIGNET_OK, "%s", modes[i]);
    }
    ck_assert(signet_check_logged(world_check, "oidc.fetch-failed"));
}
END_TEST

START_TEST(forgets_keys_that_are_too_old)
{
    world_open_usual("refetch = \"100ms\"; refresh = \"1s\"; maximum_age = \"3s\";" WORLD_RULES);
    signet_text_t token = world_tell(TOKEN);
    ck_assert_int_eq(world_status(token), SIGNET_OK);
    set_mode("down");
    sleep_ms(3100);
    signet_call_t *call;
    const signet_actor_t *actor;
    asking_t asking;
    begin_asking(&asking, token);
    ck_assert_int_eq(end_asking(&asking), SIGNET_UNAVAILABLE);
    ck_assert_int_eq(world_authenticate(token, &call, &actor), SIGNET_UNAVAILABLE);
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, "oidc.keys-unavailable"));
    ck_assert_int_eq(error->retry_after_ms, 100);
    signet_check_call_end(call);
    /* And takes them up again by itself. */
    set_mode("ok");
    sleep_ms(150);
    ck_assert_int_eq(ask_and_fetch(token), SIGNET_OK);
}
END_TEST

START_TEST(starts_while_the_issuer_is_down)
{
    set_mode("down");
    world_open_usual("refetch = \"100ms\";" WORLD_RULES);
    set_mode("ok");
    sleep_ms(150);
    ck_assert_int_eq(ask_and_fetch(world_tell(TOKEN)), SIGNET_OK);
}
END_TEST

START_TEST(gives_up_on_a_slow_issuer)
{
    world_open_usual("refetch = \"100ms\";" WORLD_RULES);
    set_mode("slow");
    sleep_ms(150);
    int64_t begun = signet_monotonic();
    ck_assert_int_eq(ask_and_fetch(world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"x\"}}")),
                     SIGNET_UNAUTHENTICATED);
    ck_assert_int_lt(signet_monotonic() - begun, 60000);
    /* Known keys serve meanwhile, without a wait. */
    begun = signet_monotonic();
    ck_assert_int_eq(world_status(world_tell(TOKEN)), SIGNET_OK);
    ck_assert_int_lt(signet_monotonic() - begun, 3000);
}
END_TEST

/* The plugin's own drain, as the host calls it before it waits for what is under way. */
static void drain(void)
{
    signet_text_t path =
        signet_format(world_call, "%s/auth-oidc.so", getenv("SIGNET_CHECK_PLUGINS"));
    void *library = dlopen(path.data, RTLD_NOW | RTLD_LOCAL);
    ck_assert_ptr_nonnull(library);
    const signet_plugin_t *(*entry)(void) = NULL;
    void *symbol = dlsym(library, "signet_plugin_entry");
    memcpy(&entry, &symbol, sizeof entry);
    ck_assert_ptr_nonnull(symbol);
    void *instance = signet_check_find(world_check, SIGNET_AUTH_INTERFACE, "oidc")->instance;
    ck_assert_int_eq(entry()->drain(instance, world_call), SIGNET_OK);
    dlclose(library);
}

START_TEST(lets_nobody_wait_when_it_drains)
{
    asking_t asking;
    world_open_usual("refetch = \"100ms\";" WORLD_RULES);
    sleep_ms(150);
    signet_text_t token = world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"x\"}}");
    begin_asking(&asking, token);
    /* No job runs, so that the request waits until draining ends it. */
    sleep_ms(200);
    ck_assert(!asking.done);
    drain();
    pthread_join(asking.thread, NULL);
    ck_assert_int_eq(asking.status, SIGNET_UNAUTHENTICATED);
    ck_assert_int_eq(world_status(token), SIGNET_UNAUTHENTICATED);
}
END_TEST

START_TEST(leaves_out_keys_that_are_not_for_it)
{
    world_tell(
        "{\"do\":\"extra\",\"keys\":[7,{},{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"c2VjcmV0\"},"
        "{\"kty\":\"RSA\",\"kid\":\"e\",\"use\":\"enc\",\"n\":\"AQAB\",\"e\":\"AQAB\"},"
        "{\"kty\":\"RSA\",\"kid\":\"n\",\"n\":\"!\",\"e\":\"AQAB\"},"
        "{\"kty\":\"RSA\",\"kid\":\"o\",\"n\":\"\",\"e\":\"\"},"
        "{\"kty\":\"EC\",\"kid\":\"p\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"},"
        "{\"kty\":\"EC\",\"kid\":\"q\",\"crv\":\"P-256\","
        "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
        "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},"
        "{\"kty\":\"EC\",\"kid\":\"r\",\"crv\":\"secp256k1\",\"x\":\"AQ\",\"y\":\"AQ\"},"
        "{\"kty\":\"OKP\",\"kid\":\"t\",\"crv\":\"X25519\",\"x\":\"AQ\"},"
        "{\"kty\":\"RSA\",\"kid\":5,\"n\":\"AQAB\",\"e\":\"AQAB\"}]}");
    world_tell("{\"do\":\"weak\"}");
    world_open_usual("refetch = \"1h\";" WORLD_RULES);
    ck_assert_int_eq(world_status(world_tell(TOKEN)), SIGNET_OK);
    world_refused(world_tell("{\"do\":\"token\",\"key\":\"weak\",\"alg\":\"RS256\"}"), "no key");
    world_close();
    /* Two keys under one id: neither is believed. */
    world_tell("{\"do\":\"same\"}");
    world_open_usual("refetch = \"1h\";" WORLD_RULES);
    world_refused(world_tell(TOKEN), "several keys");
}
END_TEST

START_TEST(never_calls_denied_addresses)
{
    ck_assert_int_eq(world_open("audiences = [\"signet\"]; outbound = { roots = \"ca.pem\"; };"
                                "refetch = \"100ms\";" WORLD_RULES),
                     SIGNET_OK);
    ck_assert_int_eq(ask_and_fetch(world_tell(TOKEN)), SIGNET_UNAVAILABLE);
    ck_assert(signet_check_logged(world_check, "oidc.fetch-failed"));
    ck_assert_uint_eq(fetches(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oidc-source");
    TCase *tcase = tcase_create("oidc-source");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, world_begin, world_end);
    tcase_add_test(tcase, finds_keys_by_discovery_url_and_file);
    tcase_add_test(tcase, fetches_rotated_keys_once_for_all_who_wait);
    tcase_add_test(tcase, does_not_let_tokens_have_the_issuer_asked_at_will);
    tcase_add_test(tcase, keeps_keys_while_the_issuer_is_down);
    tcase_add_test(tcase, forgets_keys_that_are_too_old);
    tcase_add_test(tcase, starts_while_the_issuer_is_down);
    tcase_add_test(tcase, gives_up_on_a_slow_issuer);
    tcase_add_test(tcase, lets_nobody_wait_when_it_drains);
    tcase_add_test(tcase, leaves_out_keys_that_are_not_for_it);
    tcase_add_test(tcase, never_calls_denied_addresses);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
