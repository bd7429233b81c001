/* The DER reader and writer, object identifiers and times. */
#include "cost.h"
#include "run.h"

#include <signet/sdk/der.h>
#include <stdlib.h>
#include <string.h>

/* Whether the octets are one value, all of them. */
#define READER(name, type)                                                                         \
    static int reads_##name(signet_bytes_t bytes, type *value)                                     \
    {                                                                                              \
        signet_der_t der = signet_der(bytes);                                                      \
        return signet_der_##name(&der, value) == 0 && signet_der_empty(&der);                      \
    }
READER(integer, int64_t)
READER(unsigned, signet_bytes_t)
READER(boolean, int)
READER(bits, signet_bytes_t)
READER(time, int64_t)
READER(oid, signet_bytes_t)

static int next_item(signet_bytes_t bytes)
{
    signet_der_t der = signet_der(bytes);
    signet_der_item_t item;
    return signet_der_next(&der, &item);
}

START_TEST(items)
{
    signet_der_t der = signet_der(BYTES(0x30, 0x03, 0x02, 0x01, 0x05, 0x04, 0x00));
    signet_der_t inside;
    signet_der_item_t item;
    int64_t value = 0;
    ck_assert_int_eq(signet_der_peek(&der), 0x30);
    ck_assert_int_ne(signet_der_expect(&der, SIGNET_DER_SET, &item), 0);
    ck_assert_int_eq(signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside), 0);
    ck_assert_int_eq(signet_der_integer(&inside, &value), 0);
    ck_assert_int_eq(value, 5);
    ck_assert(signet_der_empty(&inside));
    ck_assert_int_eq(signet_der_expect(&der, SIGNET_DER_OCTET_STRING, &item), 0);
    ck_assert_uint_eq(item.content.length, 0);
    ck_assert_uint_eq(item.whole.length, 2);
    ck_assert(signet_der_empty(&der));
    ck_assert_int_eq(signet_der_peek(&der), -1);
    ck_assert_int_ne(signet_der_next(&der, &item), 0);
}
END_TEST

START_TEST(lengths_are_definite_and_short)
{
    uint8_t long_form[4 + 256] = {0x04, 0x82, 0x01, 0x00};
    ck_assert_int_eq(next_item((signet_bytes_t){long_form, sizeof(long_form)}), 0);
    ck_assert_int_ne(next_item((signet_bytes_t){long_form, sizeof(long_form) - 1}), 0);
    ck_assert_int_ne(next_item(BYTES(0x04)), 0);
    ck_assert_int_ne(next_item(BYTES(0x04, 0x80, 0x00, 0x00)), 0);       /* indefinite */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x81, 0x01, 0x00)), 0);       /* not short */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x82, 0x00, 0x01, 0x00)), 0); /* leading zero */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x83, 0x01, 0x00)), 0);       /* cut off */
    ck_assert_int_ne(next_item(BYTES(0x04, 0xff)), 0);                   /* reserved */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
                     0);                                                          /* 2^64 - 1 */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0)), 0); /* 2^64 */
    ck_assert_int_ne(next_item(BYTES(0x04, 0x84, 0xff, 0xff, 0xff, 0xff)), 0);
    ck_assert_int_ne(next_item(BYTES(0x00, 0x00)), 0);       /* end of contents */
    ck_assert_int_ne(next_item(BYTES(0x1f, 0x01, 0x00)), 0); /* high tag */
}
END_TEST

START_TEST(integers)
{
    int64_t value = -1;
    signet_bytes_t magnitude;
    ck_assert(reads_integer(BYTES(2, 1, 0), &value) && value == 0);
    ck_assert(reads_integer(BYTES(2, 2, 0, 0x80), &value) && value == 128);
    ck_assert(reads_integer(BYTES(2, 8, 0x7f, 255, 255, 255, 255, 255, 255, 255), &value) &&
              value == INT64_MAX);
    ck_assert(!reads_integer(BYTES(2, 0), &value));
    ck_assert(!reads_integer(BYTES(2, 1, 0x80), &value));
    ck_assert(!reads_integer(BYTES(2, 2, 0, 1), &value));
    ck_assert(!reads_integer(BYTES(2, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255), &value));
    ck_assert(reads_unsigned(BYTES(2, 2, 0, 0x80), &magnitude) && magnitude.length == 1 &&
              magnitude.data[0] == 0x80);
    ck_assert(!reads_unsigned(BYTES(2, 1, 0), &magnitude));
    ck_assert(!reads_unsigned(BYTES(2, 1, 0xff), &magnitude));
}
END_TEST

START_TEST(booleans_and_bits)
{
    int flag = -1;
    signet_bytes_t octets;
    ck_assert(reads_boolean(BYTES(1, 1, 0xff), &flag) && flag == 1);
    ck_assert(reads_boolean(BYTES(1, 1, 0x00), &flag) && flag == 0);
    ck_assert(!reads_boolean(BYTES(1, 1, 0x01), &flag));
    ck_assert(!reads_boolean(BYTES(1, 2, 0xff, 0xff), &flag));
    ck_assert(reads_bits(BYTES(3, 2, 0, 7), &octets) && octets.length == 1);
    ck_assert(!reads_bits(BYTES(3, 2, 1, 6), &octets));
    ck_assert(!reads_bits(BYTES(3, 0), &octets));
}
END_TEST

