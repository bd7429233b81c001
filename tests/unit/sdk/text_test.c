#include "sdk_test.h"

START_TEST(allocates)
{
    uint32_t *numbers = signet_alloc(call, 100, sizeof *numbers);
    ck_assert_ptr_nonnull(numbers);
    for (int i = 0; i < 100; i++) {
        ck_assert_uint_eq(numbers[i], 0);
    }
    ck_assert_ptr_nonnull(signet_alloc(call, 0, sizeof *numbers));
    ck_assert_ptr_null(signet_alloc(call, UINT64_MAX / 2, 4));
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
    signet_check_fail_alloc(check, 2);
    ck_assert_ptr_nonnull(signet_alloc(call, 1, 1));
    ck_assert_ptr_null(signet_alloc(call, 1, 1));
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
    ck_assert_ptr_nonnull(signet_alloc(call, 1, 1));
}
END_TEST

START_TEST(copies)
{
    char original[] = "abc";
    signet_text_t text = signet_text(original);
    ck_assert_uint_eq(text.length, 3);
    signet_text_t copy = signet_text_copy(call, text);
    signet_bytes_t bytes = signet_bytes_copy(call, signet_text_bytes(text));
    original[0] = 'x';
    expect_text(copy, "abc");
    ck_assert_int_eq(copy.data[3], 0);
    expect_text(signet_bytes_text(bytes), "abc");
    ck_assert_uint_eq(signet_text(NULL).length, 0);
    ck_assert_ptr_nonnull(signet_text_copy(call, signet_text(NULL)).data);
    ck_assert_str_eq(signet_text_string(call, (signet_text_t){"abcdef", 3}), "abc");
    ck_assert_ptr_null(signet_text_string(call, (signet_text_t){"a\0b", 3}));
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "text.nul");
    signet_check_fail_alloc(check, 1);
    copy = signet_text_copy(call, copy);
    ck_assert_ptr_null(copy.data);
    ck_assert_uint_eq(copy.length, 0);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
}
END_TEST

START_TEST(formats)
{
    expect_text(signet_format(call, "%s-%d", "a", 7), "a-7");
    expect_text(signet_format(call, "%s", ""), "");
    signet_check_fail_alloc(check, 1);
    ck_assert_ptr_null(signet_format(call, "%d", 1).data);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
}
END_TEST

START_TEST(compares)
{
    signet_text_t abc = signet_text("abc");
    ck_assert(signet_text_equal(abc, (signet_text_t){"abcd", 3}));
    ck_assert(!signet_text_equal(abc, signet_text("abd")));
    ck_assert(!signet_text_equal(abc, signet_text("ab")));
    ck_assert(signet_text_equal(signet_text(""), signet_text(NULL)));
    ck_assert(signet_text_is(abc, "abc"));
    ck_assert(!signet_text_is(abc, "abcd"));
    ck_assert(signet_text_equal_nocase(abc, signet_text("aBC")));
    ck_assert(!signet_text_equal_nocase(signet_text("[@"), signet_text("{`")));
    ck_assert(signet_text_starts(abc, "ab"));
    ck_assert(signet_text_starts(abc, ""));
    ck_assert(!signet_text_starts(abc, "abcd"));
    ck_assert(signet_text_ends(abc, "bc"));
    ck_assert(!signet_text_ends(abc, "ab"));
    ck_assert(!signet_text_ends(abc, "xabc"));
    ck_assert_int_eq(signet_text_compare(abc, signet_text("abd")), -1);
    ck_assert_int_eq(signet_text_compare(abc, signet_text("ab")), 1);
    ck_assert_int_eq(signet_text_compare(signet_text("\xff"), abc), 1);
    ck_assert_int_eq(signet_text_compare(abc, abc), 0);
    signet_bytes_t bytes = signet_text_bytes(abc);
    ck_assert(signet_bytes_equal(bytes, signet_text_bytes(signet_text("abc"))));
    ck_assert(!signet_bytes_equal(bytes, signet_text_bytes(signet_text("abx"))));
    ck_assert(signet_bytes_equal_secret(bytes, signet_text_bytes(signet_text("abc"))));
    ck_assert(!signet_bytes_equal_secret(bytes, signet_text_bytes(signet_text("abx"))));
    ck_assert(!signet_bytes_equal_secret(bytes, signet_text_bytes(signet_text("abcd"))));
    ck_assert(signet_bytes_equal_secret((signet_bytes_t){NULL, 0}, (signet_bytes_t){NULL, 0}));
}
END_TEST

