/* Options, and the directories that they describe. */
#ifndef ACME_OPTION_H
#define ACME_OPTION_H

#include "acme.h"

extern const signet_option_t acme_options[];
#define ACME_OPTION_COUNT 8

/* The directory of this name, or NULL. [any] */
const acme_directory_t *acme_directory_find(const acme_t *acme, signet_text_t name);
/* Reads the directories. INVALID with file and line. [any] */
int32_t acme_option_read(signet_call_t *call, acme_t *acme);

#endif
