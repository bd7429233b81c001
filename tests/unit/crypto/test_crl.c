/* Revocation lists: written here and read by OpenSSL, and the other way round. */
#include "run.h"

#include <openssl/x509v3.h>
#include <signet/inventory.h>
#include <signet/sdk/crl.h>
#include <string.h>

#define NOW INT64_C(1790000000000)
#define DAY INT64_C(86400000)

static const signet_bytes_t none = {NULL, 0};

/* Name "CN=a". */
static const uint8_t name[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                               0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 0x61};

static const uint8_t key_id[] = {1, 2, 3, 4};
static const uint8_t number[] = {0x7f, 0xff};

static signet_crl_head_t head_of(signet_call_t *call)
{
    signet_crl_head_t head = {.issuer = {name, sizeof name},
                              .this_update = NOW,
                              .next_update = NOW + 30 * DAY,
                              .key_id = {key_id, sizeof key_id},
                              .number = {number, sizeof number}};
    ck_assert_int_eq(
        signet_algorithm_encode(call, SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA256), &head.identifier), 0);
    return head;
}

static signet_bytes_t sign(signet_call_t *call, const signet_crl_head_t *head,
                           signet_bytes_t entries)
{
    signet_bytes_t tbs;
    signet_bytes_t der;
    ck_assert_int_eq(signet_crl_tbs(call, head, entries, &tbs), SIGNET_OK);
    signet_bytes_t signature = make_signature(call, make_key(SIGNET_KEY_P256), "SHA256", 0, tbs);
    ck_assert_int_eq(signet_crl_join(call, tbs, head->identifier, signature, &der), SIGNET_OK);
    return der;
}

static X509_CRL *by_openssl(signet_bytes_t der)
{
    const uint8_t *next = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(crl);
    ck_assert_ptr_eq(next, der.data + der.length);
    ck_assert_int_eq(X509_CRL_verify(crl, make_key(SIGNET_KEY_P256)), 1);
    return crl;
}

static signet_bytes_t many_entries(signet_call_t *call, unsigned count)
{
    signet_buffer_t buffer = signet_buffer(call, 1024);
    for (unsigned i = 0; i < count; i++) {
        uint8_t serial[3] = {1, (uint8_t)(i >> 8), (uint8_t)i};
        signet_crl_entry_t entry = {.serial = {serial, 3},
                                    .revoked_at = NOW - DAY,
                                    .reason = i % 2 ? SIGNET_REASON_KEY_COMPROMISE : 0,
                                    .invalid_since = i % 3 ? 0 : NOW - 2 * DAY};
        signet_crl_add_entry(&buffer, &entry);
    }
    signet_bytes_t bytes;
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &bytes), SIGNET_OK);
    return bytes;
}

START_TEST(openssl_reads_what_is_written)
{
    signet_call_t *call = fuzz_call();
    signet_crl_head_t head = head_of(call);
    ck_assert_int_eq(
        signet_crl_point(call, SIGNET_TEXT("http://a.example/1.crl"), 0, 1, &head.point),
        SIGNET_OK);
    X509_CRL *crl = by_openssl(sign(call, &head, many_entries(call, 300)));
    ck_assert_int_eq(X509_CRL_get_version(crl), 1);
    ck_assert_int_eq(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)), 300);
    ASN1_INTEGER *counted = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
    ck_assert_int_eq(ASN1_INTEGER_get(counted), 0x7fff);
    ASN1_INTEGER_free(counted);
    X509_REVOKED *revoked = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl), 3);
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, NULL, NULL);
    ck_assert_int_eq(ASN1_ENUMERATED_get(reason), SIGNET_REASON_KEY_COMPROMISE);
    ASN1_ENUMERATED_free(reason);
    ASN1_GENERALIZEDTIME *since =
        X509_REVOKED_get_ext_d2i(revoked, NID_invalidity_date, NULL, NULL);
    ck_assert_ptr_nonnull(since);
    ASN1_GENERALIZEDTIME_free(since);
    ISSUING_DIST_POINT *point =
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
    ck_assert_ptr_nonnull(point);
    ck_assert_int_eq(point->onlyCA, 0xff);
    ISSUING_DIST_POINT_free(point);
    X509_CRL_free(crl);
    /* An empty one has no list of entries (RFC 5280, 5.1.2.6); a delta names its base. */
    head.base = BYTES(1);
    crl = by_openssl(sign(call, &head, none));
    ck_assert_ptr_null(X509_CRL_get_REVOKED(crl));
    int critical = 0;
    ASN1_INTEGER *base = X509_CRL_get_ext_d2i(crl, NID_delta_crl, &critical, NULL);
    ck_assert_int_eq(critical, 1);
    ASN1_INTEGER_free(base);
    X509_CRL_free(crl);
}
END_TEST

