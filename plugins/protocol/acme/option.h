/* Options, and the directories that they describe. */
#ifndef ACME_OPTION_H
#define ACME_OPTION_H

#include "acme.h"

extern const signet_option_t acme_options[];
#define ACME_OPTION_COUNT 12

/* The directory of this name, or NULL. [any] */
const acme_directory_t *acme_directory_find(const acme_t *acme, signet_text_t name);
/* The directory that a Host header leads to, or NULL. [any] */
const acme_directory_t *acme_directory_of_host(const acme_t *acme, signet_text_t host);
/* Reads the directories. INVALID with file and line. [any] */
int32_t acme_option_read(signet_call_t *call, acme_t *acme);
/* Reads the roots of attestations. INVALID with file and line, NOT_FOUND. [worker] */
int32_t acme_option_open_roots(signet_call_t *call, acme_t *acme);
void acme_option_free(acme_t *acme);

#endif
