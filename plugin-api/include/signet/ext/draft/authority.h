/* signet.authority/1 (draft): the life of authorities and of their keys.
 *
 * An authority has one or more keys, its generations, counted from 1. A further key is made and
 * certified (rotate), published beside the one that issues, and then issues in its place
 * (activate); the former signs on the status of what it issued. */
#ifndef SIGNET_EXT_DRAFT_AUTHORITY_H
#define SIGNET_EXT_DRAFT_AUTHORITY_H

#include <signet/call.h>

#define SIGNET_AUTHORITY_INTERFACE "signet.authority/1"

/* What can be done, as text. */
#define SIGNET_CHANGE_ROTATE "rotate"     /* make a further key and certify or request it */
#define SIGNET_CHANGE_IMPORT "import"     /* take the certificate that was requested */
#define SIGNET_CHANGE_ACTIVATE "activate" /* the pre-published key issues from now on */
#define SIGNET_CHANGE_SUSPEND "suspend"   /* nothing is issued until resume */
#define SIGNET_CHANGE_RESUME "resume"
#define SIGNET_CHANGE_RETIRE "retire" /* nothing is issued any more */
/* A key that issues no more is destroyed for good, with evidence. Interrupted and asked again it
 * goes on; asked once more it is OK and changes nothing. */
#define SIGNET_CHANGE_DESTROY_KEY "destroy-key"
/* Its keys may be in other hands: they are blocked for ever, its certificates revoked at the parent
 * or asked to be, and a further key made, which `activate` lets issue. The comment is required.
 * What failed is done when the same is asked for again. */
#define SIGNET_CHANGE_COMPROMISED "compromised"

/* A change asked for. */
typedef struct signet_authority_change {
    uint32_t size;
    uint32_t reserved;
    signet_text_t action;
    signet_text_t authority;
    signet_bytes_t certificate; /* import: DER */
    signet_text_t comment;      /* why; kept with the state */
    uint64_t generation;        /* destroy-key: which key; required */
    signet_text_t override;     /* destroy-key: why certificates that are still good may lose their
                                 * key; empty: refused where there are such */
    signet_bytes_t responder;   /* destroy-key: PKCS#10, DER, of an OCSP responder that is certified
                                 * for as long as the last list is good; empty: none */
    signet_text_t profile;      /* destroy-key: the responder's profile */
    signet_text_t key_type;     /* rotate, compromised: of the further key, SIGNET_KEY_*; empty: as
                                 * the configuration has it */
} signet_authority_change_t;

/* What a ceremony made for the online side, as `signet ceremony import` hands it to a host that
 * runs. */
typedef struct signet_authority_bundle {
    uint32_t size;
    uint32_t quorum;           /* how many must have signed it, at least */
    signet_bytes_t file;       /* the bundle */
    signet_text_t signers;     /* certificates of those who may sign it, PEM */
    signet_bytes_t transcript; /* that must hold it; or empty */
    signet_text_t folder;      /* for what belongs to no authority; or empty: nowhere */
} signet_authority_bundle_t;

/* What was done, or what there is. */
typedef struct signet_authority_report {
    uint32_t size;
    uint32_t reserved;
    signet_text_t document;   /* a JSON object */
    signet_bytes_t request;   /* rotate: PKCS#10, DER, where the parent is elsewhere; else empty */
    signet_text_t revocation; /* compromised: lines for the step sign-crl of the parent's ceremony
                               * (option `revoked`); empty: the parent has revoked here */
    signet_text_t problem;    /* compromised: why no further key could be made; else empty */
} signet_authority_report_t;

/* What a compromise reaches, asked for page by page. */
typedef struct signet_impact_query {
    uint32_t size;
    uint32_t reserved;
    signet_text_t authority;
    uint64_t limit; /* 1…1000 */
    signet_text_t cursor;
} signet_impact_query_t;

/* The interface. */
typedef struct signet_authority_interface {
    uint32_t size;
    uint32_t reserved;
    /* Changes the state of an authority or of its keys. DENIED, NOT_FOUND, INVALID, CONFLICT (not
     * from this state, "authority.state"; or changed meanwhile), PENDING (a second person must
     * agree), UNAVAILABLE. Required. [worker] */
    int32_t (*change)(void *instance, signet_call_t *call, const signet_authority_change_t *change,
                      const signet_authority_report_t **report);
    /* An authority's state and keys. NOT_FOUND, DENIED. Required. [worker] */
    int32_t (*generations)(void *instance, signet_call_t *call, signet_text_t authority,
                           const signet_authority_report_t **report);
    /* The last revocation list that a key signed before it was destroyed, DER. NOT_FOUND.
     * Optional. [worker] */
    int32_t (*last_list)(void *instance, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, signet_bytes_t *list);
    /* The evidence of a key's end. NOT_FOUND where it has not come. Optional. [worker] */
    int32_t (*evidence)(void *instance, signet_call_t *call, signet_text_t authority,
                        uint64_t generation, const signet_authority_report_t **report);
    /* What a compromise of the authority's keys reaches, or would: how many certificates that are
     * still good, by profile and owner, the authorities below, and a page of the certificates. A
     * JSON object. Optional. [worker] */
    int32_t (*impact)(void *instance, signet_call_t *call, const signet_impact_query_t *query,
                      const signet_authority_report_t **report);
    /* Walks through a compromise and says what would happen, a JSON object. Nothing changes, but
     * the journal says that it was rehearsed. Optional. [worker] */
    int32_t (*rehearse)(void *instance, signet_call_t *call, signet_text_t authority,
                        const signet_authority_report_t **report);
    /* Judges a bundle and puts into the journal what of it is to be installed; whoever asked, an
     * administrator of this machine, writes the files afterwards. The document counts the entries
     * ("journaled"). DENIED, INVALID, CONFLICT as the command. Optional. [worker] */
    int32_t (*import_bundle)(void *instance, signet_call_t *call,
                             const signet_authority_bundle_t *bundle,
                             const signet_authority_report_t **report);
} signet_authority_interface_t;

#endif
