#include "sdk_test.h"

#include <signet/sdk/encode.h>

static signet_bytes_t bytes_of(const char *string)
{
    return signet_text_bytes(signet_text(string));
}

START_TEST(writes_hex)
{
    expect_text(signet_hex(call, (signet_bytes_t){(const uint8_t *)"\x00\x1f\xff", 3}), "001fff");
    expect_text(signet_hex(call, (signet_bytes_t){NULL, 0}), "");
}
END_TEST

START_TEST(reads_hex)
{
    signet_bytes_t bytes;
    static const char *const good[] = {"01abff", "01ABFF", "01:ab:ff"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_int_eq(signet_hex_decode(call, signet_text(good[i]), &bytes), SIGNET_OK);
        ck_assert_uint_eq(bytes.length, 3);
        ck_assert_mem_eq(bytes.data, "\x01\xab\xff", 3);
    }
    ck_assert_int_eq(signet_hex_decode(call, signet_text(""), &bytes), SIGNET_OK);
    ck_assert_uint_eq(bytes.length, 0);
    static const char *const bad[] = {"1",      "123",     "0g",     "01:", ":01", "01:2",
                                      "01:203", "01ab:cd", "01::02", "0 1", "01 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_error(signet_hex_decode(call, signet_text(bad[i]), &bytes), SIGNET_INVALID,
                     "hex.malformed");
    }
}
END_TEST

