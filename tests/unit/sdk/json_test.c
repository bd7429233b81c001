#include "sdk_test.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/json.h>

static int32_t parse(const char *text, const signet_json_t **value)
{
    return signet_json_parse(call, signet_text_bytes(signet_text(text)), 65536, value);
}

START_TEST(reads_every_kind)
{
    const signet_json_t *value = NULL;
    ck_assert_int_eq(parse(" {\"n\":null,\"b\":true,\"f\":false,\"i\":-9223372036854775808,"
                           "\"r\":1.5,\"t\":\"a\\u00fc\\n\\ud83d\\ude00\",\"a\":[1,[],{}],"
                           "\"o\":{\"x\":1}} ",
                           &value),
                     SIGNET_OK);
    ck_assert_int_eq(value->kind, SIGNET_JSON_OBJECT);
    ck_assert_uint_eq(value->count, 8);
    expect_text(value->items[0].name, "n");
    ck_assert_int_eq(signet_json_get(value, "n")->kind, SIGNET_JSON_NULL);
    ck_assert_int_eq(signet_json_get(value, "b")->kind, SIGNET_JSON_BOOLEAN);
    ck_assert_int_eq(signet_json_get(value, "b")->integer, 1);
    ck_assert_int_eq(signet_json_get(value, "f")->integer, 0);
    ck_assert_int_eq(signet_json_get(value, "i")->integer, INT64_MIN);
    ck_assert(signet_json_get(value, "r")->kind == SIGNET_JSON_REAL);
    ck_assert(signet_json_get(value, "r")->real == 1.5);
    expect_text(signet_json_get(value, "t")->text, "a\xc3\xbc\n\xf0\x9f\x98\x80");
    const signet_json_t *array = signet_json_get(value, "a");
    ck_assert_int_eq(array->kind, SIGNET_JSON_ARRAY);
    ck_assert_uint_eq(array->count, 3);
    ck_assert_int_eq(array->items[0].integer, 1);
    ck_assert_int_eq(array->items[1].kind, SIGNET_JSON_ARRAY);
    ck_assert_int_eq(array->items[2].kind, SIGNET_JSON_OBJECT);
    ck_assert_ptr_nonnull(signet_json_get(signet_json_get(value, "o"), "x"));
    ck_assert_ptr_null(signet_json_get(value, "missing"));
    ck_assert_ptr_null(signet_json_get(array, "n"));
    ck_assert_ptr_null(signet_json_get(NULL, "n"));
    ck_assert_int_eq(parse("7", &value), SIGNET_OK);
    ck_assert_int_eq(value->integer, 7);
}
END_TEST

START_TEST(reads_members)
{
    const signet_json_t *value = NULL;
    signet_text_t text = SIGNET_TEXT("unset");
    int64_t integer = 5;
    ck_assert_int_eq(parse("{\"t\":\"x\",\"i\":3,\"n\":null}", &value), SIGNET_OK);
    ck_assert_int_eq(signet_json_get_text(call, value, "t", &text), SIGNET_OK);
    expect_text(text, "x");
    ck_assert_int_eq(signet_json_get_text(call, value, "missing", &text), SIGNET_OK);
    expect_text(text, "");
    ck_assert_int_eq(signet_json_get_integer(call, value, "missing", &integer), SIGNET_OK);
    ck_assert_int_eq(integer, 5);
    ck_assert_int_eq(signet_json_get_integer(call, value, "i", &integer), SIGNET_OK);
    ck_assert_int_eq(integer, 3);
    ck_assert_int_eq(signet_json_get_text(call, value, "i", &text), SIGNET_INVALID);
    expect_text(call->services->error(call)->field, "i");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "json.wrong-type");
    expect_error(signet_json_get_text(call, value, "n", &text), SIGNET_INVALID, "json.wrong-type");
    expect_error(signet_json_get_integer(call, value, "t", &integer), SIGNET_INVALID,
                 "json.wrong-type");
}
END_TEST

