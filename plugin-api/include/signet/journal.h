/* signet.journal/1: the durable, sealed record of everything that happened.
 *
 * An entry's key is node, epoch and sequence. About once a second each node seals the entries
 * below its oldest open commit: a Merkle root (RFC 9162, 2.1) over the stored bytes, chained to
 * the last seal and signed. Everything downstream reads sealed entries with a durable cursor. */
#ifndef SIGNET_JOURNAL_H
#define SIGNET_JOURNAL_H

#include <signet/http.h>
#include <signet/store.h>

#define SIGNET_JOURNAL_INTERFACE "signet.journal/1"

/* Events, named object.verb-ed. A plugin may add its own under its id. */
#define SIGNET_EVENT_CERTIFICATE_ISSUED "certificate.issued"
#define SIGNET_EVENT_CERTIFICATE_PRECERTIFIED "certificate.precertified" /* for logs (RFC 6962) */
#define SIGNET_EVENT_CERTIFICATE_DENIED "certificate.denied"
#define SIGNET_EVENT_CERTIFICATE_REVOKED "certificate.revoked"
#define SIGNET_EVENT_CERTIFICATE_HELD "certificate.held"
#define SIGNET_EVENT_CERTIFICATE_RELEASED "certificate.released"
#define SIGNET_EVENT_CERTIFICATE_HINTED "certificate.hinted"     /* when to renew it was set */
#define SIGNET_EVENT_CERTIFICATES_REVOKED "certificates.revoked" /* many: this is their order */
#define SIGNET_EVENT_CERTIFICATE_ARCHIVED "certificate.archived"
#define SIGNET_EVENT_CERTIFICATE_PURGED "certificate.purged"
#define SIGNET_EVENT_PROFILE_OVERRIDDEN "profile.overridden" /* a danger that is accepted */
#define SIGNET_EVENT_INTENT_ABANDONED "intent.abandoned"
#define SIGNET_EVENT_APPROVAL_REQUESTED "approval.requested"
#define SIGNET_EVENT_APPROVAL_RETURNED "approval.returned" /* changed: all decide anew */
#define SIGNET_EVENT_APPROVAL_APPROVED "approval.approved" /* by one person */
#define SIGNET_EVENT_APPROVAL_DENIED "approval.denied"
#define SIGNET_EVENT_APPROVAL_WITHDRAWN "approval.withdrawn"
#define SIGNET_EVENT_APPROVAL_COMMENTED "approval.commented"
#define SIGNET_EVENT_APPROVAL_EXPIRED "approval.expired"
#define SIGNET_EVENT_APPROVAL_ESCALATED "approval.escalated"
#define SIGNET_EVENT_AUTHORITY_CREATED "authority.created"
#define SIGNET_EVENT_AUTHORITY_REQUESTED "authority.requested"
#define SIGNET_EVENT_AUTHORITY_ACTIVATED "authority.activated"
#define SIGNET_EVENT_AUTHORITY_CROSSED "authority.cross-certified"   /* by a foreign one */
#define SIGNET_EVENT_AUTHORITY_ROTATING "authority.rotating"         /* a further key is made */
#define SIGNET_EVENT_AUTHORITY_PREPUBLISHED "authority.prepublished" /* and certified */
#define SIGNET_EVENT_AUTHORITY_SUSPENDED "authority.suspended"
#define SIGNET_EVENT_AUTHORITY_RESUMED "authority.resumed"
#define SIGNET_EVENT_AUTHORITY_RETIRED "authority.retired"
#define SIGNET_EVENT_AUTHORITY_COMPROMISED "authority.compromised"
#define SIGNET_EVENT_COMPROMISE_REHEARSED "compromise.rehearsed" /* nothing was done */
#define SIGNET_EVENT_LIST_SIGNED "list.signed"       /* a revocation list, to be published */
#define SIGNET_EVENT_LIST_CONCLUDED "list.concluded" /* the last revocation list of a key */
#define SIGNET_EVENT_KEY_DESTROYING "key.destroying" /* it may be gone from now on */
#define SIGNET_EVENT_KEY_DESTROYED "key.destroyed"
#define SIGNET_EVENT_KEY_GENERATED "key.generated"
#define SIGNET_EVENT_KEY_BLOCKED "key.blocked"
#define SIGNET_EVENT_KEY_ARCHIVED "key.archived" /* one that was handed in */
#define SIGNET_EVENT_KEY_RECOVERED "key.recovered"
#define SIGNET_EVENT_TOKEN_CREATED "token.created"
#define SIGNET_EVENT_TOKEN_REVOKED "token.revoked"
#define SIGNET_EVENT_TENANT_ENTERED "tenant.entered" /* by the provider's staff, with consent */
#define SIGNET_EVENT_GLASS_BROKEN "glass.broken"     /* by the provider's staff, without */
#define SIGNET_EVENT_LOGIN_FAILED "login.failed"
#define SIGNET_EVENT_ACCESS_DENIED "access.denied"
#define SIGNET_EVENT_JOURNAL_ROLLED_BACK "journal.rolled-back"   /* the store is an older one */
#define SIGNET_EVENT_JOURNAL_ACKNOWLEDGED "journal.acknowledged" /* a rollback, by a person */
#define SIGNET_EVENT_CLOCK_JUMPED "clock.jumped" /* the wall clock was set, or was wrong */
#define SIGNET_EVENT_HOST_STARTED "host.started"
#define SIGNET_EVENT_HOST_STOPPED "host.stopped"
#define SIGNET_EVENT_CONFIGURATION_LOADED "configuration.loaded"
#define SIGNET_EVENT_CONFIGURATION_REFUSED "configuration.refused" /* the former one stays */
#define SIGNET_EVENT_PLUGIN_LOADED "plugin.loaded"
#define SIGNET_EVENT_DELIVERY_REFUSED                                                              \
    "delivery.refused" /* by an exporter or a notifier, for good */