START_TEST(splits)
{
    signet_text_t rest;
    expect_text(signet_text_split(signet_text("a=b=c"), '=', &rest), "a");
    expect_text(rest, "b=c");
    expect_text(signet_text_split(rest, '/', &rest), "b=c");
    ck_assert_uint_eq(rest.length, 0);
    expect_text(signet_text_split(signet_text("=x"), '=', &rest), "");
    expect_text(rest, "x");
}
END_TEST

START_TEST(validates_utf8)
{
    static const char *const good[] = {"",
                                       "plain",
                                       "gr\xc3\xbc\xc3\x9f",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",     /* a continuation alone */
        "\xc3",     /* cut off */
        "\xc3(",    /* something else instead of a continuation */
        "\xc0\xaf", /* overlong */
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* a surrogate */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "a\xe2\x82",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(signet_text_valid(signet_text(good[i])), "good %zu", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!signet_text_valid(signet_text(bad[i])), "bad %zu", i);
    }
    ck_assert(!signet_text_valid((signet_text_t){"a\0", 2}));
}
END_TEST

START_TEST(validates_at_every_place)
{
    for (unsigned place = 0; place < 18; place++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            char text[] = "abcdefghijklmnopqrs";
            text[place] = (char)octet;
            int valid = signet_text_valid((signet_text_t){text, 19});
            ck_assert_msg(valid == (octet > 0 && octet < 0x80), "%u at %u", octet, place);
        }
        char text[] = "abcdefghijklmnopqrs";
        text[place] = '\xc3';
        text[place + 1] = '\xbc';
        ck_assert(signet_text_valid((signet_text_t){text, 19}));
    }
}
END_TEST

START_TEST(matches_patterns)
{
    static const struct {
        const char *text;
        const char *pattern;
        int matches;
    } cases[] = {
        {"abc", "abc", 1},     {"abc", "*", 1},
        {"", "*", 1},          {"", "", 1},
        {"abc", "", 0},        {"abc", "a*c", 1},
        {"abc", "a*d", 0},     {"abc", "*b*", 1},
        {"a.dev.b", "*.b", 1}, {"aab", "*ab", 1},
        {"abab", "*ab", 1},    {"abc", "abc*", 1},
        {"abc", "abcd", 0},    {"mississippi", "*iss*ppi", 1},
        {"ab", "a*b*c", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(signet_text_matches(signet_text(cases[i].text),
                                          signet_text(cases[i].pattern)) == cases[i].matches,
                      "%s against %s", cases[i].text, cases[i].pattern);
    }
}
END_TEST

START_TEST(wipes)
{
    char secret[] = "secret";
    signet_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++) {
        ck_assert_int_eq(secret[i], 0);
    }
    signet_wipe(NULL, 0);
}
END_TEST

START_TEST(buffers_grow)
{
    signet_buffer_t buffer = signet_buffer(call, 0);
    for (int i = 0; i < 1000; i++) {
        signet_buffer_add_byte(&buffer, 'a');
        signet_buffer_add_string(&buffer, "bc");
        signet_buffer_add_text(&buffer, SIGNET_TEXT("d"));
        signet_buffer_add(&buffer, "ef", 2);
        signet_buffer_format(&buffer, "%d", 1);
    }
    signet_text_t text;
    ck_assert_int_eq(signet_buffer_text(&buffer, &text), SIGNET_OK);
    ck_assert_uint_eq(text.length, 7000);
    for (uint64_t i = 0; i < text.length; i += 7) {
        ck_assert_mem_eq(text.data + i, "abcdef1", 7);
    }
}
END_TEST

START_TEST(buffers_remember_failure)
{
    signet_buffer_t buffer = signet_buffer(call, 4);
    signet_buffer_add(&buffer, "abcd", 4);
    signet_check_fail_alloc(check, 1);
    signet_buffer_add_byte(&buffer, 'e');
    ck_assert_int_eq(buffer.failed, 1);
    signet_buffer_add_string(&buffer, "f");
    signet_bytes_t bytes = {(const uint8_t *)"x", 1};
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &bytes), SIGNET_NO_MEMORY);
    ck_assert_uint_eq(bytes.length, 0);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
    buffer = signet_buffer(call, 0);
    signet_buffer_add(&buffer, "", 0);
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &bytes), SIGNET_OK);
    ck_assert_uint_eq(bytes.length, 0);
    signet_check_fail_alloc(check, 1);
    buffer = signet_buffer(call, 16);
    ck_assert_int_eq(buffer.failed, 1);
    expect_error(SIGNET_NO_MEMORY, SIGNET_NO_MEMORY, "memory.exhausted");
}
END_TEST

SDK_RUN("sdk-text", allocates, copies, formats, compares, splits, validates_utf8,
        validates_at_every_place, matches_patterns, wipes, buffers_grow, buffers_remember_failure)
