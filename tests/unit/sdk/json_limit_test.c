/* Cases 16 to 20 of the adversarial catalogue: JSON that is made to cost or to confuse. */
#include "sdk_test.h"

#include <jansson.h>
#include <signet/sdk/json.h>
#include <time.h>

/* Memory that jansson asked for since it was last set to 0. */
static size_t parser_memory;

static void *counting_malloc(size_t size)
{
    parser_memory += size;
    return malloc(size);
}

/* Time bounds are those of a build without sanitizers. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWDOWN INT64_C(10)
#else
#define SLOWDOWN INT64_C(1)
#endif

static int64_t thread_time_us(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Parses and answers the status; the thread's time in `time_us`, the least of three runs. */
static int32_t parse(signet_bytes_t input, int64_t *time_us)
{
    int32_t status = SIGNET_OK;
    *time_us = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        const signet_json_t *value = NULL;
        call->services->clear(call);
        int64_t begin = thread_time_us();
        status = signet_json_parse(call, input, UINT64_MAX, &value);
        int64_t spent = thread_time_us() - begin;
        *time_us = spent < *time_us ? spent : *time_us;
    }
    return status;
}

static int32_t parse_text(const char *text, int64_t *time_us)
{
    return parse(signet_text_bytes(signet_text(text)), time_us);
}

/* `opening` repeated `count` times. */
static signet_bytes_t repeated(const char *opening, uint64_t count)
{
    signet_buffer_t buffer = signet_buffer(call, strlen(opening) * count);
    for (uint64_t i = 0; i < count; i++) {
        signet_buffer_add_string(&buffer, opening);
    }
    signet_bytes_t bytes;
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &bytes), SIGNET_OK);
    return bytes;
}

START_TEST(case_16_deep_nesting)
{
    static const char *const openings[] = {"[", "{\"a\":", "[{\"a\":"};
    int64_t time_us = 0;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        parser_memory = 0;
        ck_assert_int_eq(parse(repeated(openings[i], 10000), &time_us), SIGNET_INVALID);
        expect_message("nested more than 32 deep");
        ck_assert_uint_eq(parser_memory, 0);
        ck_assert_int_lt(time_us, 1000 * SLOWDOWN);
    }
    const signet_json_t *value = NULL;
    signet_text_t text =
        signet_format(call, "%.*s%s", SIGNET_FORMAT(signet_bytes_text(repeated("[", 32))),
                      "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    call->services->clear(call);
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 100, &value), SIGNET_OK);
    /* Brackets inside a text are not nesting. */
    text =
        signet_format(call, "\"%.*s\"", SIGNET_FORMAT(signet_bytes_text(repeated("[\\\"", 100))));
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(text), 1000, &value), SIGNET_OK);
}
END_TEST

START_TEST(case_17_huge_exponent)
{
    static const char *const numbers[] = {"1e999999999",
                                          "-1e999999999",
                                          "[1E+999999999]",
                                          "1e99999999999999999999999999999999999999",
                                          "9223372036854775808",
                                          "-9223372036854775809",
                                          "1e400"};
    int64_t time_us = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ck_assert_int_eq(parse_text(numbers[i], &time_us), SIGNET_INVALID);
        expect_message("a number is out of range");
        ck_assert_int_lt(time_us, 1000);
    }
    ck_assert_int_eq(parse(repeated("9", 1000000), &time_us), SIGNET_INVALID);
    expect_message("a number is out of range");
    ck_assert_int_lt(time_us, 20000 * SLOWDOWN);
}
END_TEST

START_TEST(case_18_a_million_keys)
{
    signet_buffer_t buffer = signet_buffer(call, 16000000);
    signet_buffer_add_byte(&buffer, '{');
    for (int i = 0; i < 1000000; i++) {
        signet_buffer_format(&buffer, "%s\"k%d\":1", i > 0 ? "," : "", i);
    }
    signet_buffer_add_byte(&buffer, '}');
    signet_bytes_t bytes;
    ck_assert_int_eq(signet_buffer_bytes(&buffer, &bytes), SIGNET_OK);
    int64_t time_us = 0;
    parser_memory = 0;
    ck_assert_int_eq(parse(bytes, &time_us), SIGNET_INVALID);
    expect_message("more than 10,000 values");
    /* It is refused once there are too many, not when all are read. */
    ck_assert_uint_eq(parser_memory, 0);
    ck_assert_int_lt(time_us, 5000 * SLOWDOWN);
    /* The array itself is a value, so that 9,999 more are the most. */
    const signet_json_t *value = NULL;
    signet_text_t list = signet_bytes_text(repeated("1,", 9999));
    call->services->clear(call);
    signet_text_t most = signet_format(call, "[%.*s]", (int)list.length - 1, list.data);
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(most), 65536, &value), SIGNET_OK);
    ck_assert_uint_eq(value->count, 9999);
    most = signet_format(call, "[%.*s1]", SIGNET_FORMAT(list));
    expect_error(signet_json_parse(call, signet_text_bytes(most), 65536, &value), SIGNET_INVALID,
                 "json.too-many-values");
}
END_TEST

START_TEST(case_19_duplicate_members)
{
    static const char *const texts[] = {"{\"alg\":\"none\",\"alg\":\"ES256\"}",
                                        "{\"a\":{\"b\":1,\"c\":2,\"b\":1}}",
                                        "{\"alg\":1,\"\\u0061lg\":1}"};
    int64_t time_us = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_int_eq(parse_text(texts[i], &time_us), SIGNET_INVALID);
        expect_message("a member occurs twice");
    }
    call->services->clear(call);
    ck_assert_int_eq(parse_text("[{\"a\":1},{\"a\":1}]", &time_us), SIGNET_OK);
}
END_TEST

START_TEST(case_20_ill_formed_text)
{
    static const char *const texts[] = {"\"\x80\"",
                                        "\"\xc3\"",
                                        "\"\xc0\xaf\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "{\"\xff\":1}",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\ud800\"",
                                        "\"\\udc00\\ud800\"",
                                        "\"\\ud800x\"",
                                        "\"\\u0000\"",
                                        "{\"a\\u0000b\":1}",
                                        "\"\\u00\"",
                                        "\"\\ud83d\\u0041\""};
    int64_t time_us = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(parse_text(texts[i], &time_us) == SIGNET_INVALID, "%zu", i);
        expect_error(SIGNET_INVALID, SIGNET_INVALID, "json.malformed");
    }
    ck_assert_int_eq(parse((signet_bytes_t){(const uint8_t *)"\"a\0b\"", 5}, &time_us),
                     SIGNET_INVALID);
}
END_TEST

int main(void)
{
    json_set_alloc_funcs(counting_malloc, free);
    const TTest *const tests[] = {case_16_deep_nesting, case_17_huge_exponent,
                                  case_18_a_million_keys, case_19_duplicate_members,
                                  case_20_ill_formed_text};
    return sdk_run("sdk-json-limit", tests, sizeof tests / sizeof *tests);
}
