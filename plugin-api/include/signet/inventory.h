/* signet.inventory/1: every certificate known: issued here, imported, or found.
 *
 * Provided by the plugin that owns the collection. Issued ones, and those imported with their
 * authority, are keyed by authority and serial; found ones by fingerprint. */
#ifndef SIGNET_INVENTORY_H
#define SIGNET_INVENTORY_H

#include <signet/http.h>

#define SIGNET_INVENTORY_INTERFACE "signet.inventory/1"

/* States of a certificate, as text. */
#define SIGNET_CERTIFICATE_VALID "valid" /* until its notAfter, which readers compare */
#define SIGNET_CERTIFICATE_REVOKED "revoked"
#define SIGNET_CERTIFICATE_HELD "held"         /* revoked with certificateHold */
#define SIGNET_CERTIFICATE_UNKNOWN "abandoned" /* an intent without a record: counts as signed */
#define SIGNET_CERTIFICATE_PRE                                                                     \
    "precertificate" /* signed and sent to logs (RFC 6962), no certificate                         \
                      * followed: counts as issued; der is it */

#define SIGNET_CERTIFICATE_FOUND "found" /* in use somewhere; whoever issued it */

/* Reasons as in RFC 5280, 5.3.1. */
#define SIGNET_REASON_UNSPECIFIED 0
#define SIGNET_REASON_KEY_COMPROMISE 1
#define SIGNET_REASON_CA_COMPROMISE 2
#define SIGNET_REASON_AFFILIATION_CHANGED 3
#define SIGNET_REASON_SUPERSEDED 4
#define SIGNET_REASON_CESSATION_OF_OPERATION 5
#define SIGNET_REASON_CERTIFICATE_HOLD 6
#define SIGNET_REASON_PRIVILEGE_WITHDRAWN 9
#define SIGNET_REASON_AA_COMPROMISE 10

/* A certificate and its record. */
typedef struct signet_certificate {
    uint32_t size;
    int32_t reason;          /* SIGNET_REASON_*; meaningful where revoked or held */
    signet_text_t authority; /* name of the issuing authority */
    signet_bytes_t serial;   /* big-endian, as encoded, without a leading zero octet */
    signet_bytes_t der;
    signet_bytes_t fingerprint; /* SHA-256 of der */
    signet_text_t subject;      /* RFC 4514 */
    const signet_text_t *names; /* canonical: "dns:a.example", "ip:192.0.2.1", "email:a@b.example",
                                 * "uri:https://…", "upn:a@corp.example", "cn:…" */
    uint64_t name_count;
    signet_text_t profile;
    uint64_t profile_version;
    signet_text_t requester; /* the actor's id */
    signet_text_t request_id;
    signet_text_t state; /* SIGNET_CERTIFICATE_* */
    int64_t not_before;
    int64_t not_after;
    int64_t issued_at;
    int64_t revoked_at;     /* 0: not revoked */
    uint64_t version;       /* of the record */
    signet_text_t asked;    /* what was asked for, a JSON object */
    signet_text_t replaces; /* the one that it renewed, "AUTHORITY/SERIAL"; empty: none */
    int64_t renew_from;     /* when it is best renewed */
    int64_t renew_before;
    const signet_pair_t *fields; /* given beside the request: "owner", "tag.NAME", "sid" */
    uint64_t field_count;
    uint64_t generation;        /* of the authority's key that signed it, from 1 */
    signet_bytes_t private_key; /* PrivateKeyInfo, DER (RFC 5958), secret; only in the answer to the
                                 * request that had it made: it is not kept */
} signet_certificate_t;

/* A search: all that is set must hold. */
typedef struct signet_certificate_query {
    uint32_t size;
    uint32_t descending; /* 1: the order is reversed */
    signet_text_t authority;
    signet_text_t profile;
    signet_text_t state;
    signet_text_t name; /* a canonical name, exact, or a value without its type */
    signet_text_t requester;
    signet_bytes_t fingerprint;
    signet_bytes_t serial;  /* of any authority */
    int64_t expires_from;   /* notAfter at or after; 0: no limit */
    int64_t expires_before; /* notAfter before; 0: no limit. Set: ordered by notAfter */
    uint64_t limit;         /* 1…1000 */
    signet_text_t cursor;
    signet_text_t replaces; /* those that renewed this one, "AUTHORITY/SERIAL" */
    signet_text_t owner;    /* the field "owner" */
} signet_certificate_query_t;

/* Certificates found. */
typedef struct signet_certificate_page {
    uint32_t size;
    uint32_t reserved;
    const signet_certificate_t *const *certificates; /* `count` pointers */
    uint64_t count;
    signet_text_t cursor; /* empty: the last page */
} signet_certificate_page_t;

/* A certificate that was found in use. Required: der, place. */
typedef struct signet_found {
    uint32_t size;
    uint32_t reserved;
    signet_bytes_t der; /* X.509, as it was found */
    signet_text_t
        place; /* where: "file:/etc/ssl/web.pem", "tls://192.0.2.1:443"; 1 to 1024 octets */
    const signet_pair_t *fields; /* what is known of the place: "owner", "mode"; never a secret */
    uint64_t field_count;
} signet_found_t;

/* The interface. */
typedef struct signet_inventory_interface {
    uint32_t size;
    uint32_t reserved;
    /* One certificate by authority and serial; an abandoned intent comes with the state
     * "abandoned" and without der. NOT_FOUND. Required. [worker] */
    int32_t (*get)(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate);
    /* A page of certificates, ordered by authority and serial or, with an expiry window, by
     * notAfter. Required. [worker] */
    int32_t (*query)(void *instance, signet_call_t *call, const signet_certificate_query_t *query,
                     const signet_certificate_page_t **page);
    /* Sets when a certificate is to be renewed, for clients that ask (RFC 9773). INVALID,
     * NOT_FOUND, DENIED. Optional. [worker] */
    int32_t (*hint)(void *instance, signet_call_t *call, signet_text_t authority,
                    signet_bytes_t serial, int64_t from, int64_t before,
                    const signet_certificate_t **certificate);
    /* Records that `source`, the instance that looked, found a certificate now. Found ones are kept
     * by fingerprint and apart from what was issued, so that none can pass for ours; `certificate`
     * is what is known of it, in the state "found": issued_at is when it was first seen, and its
     * fields are "issuer", "last_seen", "source", "places" (a line each, the last 20) and, where it
     * was issued here, "issued". INVALID (not a certificate, too large), DENIED; for the host's own
     * jobs and administrators. Optional. [worker] */
    int32_t (*found)(void *instance, signet_call_t *call, signet_text_t source,
                     const signet_found_t *found, const signet_certificate_t **certificate);
    /* Notes that a client asked when to renew this certificate (RFC 9773), so that it is known
     * whose clients do. It may be asked often: one write a day is made. NOT_FOUND.
     * Optional. [worker] */
    int32_t (*renewal_asked)(void *instance, signet_call_t *call, signet_text_t authority,
                             signet_bytes_t serial);
} signet_inventory_interface_t;

#endif
