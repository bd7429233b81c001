/* Rules: from a certificate whose path was validated to an actor and what it may do. */
#ifndef CERTIFICATE_RULE_H
#define CERTIFICATE_RULE_H

#include "certificate_template.h"

/* Checks a rule of configuration: INVALID at the setting. [any] */
int32_t certificate_rule_check(signet_call_t *call, const signet_setting_t *rule);
/* Whether a rule is about this client. [any] */
int32_t certificate_rule_match(signet_call_t *call, const signet_setting_t *rule,
                               const certificate_client_t *client, int *matches);
/* The actor that a rule makes of the client. INVALID where a field that it needs is missing or has
 * several values. [any] */
int32_t certificate_rule_actor(signet_call_t *call, const signet_setting_t *rule,
                               const certificate_client_t *client, signet_text_t tenant,
                               const signet_actor_t **actor);

#endif
