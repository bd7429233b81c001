/* Revocation, hold and release. */
#include "world.h"

#include <string.h>

static signet_bytes_t csr(EVP_PKEY *key)
{
    return world_csr(key, "/CN=x", NULL);
}

static int32_t release(const signet_certificate_t *certificate)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *changed = NULL;
    return ca->release(instance, call, certificate->authority, certificate->serial, &changed);
}

START_TEST(reasons_for_end_entities)
{
    static const int32_t permitted[] = {0, 1, 3, 4, 5, 9};
    static const int32_t refused[] = {2, 7, 8, 10, 11, -1, 100};
    for (size_t i = 0; i < sizeof permitted / sizeof permitted[0]; i++) {
        const signet_certificate_t *certificate = world_issued("device", csr(NULL));
        expect_ok(world_revoke(certificate, permitted[i]));
        const signet_certificate_t *now = world_get(certificate);
        ck_assert(signet_text_is(now->state, SIGNET_CERTIFICATE_REVOKED));
        ck_assert_int_eq(now->reason, permitted[i]);
        ck_assert_int_gt(now->revoked_at, 0);
        ck_assert_uint_eq(now->version, 2);
        ck_assert(signet_bytes_equal(now->der, certificate->der));
    }
    const signet_certificate_t *certificate = world_issued("device", csr(NULL));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        expect_error(world_revoke(certificate, refused[i]), SIGNET_INVALID, "certificate.reason");
    ck_assert(signet_text_is(world_get(certificate)->state, SIGNET_CERTIFICATE_VALID));
}
END_TEST

START_TEST(reasons_for_authorities)
{
    static const int32_t reasons[] = {2, 10};
    for (size_t i = 0; i < 2; i++) {
        const signet_certificate_t *certificate = NULL;
        signet_issue_request_t request = {.size = sizeof request,
                                          .profile = SIGNET_TEXT("subordinate-ca"),
                                          .authority = SIGNET_TEXT("policy"),
                                          .csr = csr(NULL)};
        expect_ok(world_ask(&request, &certificate));
        expect_error(world_revoke(certificate, 8), SIGNET_INVALID, "certificate.reason");
        expect_ok(world_revoke(certificate, reasons[i]));
    }
}
END_TEST

START_TEST(a_second_revocation_is_a_conflict)
{
    const signet_certificate_t *certificate = world_issued("device", csr(NULL));
    expect_ok(world_revoke(certificate, SIGNET_REASON_SUPERSEDED));
    static const int32_t reasons[] = {0, 3, 4, 5, 6, 9};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        expect_error(world_revoke(certificate, reasons[i]), SIGNET_CONFLICT,
                     "certificate.already-revoked");
    expect_error(release(certificate), SIGNET_CONFLICT, "certificate.not-held");
}
END_TEST