START_TEST(times_are_read_and_written)
{
    static const struct {
        const char *text;
        uint8_t tag;
        int64_t seconds; /* -1: refused */
    } cases[] = {
        {"700101000000Z", 0x17, 0},
        {"491231235959Z", 0x17, INT64_C(2524607999)},
        {"500101000000Z", 0x17, INT64_C(-631152000)},
        {"20500101000000Z", 0x18, INT64_C(2524608000)},
        {"20520229120000Z", 0x18, INT64_C(2592820800)},
        {"99991231235959Z", 0x18, INT64_C(253402300799)},
        {"20230229120000Z", 0x18, -1},
        {"19000229000000Z", 0x18, -1},
        {"00000101000000Z", 0x18, -1},
        {"240101000060Z", 0x17, -1},
        {"240101002400Z", 0x17, INT64_C(1704068640)},
        {"240101240000Z", 0x17, -1},
        {"241301000000Z", 0x17, -1},
        {"240100000000Z", 0x17, -1},
        {"2401010000Z", 0x17, -1},
        {"240101000000+0100", 0x17, -1},
        {"20240101000000.5Z", 0x18, -1},
        {"2401010000:0Z", 0x17, -1},
        {"240101000000z", 0x17, -1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t tlv[32] = {cases[i].tag, (uint8_t)strlen(cases[i].text)};
        memcpy(tlv + 2, cases[i].text, tlv[1]);
        signet_bytes_t bytes = {tlv, 2U + tlv[1]};
        int64_t time = -1;
        int read = reads_time(bytes, &time);
        ck_assert_msg(read == (cases[i].seconds != -1), "%s", cases[i].text);
        if (!read) {
            continue;
        }
        ck_assert_int_eq(time, cases[i].seconds * 1000);
        signet_buffer_t buffer = signet_buffer(fuzz_call(), 0);
        signet_der_add_time(&buffer, time + 999);
        ck_assert_msg(signet_bytes_equal((signet_bytes_t){buffer.data, buffer.length}, bytes), "%s",
                      cases[i].text);
    }
}
END_TEST

START_TEST(times_out_of_range_are_not_written)
{
    const int64_t times[] = {INT64_C(253402300800000), INT64_MAX, INT64_MIN,
                             INT64_C(-62135596800001)};
    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_buffer_t buffer = signet_buffer(call, 0);
        signet_der_add_time(&buffer, times[i]);
        ck_assert(buffer.failed);
        ck_assert(failed_for(call, "time.out-of-range"));
    }
}
END_TEST

START_TEST(writing)
{
    signet_buffer_t buffer = signet_buffer(fuzz_call(), 0);
    uint64_t outer = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_boolean(&buffer, 1);
    signet_der_add_integer(&buffer, 0);
    signet_der_add_integer(&buffer, 128);
    signet_der_add_integer(&buffer, -128);
    signet_der_add_integer(&buffer, -129);
    signet_der_add_unsigned(&buffer, BYTES(0, 0, 0x80));
    signet_der_add_unsigned(&buffer, BYTES(0, 0));
    signet_der_add_bits(&buffer, BYTES(0xaa));
    signet_der_add_named_bits(&buffer, SIGNET_KEY_USAGE_DIGITAL_SIGNATURE);
    signet_der_add_named_bits(&buffer, SIGNET_KEY_USAGE_KEY_CERT_SIGN | SIGNET_KEY_USAGE_CRL_SIGN);
    signet_der_add_named_bits(&buffer, SIGNET_KEY_USAGE_DECIPHER_ONLY);
    signet_der_add_named_bits(&buffer, 0);
    signet_der_add_oid(&buffer, BYTES(0x55, 0x1d, 0x11));
    signet_der_end(&buffer, outer);
    signet_bytes_t expected =
        BYTES(0x30, 0x34, 1, 1, 0xff, 2, 1, 0, 2, 2, 0, 0x80, 2, 1, 0x80, 2, 2, 0xff, 0x7f, 2, 2, 0,
              0x80, 2, 1, 0, 3, 2, 0, 0xaa, 3, 2, 7, 0x80, 3, 2, 1, 0x06, 3, 3, 7, 0, 0x80, 3, 1, 0,
              6, 3, 0x55, 0x1d, 0x11);
    signet_bytes_t written = {buffer.data, buffer.length};
    ck_assert_uint_eq(written.length, written.data[1] + 2U);
    ck_assert_uint_eq(written.length, expected.length);
    ck_assert(memcmp(written.data + 2, expected.data + 2, expected.length - 2) == 0);
}
END_TEST

