/* Talking with the people in the room: on the terminal, or in a rehearsal with a file of answers.
 *
 * A file of answers has lines "ID = ANSWER"; lines that begin with '#' are comments. */
#ifndef CA_CONSOLE_H
#define CA_CONSOLE_H

#include <signet/command.h>

typedef struct ca_console {
    signet_output_t *output;
    int rehearsal; /* answers come from a file */
    signet_text_t answers;
    int terminal; /* -1 in a rehearsal */
} ca_console_t;

/* Opens the terminal, or reads the answers where `path` is not empty. UNAVAILABLE. */
int32_t ca_console_open(signet_call_t *call, signet_output_t *output, signet_text_t path,
                        ca_console_t *console);
void ca_console_close(ca_console_t *console);
/* One line for everybody. */
__attribute__((format(printf, 3, 4))) int32_t
ca_console_say(signet_call_t *call, ca_console_t *console, const char *format, ...);
/* Asks and answers what was typed. `id` names the question in a file of answers: NOT_FOUND where
 * that has none. */
int32_t ca_console_ask(signet_call_t *call, ca_console_t *console, signet_text_t id,
                       signet_text_t question, signet_text_t *answer);
/* Asks for a passphrase without showing it. At most `room` - 1 octets and a NUL go to `secret`,
 * which lies in locked memory. Not in a rehearsal. */
int32_t ca_console_secret(signet_call_t *call, ca_console_t *console, signet_text_t question,
                          char *secret, uint64_t room);

#endif
