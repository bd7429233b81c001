/* A plugin that does nothing but open a dialer, for tests. */
#ifndef TESTS_UNIT_OUTBOUND_DIALER_H
#define TESTS_UNIT_OUTBOUND_DIALER_H

#include <signet/check.h>
#include <signet/sdk/outbound.h>

/* Opens an instance whose settings are `outbound = { SETTINGS }`. The status of start. */
int32_t dialer_open(signet_check_t *check, const char *settings);
/* The dialer of the last one that opened. */
signet_outbound_t *dialer(void);

#endif
