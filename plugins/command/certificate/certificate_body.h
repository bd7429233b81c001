/* The JSON that a certificate is asked for with. */
#ifndef CERTIFICATE_BODY_H
#define CERTIFICATE_BODY_H

#include <signet/command.h>

/* Made of the options csr, authority, validity, name, owner, tag and sid; with `profile`
 * of the option profile too. INVALID. [worker] */
int32_t certificate_body(signet_call_t *call, const signet_command_input_t *input, int profile,
                         signet_text_t *body);

#endif
