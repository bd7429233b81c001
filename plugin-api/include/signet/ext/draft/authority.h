/* signet.authority/1 (draft): the life of authorities and of their keys.
 *
 * An authority has one or more keys, its generations, counted from 1. A further key is made and
 * certified (rotate), published beside the one that issues, and then issues in its place
 * (activate); the former signs on the status of what it issued until it is destroyed. */
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
#define SIGNET_CHANGE_RETIRE "retire"           /* nothing is issued any more */
#define SIGNET_CHANGE_DESTROY_KEY "destroy-key" /* destroy one of its keys, with evidence */
#define SIGNET_CHANGE_COMPROMISED "compromised" /* block its keys and prepare the replacement */

/* A change asked for. */
typedef struct signet_authority_change {
    uint32_t size;
    uint32_t rehearse; /* 1: say what would be done, and change nothing; for compromised */
    signet_text_t action;
    signet_text_t authority;
    uint64_t generation;        /* destroy-key: of which key */
    signet_bytes_t certificate; /* import: DER */
    signet_bytes_t crl;         /* destroy-key: the key's last revocation list, DER */
    signet_bytes_t responder;   /* destroy-key: its last OCSP responder's certificate, DER */
    signet_text_t override; /* destroy-key: why it is destroyed in spite of valid certificates */
    signet_text_t comment;  /* why; kept with the state */
    int64_t spread_ms;      /* compromised: over how long replacements are spread; 0: 24 hours */
} signet_authority_change_t;

/* What was done, or what there is. */
typedef struct signet_authority_report {
    uint32_t size;
    uint32_t reserved;
    signet_text_t document; /* a JSON object */
    signet_bytes_t request; /* rotate: PKCS#10, DER, where the parent is elsewhere; else empty */
} signet_authority_report_t;

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
} signet_authority_interface_t;

#endif
