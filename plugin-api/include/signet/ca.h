/* signet.ca/1: authorities, profiles, issuance and revocation.
 *
 * Issuance is always the same sequence: authorise, check the key, build the certificate from the
 * profile's allow-list, check names against the authority's constraints, commit the intent, sign,
 * verify the signature, commit record and journal entry, answer. There is no way around it. */
#ifndef SIGNET_CA_H
#define SIGNET_CA_H

#include <signet/inventory.h>

#define SIGNET_CA_INTERFACE "signet.ca/1"

/* Kinds of authorities, as text. */
#define SIGNET_AUTHORITY_ROOT "root"
#define SIGNET_AUTHORITY_POLICY "policy"
#define SIGNET_AUTHORITY_ISSUING "issuing"
/* A public authority elsewhere, for which Signet requests, approves, records and revokes. Named so
 * that configurations and clients can be written; issue answers UNSUPPORTED ("authority.external")
 * where no client for it is there. */
#define SIGNET_AUTHORITY_EXTERNAL "external"

/* States of authorities, as text. */
#define SIGNET_AUTHORITY_ACTIVE "active"
#define SIGNET_AUTHORITY_OFFLINE "offline"         /* certificate only: its key is elsewhere */
#define SIGNET_AUTHORITY_PENDING "pending"         /* no certificate yet */
#define SIGNET_AUTHORITY_SUSPENDED "suspended"     /* issues nothing until it is resumed */
#define SIGNET_AUTHORITY_RETIRED "retired"         /* issues no more; signs status alone */
#define SIGNET_AUTHORITY_COMPROMISED "compromised" /* its keys may be in other hands */

/* An authority. */
typedef struct signet_authority {
    uint32_t size;
    uint32_t reserved;
    signet_text_t name;
    signet_text_t kind;         /* SIGNET_AUTHORITY_ROOT, … */
    signet_text_t state;        /* SIGNET_AUTHORITY_ACTIVE, … */
    signet_text_t parent;       /* name; empty for a root */
    signet_bytes_t certificate; /* DER; empty while pending */
    signet_text_t subject;      /* RFC 4514 */
    signet_text_t key_type;
    int64_t not_after;
} signet_authority_t;

/* A profile, for people and clients. */
typedef struct signet_profile {
    uint32_t size;
    uint32_t reserved;
    signet_text_t name;
    signet_text_t description;
    signet_text_t authority; /* the one it issues from by default */
    uint64_t version;
    int64_t validity_ms;
    signet_text_t document; /* the effective profile, a JSON object */
    signet_text_t origins;  /* for each member of document where it was set: "FILE:LINE", with the
                             * profile that it is inherited from, or "default"; a JSON object, or
                             * empty for an actor who may not read configuration */
} signet_profile_t;

/* A name asked for beside or instead of the request's own. */
typedef struct signet_requested_name {
    uint32_t size;
    uint32_t reserved;
    signet_text_t type; /* "dns", "ip", "email", "uri", "upn", "cn" */
    signet_text_t value;
} signet_requested_name_t;

/* A certificate asked for. The requester is the call's actor. */
typedef struct signet_issue_request {
    uint32_t size;
    uint32_t reserved;
    signet_text_t request_id; /* "rest/KEY", "acme/ORDER"; unique per tenant; empty: none */
    signet_text_t profile;
    signet_text_t authority;              /* empty: the profile's */
    signet_bytes_t csr;                   /* PKCS#10, DER (RFC 2986) */
    const signet_requested_name_t *names; /* set: instead of those in the request */
    uint64_t name_count;
    int64_t not_before;  /* ms since 1970 UTC; 0: now, as the profile has it */
    int64_t not_after;   /* 0: as the profile has it; never later than that */
    int64_t validity_ms; /* instead of not_after: counted from not_before or now, so that a request
                          * that is repeated under its request id is still the same; 0: not asked */
    const signet_pair_t *fields; /* beside the certificate: "owner", "tag.NAME"; "sid", the SID of
                                  * an account, by officers alone */
    uint64_t field_count;
    signet_text_t replaces_authority; /* the certificate that this one renews; empty: none */
    signet_bytes_t replaces_serial;
    signet_text_t attestation;   /* the format of a key attestation that the protocol has verified
                                  * up to a root that it trusts: "tpm", "apple", "step"; empty:
                                  * none */
    signet_bytes_t attested_key; /* the SubjectPublicKeyInfo that it attests, DER */
    signet_text_t generate;      /* the key is made by the CA: its type, SIGNET_KEY_*; csr is then
                                  * empty; empty: no */
    signet_text_t subject; /* with generate, what a request would say of the subject, RFC 4514:
                            * "CN=Ada Lovelace,O=Example" */
} signet_issue_request_t;

