/* Reservations: what keeps two requests at once from both passing a rule that counts. The
 * collection ca.reservations, one record for each key or holder that such a rule looks at. The
 * record lists certificates, and each issuance under the rule puts it, with the version that it
 * read, in the commit of its intent: whoever looked at the same record meanwhile finds it changed
 * and looks again. Certificates of profiles without such rules have nothing to do with it.
 *
 * What does not count any more is swept: a record of which nothing counts is marked as empty, and
 * deleted long after, since versions must not begin anew while somebody remembers one. Whoever
 * reads it meanwhile takes the mark away first. */
#ifndef CA_RESERVATION_H
#define CA_RESERVATION_H

#include "record/record.h"

#define CA_RESERVATIONS "ca.reservations"
/* Its field that marks it for deletion: since when nothing of it counts. */
#define CA_RESERVATION_EMPTY "empty_since"

/* One as it was read, and as it will be put. */
typedef struct ca_reservation {
    signet_text_t key;           /* of the record */
    uint64_t version;            /* SIGNET_VERSION_ABSENT: there is none yet */
    signet_text_t *certificates; /* keys; room for one more */
    uint64_t count;
} ca_reservation_t;

int32_t ca_reservation_declare(signet_call_t *call, const signet_store_t *store);
/* The key of the reservation for a key, by SHA-256 of its SubjectPublicKeyInfo. */
int32_t ca_reservation_of_key(signet_call_t *call, signet_bytes_t digest, signet_text_t *key);
/* The key of the reservation for whoever certificates of a profile are for: the subject, or where
 * that is empty all names. */
int32_t ca_reservation_of_holder(signet_call_t *call, signet_text_t profile, signet_text_t subject,
                                 const signet_text_t *names, uint64_t name_count,
                                 signet_text_t *key);
/* Reads it; an empty one where there is none. One that is marked for deletion is put anew without
 * the mark before. */
int32_t ca_reservation_read(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            ca_reservation_t *reservation);
/* What became of a certificate on the list: its record, its intent in the form of a record in the
 * state "unknown", or NULL where the intent was taken back or the record is archived. */
int32_t ca_reservation_find(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            ca_record_t **record);
/* Whether a certificate that was found is one that its holder has: not revoked, not expired. One
 * on hold can be released, and so counts. */
int ca_reservation_active(const ca_record_t *record, int64_t now);
/* Whether a certificate that a record lists still counts, in the tenant of the call. */
int32_t ca_reservation_counts(signet_call_t *call, const signet_store_t *store,
                              signet_text_t reservation, signet_text_t certificate, int *counts);
/* A change that puts it with one certificate more; the change refers to `field`. */
signet_change_t ca_reservation_put(ca_reservation_t *reservation, signet_text_t certificate,
                                   signet_field_t *field);
/* Adds a certificate that is there already; whether it was not on the list. */
int32_t ca_reservation_add(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                           signet_text_t certificate, int *added);

#endif
