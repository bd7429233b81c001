/* Failing, and logging. */
#include "utf8.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer messages are cut: they are sentences. */
#define MESSAGE_MAX 1024U

/* Formats into `memory` and answers the text, cut at a whole character and made well-formed: what
 * came in from outside may be anything, and a message is UTF-8. */
__attribute__((format(printf, 2, 0))) static signet_text_t
format_message(char memory[MESSAGE_MAX], const char *format, va_list arguments)
{
    int length = vsnprintf(memory, MESSAGE_MAX, format, arguments);
    if (length < 0) {
        return SIGNET_TEXT("A message could not be formatted.");
    }
    uint8_t *data = (uint8_t *)memory;
    uint64_t end = strlen(memory);
    uint64_t position = 0;
    while (position < end) {
        uint64_t taken = signet_utf8_length(data + position, end - position);
        if (taken == 0) {
            data[position] = '?';
            taken = 1;
        }
        position += taken;
    }
    return (signet_text_t){memory, end};
}

__attribute__((format(printf, 6, 0))) static int32_t fail(signet_call_t *call, int32_t status,
                                                          const char *reason, const char *field,
                                                          const char *detail, const char *format,
                                                          va_list arguments)
{
    char memory[MESSAGE_MAX];
    signet_error_t error = {.size = sizeof error,
                            .status = status,
                            .reason = signet_text(reason),
                            .message = format_message(memory, format, arguments),
                            .detail = signet_text(detail),
                            .field = signet_text(field)};
    return call->services->fail(call, &error);
}

int32_t signet_fail(signet_call_t *call, int32_t status, const char *reason, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    int32_t result = fail(call, status, reason, NULL, NULL, format, arguments);
    va_end(arguments);
    return result;
}

int32_t signet_fail_field(signet_call_t *call, int32_t status, const char *reason,
                          const char *field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int32_t result = fail(call, status, reason, field, NULL, format, arguments);
    va_end(arguments);
    return result;
}

int32_t signet_fail_detail(signet_call_t *call, int32_t status, const char *reason,
                           const char *detail, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int32_t result = fail(call, status, reason, NULL, detail, format, arguments);
    va_end(arguments);
    return result;
}

int32_t signet_fail_memory(signet_call_t *call)
{
    return signet_fail(call, SIGNET_NO_MEMORY, "memory.exhausted",
                       "There is not enough memory for this: try again later.");
}

int32_t signet_status(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    return error ? error->status : SIGNET_INTERNAL;
}

int32_t signet_error_pass(signet_call_t *call, signet_call_t *child)
{
    const signet_error_t *error = child->services->error(child);
    return error ? call->services->fail(call, error)
                 : signet_fail(call, SIGNET_INTERNAL, "call.unexplained",
                               "an error was not explained");
}

int32_t signet_child_end(signet_call_t *call, signet_call_t *child, int32_t status)
{
    if (status != SIGNET_OK && (child->services->error(child) || !call->services->error(call))) {
        status = signet_error_pass(call, child);
    }
    child->services->end(child);
    return status;
}

const char *signet_status_name(int32_t status)
{
    static const char *const names[] = {
        "ok",           "invalid",   "unauthenticated", "denied", "not-found",   "exists",
        "conflict",     "too-large", "limited",         "busy",   "would-block", "unavailable",
        "timeout",      "cancelled", "unknown",         "full",   "corrupt",     "unsupported",
        "abi-mismatch", "no-memory", "internal",
    };
    if (status > 0 || status <= -(int32_t)(sizeof names / sizeof *names)) {
        return "internal";
    }
    return names[-status];
}

void signet_log(const signet_host_t *host, signet_call_t *call, int32_t level, const char *event,
                const char *format, ...)
{
    if (!host->services->log_enabled(host, level)) {
        return;
    }
    char memory[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    signet_text_t message = format_message(memory, format, arguments);
    va_end(arguments);
    host->services->log(host, call, level, signet_text(event), message, NULL, 0);
}

void signet_log_error(const signet_host_t *host, signet_call_t *call, int32_t level,
                      const char *event)
{
    const signet_error_t *error = call->services->error(call);
    if (!error || !host->services->log_enabled(host, level)) {
        return;
    }
    signet_pair_t fields[4];
    uint64_t count = 0;
    const signet_pair_t candidates[] = {
        {sizeof(signet_pair_t), 0, SIGNET_TEXT("status"),
         signet_text(signet_status_name(error->status))},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT("reason"), error->reason},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT("detail"),
         SIGNET_HAS(error, detail.data) ? error->detail : signet_text(NULL)},
        {sizeof(signet_pair_t), 0, SIGNET_TEXT("field"),
         SIGNET_HAS(error, field.data) ? error->field : signet_text(NULL)},
    };
    for (uint64_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (candidates[i].value.length > 0) {
            fields[count++] = candidates[i];
        }
    }
    host->services->log(host, call, level, signet_text(event), error->message, fields, count);
}