/* A renewal asked for: the same profile, authority and names. */
typedef struct signet_renew_request {
    uint32_t size;
    uint32_t reserved;
    signet_text_t request_id; /* as in signet_issue_request_t */
    signet_text_t authority;  /* of the certificate that is renewed */
    signet_bytes_t serial;
    signet_bytes_t csr;          /* with a new key; empty: the key is kept */
    int64_t validity_ms;         /* 0: as the profile has it */
    const signet_pair_t *fields; /* as in signet_issue_request_t */
    uint64_t field_count;
} signet_renew_request_t;
/* What would be issued. Made by the CA, in the call's arena. */
typedef struct signet_preview {
    uint32_t size;
    uint32_t approvals; /* how many persons would have to agree before */
    signet_text_t profile;
    uint64_t profile_version;
    signet_text_t authority;
    signet_text_t subject;      /* RFC 4514 */
    const signet_text_t *names; /* canonical, as in signet_certificate_t */
    uint64_t name_count;
    int64_t not_before;
    int64_t not_after;
    signet_bytes_t tbs; /* what would be signed but for the serial, which is drawn at issue */
    signet_text_t text; /* every field and extension, for people */
} signet_preview_t;

/* A revocation asked for. */
typedef struct signet_revoke_request {
    uint32_t size;
    int32_t reason; /* SIGNET_REASON_*; 6 holds; 0 is encoded as absent */
    signet_text_t authority;
    signet_bytes_t serial;
    int64_t invalid_since; /* ms since 1970 UTC, RFC 5280 5.3.2; 0: unknown */
    signet_text_t comment;
} signet_revoke_request_t;

/* Many revocations at once: of every unexpired, valid or held certificate that is selected and that
 * the actor may revoke. */
typedef struct signet_bulk_request {
    uint32_t size;
    int32_t reason;                           /* SIGNET_REASON_*, but not hold */
    const signet_certificate_query_t *select; /* limit, order, state and cursor do not count */
    int64_t invalid_since;
    signet_text_t comment;
    signet_bytes_t expected; /* the digest that a preview answered; empty: a preview */
    signet_bytes_t key;      /* SHA-256 of a SubjectPublicKeyInfo: of those the ones with this key;
                              * empty: all. It selects alone too */
    int64_t deadline; /* ms since 1970 UTC; set: each is to be replaced first, clients are told
                       * to renew, and a certificate is revoked once it is replaced, or when
                       * this time has come; 0: all are revoked at once */
    int64_t from;     /* with deadline: when the first clients shall renew; 0: when it is ordered */
    int64_t grace_ms; /* with deadline: how long one that is replaced still is valid, so that the
                       * new one comes into use; never beyond the deadline */
} signet_bulk_request_t;

/* Into how many equal parts the time of a replacement is divided for a preview. */
#define SIGNET_BULK_SPREAD 10U

/* States of many revocations, as text. */
#define SIGNET_BULK_PREVIEW "preview" /* nothing was revoked */
#define SIGNET_BULK_RUNNING "running"
#define SIGNET_BULK_DONE "done"

/* Many revocations. */
typedef struct signet_bulk {
    uint32_t size;
    int32_t reason;
    signet_text_t id;    /* empty for a preview */
    signet_text_t state; /* SIGNET_BULK_* */
    signet_text_t requester;
    signet_text_t comment;
    signet_bytes_t digest; /* over what is revoked, and why */
    uint64_t count;        /* how many were selected */
    uint64_t done;         /* how many of them are revoked */
    uint64_t failed;       /* how many could not be; the log says why */
    int64_t created;
    const signet_certificate_t *const *certificates; /* preview: the first 100 */
    uint64_t certificate_count;
    int64_t deadline; /* of a replacement; 0: it is none */
    int64_t from;
    int64_t grace_ms;
    uint64_t replaced;      /* how many have a successor */
    uint64_t unasked;       /* how many have a client that never asked when to renew (RFC 9773), and
                             * will not learn of it: when it was ordered, or now for a preview */
    const uint64_t *spread; /* preview: of the others, how many begin to renew in each part of the
                             * time between `from` and `deadline`; SIGNET_BULK_SPREAD */
} signet_bulk_t;

