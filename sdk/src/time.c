/* Clocks, recorded times and durations. Years 1970 to 9999, proleptic Gregorian, UTC. */
#include "time_text.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define TIME_END INT64_C(253402300800000) /* 10000-01-01T00:00:00Z */

static int64_t read_clock(clockid_t clock)
{
    struct timespec now = {0, 0};
    /* Fails only for a clock that does not exist; these two always do. */
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t signet_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t signet_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a date from 1970 on. Years are counted from March, so that the leap day
 * comes last in one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int64_t length_of_month(int64_t year, int64_t month)
{
    static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

static void put(char *text, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

uint64_t signet_time_write(int64_t time, char text[SIGNET_TIME_MAX])
{
    if (time < 0 || time >= TIME_END) {
        text[0] = 0;
        return 0;
    }
    /* The reverse of days_of, by eras of 400 years (146097 days) that begin in March. */
    int64_t days = time / DAY_MS + 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days % 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * day_of_year + 2) / 153;
    int64_t month = m < 10 ? m + 3 : m - 9;
    int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
    int64_t ms = time % DAY_MS;
    put(text, year, 4);
    text[4] = '-';
    put(text + 5, month, 2);
    text[7] = '-';
    put(text + 8, day_of_year - (153 * m + 2) / 5 + 1, 2);
    text[10] = 'T';
    put(text + 11, ms / 3600000, 2);
    text[13] = ':';
    put(text + 14, ms / 60000 % 60, 2);
    text[16] = ':';
    put(text + 17, ms / 1000 % 60, 2);
    uint64_t length = 19;
    if (ms % 1000 != 0) {
        text[length] = '.';
        put(text + length + 1, ms % 1000, 3);
        length += 4;
    }
    text[length++] = 'Z';
    text[length] = 0;
    return length;
}

signet_text_t signet_time_text(signet_call_t *call, int64_t time)
{
    char text[SIGNET_TIME_MAX];
    uint64_t length = signet_time_write(time, text);
    if (length == 0) {
        signet_fail(call, SIGNET_INVALID, "time.out-of-range",
                    "A time of %lld ms since 1970 lies outside the years 1970 to 9999.",
                    (long long)time);
        return (signet_text_t){NULL, 0};
    }
    return signet_text_copy(call, (signet_text_t){text, length});
}

/* Reads `digits` digits and what must follow them (0: nothing). -1 where something else stands
 * there. */
static int64_t take(signet_text_t *text, uint64_t digits, char after)
{
    uint64_t needed = digits + (after ? 1 : 0);
    if (text->length < needed) {
        return -1;
    }
    int64_t value = 0;
    for (uint64_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return -1;
        }
        value = value * 10 + (text->data[i] - '0');
    }
    /* 'T' may be written in lower case; nothing else that follows digits is a letter. */
    if (after && text->data[digits] != after && !(after == 'T' && text->data[digits] == 't')) {
        return -1;
    }
    *text = (signet_text_t){text->data + needed, text->length - needed};
    return value;
}

/* An optional fraction of a second, cut to milliseconds. -1 where '.' stands without digits. */
static int64_t take_fraction(signet_text_t *text)
{
    if (text->length == 0 || text->data[0] != '.') {
        return 0;
    }
    int64_t ms = 0;
    int64_t weight = 100;
    uint64_t i = 1;
    for (; i < text->length && text->data[i] >= '0' && text->data[i] <= '9'; i++) {
        ms += (text->data[i] - '0') * weight;
        weight /= 10;
    }
    *text = (signet_text_t){text->data + i, text->length - i};
    return i > 1 ? ms : -1;
}

/* The offset in minutes, to the end of the text. INT64_MIN where there is none. */
static int64_t take_offset(signet_text_t text)
{
    if (text.length == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) {
        return 0;
    }
    if (text.length != 6 || (text.data[0] != '+' && text.data[0] != '-')) {
        return INT64_MIN;
    }
    int64_t sign = text.data[0] == '-' ? -1 : 1;
    signet_text_t rest = {text.data + 1, text.length - 1};
    int64_t hours = take(&rest, 2, ':');
    int64_t minutes = take(&rest, 2, 0);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return INT64_MIN;
    }
    return sign * (hours * 60 + minutes);
}

/* The time that a text says, or -1. */
static int64_t parse(signet_text_t text)
{
    int64_t year = take(&text, 4, '-');
    int64_t month = year < 0 ? -1 : take(&text, 2, '-');
    int64_t day = month < 1 || month > 12 ? -1 : take(&text, 2, 'T');
    int64_t hour = day < 1 || day > length_of_month(year, month) ? -1 : take(&text, 2, ':');
    int64_t minute = hour < 0 || hour > 23 ? -1 : take(&text, 2, ':');
    int64_t second = minute < 0 || minute > 59 ? -1 : take(&text, 2, 0);
    int64_t fraction = second < 0 || second > 59 ? -1 : take_fraction(&text);
    int64_t offset = fraction < 0 ? INT64_MIN : take_offset(text);
    /* A day of grace each way: an offset may move a time over either end. */
    if (offset == INT64_MIN || year < 1969) {
        return -1;
    }
    int64_t minutes = days_of(year, month, day) * 1440 + hour * 60 + minute - offset;
    int64_t time = (minutes * 60 + second) * 1000 + fraction;
    return time < 0 || time >= TIME_END ? -1 : time;
}

int32_t signet_time_parse(signet_call_t *call, signet_text_t text, int64_t *time)
{
    int64_t parsed = parse(text);
    if (parsed < 0) {
        return signet_fail(call, SIGNET_INVALID, "time.malformed",
                           "\"%.*s\" is not a time of the years 1970 to 9999: write it as "
                           "2026-11-24T08:02:46Z.",
                           text.length > 64 ? 64 : (int)text.length, text.length ? text.data : "");
    }
    *time = parsed;
    return SIGNET_OK;
}

/* The milliseconds of a unit, or 0. */
static int64_t unit_of(signet_text_t unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1},      {"s", 1000},   {"m", 60000},
                 {"h", 3600000}, {"d", DAY_MS}, {"y", DAY_MS * 365}};
    for (uint64_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (signet_text_is(unit, units[i].name)) {
            return units[i].ms;
        }
    }
    return 0;
}

int32_t signet_duration_parse(signet_call_t *call, signet_text_t text, int64_t *duration_ms)
{
    int64_t number = 0;
    uint64_t digits = 0;
    int overflow = 0;
    while (digits < text.length && text.data[digits] >= '0' && text.data[digits] <= '9') {
        overflow |= __builtin_mul_overflow(number, 10, &number);
        overflow |= __builtin_add_overflow(number, text.data[digits] - '0', &number);
        digits++;
    }
    int64_t unit = 0;
    if (digits > 0) {
        unit = unit_of((signet_text_t){text.data + digits, text.length - digits});
    }
    if (unit == 0 || overflow || __builtin_mul_overflow(number, unit, duration_ms)) {
        return signet_fail(call, SIGNET_INVALID, "duration.malformed",
                           "\"%.*s\" is not a duration: write a number and one of ms, s, m, h, d, "
                           "y, as in 90d.",
                           text.length > 64 ? 64 : (int)text.length, text.length ? text.data : "");
    }
    return SIGNET_OK;
}
