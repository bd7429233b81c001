/* A delegated responder (RFC 6960, 4.2.2.2): a key of its own, certified by the key that it answers
 * for. Counted, and unchanged for as long as it lives. */
#ifndef STATUS_OCSP_RESPONDER_H
#define STATUS_OCSP_RESPONDER_H

#include <signet/call.h>
#include <signet/sdk/crypto.h>
#include <stdatomic.h>

struct status;

typedef struct status_responder {
    atomic_int holders;
    signet_text_t keys; /* the backend */
    signet_text_t key_uri;
    signet_text_t algorithm;
    signet_bytes_t identifier;  /* AlgorithmIdentifier, DER */
    signet_bytes_t certificate; /* DER */
    signet_bytes_t subject;     /* Name, DER */
    uint8_t key_hash[20];       /* SHA-1 of the key, for ResponderID */
    signet_verifier_t *verifier;
    int64_t not_before;
    int64_t not_after;
    atomic_ulong signatures;
} status_responder_t;

status_responder_t *status_responder_hold(status_responder_t *responder);
void status_responder_release(status_responder_t *responder);
/* Has each issuer that may sign certify a responder, and renews it halfway through; a job. */
int32_t status_responders_job(void *instance, signet_call_t *call);
/* Signs the to-be-signed part of an answer. */
int32_t status_responder_sign(signet_call_t *call, status_responder_t *responder,
                              signet_bytes_t message, signet_bytes_t *signature);

#endif
