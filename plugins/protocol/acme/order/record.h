/* Orders and authorizations (RFC 8555, 7.1.3, 7.1.4) and their records: acme.orders and
 * acme.authorizations, by directory and id.
 *
 * What an order waits for is not stored with it: it is ready once all its authorizations are valid,
 * and invalid once one of them cannot become valid any more. */
#ifndef ACME_ORDER_RECORD_H
#define ACME_ORDER_RECORD_H

#include "acme.h"

#define ACME_ORDERS "acme.orders"
#define ACME_AUTHORIZATIONS "acme.authorizations"

#define ACME_PENDING "pending"
#define ACME_READY "ready"
#define ACME_PROCESSING "processing"
#define ACME_VALID "valid"
#define ACME_INVALID "invalid"
#define ACME_DEACTIVATED "deactivated"
#define ACME_EXPIRED "expired"

typedef struct acme_identifier {
    signet_text_t type;  /* "dns", "ip", "permanent-identifier", "hardware-module" */
    signet_text_t value; /* canonical; of a dns wildcard with "*." */
} acme_identifier_t;

typedef struct acme_order {
    signet_text_t id;
    signet_text_t account;
    signet_text_t state; /* stored: pending, processing, valid, invalid */
    int64_t created;
    int64_t expires;
    signet_text_t profile;
    int64_t not_before; /* 0: not asked */
    int64_t not_after;
    const acme_identifier_t *identifiers;
    const signet_text_t *authorizations; /* ids, one for each identifier */
    const signet_text_t *ancestors; /* domains above each that the client would prove; empty: none;
                                     * of a new one */
    uint64_t count;
    signet_text_t authority; /* of the certificate; empty: none yet */
    signet_bytes_t serial;
    signet_text_t error_type; /* why it is invalid; empty: not said */
    signet_text_t error_detail;
    signet_text_t replaces; /* as the client named it (RFC 9773, 4.1); empty: nothing */
    signet_text_t replaced; /* the same, "AUTHORITY/SERIAL" */
    int64_t replaced_expires;
    int64_t renews;        /* 1: the CA is told so too */
    signet_text_t request; /* the earlier order whose request it goes on with; empty: none */
    signet_text_t waiting; /* what it waits for approval with; empty: it never did */
    uint64_t version;
} acme_order_t;

/* A challenge of an authorization. */
typedef struct acme_challenge {
    signet_text_t type; /* "http-01" */
    signet_text_t state;
    int64_t validated;
    signet_text_t error_type;
    signet_text_t error_detail;
} acme_challenge_t;

#define ACME_CHALLENGES_MAX 8U

typedef struct acme_authorization {
    signet_text_t id;
    signet_text_t account;
    acme_identifier_t identifier; /* without "*." */
    int wildcard;
    int subdomains;      /* for all names below it too (RFC 9444) */
    signet_text_t state; /* stored: pending, processing, valid, invalid, deactivated */
    int64_t expires;
    signet_text_t token;
    int64_t caa_checked;         /* when CAA records last permitted it; 0: never looked at */
    signet_text_t base;          /* the directory's URL, as the client reached it to respond */
    signet_text_t attestation;   /* the format that a device was attested by; empty: none was */
    signet_bytes_t attested_key; /* SubjectPublicKeyInfo */
    acme_challenge_t challenges[ACME_CHALLENGES_MAX];
    uint64_t challenge_count;
    uint64_t version;
} acme_authorization_t;

int32_t acme_order_declare(signet_call_t *call, const signet_store_t *store);
/* Orders. NOT_FOUND. [worker] */
int32_t acme_order_get(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                       signet_text_t id, acme_order_t *order);
int32_t acme_order_put(signet_call_t *call, const acme_directory_t *directory,
                       const acme_order_t *order, signet_change_t *change);
/* A page of the unfinished orders of an account, without bodies, expired ones too. [worker] */
int32_t acme_order_list(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                        signet_text_t account, uint64_t limit, signet_text_t cursor,
                        const signet_page_t **page);
/* Authorizations. NOT_FOUND. `directory` is the name of one. [worker] */
int32_t acme_authorization_get(signet_call_t *call, const acme_t *acme, signet_text_t directory,
                               signet_text_t id, acme_authorization_t *authorization);
int32_t acme_authorization_put(signet_call_t *call, signet_text_t directory,
                               const acme_authorization_t *authorization, signet_change_t *change);
/* What an authorization is for. */
#define ACME_SCOPE_NAME 0
#define ACME_SCOPE_WILDCARD 1
#define ACME_SCOPE_SUBDOMAINS 2 /* the name, and whatever is below it */

/* A valid one of this account for this identifier and scope, good until `until`. NOT_FOUND.
 * [worker] */
int32_t acme_authorization_find(signet_call_t *call, const acme_t *acme,
                                const acme_directory_t *directory, signet_text_t account,
                                const acme_identifier_t *identifier, int scope, int64_t until,
                                acme_authorization_t *authorization);
/* One that covers a name as orders and certificates have it, "*.a.example" too: its own or, where
 * the directory permits them, one for a domain that it is below. NOT_FOUND. [worker] */
int32_t acme_authorization_cover(signet_call_t *call, const acme_t *acme,
                                 const acme_directory_t *directory, signet_text_t account,
                                 const acme_identifier_t *name, int64_t until,
                                 acme_authorization_t *authorization);
/* What the stored state is now, time considered. [any] */
signet_text_t acme_authorization_state(const acme_authorization_t *authorization);
/* What the order is now, by its authorizations where it is pending. [worker] */
int32_t acme_order_state(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                         const acme_order_t *order, signet_text_t *state);

#endif