START_TEST(permits_only_known_members)
{
    static const char *const names[] = {"a", "b"};
    const signet_json_t *value = NULL;
    ck_assert_int_eq(parse("{\"a\":1}", &value), SIGNET_OK);
    ck_assert_int_eq(signet_json_only(call, value, names, 2), SIGNET_OK);
    ck_assert_int_eq(parse("{\"a\":1,\"c\":2}", &value), SIGNET_OK);
    ck_assert_int_eq(signet_json_only(call, value, names, 2), SIGNET_INVALID);
    expect_text(call->services->error(call)->field, "c");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "json.unknown-member");
    ck_assert_int_eq(parse("[1]", &value), SIGNET_OK);
    expect_error(signet_json_only(call, value, names, 2), SIGNET_INVALID, "json.wrong-type");
}
END_TEST

START_TEST(names_line_and_column)
{
    const signet_json_t *value = NULL;
    ck_assert_int_eq(parse("{\n  \"a\": 1,\n  \"b\": tru\n}", &value), SIGNET_INVALID);
    expect_message("line 3, column 8");
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "json.malformed");
    ck_assert_int_eq(parse("{\"secret\": \"hunter2\" x}", &value), SIGNET_INVALID);
    ck_assert_ptr_null(
        strstr(signet_text_string(call, call->services->error(call)->message), "hunter2"));
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "json.malformed");
    static const char *const bad[] = {"",      " ",       "{",     "[1,]",   "{\"a\"}",
                                      "{} {}", "nul",     "[1 2]", "'a'",    "{a:1}",
                                      "01",    "+1",      "\"a",   "\"\n\"", "\xef\xbb\xbf{}",
                                      ":::",   "\"\\x\"", "[1]]",  "\"a\\",  "// x\n1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_error(parse(bad[i], &value), SIGNET_INVALID, "json.malformed");
    }
    expect_error(signet_json_parse(call, (signet_bytes_t){(const uint8_t *)"[1]\0", 4}, 9, &value),
                 SIGNET_INVALID, "json.malformed");
}
END_TEST

/* A text of which some octets lie before, in and behind a run of eight. */
static void expect_unescaped(const char *escape, const char *character)
{
    for (int place = 0; place < 19; place++) {
        const signet_json_t *value = NULL;
        signet_text_t text = signet_format(call, "\"%.*s%s%.*s\"", place, "abcdefghijklmnopqrs",
                                           escape, 19 - place, "ABCDEFGHIJKLMNOPQRS");
        signet_text_t wanted = signet_format(call, "%.*s%s%.*s", place, "abcdefghijklmnopqrs",
                                             character, 19 - place, "ABCDEFGHIJKLMNOPQRS");
        ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 1000, &value), SIGNET_OK);
        ck_assert_int_eq(value->kind, SIGNET_JSON_TEXT);
        ck_assert(signet_text_equal(value->text, wanted));
    }
}

START_TEST(unescapes_at_every_place)
{
    static const char *const pairs[][2] = {{"\\\"", "\""},
                                           {"\\\\", "\\"},
                                           {"\\/", "/"},
                                           {"\\b", "\b"},
                                           {"\\f", "\f"},
                                           {"\\n", "\n"},
                                           {"\\r", "\r"},
                                           {"\\t", "\t"},
                                           {"\\u0041", "A"},
                                           {"\\u007F", "\x7f"},
                                           {"\\u0080", "\xc2\x80"},
                                           {"\\u07ff", "\xdf\xbf"},
                                           {"\\u0800", "\xe0\xa0\x80"},
                                           {"\\uFFFF", "\xef\xbf\xbf"},
                                           {"\\uD800\\uDC00", "\xf0\x90\x80\x80"},
                                           {"\\udbff\\udfff", "\xf4\x8f\xbf\xbf"},
                                           {"\x7f", "\x7f"},
                                           {"\xc3\xbc", "\xc3\xbc"},
                                           {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        expect_unescaped(pairs[i][0], pairs[i][1]);
    }
}
END_TEST

START_TEST(reads_numbers)
{
    static const struct {
        const char *text;
        int64_t integer;
    } integers[] = {{"0", 0}, {"-0", 0}, {"-7", -7}, {"9223372036854775807", INT64_MAX}};
    static const struct {
        const char *text;
        double real;
    } reals[] = {{"0.0", 0}, {"-1.25", -1.25}, {"1e2", 100}, {"1E+2", 100}, {"25e-2", 0.25}};
    static const char *const bad[] = {"-",   "00",  "-01", "1.",       ".5",  "1e",  "1e+", "1.e1",
                                      "0x1", "1_0", "--1", "Infinity", "NaN", "1 1", "1a"};
    const signet_json_t *value = NULL;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        ck_assert_int_eq(parse(integers[i].text, &value), SIGNET_OK);
        ck_assert_int_eq(value->kind, SIGNET_JSON_INTEGER);
        ck_assert_int_eq(value->integer, integers[i].integer);
    }
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        ck_assert_int_eq(parse(reals[i].text, &value), SIGNET_OK);
        ck_assert_int_eq(value->kind, SIGNET_JSON_REAL);
        ck_assert(value->real == reals[i].real);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect_error(parse(bad[i], &value), SIGNET_INVALID, "json.malformed");
    }
}
END_TEST

