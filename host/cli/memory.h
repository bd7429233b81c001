/* Memory of the run, from its call. */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

#include "cli/cli.h"

/* `count` zeroed elements; NULL with the error set. */
void *cli_alloc(signet_call_t *call, uint64_t count, uint64_t size);
/* A NUL-terminated copy; NULL with the error set. */
const char *cli_string(signet_call_t *call, signet_text_t text);
/* The status of the error that is set. */
int32_t cli_status(signet_call_t *call);

#endif
