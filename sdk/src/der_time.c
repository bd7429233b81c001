#include <signet/sdk/der.h>
#include <signet/sdk/error.h>

#define MS_PER_SECOND 1000
#define SECONDS_PER_DAY 86400

/* Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that
 * the leap day ends them, and from a multiple of 400 before any date that occurs. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era_year = shifted % 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = era_year * 365 + era_year / 4 - era_year / 100 + day_of_year;
    return shifted / 400 * 146097 + day_of_era - 719468;
}

/* The reverse, for dates from year 0 on. */
static void date_from_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted % 146097;
    int64_t era_year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * era_year + era_year / 4 - era_year / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = era_year + era * 400 + (*month <= 2);
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* `count` digits as a number, or -1. */
static int64_t digits(const uint8_t *text, unsigned count)
{
    int64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

int signet_der_time(signet_der_t *der, int64_t *time)
{
    signet_der_item_t item;
    if (signet_der_next(der, &item) != 0) {
        return -1;
    }
    const uint8_t *text = item.content.data;
    int64_t year;
    if (item.tag == SIGNET_DER_UTC_TIME && item.content.length == 13) {
        year = digits(text, 2);
        if (year < 0) {
            return -1;
        }
        year += year < 50 ? 2000 : 1900;
        text += 2;
    } else if (item.tag == SIGNET_DER_GENERALIZED_TIME && item.content.length == 15) {
        year = digits(text, 4);
        text += 4;
    } else {
        return -1;
    }
    if (year < 1) {
        return -1;
    }
    int64_t month = digits(text, 2);
    int64_t day = digits(text + 2, 2);
    int64_t hour = digits(text + 4, 2);
    int64_t minute = digits(text + 6, 2);
    int64_t second = digits(text + 8, 2);
    if (text[10] != 'Z' || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
        return -1;
    }
    int64_t seconds =
        days_from_date(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    *time = seconds * MS_PER_SECOND;
    return 0;
}

static void add_time(signet_buffer_t *buffer, int64_t time, int utc_permitted)
{
    int64_t seconds = time / MS_PER_SECOND - (time % MS_PER_SECOND < 0);
    int64_t days = seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0);
    int64_t rest = seconds - days * SECONDS_PER_DAY;
    /* 0001-01-01 to 9999-12-31: what four digits can say. */
    if (days < -719162 || days > 2932896) {
        buffer->failed = 1;
        signet_fail(buffer->call, SIGNET_INVALID, "time.out-of-range",
                    "A time of %lld ms since 1970 lies outside the years 1 to 9999.",
                    (long long)time);
        return;
    }
    int64_t year;
    int64_t month;
    int64_t day;
    date_from_days(days, &year, &month, &day);
    uint8_t text[15];
    unsigned length = 0;
    int utc = utc_permitted && year >= 1950 && year <= 2049;
    const int64_t parts[] = {year / 100,  year % 100,     month,    day,
                             rest / 3600, rest / 60 % 60, rest % 60};
    for (unsigned i = utc ? 1 : 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        text[length++] = (uint8_t)('0' + parts[i] / 10);
        text[length++] = (uint8_t)('0' + parts[i] % 10);
    }
    text[length++] = 'Z';
    signet_der_add(buffer, utc ? SIGNET_DER_UTC_TIME : SIGNET_DER_GENERALIZED_TIME,
                   (signet_bytes_t){text, length});
}

void signet_der_add_time(signet_buffer_t *buffer, int64_t time)
{
    add_time(buffer, time, 1);
}

void signet_der_add_generalized(signet_buffer_t *buffer, int64_t time)
{
    add_time(buffer, time, 0);
}
