/* What goes to standard error. */
#include "cli/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buffer.h"
#include "core/text.h"

/* Colours only on a terminal; --no-color sets NO_COLOR for the whole run. */
static int colored(void)
{
    const char *no = getenv("NO_COLOR");
    return isatty(STDERR_FILENO) == 1 && !(no && *no);
}

static void print_line(const char *color, const char *before, signet_text_t line,
                       signet_text_t after)
{
    core_buffer_t shown = {0};
    core_buffer_plain(&shown, line);
    fprintf(stderr, "%ssignet: %s%s%.*s%.*s\n", color, before, *color ? "\033[0m" : "",
            CORE_TEXT_ARG(core_buffer_text(&shown)), CORE_TEXT_ARG(after));
    core_buffer_free(&shown);
}

void cli_warn(signet_text_t sentence)
{
    print_line(colored() ? "\033[33m" : "", "warning: ", sentence, (signet_text_t){NULL, 0});
}

void cli_error_print(signet_call_t *call)
{
    const signet_error_t *error = call->services->error(call);
    signet_text_t message = error ? error->message : SIGNET_TEXT("it failed and did not say why");
    signet_text_t field =
        error && SIGNET_HAS(error, field.data) ? error->field : (signet_text_t){NULL, 0};
    core_buffer_t after = {0};
    if (error) {
        core_buffer_string(&after, " (");
        if (field.length) {
            core_buffer_string(&after, "field ");
            core_buffer_plain(&after, field);
            core_buffer_string(&after, ", ");
        }
        core_buffer_plain(&after, error->reason);
        core_buffer_string(&after, ")");
    }
    do {
        const char *end = memchr(message.data, '\n', (size_t)message.length);
        uint64_t length = end ? (uint64_t)(end - message.data) : message.length;
        uint64_t taken = length + (end != NULL);
        print_line(colored() ? "\033[31m" : "", "", (signet_text_t){message.data, length},
                   taken == message.length ? core_buffer_text(&after) : (signet_text_t){NULL, 0});
        message.data += taken;
        message.length -= taken;
    } while (message.length);
    core_buffer_free(&after);
}

int cli_error_code(int32_t status)
{
    switch (status) {
    case SIGNET_OK:
        return CLI_EXIT_OK;
    case SIGNET_NOT_FOUND:
        return CLI_EXIT_NOT_FOUND;
    case SIGNET_DENIED:
    case SIGNET_UNAUTHENTICATED:
        return CLI_EXIT_DENIED;
    case SIGNET_CONFLICT:
    case SIGNET_EXISTS:
        return CLI_EXIT_CONFLICT;
    case SIGNET_UNAVAILABLE:
    case SIGNET_TIMEOUT:
    case SIGNET_BUSY:
    case SIGNET_LIMITED:
    case SIGNET_CANCELLED:
    case SIGNET_FULL:
        return CLI_EXIT_UNAVAILABLE;
    case SIGNET_INVALID:
    case SIGNET_TOO_LARGE:
    case SIGNET_UNSUPPORTED:
        return CLI_EXIT_INVALID;
    case SIGNET_CORRUPT:
        return CLI_EXIT_CORRUPT;
    case SIGNET_PENDING:
        return CLI_EXIT_PENDING;
    default:
        return CLI_EXIT_INTERNAL;
    }
}
