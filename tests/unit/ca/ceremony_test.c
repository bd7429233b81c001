/* Ceremonies: sharing, lines, lists of revoked certificates. */
#include "arena.h"

#include "ceremony/line.h"
#include "ceremony/reading.h"
#include "ceremony/revoked.h"
#include "ceremony/share.h"
#include "ceremony/signer.h"

#include <check.h>
#include <openssl/rand.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH 32U

static int failed_for(signet_call_t *call, const char *reason)
{
    const signet_error_t *error = call->services->error(call);
    return error != NULL && signet_text_is(error->reason, reason);
}

/* A secret of 0x42, coefficients 0x99 and 0x0b: f(x) = 0x42 + 0x99 x + 0x0b x^2, by hand over
 * GF(2^8) with x^8 + x^4 + x^3 + x + 1. */
START_TEST(shares_are_points_of_the_polynomial)
{
    static const uint8_t secret[1] = {0x42};
    static const uint8_t coefficients[2] = {0x99, 0x0b};
    uint8_t shares[5];
    ca_share_split(secret, 1, coefficients, 3, 5, shares);
    ck_assert_uint_eq(shares[0], 0x42 ^ 0x99 ^ 0x0b);
    ck_assert_uint_eq(shares[1], 0x42 ^ 0x29 ^ 0x2c); /* 2 * 99 = 29, 4 * 0b = 2c */
    ck_assert_uint_eq(shares[2], 0x42 ^ 0xb0 ^ 0x27); /* 3 * 99 = b0, 5 * 0b = 27 */
}
END_TEST

/* Each subset of the right size rebuilds the secret; one share fewer does not. */
static void try_all(unsigned quorum, unsigned count)
{
    uint8_t secret[LENGTH];
    uint8_t coefficients[8 * LENGTH];
    uint8_t shares[8 * LENGTH];
    uint8_t rebuilt[LENGTH];
    ck_assert_int_eq(RAND_bytes(secret, LENGTH), 1);
    ck_assert_int_eq(RAND_bytes(coefficients, sizeof coefficients), 1);
    ca_share_split(secret, LENGTH, coefficients, quorum, count, shares);
    for (unsigned set = 1; set < 1U << count; set++) {
        const uint8_t *given[8];
        uint8_t points[8];
        unsigned used = 0;
        for (unsigned i = 0; i < count; i++) {
            if (set >> i & 1U) {
                given[used] = shares + (uint64_t)i * LENGTH;
                points[used++] = (uint8_t)(i + 1);
            }
        }
        ca_share_join(given, points, used, LENGTH, rebuilt);
        ck_assert_msg((memcmp(rebuilt, secret, LENGTH) == 0) == (used >= quorum),
                      "%u of %u with a quorum of %u", used, count, quorum);
    }
}

START_TEST(a_quorum_rebuilds_and_fewer_do_not)
{
    for (unsigned count = 2; count <= 8; count++) {
        for (unsigned quorum = 2; quorum <= count; quorum++)
            try_all(quorum, count);
    }
}
END_TEST

START_TEST(many_holders)
{
    static uint8_t shares[255 * LENGTH];
    static uint8_t coefficients[254 * LENGTH];
    const uint8_t *given[255];
    uint8_t points[255];
    uint8_t secret[LENGTH];
    uint8_t rebuilt[LENGTH];
    ck_assert_int_eq(RAND_bytes(secret, LENGTH), 1);
    ck_assert_int_eq(RAND_bytes(coefficients, sizeof coefficients), 1);
    ca_share_split(secret, LENGTH, coefficients, 255, 255, shares);
    for (unsigned i = 0; i < 255; i++) {
        given[i] = shares + (uint64_t)i * LENGTH;
        points[i] = (uint8_t)(i + 1);
    }
    ca_share_join(given, points, 255, LENGTH, rebuilt);
    ck_assert_mem_eq(rebuilt, secret, LENGTH);
}
END_TEST

/* Two lines, the second signed. */
static signet_text_t two_lines(signet_call_t *call, EVP_PKEY *key)
{
    static const uint8_t zeros[CA_LINE_DIGEST] = {0};
    signet_text_t texts[2] = {SIGNET_TEXT("one"), SIGNET_TEXT("tw\"o\n")};
    signet_text_t first;
    signet_text_t second;
    signet_bytes_t digest;
    ca_line_t line = ca_line_begin(call, 1, zeros, 1790000000000, "begin");
    ca_line_text(&line, "title", SIGNET_TEXT("a title with \"quotes\" and \xc3\xa9"));
    ca_line_number(&line, "quorum", 3);
    ca_line_texts(&line, "values", texts, 2);
    ck_assert_int_eq(ca_line_end(&line, &first), SIGNET_OK);
    ck_assert_int_eq(signet_sha256(call, signet_text_bytes(first), &digest), SIGNET_OK);
    line = ca_line_begin(call, 2, digest.data, 1790000000000, "confirmed");
    ck_assert_int_eq(ca_line_sign(call, &line, SIGNET_TEXT("alice"), key), SIGNET_OK);
    ck_assert_int_eq(ca_line_end(&line, &second), SIGNET_OK);
    return signet_format(call, "%.*s%.*s", SIGNET_FORMAT(first), SIGNET_FORMAT(second));
}