/* An object of `count` members whose last has the name of member `same`, if there is that one. */
static signet_text_t object_of(uint64_t count, uint64_t same)
{
    signet_buffer_t buffer = signet_buffer(call, 16 * count);
    for (uint64_t i = 0; i < count; i++) {
        signet_buffer_format(&buffer, "%c\"m%llu\":%llu", i > 0 ? ',' : '{',
                             (unsigned long long)(i == count - 1 && same < count ? same : i),
                             (unsigned long long)i);
    }
    signet_buffer_add_byte(&buffer, '}');
    signet_text_t text;
    ck_assert_int_eq(signet_buffer_text(&buffer, &text), SIGNET_OK);
    return text;
}

START_TEST(finds_members_that_occur_twice)
{
    static const uint64_t counts[] = {2, 15, 16, 17, 18, 33, 1000, 9999};
    const signet_json_t *value = NULL;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t count = counts[i];
        signet_text_t text = object_of(count, count);
        ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 1000000, &value),
                         SIGNET_OK);
        ck_assert_uint_eq(value->count, count);
        for (uint64_t member = 0; member < count; member++) {
            ck_assert_int_eq(value->items[member].integer, (int64_t)member);
        }
        for (uint64_t same = 0; same < count - 1; same += count / 2) {
            text = object_of(count, same);
            ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 1000000, &value),
                             SIGNET_INVALID);
            expect_message("a member occurs twice");
            call->services->clear(call);
        }
    }
}
END_TEST

START_TEST(takes_no_more_than_the_limit)
{
    const signet_json_t *value = NULL;
    signet_bytes_t text = signet_text_bytes(SIGNET_TEXT("[1,2]"));
    ck_assert_int_eq(signet_json_parse(call, text, 5, &value), SIGNET_OK);
    expect_error(signet_json_parse(call, text, 4, &value), SIGNET_TOO_LARGE, "json.too-large");
}
END_TEST

START_TEST(parsing_survives_exhaustion)
{
    for (uint64_t nth = 1;; nth++) {
        const signet_json_t *value = NULL;
        signet_check_fail_alloc(check, nth);
        int32_t status = parse("{\"a\":[1,\"x\",{\"b\":\"c\"}]}", &value);
        if (status == SIGNET_OK) {
            ck_assert_uint_gt(nth, 5);
            break;
        }
        ck_assert_ptr_null(value);
        expect_error(status, SIGNET_NO_MEMORY, "memory.exhausted");
    }
}
END_TEST

