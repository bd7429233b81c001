/* A look over JSON before it is parsed. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_JSON_SCAN_H
#define SIGNET_SDK_SRC_JSON_SCAN_H

#include <signet/base.h>

/* Refuses what would cost too much to parse: nesting over 32, more than 10,000 values, numbers of
 * more than 64 characters. Everything else is the parser's to judge. NULL, or what is wrong;
 * then `*at` is where, and `*reason` the stable reason. */
const char *signet_json_scan(signet_bytes_t input, uint64_t *at, const char **reason);

#endif
