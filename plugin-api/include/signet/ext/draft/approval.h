/* signet.approval/1 (draft): what one person asks for and others must agree to.
 *
 * Whoever owns a rule that takes more than one person calls `require` before it acts. The first
 * time a matter is put down and PENDING is returned; once enough persons have agreed, the same call
 * by the same requester answers OK and the owner acts; `finish` then records the outcome. Approvals
 * count persons, not credentials, and nobody approves what they asked for themselves. */
#ifndef SIGNET_EXT_DRAFT_APPROVAL_H
#define SIGNET_EXT_DRAFT_APPROVAL_H

#include <signet/http.h>
#include <signet/store.h>

#define SIGNET_APPROVAL_INTERFACE "signet.approval/1"

/* States of a matter, as text. */
#define SIGNET_APPROVAL_PENDING "pending"
#define SIGNET_APPROVAL_APPROVED "approved" /* enough agreed; not acted on yet */
#define SIGNET_APPROVAL_DENIED "denied"
#define SIGNET_APPROVAL_WITHDRAWN "withdrawn"
#define SIGNET_APPROVAL_DONE "done" /* acted on: for a certificate, issued */
#define SIGNET_APPROVAL_EXPIRED "expired"

/* What `decide` may say. */
#define SIGNET_DECISION_APPROVE 1
#define SIGNET_DECISION_DENY 2

/* What is to be agreed to, and by how many. */
typedef struct signet_approval_matter {
    uint32_t size;
    uint32_t required;      /* how many persons must agree, besides the requester: 1… */
    signet_text_t kind;     /* "certificate.issue", "role.grant", "key.recover", … */
    signet_text_t key;      /* what tells it apart in its kind and tenant: a request id, a digest */
    signet_text_t object;   /* what it is about: "profile:code-signing" */
    signet_bytes_t digest;  /* SHA-256 over all that an approval covers. The same key with another
                             * digest is CONFLICT while pending, and sends an approved matter back
                             * to pending, without its approvals */
    signet_text_t document; /* what the approvers see, a JSON object */
    signet_text_t authority; /* the scope in which approvers need a role; empty: none */
    signet_text_t profile;
    const signet_text_t *roles; /* any of these roles lets a person approve */
    uint64_t role_count;
    int64_t expires_ms;  /* after which it expires without enough approvals, and for as long again
                          * it may then be acted on; 0: 7 days */
    int64_t escalate_ms; /* after which "approval.escalated" is journaled; 0: never */
    const signet_text_t *methods; /* how approvers must have proved who they are, as in
                                   * signet_actor_t.method: "certificate"; none: any way */
    uint64_t method_count;
} signet_approval_matter_t;

/* One person's decision or comment. */
typedef struct signet_approval_decision {
    uint32_t size;
    int32_t decision;     /* SIGNET_DECISION_*; 0: a comment */
    signet_text_t person; /* as signet_actor_t.person */
    signet_text_t actor;  /* the credential's actor id */
    int64_t at;           /* ms since 1970 UTC */
    signet_text_t comment;
} signet_approval_decision_t;

/* A matter on record. */
typedef struct signet_approval {
    uint32_t size;
    uint32_t required;
    signet_text_t id; /* 32 hexadecimal digits, made of kind and key; knowing it permits nothing */
    signet_text_t state;
    signet_text_t kind;
    signet_text_t key;
    signet_text_t object;
    signet_bytes_t digest;
    signet_text_t document;
    signet_text_t authority;
    signet_text_t profile;
    const signet_text_t *roles;
    uint64_t role_count;
    signet_text_t requester;                            /* the actor's id */
    signet_text_t person;                               /* behind it */
    const signet_approval_decision_t *const *decisions; /* `decision_count` pointers */
    uint64_t decision_count;
    signet_text_t result; /* once done: "certificate:device/01C8…" */
    int64_t created;
    int64_t expires;
    uint64_t version; /* of the record */
    const signet_text_t *methods;
    uint64_t method_count;
} signet_approval_t;

/* A search. Empty and zero members do not restrict. */
typedef struct signet_approval_query {
    uint32_t size;
    uint32_t descending; /* 1: newest first */
    signet_text_t state;
    signet_text_t kind;
    signet_text_t requester;
    uint64_t limit; /* 1…1000 */
    signet_text_t cursor;
} signet_approval_query_t;

/* Matters found. */
typedef struct signet_approval_page {
    uint32_t size;
    uint32_t reserved;
    const signet_approval_t *const *approvals; /* `count` pointers */
    uint64_t count;
    signet_text_t cursor; /* empty: the last page */
} signet_approval_page_t;

/* The interface. */
typedef struct signet_approval_interface {
    uint32_t size;
    uint32_t reserved;
    /* Whether a matter has been agreed to. OK with the matter: act now. PENDING
     * ("approval.pending", field: its id) where it waits, the first time putting it down; DENIED
     * ("approval.denied", "approval.expired", "approval.withdrawn"); CONFLICT ("approval.done": it
     * was acted on; "approval.changed"; "approval.of-another"). Required. [worker] */
    int32_t (*require)(void *instance, signet_call_t *call, const signet_approval_matter_t *matter,
                       const signet_approval_t **approval);
    /* A change that marks an approved matter as done, to be committed with what was done, so that
     * it is acted on once. Required. [worker] */
    int32_t (*finish)(void *instance, signet_call_t *call, const signet_approval_t *approval,
                      signet_text_t result, const signet_change_t **change);
    /* One matter by its id, for its requester, for those who may decide and for auditors.
     * NOT_FOUND. Required. [worker] */
    int32_t (*get)(void *instance, signet_call_t *call, signet_text_t id,
                   const signet_approval_t **approval);
    /* Those that the actor may see, oldest first. Required. [worker] */
    int32_t (*query)(void *instance, signet_call_t *call, const signet_approval_query_t *query,
                     const signet_approval_page_t **page);
    /* Approves or denies. DENIED (own matter, no such role, the person has decided already),
     * CONFLICT (no longer pending), NOT_FOUND. One denial denies. Required. [worker] */
    int32_t (*decide)(void *instance, signet_call_t *call, signet_text_t id, int32_t decision,
                      signet_text_t comment, const signet_approval_t **approval);
    /* Takes one's own matter back. CONFLICT, NOT_FOUND. Required. [worker] */
    int32_t (*withdraw)(void *instance, signet_call_t *call, signet_text_t id,
                        signet_text_t comment, const signet_approval_t **approval);
    /* Adds a comment, for whoever may see the matter. Required. [worker] */
    int32_t (*comment)(void *instance, signet_call_t *call, signet_text_t id, signet_text_t comment,
                       const signet_approval_t **approval);
} signet_approval_interface_t;

#endif