START_TEST(lines_read_back)
{
    signet_call_t *call = fuzz_call();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    signet_text_t text = two_lines(call, key);
    signet_text_t rest;
    ca_line_read_t line;
    signet_text_t first = signet_text_split(text, '\n', &rest);
    ck_assert_int_eq(ca_line_parse(call, first, 1, &line), SIGNET_OK);
    ck_assert(signet_text_is(line.type, "begin"));
    ck_assert_int_eq(ca_line_get_number(&line, "quorum"), 3);
    ck_assert_uint_eq(ca_line_get_texts(&line, "values")->count, 2);
    ck_assert_uint_eq(line.signature.length, 0);
    rest.length--;
    ck_assert_int_eq(ca_line_parse(call, rest, 2, &line), SIGNET_OK);
    ck_assert(signet_text_is(line.by, "alice"));
    ck_assert_uint_eq(line.signature.length, 64);
    EVP_PKEY_free(key);
}
END_TEST

/* The member that was changed is named. */
START_TEST(a_changed_member_is_named)
{
    signet_call_t *call = fuzz_call();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    signet_text_t text = two_lines(call, key);
    signet_text_t first = signet_text_split(text, '\n', &(signet_text_t){0});
    char *copy = strndup(first.data, first.length);
    char *at = strstr(copy, "a title");
    ca_line_read_t line;
    *at = 'b';
    ck_assert_int_eq(ca_line_parse(call, (signet_text_t){copy, first.length}, 1, &line),
                     SIGNET_INVALID);
    ck_assert(failed_for(call, "transcript.changed"));
    const signet_error_t *error = call->services->error(call);
    ck_assert_ptr_nonnull(memmem(error->message.data, error->message.length, "\"title\"", 7));
    free(copy);
    EVP_PKEY_free(key);
}
END_TEST

/* Any octet of any line, by any single bit. */
START_TEST(every_changed_bit_is_seen)
{
    signet_call_t *call = fuzz_call();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    signet_text_t text = two_lines(call, key);
    signet_text_t first = signet_text_split(text, '\n', &(signet_text_t){0});
    char *copy = strndup(first.data, first.length);
    ca_line_read_t line;
    for (uint64_t at = 0; at < first.length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            signet_call_t *child = fuzz_call();
            copy[at] = (char)(copy[at] ^ (1 << bit));
            ck_assert_int_ne(ca_line_parse(child, (signet_text_t){copy, first.length}, 1, &line),
                             SIGNET_OK);
            copy[at] = (char)(copy[at] ^ (1 << bit));
        }
    }
    free(copy);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(revoked_certificates_are_read)
{
    signet_call_t *call = fuzz_call();
    signet_crl_entry_t *entries = NULL;
    uint64_t count = 0;
    ck_assert_int_eq(
        ca_revoked_parse(call,
                         SIGNET_TEXT("# a comment\n\n00aabb 2026-01-01T00:00:00Z keyCompromise\n"
                                     "01:02 2026-01-02T00:00:00Z superseded 2025-12-01T00:00:00Z"),
                         &entries, &count),
        SIGNET_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(entries[0].serial.length, 2);
    ck_assert_int_eq(entries[0].reason, 1);
    ck_assert_int_eq(entries[1].reason, 4);
    ck_assert_int_lt(entries[1].invalid_since, entries[1].revoked_at);
}
END_TEST

START_TEST(malformed_lists_name_the_line)
{
    static const char *const bad[] = {"xx 2026-01-01T00:00:00Z keyCompromise",
                                      "aa yesterday keyCompromise",
                                      "aa 2026-01-01T00:00:00Z because",
                                      "aa 2026-01-01T00:00:00Z superseded x y",
                                      "aa 9999-01-01T00:00:00Z superseded",
                                      "00 2026-01-01T00:00:00Z superseded",
                                      "aa 2026-01-01T00:00:00Z",
                                      "aa"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        signet_call_t *call = fuzz_call();
        signet_crl_entry_t *entries = NULL;
        uint64_t count = 0;
        ck_assert_int_eq(ca_revoked_parse(call, signet_text(bad[i]), &entries, &count),
                         SIGNET_INVALID);
        const signet_error_t *error = call->services->error(call);
        ck_assert_ptr_nonnull(memmem(error->message.data, error->message.length, "line 1", 6));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ceremony");
    TCase *test = tcase_create("ceremony");
    tcase_set_timeout(test, 60);
    tcase_add_test(test, shares_are_points_of_the_polynomial);
    tcase_add_test(test, a_quorum_rebuilds_and_fewer_do_not);
    tcase_add_test(test, many_holders);
    tcase_add_test(test, lines_read_back);
    tcase_add_test(test, a_changed_member_is_named);
    tcase_add_test(test, every_changed_bit_is_seen);
    tcase_add_test(test, revoked_certificates_are_read);
    tcase_add_test(test, malformed_lists_name_the_line);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    fuzz_call_end();
    return failed != 0;
}