START_TEST(a_reason_is_raised_to_key_compromise_which_blocks_the_key)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *certificate = world_issued("device", csr(key));
    world_issued("device", csr(key));
    expect_ok(world_revoke(certificate, SIGNET_REASON_SUPERSEDED));
    int64_t revoked_at = world_get(certificate)->revoked_at;
    world_issued("device", csr(key));
    uint64_t blocked = world_entries(SIGNET_EVENT_KEY_BLOCKED);
    expect_ok(world_revoke(certificate, SIGNET_REASON_KEY_COMPROMISE));
    ck_assert_int_eq(world_get(certificate)->reason, SIGNET_REASON_KEY_COMPROMISE);
    ck_assert_int_eq(world_get(certificate)->revoked_at, revoked_at);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_BLOCKED), blocked + 1);
    expect_error(world_revoke(certificate, SIGNET_REASON_KEY_COMPROMISE), SIGNET_CONFLICT,
                 "certificate.already-revoked");
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("device", csr(key), &none), SIGNET_INVALID, "key.blocked");
    expect_error(world_issue("tls-client", csr(key), &none), SIGNET_INVALID, "key.blocked");
    /* Also after a restart. */
    signet_bytes_t again = csr(key);
    expect_ok(world_restart());
    expect_error(world_issue("device", again, &none), SIGNET_INVALID, "key.blocked");
    world_issued("device", csr(NULL));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(hold_and_release)
{
    const signet_certificate_t *certificate = world_issued("device", csr(NULL));
    expect_error(release(certificate), SIGNET_CONFLICT, "certificate.not-held");
    uint64_t held = world_entries(SIGNET_EVENT_CERTIFICATE_HELD);
    uint64_t released = world_entries(SIGNET_EVENT_CERTIFICATE_RELEASED);
    expect_ok(world_revoke(certificate, SIGNET_REASON_CERTIFICATE_HOLD));
    ck_assert(signet_text_is(world_get(certificate)->state, SIGNET_CERTIFICATE_HELD));
    expect_error(world_revoke(certificate, SIGNET_REASON_CERTIFICATE_HOLD), SIGNET_CONFLICT,
                 "certificate.already-held");
    expect_ok(release(certificate));
    const signet_certificate_t *now = world_get(certificate);
    ck_assert(signet_text_is(now->state, SIGNET_CERTIFICATE_VALID));
    ck_assert_int_eq(now->revoked_at, 0);
    expect_ok(world_revoke(certificate, SIGNET_REASON_CERTIFICATE_HOLD));
    expect_ok(world_revoke(certificate, SIGNET_REASON_CESSATION_OF_OPERATION));
    expect_error(release(certificate), SIGNET_CONFLICT, "certificate.not-held");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_HELD), held + 2);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_RELEASED), released + 1);
}
END_TEST

START_TEST(strict_profiles_neither_hold_nor_release)
{
    const signet_certificate_t *certificate = world_issued("code-signing", csr(NULL));
    expect_error(world_revoke(certificate, SIGNET_REASON_CERTIFICATE_HOLD), SIGNET_DENIED,
                 "profile.strict");
    expect_ok(world_revoke(certificate, SIGNET_REASON_SUPERSEDED));
}
END_TEST

START_TEST(who_may_revoke)
{
    signet_call_t *officer = call;
    call = signet_check_call(check, "token:first", "requester");
    signet_call_t *first = call;
    const signet_certificate_t *certificate = world_issued("sensor", csr(NULL));
    call = signet_check_call(check, "token:second", "requester");
    signet_call_t *second = call;
    /* A stranger learns nothing. */
    expect_error(world_revoke(certificate, 0), SIGNET_NOT_FOUND, "certificate.not-found");
    ck_assert_ptr_null(world_get(certificate));
    call = signet_check_call(check, "token:auditor", "auditor");
    signet_call_t *auditor = call;
    expect_error(world_revoke(certificate, 0), SIGNET_DENIED, "permission.certificate");
    ck_assert_ptr_nonnull(world_get(certificate));
    call = signet_check_call(check, "token:scoped", "officer@user");
    signet_call_t *scoped = call;
    expect_error(world_revoke(certificate, 0), SIGNET_NOT_FOUND, "certificate.not-found");
    call = first;
    expect_ok(world_revoke(certificate, SIGNET_REASON_SUPERSEDED));
    call = officer;
    ck_assert_uint_ge(world_entries(SIGNET_EVENT_ACCESS_DENIED), 2);
    signet_check_call_end(first);
    signet_check_call_end(second);
    signet_check_call_end(auditor);
    signet_check_call_end(scoped);
}
END_TEST

START_TEST(an_expired_certificate_is_not_revoked)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("device"),
                                      .csr = csr(NULL),
                                      .not_after = signet_now() + 1500};
    expect_ok(world_ask(&request, &certificate));
    while (signet_now() <= certificate->not_after) {
    }
    expect_error(world_revoke(certificate, 0), SIGNET_CONFLICT, "certificate.expired");
}
END_TEST