START_TEST(reads_back)
{
    signet_call_t *call = fuzz_call();
    signet_crl_head_t head = head_of(call);
    const signet_crl_t *crl = NULL;
    signet_bytes_t der = sign(call, &head, many_entries(call, 300));
    ck_assert_int_eq(signet_crl_parse(call, der, &crl), SIGNET_OK);
    ck_assert_uint_eq(crl->entry_count, 300);
    ck_assert(signet_bytes_equal(crl->number, head.number));
    ck_assert(signet_bytes_equal(crl->key_id, head.key_id));
    ck_assert_int_eq(crl->next_update, head.next_update);
    const signet_crl_entry_t *entry = signet_crl_find(crl, BYTES(1, 0, 3));
    ck_assert_ptr_nonnull(entry);
    ck_assert_int_eq(entry->reason, SIGNET_REASON_KEY_COMPROMISE);
    ck_assert_int_eq(entry->invalid_since, NOW - 2 * DAY);
    ck_assert_ptr_null(signet_crl_find(crl, BYTES(9)));
    /* Cut anywhere it is none. */
    for (uint64_t length = 0; length < der.length; length++) {
        ck_assert_int_ne(signet_crl_parse(call, (signet_bytes_t){der.data, length}, &crl),
                         SIGNET_OK);
        call->services->clear(call);
    }
}
END_TEST

START_TEST(an_entry_twice_is_refused)
{
    signet_call_t *call = fuzz_call();
    signet_crl_head_t head = head_of(call);
    const signet_crl_t *crl = NULL;
    signet_buffer_t buffer = signet_buffer(call, 64);
    signet_crl_entry_t entry = {.serial = BYTES(5), .revoked_at = NOW};
    signet_crl_add_entry(&buffer, &entry);
    signet_crl_add_entry(&buffer, &entry);
    ck_assert_int_eq(
        signet_crl_parse(call, sign(call, &head, (signet_bytes_t){buffer.data, buffer.length}),
                         &crl),
        SIGNET_INVALID);
    ck_assert(failed_for(call, "crl.malformed"));
}
END_TEST

/* An issuer that is no name is nobody's list. */
START_TEST(an_issuer_must_be_a_name)
{
    static const uint8_t broken[] = {0x30, 0x04, 0x31, 0x02, 0x30, 0xcc};
    signet_call_t *call = fuzz_call();
    signet_crl_head_t head = head_of(call);
    const signet_crl_t *crl = NULL;
    head.issuer = (signet_bytes_t){broken, sizeof broken};
    ck_assert_int_eq(signet_crl_parse(call, sign(call, &head, none), &crl), SIGNET_INVALID);
}
END_TEST

START_TEST(numbers_count_up)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t next;
    uint8_t most[20];
    memset(most, 0xff, sizeof most);
    most[0] = 0x7f;
    ck_assert_int_eq(signet_crl_number_next(call, none, &next), SIGNET_OK);
    ck_assert(signet_bytes_equal(next, BYTES(1)));
    ck_assert_int_eq(signet_crl_number_next(call, BYTES(0xff), &next), SIGNET_OK);
    ck_assert(signet_bytes_equal(next, BYTES(1, 0)));
    ck_assert_int_eq(signet_crl_number_next(call, BYTES(1, 0xff, 0xff), &next), SIGNET_OK);
    ck_assert(signet_bytes_equal(next, BYTES(2, 0, 0)));
    ck_assert_int_eq(signet_crl_number_next(call, (signet_bytes_t){most, 20}, &next),
                     SIGNET_TOO_LARGE);
    ck_assert_int_lt(signet_crl_number_compare(BYTES(0xff), BYTES(1, 0)), 0);
    ck_assert_int_eq(signet_crl_number_compare(BYTES(0, 5), BYTES(5)), 0);
    ck_assert_int_gt(signet_crl_number_compare(BYTES(6), BYTES(0, 5)), 0);
}
END_TEST

START_TEST(a_head_must_be_whole)
{
    signet_call_t *call = fuzz_call();
    signet_crl_head_t head = head_of(call);
    signet_bytes_t tbs;
    head.next_update = head.this_update;
    ck_assert_int_eq(signet_crl_tbs(call, &head, none, &tbs), SIGNET_INVALID);
    call->services->clear(call);
    head = head_of(call);
    head.number = BYTES(0x80);
    ck_assert_int_eq(signet_crl_tbs(call, &head, none, &tbs), SIGNET_OK);
    head.number = none;
    ck_assert_int_eq(signet_crl_tbs(call, &head, none, &tbs), SIGNET_INVALID);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crl");
    TCase *test = tcase_create("crl");
    tcase_add_test(test, openssl_reads_what_is_written);
    tcase_add_test(test, reads_back);
    tcase_add_test(test, an_entry_twice_is_refused);
    tcase_add_test(test, an_issuer_must_be_a_name);
    tcase_add_test(test, numbers_count_up);
    tcase_add_test(test, a_head_must_be_whole);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
