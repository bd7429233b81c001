/* Tokens that are wrong, each in its own way: one answer for all. */
#include "world.h"

#include <signet/auth.h>
#include <signet/sdk/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A line for the issuer, and what the log must say of the token it replies. */
typedef struct bad {
    const char *line;
    const char *cause;
} bad_t;

static void refuse_all(const bad_t *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_refused(world_tell("%s", bad[i].line), bad[i].cause);
    }
}

#define REFUSE(list) refuse_all((list), sizeof(list) / sizeof *(list))

START_TEST(refuses_claims)
{
    static const bad_t bad[] = {
        {"{\"do\":\"token\",\"claims\":{\"exp\":-60}}", "expired"},
        {"{\"do\":\"token\",\"claims\":{\"exp\":null}}", "no exp"},
        {"{\"do\":\"token\",\"claims\":{\"exp\":\"soon\"}}", "not a time"},
        {"{\"do\":\"token\",\"claims\":{\"exp\":1e300}}", "not a time"},
        {"{\"do\":\"token\",\"claims\":{\"iat\":null}}", "no iat"},
        {"{\"do\":\"token\",\"claims\":{\"iat\":60}}", "not valid yet (iat"},
        {"{\"do\":\"token\",\"claims\":{\"nbf\":60}}", "not valid yet (nbf"},
        {"{\"do\":\"token\",\"claims\":{\"nbf\":true}}", "not a time"},
        {"{\"do\":\"token\",\"claims\":{\"exp\":86401}}", "maximum_lifetime"},
        {"{\"do\":\"token\",\"claims\":{\"iat\":-86400}}", "maximum_lifetime"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":null}}", "audience"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":\"other\"}}", "another audience"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":\"Signet\"}}", "another audience"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":\"signet \"}}", "another audience"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":[]}}", "another audience"},
        {"{\"do\":\"token\",\"claims\":{\"aud\":[\"signet\",\"other\"]}}",
         "other audiences besides"},
        {"{\"do\":\"raw\",\"claims\":{\"aud\":[1,\"signet\"]}}", "neither a text nor"},
        {"{\"do\":\"raw\",\"claims\":{\"aud\":{\"a\":\"signet\"}}}", "neither a text nor"},
        {"{\"do\":\"token\",\"claims\":{\"sub\":null}}", "no rule"},
        {"{\"do\":\"raw\",\"claims\":{\"sub\":\"\"}}", "sub"},
        {"{\"do\":\"raw\",\"claims\":{\"sub\":{\"a\":\"b\"}}}", "no rule"},
    };
    world_open_usual(WORLD_RULES);
    REFUSE(bad);
    world_close();
    static const bad_t parties[] = {
        {"{\"do\":\"token\"}", "party"},
        {"{\"do\":\"token\",\"claims\":{\"azp\":\"other\"}}", "party"},
        {"{\"do\":\"token\",\"claims\":{\"azp\":[\"web\"]}}", "party"},
        /* The first that is there counts. */
        {"{\"do\":\"token\",\"claims\":{\"azp\":\"other\",\"appid\":\"web\"}}", "party"},
    };
    world_open_usual("authorised_parties = [\"web\"];" WORLD_RULES);
    REFUSE(parties);
}
END_TEST