/* One way from an authority up to a root. */
typedef struct signet_chain {
    uint32_t size;
    uint32_t reserved;
    signet_text_t root;                 /* subject of the last, RFC 4514 */
    const signet_bytes_t *certificates; /* DER: the authority's own first, the root's last */
    uint64_t certificate_count;
} signet_chain_t;

/* A private key handed in to be archived, with the certificate that it belongs to, of whatever
 * issuer. */
typedef struct signet_key_import {
    uint32_t size;
    uint32_t reserved;
    signet_text_t profile;      /* that archives; it says to which recovery key */
    signet_bytes_t private_key; /* PrivateKeyInfo, DER (RFC 5958); secret */
    signet_bytes_t certificate; /* DER */
} signet_key_import_t;

/* A recovery asked for. */
typedef struct signet_recovery_request {
    uint32_t size;
    uint32_t reserved;
    signet_text_t authority;  /* of the certificate; "imported" for a key handed in */
    signet_bytes_t serial;    /* of the certificate; its SHA-256 for a key handed in */
    signet_text_t reason;     /* for the approvers and the journal; a line */
    signet_text_t request_id; /* tells two recoveries for the same reason apart; may be empty */
} signet_recovery_request_t;

/* An archived key. */
typedef struct signet_archived_key {
    uint32_t size;
    uint32_t reserved;
    signet_text_t authority; /* as in signet_recovery_request_t */
    signet_bytes_t serial;
    signet_text_t subject;      /* RFC 4514 */
    const signet_text_t *names; /* canonical, as in signet_certificate_t */
    uint64_t name_count;
    signet_text_t profile;
    signet_text_t requester;    /* who asked for the certificate, or handed the key in */
    signet_text_t recovery_key; /* that it is wrapped to */
    signet_bytes_t spki_sha256;
    int64_t not_after; /* of the certificate */
    int64_t archived_at;
    signet_bytes_t certificate; /* DER; in the answer to a recovery */
    signet_bytes_t private_key; /* PrivateKeyInfo, DER; in the answer to a recovery; secret */
    uint64_t generation; /* as in signet_certificate_t; in the answer to a recovery; 0: imported */
} signet_archived_key_t;

/* A search for archived keys, in the order in which they were archived. */
typedef struct signet_archived_key_query {
    uint32_t size;
    uint32_t descending; /* 1: newest first */
    signet_text_t name;  /* a canonical name, exact, or a value without its type; empty: all */
    uint64_t limit;      /* 1…1000 */
    signet_text_t cursor;
} signet_archived_key_query_t;

/* Archived keys found. */
typedef struct signet_archived_key_page {
    uint32_t size;
    uint32_t reserved;
    const signet_archived_key_t *const *keys; /* `count` pointers */
    uint64_t count;
    signet_text_t cursor; /* empty: the last page */
} signet_archived_key_page_t;

