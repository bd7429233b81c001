/* Sets of shares: who can rebuild a secret, and what is refused by name. */
#include "arena.h"

#include "ceremony/custody.h"
#include "ceremony/locked.h"

#include <check.h>
#include <openssl/x509.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define HOLDERS 5U

static ca_participant_t people[HOLDERS];

static X509 *certify(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    if (key == NULL || certificate == NULL)
        abort();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const uint8_t *)"a", 1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    if (X509_sign(certificate, key, EVP_sha256()) <= 0)
        abort();
    return certificate;
}

static void make_people(void)
{
    static const char *const names[HOLDERS] = {"alice", "bob", "carol", "dave", "erin"};
    for (unsigned i = 0; i < HOLDERS; i++) {
        EVP_PKEY *key = i == 1 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                               : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
        people[i] = (ca_participant_t){.name = signet_text(names[i]),
                                       .role = CA_ROLE_HOLDER,
                                       .x509 = certify(key),
                                       .key = key};
    }
}

static void free_people(void)
{
    for (unsigned i = 0; i < HOLDERS; i++) {
        EVP_PKEY_free(people[i].key);
        X509_free(people[i].x509);
    }
}

static int failed_for(signet_call_t *call, const char *reason, const char *name)
{
    const signet_error_t *error = call->services->error(call);
    int right = error != NULL && signet_text_is(error->reason, reason) &&
                memmem(error->message.data, error->message.length, name, strlen(name)) != NULL;
    call->services->clear(call);
    return right;
}

static signet_text_t make_set(signet_call_t *call, unsigned quorum, ca_pins_t *pins)
{
    signet_text_t set;
    ck_assert_int_eq(
        ca_custody_make(call, people, HOLDERS, quorum, SIGNET_TEXT("keys"), pins, &set), SIGNET_OK);
    return set;
}

static ca_custody_t *open_set(signet_call_t *call, signet_text_t set)
{
    ca_custody_t *custody = NULL;
    ck_assert_int_eq(ca_custody_open(call, signet_text_bytes(set), &custody), SIGNET_OK);
    return custody;
}

/* `set` with the first `old` replaced. */
static signet_text_t replace(signet_call_t *call, signet_text_t set, const char *old,
                             const char *new)
{
    const char *at = memmem(set.data, set.length, old, strlen(old));
    ck_assert_ptr_nonnull(at);
    signet_text_t before = {set.data, (uint64_t)(at - set.data)};
    signet_text_t after = {at + strlen(old), set.length - before.length - strlen(old)};
    return signet_format(call, "%.*s%s%.*s", SIGNET_FORMAT(before), new, SIGNET_FORMAT(after));
}

START_TEST(three_of_five)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t made;
    ca_pins_t rebuilt;
    signet_text_t set = make_set(call, 3, &made);
    ck_assert_ptr_null(memmem(set.data, set.length, made.user, CA_CUSTODY_PIN));
    ck_assert_int_ne(memcmp(made.user, made.officer, CA_CUSTODY_PIN), 0);
    for (unsigned given = 0; given < 1U << HOLDERS; given++) {
        ca_custody_t *custody = open_set(call, set);
        unsigned count = 0;
        for (unsigned i = 0; i < HOLDERS; i++) {
            if (given >> i & 1U) {
                ck_assert_int_eq(ca_custody_give(call, custody, &people[i]), SIGNET_OK);
                count++;
            }
        }
        memset(&rebuilt, 0, sizeof rebuilt);
        int32_t status = ca_custody_rebuild(call, custody, &rebuilt);
        if (count >= 3) {
            ck_assert_int_eq(status, SIGNET_OK);
            ck_assert_mem_eq(&rebuilt, &made, sizeof made);
        } else {
            ck_assert_int_eq(status, SIGNET_DENIED);
            ck_assert(failed_for(call, "shares.quorum", "3"));
        }
        ca_custody_close(custody);
    }
}
END_TEST

START_TEST(a_share_counts_once)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t pins;
    ca_custody_t *custody = open_set(call, make_set(call, 3, &pins));
    ck_assert_int_eq(ca_custody_give(call, custody, &people[2]), SIGNET_OK);
    ck_assert_int_eq(ca_custody_give(call, custody, &people[2]), SIGNET_INVALID);
    ck_assert(failed_for(call, "shares.duplicate", "carol"));
    ck_assert_int_eq(ca_custody_rebuild(call, custody, &pins), SIGNET_DENIED);
    call->services->clear(call);
    ca_custody_close(custody);
}
END_TEST

