/* Time as text, without an arena. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_TIME_TEXT_H
#define SIGNET_SDK_SRC_TIME_TEXT_H

#include <stdint.h>

/* Room for "9999-12-31T23:59:59.999Z" and a NUL. */
#define SIGNET_TIME_MAX 25U

/* Writes `time` (ms since 1970 UTC) as RFC 3339 text with a NUL; the length, or 0 where the year is
 * not within 0000 to 9999. */
uint64_t signet_time_write(int64_t time, char text[SIGNET_TIME_MAX]);

#endif