START_TEST(refuses_headers)
{
    static const bad_t bad[] = {
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"none\\\"}\",\"with\":\"hex:00\"}", "alg"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"None\\\"}\",\"with\":\"hex:00\"}", "alg"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"\\\"}\"}", "alg"},
        {"{\"do\":\"raw\",\"head\":\"{}\"}", "alg"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":7}\"}", "alg"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":[\\\"RS256\\\"]}\"}", "alg"},
        /* The public key as a shared secret. */
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"HS256\\\",\\\"kid\\\":\\\"RS256\\\"}\","
         "\"with\":\"HS256\"}",
         "alg"},
        /* Right, but not an algorithm that this issuer is allowed. */
        {"{\"do\":\"token\",\"alg\":\"PS256\"}", "alg"},
        {"{\"do\":\"token\",\"alg\":\"RS512\"}", "alg"},
        {"{\"do\":\"token\",\"key\":\"ES384\"}", "alg"},
        {"{\"do\":\"token\",\"headers\":{\"typ\":\"logout+jwt\"}}", "typ"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"RS256\\\",\\\"typ\\\":1}\"}", "typ"},
        {"{\"do\":\"token\",\"headers\":{\"crit\":[\"exp\"],\"exp\":1}}", "crit"},
        {"{\"do\":\"token\",\"headers\":{\"crit\":[]}}", "crit"},
        {"{\"do\":\"token\",\"headers\":{\"zip\":\"DEF\"}}", "zip"},
        {"{\"do\":\"token\",\"headers\":{\"enc\":\"A256GCM\"}}", "enc"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"RS256\\\",\\\"b64\\\":false}\"}", "b64"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"RS256\\\",\\\"alg\\\":\\\"RS256\\\"}\"}",
         "header"},
        {"{\"do\":\"raw\",\"head\":\"[]\"}", "header"},
        {"{\"do\":\"raw\",\"head\":\"not JSON\"}", "header"},
        {"{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"RS256\\\",\\\"kid\\\":7}\"}", "kid"},
        {"{\"do\":\"token\",\"headers\":{\"kid\":\"../../etc/passwd\"}}", "no key"},
        {"{\"do\":\"token\",\"headers\":{\"kid\":\"' OR 1=1 --\"}}", "no key"},
        {"{\"do\":\"token\",\"headers\":{\"kid\":\"\"}}", "no key"},
        {"{\"do\":\"token\",\"headers\":{\"kid\":\"RS256\\u0001\"}}", "no key"},
        /* The key of another type under that id. */
        {"{\"do\":\"token\",\"key\":\"RS256\",\"headers\":{\"kid\":\"ES256\"}}", "no key"},
        {"{\"do\":\"token\",\"key\":\"ES256\",\"headers\":{\"kid\":\"RS256\"}}", "no key"},
        /* Without an id, where two keys suit. */
        {"{\"do\":\"token\",\"key\":\"EdDSA\",\"headers\":{\"kid\":null}}", "several keys"},
    };
    char long_id[400];
    memset(long_id, 'a', 300);
    long_id[300] = 0;
    world_open_usual("refetch = \"1h\";" WORLD_RULES);
    REFUSE(bad);
    world_refused(world_tell("{\"do\":\"token\",\"headers\":{\"kid\":\"%s\"}}", long_id), "kid");
    /* One key suits, so that the id may be missing. */
    ck_assert_int_eq(
        world_status(world_tell("{\"do\":\"token\",\"key\":\"ES256\",\"headers\":{\"kid\":null}}")),
        SIGNET_OK);
}
END_TEST

START_TEST(refuses_signatures)
{
    static const bad_t bad[] = {
        {"{\"do\":\"raw\",\"with\":\"hex:00\"}", "signature"},
        {"{\"do\":\"raw\",\"key\":\"other\",\"head\":\"{\\\"alg\\\":\\\"RS256\\\",\\\"kid\\\":"
         "\\\"RS256\\\"}\",\"with\":\"RS256\"}",
         "signature is wrong"},
        /* Made with SHA-1, with PSS, and with the curve's key in DER. */
        {"{\"do\":\"raw\",\"with\":\"RS1\"}", "signature is wrong"},
        {"{\"do\":\"raw\",\"with\":\"PS256\"}", "signature is wrong"},
        {"{\"do\":\"raw\",\"key\":\"ES256\",\"with\":\"ES256-DER\"}", "r and s"},
        {"{\"do\":\"raw\",\"key\":\"ES256\",\"with\":\"hex:"
         "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000\"}",
         "zero"},
        {"{\"do\":\"raw\",\"key\":\"ES256\",\"with\":\"hex:"
         "00000000000000000000000000000000000000000000000000000000000000010000000000000000"
         "000000000000000000000000000000000000000000000001\"}",
         "signature is wrong"},
        {"{\"do\":\"raw\",\"key\":\"EdDSA\",\"with\":\"hex:00\"}", "signature is wrong"},
    };
    world_open_usual(WORLD_RULES);
    REFUSE(bad);
    /* One character changed in each part. */
    signet_text_t token = world_tell("{\"do\":\"token\",\"key\":\"ES256\"}");
    ck_assert_int_eq(world_status(token), SIGNET_OK);
    signet_text_t changed = signet_text_copy(world_call, token);
    char *last = (char *)(uintptr_t)changed.data + changed.length - 4;
    *last = *last == 'A' ? 'B' : 'A';
    world_refused(changed, "signature is wrong");
    world_close();
    /* A PSS salt of another length than the digest's. */
    world_open_usual("algorithms = [\"PS256\"];" WORLD_RULES);
#define PSS "{\"do\":\"raw\",\"head\":\"{\\\"alg\\\":\\\"PS256\\\",\\\"kid\\\":\\\"RS256\\\"}\","
    ck_assert_int_eq(world_status(world_tell(PSS "\"with\":\"PS256\"}")), SIGNET_OK);
    world_refused(world_tell(PSS "\"with\":\"PS256200\"}"), "signature is wrong");
}
END_TEST