/* The interface. */
typedef struct signet_ca_interface {
    uint32_t size;
    uint32_t reserved;
    /* Issues one certificate. The same request id with the same request answers the first
     * certificate again; with another request CONFLICT. PENDING where it waits for approval, with
     * the id of signet.approval/1 as the error's field: the same request asked again, or a request
     * with nothing but the request id, answers the certificate once it is approved. One without a
     * request id is given one, which is the key of the approval. DENIED, INVALID
     * (profile, names, key, proof of possession), NOT_FOUND (profile, authority), UNAVAILABLE,
     * UNKNOWN.
     * Required. [worker] */
    int32_t (*issue)(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                     const signet_certificate_t **certificate);
    /* Revokes or holds. A reason may later be raised to keyCompromise, which blocks the key; any
     * other second revocation is CONFLICT. NOT_FOUND, DENIED, INVALID (reason).
     * Required. [worker] */
    int32_t (*revoke)(void *instance, signet_call_t *call, const signet_revoke_request_t *request,
                      const signet_certificate_t **certificate);
    /* Releases a held certificate. CONFLICT where it is not held, DENIED by strict profiles.
     * Required. [worker] */
    int32_t (*release)(void *instance, signet_call_t *call, signet_text_t authority,
                       signet_bytes_t serial, const signet_certificate_t **certificate);
    /* All authorities, as an array of `*count` pointers. Required. [any] */
    int32_t (*authorities)(void *instance, signet_call_t *call,
                           const signet_authority_t *const **authorities, uint64_t *count);
    /* The certificates from the authority's own to the root's, DER, in that order. NOT_FOUND.
     * Required. [any] */
    int32_t (*chain)(void *instance, signet_call_t *call, signet_text_t authority,
                     const signet_bytes_t **certificates, uint64_t *count);
    /* All profiles that the actor may read, as an array of `*count` pointers. Required. [any] */
    int32_t (*profiles)(void *instance, signet_call_t *call,
                        const signet_profile_t *const **profiles, uint64_t *count);
    /* Revokes for whoever holds the key of the certificate `der` (RFC 8555, 7.6): the caller has
     * verified that key's signature over something fresh and meant for this purpose; a request for
     * a certificate is neither. Authority and serial of the request are not looked at. NOT_FOUND
     * where it is none of ours, INVALID (reason: hold is not offered here), CONFLICT.
     * Optional. [worker] */
    int32_t (*revoke_by_key)(void *instance, signet_call_t *call, signet_bytes_t der,
                             const signet_revoke_request_t *request,
                             const signet_certificate_t **certificate);
    /* Revokes many certificates: first a preview, then, with its digest, for real, in the
     * background. CONFLICT ("bulk.changed") where the selection is not what was previewed, PENDING
     * where it is so large that a second person must agree, TOO_LARGE, INVALID (nothing selects),
     * DENIED. Optional. [worker] */
    int32_t (*revoke_many)(void *instance, signet_call_t *call,
                           const signet_bulk_request_t *request, const signet_bulk_t **bulk);
    /* How far many revocations are. NOT_FOUND. Optional. [worker] */
    int32_t (*bulk)(void *instance, signet_call_t *call, signet_text_t id,
                    const signet_bulk_t **bulk);
    /* Renews a certificate that the actor may change and may ask for. As issue; INVALID where it is
     * revoked, held or expired. Optional. [worker] */
    int32_t (*renew)(void *instance, signet_call_t *call, const signet_renew_request_t *request,
                     const signet_certificate_t **certificate);
    /* Says what `issue` would sign for the request, or fails as it would; nothing is signed,
     * stored or journaled, and the request id is not looked at. Optional. [worker] */
    int32_t (*preview)(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                       const signet_preview_t **preview);
    /* All ways up from an authority, as an array of `*count` pointers: the one that `chain` answers
     * first, then those by cross-certificates of foreign authorities. NOT_FOUND.
     * Optional. [any] */
    int32_t (*chains)(void *instance, signet_call_t *call, signet_text_t authority,
                      const signet_chain_t *const **chains, uint64_t *count);
    /* The chain of a certificate by its authority and the generation of the key that signed it
     * (signet_certificate_t.generation), in the order of `chain`; it stays the same however often
     * the authority's key is rotated. NOT_FOUND. Optional. [any] */
    int32_t (*chain_of)(void *instance, signet_call_t *call, signet_text_t authority,
                        uint64_t generation, const signet_bytes_t **certificates, uint64_t *count);
    /* Archives a key of an earlier certificate. DENIED, INVALID (the certificate is for signatures
     * too, the key is not its), NOT_FOUND (profile), EXISTS, UNAVAILABLE (recovery key).
     * Optional. [worker] */
    int32_t (*import_key)(void *instance, signet_call_t *call, const signet_key_import_t *request,
                          const signet_archived_key_t **archived);
    /* Recovers an archived key, once enough others have agreed; until then PENDING, as with issue.
     * Each approval is good for one answer: the request repeated afterwards is CONFLICT. DENIED,
     * NOT_FOUND, CORRUPT (record), UNAVAILABLE (recovery key). Optional. [worker] */
    int32_t (*recover_key)(void *instance, signet_call_t *call,
                           const signet_recovery_request_t *request,
                           const signet_archived_key_t **recovered);
    /* A page of archived keys that the actor may read of, without the keys. Optional. [worker] */
    int32_t (*archived_keys)(void *instance, signet_call_t *call,
                             const signet_archived_key_query_t *query,
                             const signet_archived_key_page_t **page);
    /* The chains that what an authority issued may be relied on by, as an array of `*count`
     * pointers: one for each of its keys that is certified, the issuing one first, but none with a
     * key in it that is known as compromised. NOT_FOUND. Optional. [any] */
    int32_t (*relied_chains)(void *instance, signet_call_t *call, signet_text_t authority,
                             const signet_chain_t *const **chains, uint64_t *count);
} signet_ca_interface_t;

#endif
