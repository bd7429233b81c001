/* Memory of the run. */
#include "cli/memory.h"

#include "core/call.h"
#include "core/text.h"

void *cli_alloc(signet_call_t *call, uint64_t count, uint64_t size)
{
    return call->services->alloc(call, (count ? count : 1) * size);
}

const char *cli_string(signet_call_t *call, signet_text_t text)
{
    return core_format(call, "%.*s", CORE_TEXT_ARG(text)).data;
}

int32_t cli_status(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    return error ? error->status : SIGNET_INTERNAL;
}