START_TEST(foreign_shares_are_refused_by_name)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t pins;
    ca_participant_t mallory = people[0];
    ca_participant_t liar = people[0];
    signet_text_t set = make_set(call, 3, &pins);
    signet_text_t id = {(const char *)memmem(set.data, set.length, "\"set\":\"", 7) + 7, 32};
    const char *old = signet_text_string(call, id);
    ca_custody_t *custody =
        open_set(call, replace(call, set, old, "00000000000000000000000000000000"));
    ck_assert_int_eq(ca_custody_give(call, custody, &people[1]), SIGNET_INVALID);
    ck_assert(failed_for(call, "shares.foreign", "bob"));
    mallory.name = SIGNET_TEXT("mallory");
    ck_assert_int_eq(ca_custody_give(call, custody, &mallory), SIGNET_NOT_FOUND);
    ck_assert(failed_for(call, "shares.foreign", "mallory"));
    ca_custody_close(custody);
    /* Alice's key does not open Dave's share. */
    custody = open_set(call, set);
    liar.name = SIGNET_TEXT("dave");
    ck_assert_int_eq(ca_custody_give(call, custody, &liar), SIGNET_DENIED);
    ck_assert(failed_for(call, "shares.wrong", "dave"));
    ca_custody_close(custody);
}
END_TEST

START_TEST(a_changed_set_is_refused)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t pins;
    ca_custody_t *custody = NULL;
    signet_text_t set = make_set(call, 2, &pins);
    /* The seal covers what no share commits to. */
    custody = open_set(call, replace(call, set, "\"opens\":\"keys\"", "\"opens\":\"kexs\""));
    ck_assert_int_eq(ca_custody_give(call, custody, &people[0]), SIGNET_OK);
    ck_assert_int_eq(ca_custody_give(call, custody, &people[4]), SIGNET_OK);
    ck_assert_int_eq(ca_custody_rebuild(call, custody, &pins), SIGNET_INVALID);
    ck_assert(failed_for(call, "shares.wrong", "changed"));
    ca_custody_close(custody);
    /* A lower quorum is not the one that the shares were made for. */
    set = make_set(call, 3, &pins);
    custody = open_set(call, replace(call, set, "\"quorum\":3", "\"quorum\":2"));
    ck_assert_int_eq(ca_custody_give(call, custody, &people[0]), SIGNET_INVALID);
    ck_assert(failed_for(call, "shares.wrong", "alice"));
    ca_custody_close(custody);
    static const char *const broken[] = {"{}", "[]", "", "{\"format\":\"signet-shares/1\"}"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        ck_assert_int_eq(ca_custody_open(call, signet_text_bytes(signet_text(broken[i])), &custody),
                         SIGNET_INVALID);
        call->services->clear(call);
    }
}
END_TEST

START_TEST(a_quorum_must_be_possible)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t pins;
    signet_text_t set;
    for (unsigned quorum = 0; quorum < 2; quorum++) {
        ck_assert_int_eq(
            ca_custody_make(call, people, HOLDERS, quorum, SIGNET_TEXT("keys"), &pins, &set),
            SIGNET_INVALID);
        call->services->clear(call);
    }
    ck_assert_int_eq(
        ca_custody_make(call, people, HOLDERS, HOLDERS + 1, SIGNET_TEXT("keys"), &pins, &set),
        SIGNET_INVALID);
    call->services->clear(call);
}
END_TEST

/* Who can only sign cannot hold a share. */
START_TEST(a_holder_needs_a_key_that_opens)
{
    signet_call_t *call = fuzz_call();
    ca_pins_t pins;
    signet_text_t set;
    ca_participant_t holders[2] = {people[0], people[1]};
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    holders[1].x509 = X509_dup(people[1].x509);
    X509_set_pubkey(holders[1].x509, key);
    ck_assert_int_eq(ca_custody_make(call, holders, 2, 2, SIGNET_TEXT("keys"), &pins, &set),
                     SIGNET_UNSUPPORTED);
    ck_assert(failed_for(call, "ceremony.participant-key-type", "bob"));
    X509_free(holders[1].x509);
    EVP_PKEY_free(key);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("custody");
    TCase *test = tcase_create("custody");
    if (ca_locked_begin(fuzz_call()) != SIGNET_OK)
        return 1;
    make_people();
    tcase_set_timeout(test, 60);
    tcase_add_test(test, three_of_five);
    tcase_add_test(test, a_share_counts_once);
    tcase_add_test(test, foreign_shares_are_refused_by_name);
    tcase_add_test(test, a_changed_set_is_refused);
    tcase_add_test(test, a_quorum_must_be_possible);
    tcase_add_test(test, a_holder_needs_a_key_that_opens);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    free_people();
    fuzz_call_end();
    return failed != 0;
}
