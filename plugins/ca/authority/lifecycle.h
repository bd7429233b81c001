/* The life of an authority: each function makes one change of state, durable together with its
 * entry in the journal, and puts it into force. All of them refuse what is not possible from the
 * state as it is: CONFLICT ("authority.state"). */
#ifndef CA_LIFECYCLE_H
#define CA_LIFECYCLE_H

#include "authority/lineage.h"

#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/authority.h>

/* A change on its way: what is written together. */
typedef struct ca_lifecycle ca_lifecycle_t;

struct ca_lifecycle {
    ca_t *ca;
    ca_authority_t *home;
    const ca_lineage_t *lineage;
    const signet_authority_change_t *change;
    const signet_change_t *approved;   /* marks the second person's approval as used; NULL: none */
    const signet_approval_t *approval; /* of the second person; NULL: none */
    signet_text_t note;       /* what the second person is told besides; it may change meanwhile */
    signet_bytes_t request;   /* the outcome of rotate: PKCS#10 */
    signet_text_t revocation; /* of a compromise: what the parent is to revoke elsewhere */
    uint64_t revoked;         /* and how many of the authority's certificates it revoked here */
    signet_text_t problem;    /* why no further key could be made */
    signet_text_t document;   /* the outcome, JSON; empty: the authority as it is then */
    /* Asked once all else permits the change: whether a second person agreed; NULL: nobody must. */
    int32_t (*agree)(ca_lifecycle_t *life, signet_call_t *call);
};

int32_t ca_lifecycle_rotate(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_import(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_activate(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_suspend(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_resume(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_retire(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_destroy(ca_lifecycle_t *life, signet_call_t *call);
int32_t ca_lifecycle_compromised(ca_lifecycle_t *life, signet_call_t *call);

/* Whether a further key could be made now, and the name that it would have in the backend. */
int32_t ca_lifecycle_rotate_check(const ca_lifecycle_t *life, signet_call_t *call,
                                  signet_text_t *name);

/* For these functions. The state's record as it is to be, with this state. */
ca_generation_t ca_lifecycle_state(const ca_lifecycle_t *life, const char *state);
/* Whether the authority is in this state, SIGNET_AUTHORITY_*. */
int ca_lifecycle_is(const ca_lifecycle_t *life, const char *state);
int32_t ca_lifecycle_refuse(const ca_lifecycle_t *life, signet_call_t *call, const char *why);
/* Writes up to CA_LIFECYCLE_ITEMS records and up to as many other changes with an entry in the
 * journal, and puts them into force. CONFLICT where somebody else changed them meanwhile. */
#define CA_LIFECYCLE_ITEMS 40U
int32_t ca_lifecycle_commit(ca_lifecycle_t *life, signet_call_t *call, const ca_generation_t *items,
                            uint64_t count, const signet_change_t *others, uint64_t other_count,
                            const char *event, const signet_pair_t *fields, uint64_t field_count);

#endif
