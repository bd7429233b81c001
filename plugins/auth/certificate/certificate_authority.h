/* The authorities whose certificates are accepted: Signet's own by name, foreign ones by files. */
#ifndef CERTIFICATE_AUTHORITY_H
#define CERTIFICATE_AUTHORITY_H

#include <pthread.h>
#include <signet/ca.h>

#include "certificate_client.h"
#include "certificate_list.h"

typedef struct certificate_authority {
    const signet_host_t *host;
    signet_text_t name;
    signet_text_t tenant;
    signet_text_t certificates; /* a file; empty: Signet's own authority of this name */
    int client_auth;
    certificate_file_t *files; /* foreign: `certificates`, then the revocation lists */
    uint64_t file_count;
    pthread_mutex_t lock; /* for what follows */
    int has_lock;
    certificate_trust_t *trust;         /* as it stands; NULL: unusable, or not made yet */
    uint8_t digest[CERTIFICATE_DIGEST]; /* own: of the chains that `trust` was made of */
} certificate_authority_t;

/* Fills one from its settings. INVALID at the setting. [any] */
int32_t certificate_authority_configure(const signet_host_t *host, signet_call_t *call,
                                        const signet_setting_t *setting,
                                        certificate_authority_t *authority);
void certificate_authority_free(certificate_authority_t *authority);
int certificate_authority_is_own(const certificate_authority_t *authority);
/* Foreign ones: reads the anchors, which must be there. The lists may follow later; without them
 * nothing is accepted. [worker] */
int32_t certificate_authority_start(signet_call_t *call, certificate_authority_t *authority);
/* Foreign ones: what to validate against now, to be released; files that changed are read anew.
 * NULL where one of them cannot be used, which is logged once for each change. [worker] */
certificate_trust_t *certificate_authority_trust(signet_call_t *call,
                                                 certificate_authority_t *authority);

#endif
