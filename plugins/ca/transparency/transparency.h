/* Certificate Transparency (RFC 6962): getting the SCTs that a policy asks for. */
#ifndef CA_TRANSPARENCY_H
#define CA_TRANSPARENCY_H

#include "profile/profile.h"
#include "transparency/queue.h"

typedef struct ca_transparency {
    ca_log_list_t list;
    ca_queue_t queue;
} ca_transparency_t;

/* From the option group `transparency`; `*transparency` stays NULL where no logs are configured.
 * INVALID at the setting. */
int32_t ca_transparency_configure(ca_pool_t *pool, signet_call_t *call, const signet_host_t *host,
                                  ca_transparency_t **transparency);
/* Finds the policy that a profile names; it is for end entities alone. INVALID at the setting. */
int32_t ca_transparency_link(signet_call_t *call, const ca_transparency_t *transparency,
                             ca_profile_t *profile);
/* Keys, metrics, dialer and jobs. [worker] */
int32_t ca_transparency_start(ca_pool_t *pool, signet_call_t *call,
                              ca_transparency_t *transparency);
void ca_transparency_free(ca_transparency_t *transparency);

/* What is submitted. */
typedef struct ca_submit {
    const ca_log_policy_t *policy;
    const ca_authority_t *authority;
    signet_bytes_t precertificate; /* signed */
    signet_bytes_t bare;           /* its to-be-signed part without the poison */
    int64_t not_after;
    int64_t signed_at;
} ca_submit_t;

/* Asks logs, as many at a time as are needed and others for those that fail, until the policy is
 * met. `*list` is the SignedCertificateTimestampList, `*names` the names of the logs. UNAVAILABLE
 * ("transparency.logs") where too few answer in time: there are never fewer SCTs than the policy
 * says. The caller's worker is free meanwhile. [worker] */
int32_t ca_transparency_submit(ca_transparency_t *transparency, signet_call_t *call,
                               const ca_submit_t *submit, signet_bytes_t *list,
                               signet_text_t *names);

#endif
