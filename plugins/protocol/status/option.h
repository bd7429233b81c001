/* The options of an instance. */
#ifndef STATUS_OPTION_H
#define STATUS_OPTION_H

#include "status.h"

#define STATUS_OPTION_COUNT 16U

extern const signet_option_t status_options[STATUS_OPTION_COUNT];

/* Reads them. INVALID at the setting. */
int32_t status_option_read(signet_call_t *call, status_t *status, int64_t *cache_octets);

#endif
