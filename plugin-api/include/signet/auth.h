/* signet.auth/1: who is calling. */
#ifndef SIGNET_AUTH_H
#define SIGNET_AUTH_H

#include <signet/call.h>

#define SIGNET_AUTH_INTERFACE "signet.auth/1"

/* Roles, as text. A role is a name; whoever owns a rule says what it permits. */
#define SIGNET_ROLE_ADMINISTRATOR "administrator" /* configuration, tokens, roles */
#define SIGNET_ROLE_CA_ADMINISTRATOR                                                               \
    "ca-administrator"                /* authorities: their keys and life cycle                    \
                                       */
#define SIGNET_ROLE_OFFICER "officer" /* issues for others, approves, revokes, reads all */
#define SIGNET_ROLE_REVOCATION_OFFICER "revocation-officer" /* revokes, holds, releases */
#define SIGNET_ROLE_RECOVERY_OFFICER "recovery-officer"     /* agrees to the recovery of keys */
#define SIGNET_ROLE_REQUESTER "requester" /* issues for itself, reads and revokes its own */
#define SIGNET_ROLE_AUDITOR "auditor"     /* reads everything, changes nothing */

/* What a client showed. */
typedef struct signet_credential {
    uint32_t size;
    uint32_t reserved;
    signet_text_t scheme;        /* of the Authorization header in lower case: "bearer"; or empty */
    signet_text_t value;         /* what follows the scheme; secret */
    signet_bytes_t certificate;  /* of the TLS client, DER; or empty. The handshake proved that the
                                  * client has its key, and nothing else: who trusts it decides */
    signet_text_t peer;          /* its address, for the journal */
    const signet_bytes_t *chain; /* what else the TLS client sent, DER, in its order */
    uint64_t chain_count;
} signet_credential_t;

/* The interface. */
typedef struct signet_auth_interface {
    uint32_t size;
    uint32_t reserved;
    /* Answers the actor behind a credential. UNSUPPORTED where it is not of a kind this plugin
     * knows (the router asks the next), UNAUTHENTICATED where it is but is not valid: one answer
     * for unknown, wrong, expired and revoked ones. Required. [worker] */
    int32_t (*authenticate)(void *instance, signet_call_t *call,
                            const signet_credential_t *credential, const signet_actor_t **actor);
} signet_auth_interface_t;

#endif
