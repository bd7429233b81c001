/* Orders of many revocations, which signet revoke many and signet plan replace give. */
#ifndef CERTIFICATE_REVOCATIONS_H
#define CERTIFICATE_REVOCATIONS_H

#include "certificate.h"

/* Asks for what the options select, with those of `members` (`count` names) that are given, and
 * shows the answer: a preview, or the order where they hold what a preview expected. PENDING where
 * another person must agree first. [worker] */
int32_t certificate_revocations_ask(signet_call_t *call, const signet_command_input_t *input,
                                    const char *const *members, uint64_t count,
                                    const signet_column_t *columns, uint64_t column_count,
                                    const signet_json_t **answer);
/* Shows how far the order named by the option "order" has come. [worker] */
int32_t certificate_revocations_state(signet_call_t *call, const signet_command_input_t *input,
                                      const signet_column_t *columns, uint64_t column_count);

#endif