START_TEST(knows_base64)
{
    /* RFC 4648, 10. */
    static const struct {
        const char *plain;
        const char *encoded;
        const char *url;
    } vectors[] = {{"", "", ""},
                   {"f", "Zg==", "Zg"},
                   {"fo", "Zm8=", "Zm8"},
                   {"foo", "Zm9v", "Zm9v"},
                   {"foob", "Zm9vYg==", "Zm9vYg"},
                   {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                   {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                   {"\xfb\xff\xfe", "+//+", "-__-"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        signet_bytes_t bytes;
        expect_text(signet_base64(call, bytes_of(vectors[i].plain)), vectors[i].encoded);
        expect_text(signet_base64url(call, bytes_of(vectors[i].plain)), vectors[i].url);
        ck_assert_int_eq(signet_base64_decode(call, signet_text(vectors[i].encoded), &bytes),
                         SIGNET_OK);
        expect_text(signet_bytes_text(bytes), vectors[i].plain);
        ck_assert_int_eq(signet_base64url_decode(call, signet_text(vectors[i].url), &bytes),
                         SIGNET_OK);
        expect_text(signet_bytes_text(bytes), vectors[i].plain);
    }
}
END_TEST

START_TEST(round_trips_every_length)
{
    uint8_t octets[300];
    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] = (uint8_t)(i * 151 + 7);
    }
    for (uint64_t length = 0; length <= sizeof octets; length++) {
        signet_bytes_t in = {octets, length};
        signet_bytes_t out;
        ck_assert_int_eq(signet_base64_decode(call, signet_base64(call, in), &out), SIGNET_OK);
        ck_assert(signet_bytes_equal(in, out));
        ck_assert_int_eq(signet_base64url_decode(call, signet_base64url(call, in), &out),
                         SIGNET_OK);
        ck_assert(signet_bytes_equal(in, out));
        ck_assert_int_eq(signet_hex_decode(call, signet_hex(call, in), &out), SIGNET_OK);
        ck_assert(signet_bytes_equal(in, out));
    }
}
END_TEST

START_TEST(refuses_lax_base64)
{
    signet_bytes_t bytes;
    ck_assert_int_eq(signet_base64_decode(call, signet_text("Zm9v\r\n Ym\tFy\n"), &bytes),
                     SIGNET_OK);
    expect_text(signet_bytes_text(bytes), "foobar");
    static const char *const bad[] = {"Z",        "Zg",   "Zg=",    "Zg===",    "Zm8",
                                      "Zm9v=",    "Zh==", "Zm9=",   "Z-==",     "=Zg=",
                                      "Zg==Zg==", "====", "Zm9v\v", "Zm9v\x80", "Z==="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_error(signet_base64_decode(call, signet_text(bad[i]), &bytes), SIGNET_INVALID,
                     "base64.malformed");
    }
    static const char *const bad_url[] = {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm9v ", "Zm9v\n"};
    for (size_t i = 0; i < sizeof bad_url / sizeof *bad_url; i++) {
        expect_error(signet_base64url_decode(call, signet_text(bad_url[i]), &bytes), SIGNET_INVALID,
                     "base64.malformed");
    }
}
END_TEST

START_TEST(writes_pem)
{
    uint8_t der[50];
    memset(der, 0, sizeof der);
    expect_text(signet_pem(call, "CERTIFICATE", (signet_bytes_t){der, 48}),
                "-----BEGIN CERTIFICATE-----\n"
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                "-----END CERTIFICATE-----\n");
    expect_text(signet_pem(call, "X", (signet_bytes_t){der, 50}),
                "-----BEGIN X-----\n"
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAA=\n"
                "-----END X-----\n");
}
END_TEST

START_TEST(reads_pem)
{
    signet_bytes_t der;
    signet_text_t rest;
    static const char text[] = "Bag Attributes\n  name: -----BEGIN A-----x\n"
                               "-----BEGIN B-----\nAAAA\n-----END B-----\n"
                               "-----BEGIN A-----\r\nZm9v\r\nYmFy \r\n-----END A-----\r\n"
                               "-----BEGIN A-----\nZm9v\n-----END A-----";
    ck_assert_int_eq(signet_pem_decode(call, signet_text(text), "A", &der, &rest), SIGNET_OK);
    expect_text(signet_bytes_text(der), "foobar");
    ck_assert_int_eq(signet_pem_decode(call, rest, "A", &der, &rest), SIGNET_OK);
    expect_text(signet_bytes_text(der), "foo");
    expect_error(signet_pem_decode(call, rest, "A", &der, NULL), SIGNET_NOT_FOUND, "pem.missing");
    expect_error(signet_pem_decode(call, signet_text(text), "C", &der, NULL), SIGNET_NOT_FOUND,
                 "pem.missing");
}
END_TEST

START_TEST(refuses_lax_pem)
{
    static const char *const bad[] = {
        "-----BEGIN A-----\nZm9v\n",
        "-----BEGIN A-----\nZm9v\n-----END B-----\n",
        "-----BEGIN A-----\n-----END A-----\n",
        "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END A-----\n",
        "-----BEGIN A-----\nZm9v\n-----BEGIN A-----\nZm9v\n-----END A-----\n",
        "-----BEGIN A-----\nZm9\n-----END A-----\n",
        "-----BEGIN A-----\nZm9v\n -----END A-----\n",
    };
    signet_bytes_t der;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_error(signet_pem_decode(call, signet_text(bad[i]), "A", &der, NULL), SIGNET_INVALID,
                     "pem.malformed");
    }
    expect_error(signet_pem_decode(call, signet_text("x-----BEGIN A-----\nZm9v\n-----END A-----"),
                                   "A", &der, NULL),
                 SIGNET_NOT_FOUND, "pem.missing");
}
END_TEST

START_TEST(survives_exhaustion)
{
    signet_bytes_t der = bytes_of("some octets");
    signet_text_t pem = signet_pem(call, "A", der);
    for (uint64_t nth = 1;; nth++) {
        signet_check_fail_alloc(check, nth);
        signet_bytes_t back = {NULL, 0};
        int32_t status = signet_pem_decode(call, pem, "A", &back, NULL);
        if (status == SIGNET_OK) {
            ck_assert_uint_gt(nth, 1);
            break;
        }
        expect_error(status, SIGNET_NO_MEMORY, "memory.exhausted");
    }
    signet_check_fail_alloc(check, 1);
    ck_assert_ptr_null(signet_pem(call, "A", der).data);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
    signet_check_fail_alloc(check, 1);
    ck_assert_ptr_null(signet_hex(call, der).data);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
}
END_TEST

SDK_RUN("sdk-encode", writes_hex, reads_hex, knows_base64, round_trips_every_length,
        refuses_lax_base64, writes_pem, reads_pem, refuses_lax_pem, survives_exhaustion)
