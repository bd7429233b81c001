/* Changing the lives of authorities through their interface, for its tests. */
#ifndef TESTS_UNIT_CA_LIFE_H
#define TESTS_UNIT_CA_LIFE_H

#include "world.h"

#include <openssl/x509.h>
#include <signet/ext/draft/authority.h>
#include <signet/sdk/json.h>

const signet_authority_interface_t *life_authorities(void **instance);
int32_t life_apply(const signet_authority_change_t *change,
                   const signet_authority_report_t **report);
/* Another person agrees to the change that waits. */
void life_agree(void);
/* The same as life_apply, with another person's agreement where it takes one. */
int32_t life_agreed(const signet_authority_change_t *change,
                    const signet_authority_report_t **report);
/* The same for a change that needs no more than its name. */
int32_t life_change(const char *action, const char *authority);
const signet_json_t *life_describe(const char *authority);
/* Fails unless the authority and its keys are in these states: "active: retired active". */
void life_states(const char *authority, const char *expected);
/* A certificate of one of its keys, PEM, by the member that it stands in. */
signet_text_t life_certificate(const char *authority, uint64_t generation, const char *member);
X509 *life_parse(signet_text_t pem);
X509 *life_parse_der(signet_bytes_t der);

#endif
