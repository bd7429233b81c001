/* A certificate as a profile makes it out of what was asked: names, subject, times, extensions.
 * Issuance, trying a profile and replaying a policy all build theirs here. */
#ifndef CA_DRAFT_H
#define CA_DRAFT_H

#include "ca.h"
#include "issue/field.h"
#include "issue/reservation.h"
#include "issue/serial.h"
#include "profile/names.h"
#include "profile/template.h"

/* What building one certificate gathers. The first members are given. */
typedef struct ca_draft {
    const signet_issue_request_t *request;
    const ca_profile_t *profile;
    ca_authority_t *authority;
    const signet_csr_t *csr;
    int64_t now;
    signet_text_t requester; /* the actor's id */
    ca_names_t names;        /* of the subjectAltName */
    ca_names_t all;          /* these, the common name and the mail address */
    ca_subject_t subject;
    uint8_t serial[CA_SERIAL_LENGTH];
    ca_content_t content;
    const signet_x509_t *predecessor; /* that is renewed; NULL: none */
    signet_text_t predecessor_key;    /* of its record */
    int predecessor_due;              /* its renewal was asked for, and its time has come */
    int key_kept;                     /* no request was sent: the key is the predecessor's */
    int key_generated;                /* nor here: it was made now */
    signet_bytes_t private_key;       /* PrivateKeyInfo of one that was made; secret */
    ca_fields_t fields;               /* beside the certificate */
    signet_attribute_t *filled;       /* of the subject, by policies */
    uint64_t filled_count;
    ca_reservation_t reservations[2]; /* of rules that count; put with the intent */
    uint64_t reservation_count;
} ca_draft_t;

/* Names and subject as the profile has them, within the constraints of the authorities. INVALID,
 * TOO_LARGE. */
int32_t ca_draft_names(signet_call_t *call, ca_draft_t *draft);
/* The rest of the content, with the serial that the draft holds. INVALID. */
int32_t ca_draft_content(signet_call_t *call, ca_draft_t *draft);

#endif