START_TEST(leaves_other_credentials_to_others)
{
    static const char *const lines[] = {
        "{\"do\":\"token\",\"claims\":{\"iss\":\"https://other.example\"}}",
        "{\"do\":\"token\",\"claims\":{\"iss\":null}}",
        "{\"do\":\"raw\",\"claims\":{\"iss\":[\"URL\"]}}",
        "{\"do\":\"raw\",\"body\":\"{\\\"iss\\\":\\\"URL\\\",\\\"iss\\\":\\\"URL\\\"}\"}",
        "{\"do\":\"raw\",\"body\":\"{\\\"iss\\\":\\\"URL/\\\"}\"}",
        "{\"do\":\"raw\",\"body\":\"[]\"}",
        "{\"do\":\"raw\",\"body\":\"not JSON\"}",
        "{\"do\":\"raw\",\"with\":\"nothing\"}",
    };
    world_open_usual(WORLD_RULES);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        signet_text_t token = world_tell("%s", lines[i]);
        ck_assert_msg(world_status(token) == SIGNET_UNSUPPORTED, "%s", lines[i]);
    }
    signet_text_t token = world_tell("{\"do\":\"token\"}");
    ck_assert_int_eq(world_status(token), SIGNET_OK);
    ck_assert_int_eq(world_status(signet_format(world_call, "%.*s.", SIGNET_FORMAT(token))),
                     SIGNET_UNSUPPORTED);
    ck_assert_int_eq(world_status(signet_format(world_call, ".%.*s", SIGNET_FORMAT(token))),
                     SIGNET_UNSUPPORTED);
    ck_assert_int_eq(world_status(signet_format(world_call, "%.*s.a", SIGNET_FORMAT(token))),
                     SIGNET_UNSUPPORTED);
    static const char *const others[] = {"", ".", "..", "a.b.c", "sgt_abc_def", "e30.e30.e30"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_int_eq(world_status(signet_text(others[i])), SIGNET_UNSUPPORTED);
    }
    /* One of ours, but for what stands around it. */
    world_refused(signet_format(world_call, "%.*s=", SIGNET_FORMAT(token)), "signature");
    world_refused(signet_format(world_call, " %.*s", SIGNET_FORMAT(token)), "header");
    /* Another scheme. */
    const signet_provider_t *provider =
        signet_check_find(world_check, SIGNET_AUTH_INTERFACE, "oidc");
    const signet_auth_interface_t *interface = provider->interface;
    const signet_credential_t basic = {
        .size = sizeof basic, .scheme = SIGNET_TEXT("basic"), .value = token};
    const signet_actor_t *actor = NULL;
    ck_assert_int_eq(interface->authenticate(provider->instance, world_call, &basic, &actor),
                     SIGNET_UNSUPPORTED);
    world_call->services->clear(world_call);
}
END_TEST

/* What costs the reader much must cost it little: each within 10 ms of processor time, but for what
 * sanitizers add. */
START_TEST(limits_tokens)
{
    char *large = malloc(1000000);
    ck_assert_ptr_nonnull(large);
    memset(large, 'A', 1000000);
    world_open_usual(WORLD_RULES);
    large[10] = '.';
    large[999990] = '.';
    ck_assert_int_eq(world_status((signet_text_t){large, 1000000}), SIGNET_UNSUPPORTED);
    large[16000] = '.';
    ck_assert_int_eq(world_status((signet_text_t){large, 16384}), SIGNET_UNSUPPORTED);
    /* Deep nesting and many members inside the limit of octets. */
    memset(large, '[', 8000);
    large[8000] = 0;
    ck_assert_int_eq(world_status(world_tell("{\"do\":\"raw\",\"body\":\"%s\"}", large)),
                     SIGNET_UNSUPPORTED);
    large[5000] = 0;
    struct timespec begun;
    struct timespec ended;
    signet_text_t deep = world_tell("{\"do\":\"raw\",\"head\":\"%s\"}", large);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begun);
    world_refused(deep, "header");
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ended);
    ck_assert_int_lt(
        (ended.tv_sec - begun.tv_sec) * 1000 + (ended.tv_nsec - begun.tv_nsec) / 1000000, 100);
    free(large);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oidc-refuse");
    TCase *tcase = tcase_create("oidc-refuse");
    tcase_add_checked_fixture(tcase, world_begin, world_end);
    tcase_add_test(tcase, refuses_claims);
    tcase_add_test(tcase, refuses_headers);
    tcase_add_test(tcase, refuses_signatures);
    tcase_add_test(tcase, leaves_other_credentials_to_others);
    tcase_add_test(tcase, limits_tokens);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
