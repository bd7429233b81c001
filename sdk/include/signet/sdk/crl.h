/* Certificate revocation lists (RFC 5280, 5), written and read.
 *
 * A list is put together from parts: the head up to the entries, the entries, the extensions. An
 * entry's encoding does not depend on the others, so that entries can be kept encoded and a large
 * list be hashed and sent piece by piece: what stands before the entries needs their whole length
 * alone. */
#ifndef SIGNET_SDK_CRL_H
#define SIGNET_SDK_CRL_H

#include <signet/sdk/x509.h>

/* The most entries of a list that is read whole. */
#define SIGNET_CRL_MAX_ENTRIES 10000000U

/* One revoked certificate (RFC 5280, 5.3). */
typedef struct signet_crl_entry {
    signet_bytes_t serial; /* without a leading zero octet */
    int64_t revoked_at;    /* ms since 1970 UTC */
    int32_t reason;        /* SIGNET_REASON_*; 0 is encoded as absent */
    int64_t invalid_since; /* invalidityDate (5.3.2); 0: none */
} signet_crl_entry_t;

/* What stands in a list around its entries. */
typedef struct signet_crl_head {
    signet_bytes_t identifier; /* AlgorithmIdentifier of the signature, DER */
    signet_bytes_t issuer;     /* Name, DER */
    int64_t this_update;
    int64_t next_update;   /* required by RFC 5280, 5.1.2.5 */
    signet_bytes_t key_id; /* of the issuer's key, for authorityKeyIdentifier */
    signet_bytes_t number; /* CRL number, at most 20 octets, the first not zero */
    signet_bytes_t base;   /* of a delta: the number of its base; else empty */
    signet_bytes_t point;  /* value of issuingDistributionPoint, DER; empty: no such one */
} signet_crl_head_t;

/* A list that was read. Everything points into the input or the arena. */
typedef struct signet_crl {
    signet_bytes_t der;
    signet_bytes_t tbs;
    signet_bytes_t issuer;
    int64_t this_update;
    int64_t next_update; /* 0: none */
    signet_bytes_t key_id;
    signet_bytes_t number; /* without a leading zero octet; "0" is one zero octet; empty: none */
    signet_bytes_t base;   /* of a delta */
    signet_bytes_t point;  /* value of issuingDistributionPoint */
    const signet_crl_entry_t *entries;
    uint64_t entry_count;
    signet_text_t algorithm; /* SIGNET_SIGN_* */
    signet_bytes_t signature;
} signet_crl_t;

/* Appends one entry. A failed append is kept in the buffer. [any] */
void signet_crl_add_entry(signet_buffer_t *buffer, const signet_crl_entry_t *entry);
/* The parts of TBSCertList around entries of `entries_length` octets in all: `before` them, from
 * the outermost tag on, and `after` them. Where there are no entries the list of them is left out
 * (5.1.2.6). [any] */
int32_t signet_crl_frame(signet_call_t *call, const signet_crl_head_t *head,
                         uint64_t entries_length, signet_bytes_t *before, signet_bytes_t *after);
/* The whole TBSCertList. [any] */
int32_t signet_crl_tbs(signet_call_t *call, const signet_crl_head_t *head, signet_bytes_t entries,
                       signet_bytes_t *tbs);
/* The signed list. [any] */
int32_t signet_crl_join(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                        signet_bytes_t signature, signet_bytes_t *der);
/* The value of issuingDistributionPoint (5.2.5) for a full name by URL, "" for none; `only_users`
 * and `only_authorities` say which certificates the list is for. [any] */
int32_t signet_crl_point(signet_call_t *call, signet_text_t url, int only_users,
                         int only_authorities, signet_bytes_t *value);
/* Parses a list of version 2. INVALID ("crl.malformed"): anything that is not DER, an unknown
 * critical extension, an indirect list, an entry twice. The signature is not checked. [any] */
int32_t signet_crl_parse(signet_call_t *call, signet_bytes_t der, const signet_crl_t **crl);
/* The entry of a serial in a list that was read, or NULL. [any] */
const signet_crl_entry_t *signet_crl_find(const signet_crl_t *crl, signet_bytes_t serial);
/* Orders two CRL numbers: negative, 0 or positive. [any] */
int signet_crl_number_compare(signet_bytes_t a, signet_bytes_t b);
/* The number that follows, in the arena. TOO_LARGE beyond 20 octets. [any] */
int32_t signet_crl_number_next(signet_call_t *call, signet_bytes_t number, signet_bytes_t *next);

#endif
