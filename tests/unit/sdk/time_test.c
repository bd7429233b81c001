#include "sdk_test.h"

#include <signet/sdk/encode.h>
#include <time.h>

START_TEST(agrees_with_the_system)
{
    /* A prime number of seconds apart, so that every day of the year and time of day is met. */
    for (int64_t seconds = 0; seconds < INT64_C(253402300800); seconds += 7654321) {
        struct tm parts;
        char expected[32];
        time_t system = (time_t)seconds;
        ck_assert_ptr_nonnull(gmtime_r(&system, &parts));
        ck_assert_uint_gt(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts), 0);
        signet_text_t text = signet_time_text(call, seconds * 1000);
        expect_text(text, expected);
        int64_t back = 0;
        ck_assert_int_eq(signet_time_parse(call, text, &back), SIGNET_OK);
        ck_assert_int_eq(back, seconds * 1000);
    }
}
END_TEST

START_TEST(knows_both_ends)
{
    expect_text(signet_time_text(call, 0), "1970-01-01T00:00:00Z");
    expect_text(signet_time_text(call, 1), "1970-01-01T00:00:00.001Z");
    expect_text(signet_time_text(call, INT64_C(253402300799999)), "9999-12-31T23:59:59.999Z");
    ck_assert_ptr_null(signet_time_text(call, INT64_C(253402300800000)).data);
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "time.out-of-range");
    ck_assert_ptr_null(signet_time_text(call, -1).data);
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "time.out-of-range");
    ck_assert_ptr_null(signet_time_text(call, INT64_MIN).data);
    expect_error(SIGNET_INVALID, SIGNET_INVALID, "time.out-of-range");
}
END_TEST

START_TEST(parses)
{
    static const struct {
        const char *text;
        int64_t time;
    } good[] = {{"2026-11-24T08:02:46Z", INT64_C(1795507366000)},
                {"2026-11-24t08:02:46z", INT64_C(1795507366000)},
                {"2026-11-24T09:02:46+01:00", INT64_C(1795507366000)},
                {"2026-11-24T02:32:46-05:30", INT64_C(1795507366000)},
                {"2026-11-24T08:02:46.5Z", INT64_C(1795507366500)},
                {"2026-11-24T08:02:46.0429999Z", INT64_C(1795507366042)},
                {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
                {"1969-12-31T23:00:00-01:00", 0},
                {"1970-01-01T00:00:00+00:00", 0}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t time = -1;
        ck_assert_int_eq(signet_time_parse(call, signet_text(good[i].text), &time), SIGNET_OK);
        ck_assert_int_eq(time, good[i].time);
    }
    static const char *const bad[] = {
        "",
        "2026-11-24",
        "2026-11-24 08:02:46Z",
        "2026-11-24T08:02:46",
        "2026-13-24T08:02:46Z",
        "2026-00-24T08:02:46Z",
        "2026-02-29T08:02:46Z",
        "1900-02-29T08:02:46Z",
        "2100-02-29T08:02:46Z",
        "2026-11-00T08:02:46Z",
        "2026-11-31T08:02:46Z",
        "2026-11-24T24:02:46Z",
        "2026-11-24T08:60:46Z",
        "2026-11-24T08:02:60Z",
        "2026-11-24T08:02:46.Z",
        "2026-11-24T08:02:46+1:00",
        "2026-11-24T08:02:46+24:00",
        "2026-11-24T08:02:46+01:60",
        "2026-11-24T08:02:46Zx",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-00:01",
        "-026-11-24T08:02:46Z",
        "0000-01-01T00:00:00Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t time = 42;
        expect_error(signet_time_parse(call, signet_text(bad[i]), &time), SIGNET_INVALID,
                     "time.malformed");
        ck_assert_int_eq(time, 42);
    }
}
END_TEST

START_TEST(parses_durations)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"250ms", 250},
                {"30s", 30000},
                {"5m", 300000},
                {"24h", 86400000},
                {"0s", 0},
                {"90d", INT64_C(7776000000)},
                {"10y", INT64_C(315360000000)}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = -1;
        ck_assert_int_eq(signet_duration_parse(call, signet_text(good[i].text), &ms), SIGNET_OK);
        ck_assert_int_eq(ms, good[i].ms);
    }
    static const char *const bad[] = {"",     "5",
                                      "h",    "-5s",
                                      "5 s",  "5S",
                                      "5sx",  "9223372036854775808ms",
                                      "5.5s", "99999999999999999y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 0;
        expect_error(signet_duration_parse(call, signet_text(bad[i]), &ms), SIGNET_INVALID,
                     "duration.malformed");
    }
}
END_TEST

START_TEST(reads_clocks)
{
    int64_t before = (int64_t)time(NULL) * 1000;
    int64_t now = signet_now();
    ck_assert_int_ge(now, before);
    ck_assert_int_le(now, before + 60000);
    int64_t first = signet_monotonic();
    ck_assert_int_ge(signet_monotonic(), first);
}
END_TEST

SDK_RUN("sdk-time", agrees_with_the_system, knows_both_ends, parses, parses_durations, reads_clocks)