START_TEST(an_unconfirmed_revocation_is_told)
{
    const signet_certificate_t *certificate = world_issued("device", csr(NULL));
    fault.fail_journal_commit = SIGNET_UNAVAILABLE;
    expect_error(world_revoke(certificate, 0), SIGNET_UNAVAILABLE, "test.fault");
    ck_assert(signet_text_is(world_get(certificate)->state, SIGNET_CERTIFICATE_VALID));
    expect_ok(world_revoke(certificate, 0));
}
END_TEST

static int32_t by_key(signet_bytes_t der, int32_t reason)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *changed = NULL;
    signet_revoke_request_t request = {.size = sizeof request, .reason = reason};
    return ca->revoke_by_key(instance, call, der, &request, &changed);
}

/* Whoever the protocol found to hold the key needs no role. */
START_TEST(holders_of_the_key_revoke)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *certificate = world_issued("device", csr(key));
    uint8_t octets[4096];
    signet_bytes_t der = {octets, certificate->der.length};
    ck_assert_uint_le(der.length, sizeof octets);
    memcpy(octets, certificate->der.data, der.length);
    world_actor("key:00", "");
    expect_error(by_key(der, SIGNET_REASON_CERTIFICATE_HOLD), SIGNET_INVALID, "certificate.reason");
    expect_error(by_key(der, SIGNET_REASON_CA_COMPROMISE), SIGNET_INVALID, "certificate.reason");
    expect_ok(by_key(der, SIGNET_REASON_KEY_COMPROMISE));
    expect_error(by_key(der, SIGNET_REASON_SUPERSEDED), SIGNET_CONFLICT,
                 "certificate.already-revoked");
    world_actor("officer", "officer");
    const signet_certificate_t *again = NULL;
    expect_error(world_issue("device", csr(key), &again), SIGNET_INVALID, "key.blocked");
    EVP_PKEY_free(key);
}
END_TEST

/* A certificate of the same issuer and serial with another key proves nothing about ours. */
START_TEST(holders_of_another_key_do_not)
{
    const signet_certificate_t *certificate = world_issued("device", csr(NULL));
    const uint8_t *at = certificate->der.data;
    EVP_PKEY *own = world_key();
    X509 *forged = d2i_X509(NULL, &at, (long)certificate->der.length);
    ck_assert_int_eq(X509_set_pubkey(forged, own), 1);
    ck_assert_int_gt(X509_sign(forged, own, EVP_sha256()), 0);
    uint8_t *der = NULL;
    int length = i2d_X509(forged, &der);
    ck_assert_int_gt(length, 0);
    expect_error(by_key((signet_bytes_t){der, (uint64_t)length}, SIGNET_REASON_KEY_COMPROMISE),
                 SIGNET_NOT_FOUND, "certificate.not-ours");
    ck_assert(signet_text_is(world_get(certificate)->state, SIGNET_CERTIFICATE_VALID));
    expect_error(by_key((signet_bytes_t){(const uint8_t *)"0", 1}, 1), SIGNET_INVALID,
                 "certificate.malformed");
    OPENSSL_free(der);
    X509_free(forged);
    EVP_PKEY_free(own);
}
END_TEST

/* As "device", for requesters whose role names no names. */
static const char profiles[] =
    ", { name = \"sensor\"; extends = \"device\"; names_from_role = false;"
    " overrides = ( { finding = \"client-subject\"; reason = \"a test\"; } ); }";

int main(void)
{
    const TTest *const tests[] = {
        reasons_for_end_entities,
        reasons_for_authorities,
        a_second_revocation_is_a_conflict,
        a_reason_is_raised_to_key_compromise_which_blocks_the_key,
        hold_and_release,
        strict_profiles_neither_hold_nor_release,
        who_may_revoke,
        an_expired_certificate_is_not_revoked,
        an_unconfirmed_revocation_is_told,
        holders_of_the_key_revoke,
        holders_of_another_key_do_not,
    };
    return world_run("ca-revoke", profiles, tests, sizeof tests / sizeof tests[0]);
}
