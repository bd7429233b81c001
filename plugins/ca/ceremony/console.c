#include "ceremony/console.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ANSWERS_MAX 1048576U
#define ANSWER_MAX 1024

int32_t ca_console_open(signet_call_t *call, signet_output_t *output, signet_text_t path,
                        ca_console_t *console)
{
    signet_bytes_t answers = {NULL, 0};
    *console = (ca_console_t){.output = output, .rehearsal = path.length > 0, .terminal = -1};
    if (console->rehearsal) {
        int32_t status = signet_file_read(call, path, ANSWERS_MAX, &answers);
        console->answers = signet_bytes_text(answers);
        return status;
    }
    console->terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (console->terminal < 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.no-terminal",
                           "a ceremony needs people at a terminal, and there is none; a rehearsal "
                           "takes its answers from a file with --answers");
    return SIGNET_OK;
}

void ca_console_close(ca_console_t *console)
{
    if (console->terminal >= 0)
        close(console->terminal);
    console->terminal = -1;
}

int32_t ca_console_say(signet_call_t *call, ca_console_t *console, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    signet_text_t line = signet_format_list(call, format, arguments);
    va_end(arguments);
    if (line.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = console->output->services->note(console->output, call, line);
    fflush(stdout);
    return status;
}

static signet_text_t trim(signet_text_t text)
{
    while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && strchr(" \t\r\n", text.data[text.length - 1]) != NULL)
        text.length--;
    return text;
}

static int32_t look_up(signet_call_t *call, const ca_console_t *console, signet_text_t id,
                       signet_text_t *answer)
{
    signet_text_t rest = console->answers;
    while (rest.length > 0) {
        signet_text_t line = signet_text_split(rest, '\n', &rest);
        signet_text_t value;
        signet_text_t name = trim(signet_text_split(line, '=', &value));
        if (signet_text_equal(name, id)) {
            *answer = trim(value);
            return SIGNET_OK;
        }
    }
    return signet_fail(call, SIGNET_NOT_FOUND, "ceremony.answer-missing",
                       "the file of answers has no line \"%.*s = …\"", SIGNET_FORMAT(id));
}

/* A line from the terminal. UNAVAILABLE where it went away. */
static int32_t read_line(signet_call_t *call, const ca_console_t *console, char *line, size_t room)
{
    size_t length = 0;
    ssize_t got = 0;
    while (length + 1 < room && (got = read(console->terminal, line + length, 1)) == 1 &&
           line[length] != '\n')
        length++;
    line[length] = '\0';
    if (got == 1)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.no-terminal",
                       "the terminal gave no answer (%s)", strerror(errno));
}

int32_t ca_console_ask(signet_call_t *call, ca_console_t *console, signet_text_t id,
                       signet_text_t question, signet_text_t *answer)
{
    char line[ANSWER_MAX];
    if (console->rehearsal) {
        int32_t status = look_up(call, console, id, answer);
        return status == SIGNET_OK
                   ? ca_console_say(call, console, "  %.*s %.*s (from the file of answers)",
                                    SIGNET_FORMAT(question), SIGNET_FORMAT(*answer))
                   : status;
    }
    dprintf(console->terminal, "  %.*s ", SIGNET_FORMAT(question));
    int32_t status = read_line(call, console, line, ANSWER_MAX);
    if (status != SIGNET_OK)
        return status;
    *answer = signet_text_copy(call, trim(signet_text(line)));
    if (answer->data == NULL)
        return SIGNET_NO_MEMORY;
    if (signet_text_valid(*answer))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "ceremony.answer", "the answer is no text");
}

int32_t ca_console_secret(signet_call_t *call, ca_console_t *console, signet_text_t question,
                          char *secret, uint64_t room)
{
    struct termios shown;
    if (console->rehearsal)
        return signet_fail(call, SIGNET_INVALID, "ceremony.passphrase",
                           "a rehearsal cannot ask for a passphrase; give the participant a "
                           "`passphrase` in the script, or a key that is not encrypted");
    int terminal = console->terminal;
    if (tcgetattr(terminal, &shown) != 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.no-terminal",
                           "the terminal cannot hide what is typed (%s)", strerror(errno));
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    /* Hidden before it is asked for: who answers at once must neither be seen nor lose the answer.
     */
    (void)tcsetattr(terminal, TCSAFLUSH, &hidden);
    dprintf(terminal, "  %.*s ", SIGNET_FORMAT(question));
    uint64_t length = 0;
    char octet = 0;
    ssize_t got;
    while ((got = read(terminal, &octet, 1)) == 1 && octet != '\n' && length + 1 < room)
        secret[length++] = octet;
    secret[length] = '\0';
    (void)tcsetattr(terminal, TCSAFLUSH, &shown);
    dprintf(terminal, "\n");
    if (got == 1 && octet == '\n')
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "ceremony.passphrase",
                       "the passphrase is too long, or the terminal went away");
}
