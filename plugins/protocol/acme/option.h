/* Options, and the directories that they describe. */
#ifndef ACME_OPTION_H
#define ACME_OPTION_H

#include "acme.h"

extern const signet_option_t acme_options[];
#define ACME_OPTION_COUNT 7

/* Reads the directories. INVALID with file and line. [any] */
int32_t acme_option_read(signet_call_t *call, acme_t *acme);

#endif
