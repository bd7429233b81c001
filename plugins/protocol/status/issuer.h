/* Issuers: every key of every authority, with what is published for it. An issuer that was seen
 * once stays as long as the instance, so that loops read the list of them without a lock; what
 * changes inside is counted or atomic. */
#ifndef STATUS_ISSUER_H
#define STATUS_ISSUER_H

#include <pthread.h>
#include <signet/ext/draft/status.h>
#include <signet/sdk/crypto.h>
#include <stdatomic.h>

#include "crl/list.h"
#include "ocsp/responder.h"

#define STATUS_ISSUERS 4096U
#define STATUS_HASHES 2U /* SHA-1, SHA-256 */

typedef struct status_issuer {
    signet_status_issuer_t seen; /* as it was when it was first seen; texts are its own */
    signet_text_t name;          /* "AUTHORITY-GENERATION": in paths and names of files */
    signet_text_t key_id_text;   /* hexadecimal */
    signet_bytes_t name_hashes[STATUS_HASHES];
    signet_bytes_t key_hashes[STATUS_HASHES];
    signet_bytes_t identifier; /* AlgorithmIdentifier of its signatures, DER */
    signet_verifier_t *verifier;
    signet_bytes_t bundle; /* PKCS#7 with its certificate and those above, DER */
    signet_bytes_t chain;  /* the same, PEM */
    signet_text_t tag;     /* of its documents */
    atomic_int signs;
    atomic_int destroyed;
    atomic_int compromised;
    atomic_int superseded; /* another certificate of the same key came in its place */

    pthread_mutex_t lock; /* over the two pointers */
    status_list_t *list;
    status_responder_t *responder;
    /* Of revocations that are on no list yet: when the first one was made known, monotonic ms; 0:
     * none. */
    atomic_llong pending_since;
    atomic_llong urgent_since; /* the same for keys that were compromised */
    atomic_llong listed_at;    /* when a list was last made here, monotonic ms */
    uint64_t store_version;    /* of the list's record that was last looked at; for one job */
    int concluded;             /* 1: its last list is served; the same */
    int64_t file_changed;      /* of the file that others sign, when it was last read; the same */
} status_issuer_t;

typedef struct status_issuers {
    _Atomic(status_issuer_t *) items[STATUS_ISSUERS];
    atomic_ulong count;
} status_issuers_t;

struct status;

/* Looks which keys there are; a job. */
int32_t status_issuers_job(void *instance, signet_call_t *call);
int32_t status_issuers_refresh(struct status *status, signet_call_t *call);
void status_issuers_free(status_issuers_t *issuers);
/* By position; NULL beyond the last. */
status_issuer_t *status_issuer_at(const status_issuers_t *issuers, uint64_t index);
/* The one that is published under a name; NULL: none. */
status_issuer_t *status_issuer_named(const status_issuers_t *issuers, signet_text_t name);
/* The one of an authority's key; NULL: none. */
status_issuer_t *status_issuer_of(const status_issuers_t *issuers, signet_text_t authority,
                                  uint64_t generation);
/* Its list or responder, held for the caller, or NULL; `*busy` where another thread changes it at
 * this moment and the caller must not wait (`may_block` 0). */
status_list_t *status_issuer_list(status_issuer_t *issuer, int may_block, int *busy);
status_responder_t *status_issuer_responder(status_issuer_t *issuer);
/* Takes over the caller's hold on what is new. */
void status_issuer_set_list(status_issuer_t *issuer, status_list_t *list);
void status_issuer_set_responder(status_issuer_t *issuer, status_responder_t *responder);

#endif
