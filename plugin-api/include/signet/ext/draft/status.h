/* signet.status/1 (draft): what became of certificates, for whoever tells the world: revocation
 * lists, OCSP, and the certificates of issuers.
 *
 * Provided by the plugin that issues. It knows no list and no responder: it says what is revoked,
 * gives each list its number, and certifies responders. What it answers is public, so that no
 * permission is asked for; what it changes is for the host's own jobs. */
#ifndef SIGNET_EXT_DRAFT_STATUS_H
#define SIGNET_EXT_DRAFT_STATUS_H

#include <signet/inventory.h>

#define SIGNET_STATUS_INTERFACE "signet.status/1"

/* One key of an authority: an issuer as relying parties see it. */
typedef struct signet_status_issuer {
    uint32_t size;
    uint32_t signs; /* 1: its key is here and may sign lists */
    signet_text_t authority;
    signet_text_t tenant;
    uint64_t generation;         /* of the key, from 1 */
    signet_bytes_t certificate;  /* DER */
    signet_bytes_t subject;      /* Name, DER */
    signet_bytes_t public_key;   /* SubjectPublicKeyInfo, DER */
    signet_bytes_t key_id;       /* its subjectKeyIdentifier */
    signet_text_t key_type;      /* SIGNET_KEY_* */
    signet_text_t algorithm;     /* SIGNET_SIGN_* */
    signet_text_t keys;          /* the instance of signet.key/1; empty: the key is elsewhere */
    signet_text_t key_uri;       /* in it; empty: the key is elsewhere, or is no more */
    const signet_bytes_t *chain; /* DER: its own certificate first, the root's last */
    uint64_t chain_count;
    uint32_t compromised;    /* 1: its key may be in other hands; nothing is signed with it */
    uint32_t destroyed;      /* 1: its key is no more, or about to be: its last list stands */
    signet_text_t list;      /* file of the list that others sign for it, PEM; or empty */
    signet_text_t responder; /* file of a responder's certificate that others signed; or empty */
    uint32_t issues;         /* 1: it issues now */
    uint32_t reserved;
    int64_t not_after;
} signet_status_issuer_t;

/* What became of one certificate. */
typedef struct signet_status {
    uint32_t size;
    int32_t reason;        /* SIGNET_REASON_*; meaningful where revoked or held */
    signet_bytes_t serial; /* without a leading zero octet */
    signet_text_t state;   /* SIGNET_CERTIFICATE_* */
    int64_t revoked_at;    /* 0: not revoked */
    int64_t invalid_since; /* 0: unknown */
    int64_t not_after;
    uint64_t generation; /* of the key that signed it */
} signet_status_t;

/* A search for what is on a revocation list, in an order that stays the same. */
typedef struct signet_status_query {
    uint32_t size;
    uint32_t reserved;
    signet_text_t authority;
    uint64_t generation;
    int64_t expires_from; /* those whose end lies there or later; 0: all */
    uint64_t limit;       /* 1…1000 */
    signet_text_t cursor;
} signet_status_query_t;

/* What was found. */
typedef struct signet_status_page {
    uint32_t size;
    uint32_t reserved;
    const signet_status_t *const *statuses; /* `count` pointers: revoked and held ones */
    uint64_t count;
    signet_text_t cursor; /* empty: the last page */
} signet_status_page_t;

/* A number for a list that is about to be signed. */
typedef struct signet_list_number {
    uint32_t size;
    uint32_t reserved;
    signet_text_t authority;
    uint64_t generation;
    signet_text_t scope;  /* which of the key's lists; empty: the one for all */
    signet_bytes_t above; /* the number is higher than this one; or empty */
    signet_text_t lease;  /* of the store, held by lease_owner until this is durable; or empty */
    signet_text_t lease_owner;
} signet_list_number_t;

/* The interface. */
typedef struct signet_status_interface {
    uint32_t size;
    uint32_t reserved;
    /* All keys of all authorities of all tenants that have a certificate, as an array of `*count`
     * pointers. Required. [any] */
    int32_t (*issuers)(void *instance, signet_call_t *call,
                       const signet_status_issuer_t *const **issuers, uint64_t *count);
    /* What became of what this key signed under a serial. NOT_FOUND where it signed no such
     * certificate, or none that is known to have left this house. Required. [worker] */
    int32_t (*status)(void *instance, signet_call_t *call, signet_text_t authority,
                      uint64_t generation, signet_bytes_t serial, const signet_status_t **status);
    /* A page of what is revoked or held. Required. [worker] */
    int32_t (*revoked)(void *instance, signet_call_t *call, const signet_status_query_t *query,
                       const signet_status_page_t **page);
    /* A number that no list of this key and scope ever had and that is higher than all of them
     * (RFC 5280, 5.2.3), durable before it is answered. UNAVAILABLE while the journal lets nothing
     * be signed; CONFLICT where the lease is lost or somebody else takes one at this moment. For
     * the host's own jobs: DENIED. Required. [worker] */
    int32_t (*number)(void *instance, signet_call_t *call, const signet_list_number_t *request,
                      signet_bytes_t *number);
    /* Certifies a responder's key (SubjectPublicKeyInfo, DER) with a key of an authority, by a
     * profile of the kind "ocsp-responder". For the host's own jobs: DENIED. NOT_FOUND, INVALID,
     * UNAVAILABLE. Required. [worker] */
    int32_t (*certify)(void *instance, signet_call_t *call, signet_text_t authority,
                       uint64_t generation, signet_text_t profile, signet_bytes_t public_key,
                       const signet_certificate_t **certificate);
    /* The last list that a key signed before it was destroyed, DER. NOT_FOUND. Required.
     * [worker] */
    int32_t (*last_list)(void *instance, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, signet_bytes_t *list);
} signet_status_interface_t;

#endif
