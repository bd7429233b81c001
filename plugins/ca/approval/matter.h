/* Matters that wait for others to agree: the collection ca.approvals, keyed by a matter's id. */
#ifndef CA_MATTER_H
#define CA_MATTER_H

#include "ca.h"

#include <signet/ext/draft/approval.h>

#define CA_APPROVALS "ca.approvals"
#define CA_MATTER_FIELDS 16U
/* Decisions and comments of one matter. */
#define CA_MATTER_DECISIONS_MAX 200U

/* A matter, and what only its record knows. */
typedef struct ca_matter {
    signet_approval_t approval;
    int64_t lifetime_ms; /* of each of the two waits: for approvals, then for being acted on */
    int64_t escalates;   /* ms since 1970 UTC; 0: never, or done already */
} ca_matter_t;

int32_t ca_matter_declare(signet_call_t *call, const signet_store_t *store);
/* The id that kind and key make: the same in every tenant, whose records are apart. */
int32_t ca_matter_id(signet_call_t *call, signet_text_t kind, signet_text_t key, signet_text_t *id);
/* A change that puts the matter as it stands, at its version (0: it is new). Its parts live in the
 * arena. */
int32_t ca_matter_put(signet_call_t *call, const ca_matter_t *matter, signet_change_t *change);
int32_t ca_matter_decode(signet_call_t *call, const signet_record_t *stored, ca_matter_t **matter);
/* The matter with this id, in its state of now: a wait that has run out shows as expired even
 * before the sweep. NOT_FOUND without an error set. */
int32_t ca_matter_get(ca_t *ca, signet_call_t *call, signet_text_t id, ca_matter_t **matter);
int ca_matter_is(const ca_matter_t *matter, const char *state);
/* Whether it is pending or approved. */
int ca_matter_open(const ca_matter_t *matter);
/* Adds a decision or comment of the call's actor. TOO_LARGE where there are too many. */
int32_t ca_matter_add(signet_call_t *call, ca_matter_t *matter, int32_t decision,
                      signet_text_t comment);
/* How many persons have approved. */
uint64_t ca_matter_count(const ca_matter_t *matter);
/* Makes the matter durable with an entry in the journal; its version moves on. CONFLICT where
 * somebody changed it meanwhile. */
int32_t ca_matter_commit(ca_t *ca, signet_call_t *call, ca_matter_t *matter, const char *event,
                         signet_text_t comment);

#endif