START_TEST(writes)
{
    signet_json_writer_t writer = signet_json_writer(call, 16);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "t", signet_text("a\"b\\c\n\r\t\x01\x1f/\x7f\xc3\xbc"));
    signet_json_member(&writer, signet_text("q\"x"), signet_text(""));
    signet_json_integer(&writer, "i", INT64_MIN);
    signet_json_integer(&writer, "j", INT64_MAX);
    signet_json_integer(&writer, "z", 0);
    signet_json_boolean(&writer, "b", 1);
    signet_json_boolean(&writer, "c", 0);
    signet_json_time(&writer, "d", INT64_C(1795507366000));
    signet_json_time(&writer, "e", -1);
    signet_json_hex(&writer, "h", (signet_bytes_t){(const uint8_t *)"\x0a\xff", 2});
    signet_json_raw(&writer, "r", SIGNET_TEXT("{\"x\":1}"));
    signet_json_begin_array(&writer, "a");
    signet_json_integer(&writer, NULL, 1);
    signet_json_begin_array(&writer, NULL);
    signet_json_end_array(&writer);
    signet_json_begin_object(&writer, NULL);
    signet_json_end_object(&writer);
    signet_json_text(&writer, NULL, signet_text("x"));
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    signet_text_t text;
    ck_assert_int_eq(signet_json_finish(&writer, &text), SIGNET_OK);
    expect_text(text, "{\"t\":\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f/\x7f\xc3\xbc\",\"q\\\"x\":\"\","
                      "\"i\":-9223372036854775808,\"j\":9223372036854775807,\"z\":0,\"b\":true,"
                      "\"c\":false,\"d\":\"2026-11-24T08:02:46Z\",\"e\":null,\"h\":\"0aff\","
                      "\"r\":{\"x\":1},\"a\":[1,[],{},\"x\"]}");
    const signet_json_t *value = NULL;
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 4096, &value), SIGNET_OK);
    expect_text(signet_json_get(value, "t")->text, "a\"b\\c\n\r\t\x01\x1f/\x7f\xc3\xbc");
}
END_TEST

START_TEST(writes_json_whatever_is_stored)
{
    signet_json_writer_t writer = signet_json_writer(call, 0);
    signet_json_text(&writer, NULL, (signet_text_t){"a\xff\xc3z\0\xe2\x82", 7});
    signet_text_t text;
    ck_assert_int_eq(signet_json_finish(&writer, &text), SIGNET_OK);
    expect_text(text, "\"a\xef\xbf\xbd\xef\xbf\xbdz\\u0000\xef\xbf\xbd\xef\xbf\xbd\"");
}
END_TEST

/* How many octets more `octet` takes as JSON writes it. */
static uint64_t added_length(unsigned octet)
{
    switch (octet) {
    case '"':
    case '\\':
    case '\n':
    case '\r':
    case '\t':
        return 1;
    default:
        return octet < 0x20 ? 5 : 0;
    }
}

START_TEST(escapes_at_every_place)
{
    for (unsigned octet = 0; octet < 0x80; octet++) {
        for (unsigned place = 0; place < 19; place++) {
            char text[] = "abcdefghijklmnopqrs";
            text[place] = (char)octet;
            signet_json_writer_t writer = signet_json_writer(call, 0);
            signet_json_text(&writer, NULL, (signet_text_t){text, 19});
            signet_text_t written;
            ck_assert_int_eq(signet_json_finish(&writer, &written), SIGNET_OK);
            ck_assert_uint_eq(written.length, 19 + 2 + added_length(octet));
            ck_assert_mem_eq(written.data + 1, text, place);
            ck_assert_mem_eq(written.data + written.length - 1 - (18 - place), text + place + 1,
                             18 - place);
        }
    }
}
END_TEST

START_TEST(writing_survives_exhaustion)
{
    for (uint64_t nth = 1;; nth++) {
        signet_check_fail_alloc(check, nth);
        signet_json_writer_t writer = signet_json_writer(call, 1);
        signet_json_begin_array(&writer, NULL);
        signet_json_text(&writer, NULL,
                         signet_text("a text that does not fit the buffer at first, "
                                     "nor where it has grown to its least size"));
        signet_json_hex(&writer, NULL, signet_text_bytes(signet_text("abc")));
        signet_json_end_array(&writer);
        signet_text_t text;
        int32_t status = signet_json_finish(&writer, &text);
        if (status == SIGNET_OK) {
            ck_assert_uint_gt(nth, 3);
            break;
        }
        expect_error(status, SIGNET_NO_MEMORY, "memory.exhausted");
    }
}
END_TEST

SDK_RUN("sdk-json", reads_every_kind, reads_members, permits_only_known_members,
        names_line_and_column, unescapes_at_every_place, reads_numbers,
        finds_members_that_occur_twice, takes_no_more_than_the_limit, parsing_survives_exhaustion,
        writes, writes_json_whatever_is_stored, escapes_at_every_place, writing_survives_exhaustion)
