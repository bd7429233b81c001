/* Revocation by proof of the key: nonces, statements, signatures. */
#include <openssl/ec.h>
#include <string.h>

#include "fake_ca.h"
#include "key_proof.h"
#include "world.h"

#define BY_KEY "/v1/revocations/by-key"

static uint32_t ask(const char *text)
{
    return world_ask("", "", "POST", BY_KEY, NULL, text);
}

START_TEST(revokes_for_the_holder_of_the_key)
{
    char nonce[64];
    key_proof_nonce(nonce);
    ck_assert_uint_eq(ask(key_proof_body(NULL, nonce, "keyCompromise", "keyCompromise")), 200);
    ck_assert_int_eq(fake_ca.reason, SIGNET_REASON_KEY_COMPROMISE);
    ck_assert_int_eq(strncmp(fake_ca.actor, "key:", 4), 0);
    ck_assert_uint_eq(strlen(fake_ca.actor), 4 + 64);
}
END_TEST

START_TEST(refuses_what_the_key_did_not_sign)
{
    char nonce[64];
    EVP_PKEY *other = EVP_EC_gen("P-256");
    key_proof_nonce(nonce);
    ck_assert_uint_eq(ask(key_proof_body(other, nonce, "superseded", "superseded")), 403);
    assert_text(world_reason(), "revocation.proof");
    key_proof_nonce(nonce);
    ck_assert_uint_eq(ask(key_proof_body(NULL, nonce, "superseded", "keyCompromise")), 403);
    ck_assert_int_eq(fake_ca.reason, 0);
    EVP_PKEY_free(other);
}
END_TEST

START_TEST(refuses_nonces_that_are_not_ours)
{
    char nonce[64];
    static const char *const strange[] = {"", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                          "short", "?", "==="};
    key_proof_nonce(nonce);
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        ck_assert_uint_eq(ask(key_proof_body(NULL, strange[i], "superseded", "superseded")), 400);
        assert_text(signet_json_get(world_json(), "field")->text, "nonce");
    }
    nonce[3] = nonce[3] == 'A' ? 'B' : 'A';
    ck_assert_uint_eq(ask(key_proof_body(NULL, nonce, "superseded", "superseded")), 400);
    assert_text(world_reason(), "request.nonce");
    ck_assert_int_eq(fake_ca.reason, 0);
}
END_TEST

START_TEST(refuses_a_request_for_a_certificate_as_proof)
{
    char nonce[64];
    key_proof_nonce(nonce);
    ck_assert_uint_eq(ask("{\"csr\":\"MAMCAQU=\"}"), 400);
    ck_assert_uint_eq(ask("{}"), 400);
    ck_assert_uint_eq(ask("{\"certificate\":\"x\",\"nonce\":\"n\",\"signature\":\"AA==\"}"), 400);
    ck_assert_int_eq(fake_ca.reason, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        revokes_for_the_holder_of_the_key, refuses_what_the_key_did_not_sign,
        refuses_nonces_that_are_not_ours, refuses_a_request_for_a_certificate_as_proof};
    return world_run_in("key-proof", key_proof_begin, key_proof_end, tests,
                        sizeof tests / sizeof tests[0]);
}
