/* Templates: text with fields of a certificate in it, "cert:%{san.email}". */
#ifndef CERTIFICATE_TEMPLATE_H
#define CERTIFICATE_TEMPLATE_H

#include <signet/sdk/setting.h>

#include "certificate_client.h"

/* Checks a template of configuration: INVALID at the setting, for a field that there is not, a
 * brace that does not end, and where `sole` is 1 for more than one field whose text the holder may
 * have chosen, because such texts could run into each other and make one client look like another.
 * [any] */
int32_t certificate_template_check(signet_call_t *call, const signet_setting_t *setting, int sole);
/* The text for a client. INVALID where a field has not exactly one value there, or the text is too
 * long or holds control characters; with `pattern` 1 also where a value holds '*', which would
 * stand for more than itself. [any] */
int32_t certificate_template_expand(signet_call_t *call, signet_text_t template,
                                    const certificate_client_t *client, int pattern,
                                    signet_text_t *text);

#endif
