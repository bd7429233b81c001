/* From a to-be-signed part to a certificate on record: lint, intent, signature, verification,
 * record with journal entry. There is no other way to a certificate. */
#ifndef CA_SIGNING_H
#define CA_SIGNING_H

#include "ca.h"
#include "profile/draft.h"
#include "record/record.h"

#include <signet/ca.h>

/* A certificate on its way. */
typedef struct ca_signing {
    ca_authority_t *authority; /* the issuer */
    int self;                  /* 1: a root's own certificate */
    int regardless; /* 1: whether or not it is in service: the last certificate before its key is
                     * destroyed, or a root's own for a new key */
    signet_text_t key_uri; /* of the issuer's key */
    const ca_content_t *content;
    ca_draft_t *draft;   /* whose reservations are put with the intent; NULL: there are none */
    ca_record_t *record; /* all but serial, body, der and fingerprint */
    const signet_issue_request_t *request; /* with a request id; or NULL */
    signet_bytes_t request_digest;
    const signet_change_t *finish;   /* of the approval, with the intent; NULL: it took none */
    const signet_change_t *reopen;   /* takes that back with the intent */
    const signet_change_t *archived; /* the private key, committed with the record; NULL: none */
    signet_text_t recovery_key;      /* that it is wrapped to */
    const ca_record_t *precertified; /* the record that becomes the certificate's; NULL: none */
    signet_text_t logs;              /* that gave its SCTs */
} ca_signing_t;

/* Encodes what is to be signed by `authority` and looks at its octets: the lint, and the limits of
 * all authorities above. `self` for a root's own certificate. */
int32_t ca_signing_judge(signet_call_t *call, const ca_authority_t *authority, int self,
                         const ca_content_t *content, signet_bytes_t *tbs);
/* Carries it through. After the intent is durable the call is shielded, and whatever fails leaves
 * the intent, which counts as signed; only where the key said that it signed nothing is the intent
 * taken back. Where the profile wants SCTs this happens twice: the precertificate is on record and
 * counts as issued before any log is asked. On success the record is complete. INTERNAL
 * ("signature.wrong") where the key made a wrong signature: the authority is then suspended and
 * nothing was stored. */
int32_t ca_signing_run(ca_t *ca, signet_call_t *call, ca_signing_t *signing);
/* Goes on with the precertificate in signing->record: logs, intent, signature, record. BUSY where
 * somebody else does, or it was revoked meanwhile. */
int32_t ca_signing_resume(ca_t *ca, signet_call_t *call, ca_signing_t *signing);

#endif
