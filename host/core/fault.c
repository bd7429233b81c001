#include "core/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/call.h"
#include "core/text.h"

/* More than anyone reads; a bound on what a hostile file can make of the message. */
#define MAX_FAULTS 100U

void core_fault(core_faults_t *faults, signet_text_t file, uint32_t line, const char *format, ...)
{
    faults->count++;
    if (faults->count > MAX_FAULTS)
        return;
    if (faults->text.length)
        core_buffer_string(&faults->text, "\n");
    core_buffer_plain(&faults->text, file);
    if (line)
        core_buffer_format(&faults->text, ":%u", (unsigned)line);
    if (file.length)
        core_buffer_string(&faults->text, ": ");
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    core_buffer_plain(&faults->text, core_text(message));
}

int32_t core_faults_end(core_faults_t *faults, signet_call_t *call, const char *reason)
{
    int32_t status = SIGNET_OK;
    if (faults->count > MAX_FAULTS)
        core_buffer_format(&faults->text, "\n%llu more faults are not shown: correct these first",
                           (unsigned long long)(faults->count - MAX_FAULTS));
    if (faults->text.failed)
        status = core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                           "there is no memory to read the configuration: free some");
    else if (faults->count)
        status = core_fail(call, SIGNET_INVALID, reason, "%s", faults->text.data);
    core_buffer_free(&faults->text);
    return status;
}