#define SIGNET_EVENT_CERTIFICATE_FOUND "certificate.found" /* for the first time */
#define SIGNET_EVENT_PROCESS_LOST "process.lost"           /* of an isolated instance */
#define SIGNET_EVENT_PROCESS_RESTARTED "process.restarted"
#define SIGNET_EVENT_ENTRIES_SUPPRESSED "entries.suppressed" /* summary of a flood */

/* An entry to be written. Time, node, actor, tenant and trace come from the call. */
typedef struct signet_entry {
    uint32_t size;
    uint32_t reserved;
    signet_text_t event;  /* SIGNET_EVENT_* */
    signet_text_t object; /* what it happened to: "certificate:device/01C8…", "token:…" */
    const signet_pair_t *fields; /* its particulars; never a secret */
    uint64_t field_count;
} signet_entry_t;

/* An entry that was written. */
typedef struct signet_journal_entry {
    uint32_t size;
    uint32_t sealed;   /* 1: under a seal */
    signet_text_t key; /* "node/epoch/sequence", the numbers in 16 hexadecimal digits */
    int64_t time;
    signet_text_t event;
    signet_text_t object;
    signet_text_t actor;
    signet_text_t tenant;
    signet_text_t trace;
    signet_text_t body; /* the stored bytes: a JSON object with all of it */
} signet_journal_entry_t;

/* A search. Empty and zero members do not restrict. */
typedef struct signet_journal_query {
    uint32_t size;
    uint32_t descending;  /* 1: newest first */
    signet_text_t event;  /* exact */
    signet_text_t object; /* exact */
    signet_text_t actor;  /* exact */
    int64_t from;         /* ms since 1970 UTC, inclusive */
    int64_t to;           /* exclusive */
    uint64_t limit;       /* 1…1000 */
    signet_text_t cursor;
} signet_journal_query_t;

/* Entries found or delivered. */
typedef struct signet_journal_page {
    uint32_t size;
    uint32_t reserved;
    const signet_journal_entry_t *const *entries; /* `count` pointers */
    uint64_t count;
    signet_text_t cursor; /* of the next page; of read: the position to acknowledge */
} signet_journal_page_t;

/* The interface. */
typedef struct signet_journal_interface {
    uint32_t size;
    uint32_t reserved;
    /* Makes the changes (0 to 90) and the entry durable together: the one way to make a journaled
     * change. Statuses as store.commit; after UNKNOWN it has read back itself, so that UNKNOWN
     * only comes where the store does not answer. Required. [worker] */
    int32_t (*commit)(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count, const signet_entry_t *entry);
    /* Records a denial or failed login. The first of a source and event is an entry of its own,
     * further ones within a minute are counted and become one summary. `source` is an address, an
     * actor or a token id. A failure is logged, and the denial stands. Required. [worker] */
    void (*denied)(void *instance, signet_call_t *call, signet_text_t source,
                   const signet_entry_t *entry);
    /* Searches entries of the call's tenant, for auditors and administrators of all of it, and for
     * the host's own jobs and commands; DENIED for others. Required. [worker] */
    int32_t (*query)(void *instance, signet_call_t *call, const signet_journal_query_t *query,
                     const signet_journal_page_t **page);
    /* Sealed entries after the durable cursor of `consumer`, at most `limit`, in seal order. The
     * same again until acknowledged: delivery is at least once. Required. [worker] */
    int32_t (*read)(void *instance, signet_call_t *call, signet_text_t consumer, uint64_t limit,
                    const signet_journal_page_t **page);
    /* Moves the cursor of `consumer` to a position that read gave. Required. [worker] */
    int32_t (*acknowledge)(void *instance, signet_call_t *call, signet_text_t consumer,
                           signet_text_t position);
    /* Whether what is decided now may be signed: asked before anything is. UNAVAILABLE
     * ("journal.rolled-back") while the store was put back to an earlier state and nobody has
     * acknowledged that. Optional. [worker] */
    int32_t (*ready)(void *instance, signet_call_t *call);
} signet_journal_interface_t;

#endif