START_TEST(long_contents_are_written)
{
    static const uint64_t lengths[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 100000};
    static const unsigned headers[] = {2, 2, 2, 3, 3, 4, 4, 5, 5};
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        signet_buffer_t buffer = signet_buffer(fuzz_call(), 0);
        uint8_t *content = malloc(lengths[i] + 1);
        ck_assert_ptr_nonnull(content);
        memset(content, 0x5a, lengths[i] + 1);
        signet_buffer_add_byte(&buffer, 0x77);
        uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_OCTET_STRING);
        signet_buffer_add(&buffer, content, lengths[i]);
        signet_der_end(&buffer, mark);
        signet_der_t der = signet_der((signet_bytes_t){buffer.data + 1, buffer.length - 1});
        signet_der_item_t item;
        ck_assert_uint_eq(buffer.length, 1 + headers[i] + lengths[i]);
        ck_assert_uint_eq(buffer.data[0], 0x77);
        ck_assert_int_eq(signet_der_expect(&der, SIGNET_DER_OCTET_STRING, &item), 0);
        ck_assert(signet_bytes_equal(item.content, (signet_bytes_t){content, lengths[i]}));
        free(content);
    }
}
END_TEST

START_TEST(object_identifiers)
{
    static const char *const texts[] = {"2.5.29.17",
                                        "0.0",
                                        "1.39",
                                        "2.100.3",
                                        "2.999",
                                        "2.47",
                                        "1.3.6.1.4.1.311.2.1.14",
                                        "2.25.9223372036854775807",
                                        "0.39.1"};
    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_bytes_t oid;
        ck_assert_int_eq(signet_oid_parse(call, signet_text(texts[i]), &oid), SIGNET_OK);
        ck_assert(signet_text_is(signet_oid_text(call, oid), texts[i]));
        signet_buffer_t buffer = signet_buffer(call, 0);
        signet_der_add_oid(&buffer, oid);
        signet_bytes_t again;
        ck_assert(reads_oid(((signet_bytes_t){buffer.data, buffer.length}), &again));
    }
    static const char *const wrong[] = {"",
                                        "1",
                                        "3.1",
                                        "1.40",
                                        "1..2",
                                        "1.2.",
                                        ".1",
                                        "01.2",
                                        "1.02",
                                        "1.2.a",
                                        "2.25.9223372036854775808",
                                        "1.2 "};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_bytes_t oid;
        ck_assert_msg(signet_oid_parse(call, signet_text(wrong[i]), &oid) == SIGNET_INVALID, "%s",
                      wrong[i]);
        ck_assert(failed_for(call, "oid.malformed"));
    }
}
END_TEST

/* Case 65: an arc of 2^63 and up, and OIDs of many octets, cost nothing and are refused. */
START_TEST(giant_arcs)
{
    static uint8_t tlv[1 + 4 + 60000] = {0x06, 0x83, 0x00, 0xea, 0x60};
    signet_bytes_t oid;
    ck_assert(
        reads_oid(BYTES(6, 10, 0x69, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), &oid));
    ck_assert(!reads_oid(
        BYTES(6, 11, 0x69, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00), &oid));
    ck_assert(!reads_oid(BYTES(6, 0), &oid));
    ck_assert(!reads_oid(BYTES(6, 2, 0x55, 0x80), &oid));
    ck_assert(!reads_oid(BYTES(6, 3, 0x55, 0x80, 0x01), &oid));
    memset(tlv + 5, 0x81, 60000);
    tlv[sizeof(tlv) - 1] = 0x01;
    tlv[1] = 0x82;
    tlv[2] = 0xea;
    tlv[3] = 0x60;
    memmove(tlv + 4, tlv + 5, 60000);
    COST_AT_MOST_MS(10, ck_assert(!reads_oid(((signet_bytes_t){tlv, 60004}), &oid)));
}
END_TEST

/* Case 64: the reader does not descend by itself, and refuses what is not definite. */
START_TEST(deep_nesting)
{
    static uint8_t nested[10000 * 5];
    uint64_t length = 0;
    for (int i = 0; i < 10000; i++) {
        /* From the inside out; lengths are put in their shortest form. */
        unsigned header = length < 128 ? 2 : length < 256 ? 3 : length < 65536 ? 4 : 5;
        uint8_t *at = nested + sizeof(nested) - length - header;
        at[0] = 0x30;
        if (header == 2) {
            at[1] = (uint8_t)length;
        } else {
            at[1] = (uint8_t)(0x80 + header - 2);
            for (unsigned j = 2; j < header; j++) {
                at[j] = (uint8_t)(length >> (8 * (header - 1 - j)));
            }
        }
        length += header;
    }
    signet_der_t der = signet_der((signet_bytes_t){nested + sizeof(nested) - length, length});
    int depth = 0;
    COST_AT_MOST_MS(10, while (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &der) == 0) depth++);
    ck_assert_int_eq(depth, 10000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("der");
    TCase *test = tcase_create("der");
    tcase_add_test(test, items);
    tcase_add_test(test, lengths_are_definite_and_short);
    tcase_add_test(test, integers);
    tcase_add_test(test, booleans_and_bits);
    tcase_add_test(test, times_are_read_and_written);
    tcase_add_test(test, times_out_of_range_are_not_written);
    tcase_add_test(test, writing);
    tcase_add_test(test, long_contents_are_written);
    tcase_add_test(test, object_identifiers);
    tcase_add_test(test, giant_arcs);
    tcase_add_test(test, deep_nesting);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
