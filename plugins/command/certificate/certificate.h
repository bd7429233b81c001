/* command-certificate: issue, show, list, revoke, hold and release, over the REST API. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <signet/sdk/show.h>
#include <signet/signet.h>

/* What is shown of one certificate. */
extern const signet_column_t certificate_columns[];
extern const uint64_t certificate_column_count;

/* The path of the certificate that `input` names by its serial number, and by --authority where
 * several have that number: "/v1/certificates/AUTHORITY/SERIAL". NOT_FOUND; CONFLICT. [worker] */
int32_t certificate_find(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *path);
/* The state for people: "expired" too, which the host leaves to its readers. [any] */
signet_text_t certificate_cell(signet_call_t *call, const signet_json_t *object,
                               signet_text_t member);

/* The certificate request in the file of --csr, as a body holds it. [any] */
int32_t certificate_read_csr(signet_call_t *call, const signet_command_input_t *input,
                             signet_text_t *csr);
/* Shows an issued certificate, or writes it to the file of --out, with --chain its authorities'.
 * [any] */
int32_t certificate_show_issued(signet_call_t *call, const signet_command_input_t *input,
                                const signet_json_t *answer);

/* Commands; each is a signet_command_t.run. [any] */
int32_t certificate_issue(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_fetch(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_try(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_show(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_list(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_revoke(void *instance, signet_call_t *call,
                           const signet_command_input_t *input);
int32_t certificate_revoke_by_key(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input);
int32_t certificate_revoke_many(void *instance, signet_call_t *call,
                                const signet_command_input_t *input);
int32_t certificate_plan_replace(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input);
int32_t certificate_plan_state(void *instance, signet_call_t *call,
                               const signet_command_input_t *input);
int32_t certificate_many_state(void *instance, signet_call_t *call,
                               const signet_command_input_t *input);
int32_t certificate_renew(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_renewal(void *instance, signet_call_t *call,
                            const signet_command_input_t *input);
int32_t certificate_hold(void *instance, signet_call_t *call, const signet_command_input_t *input);
int32_t certificate_release(void *instance, signet_call_t *call,
                            const signet_command_input_t *input);

#endif
