/* Intents: what is about to be signed, durable before it is. The collection ca.intents, keyed as
 * certificates are. An intent that nobody is working on any more counts as signed. */
#ifndef CA_INTENT_H
#define CA_INTENT_H

#include "record/record.h"

#define CA_INTENTS "ca.intents"
#define CA_INTENT_FIELDS 9U

/* An intent, in the form of the record that it would have become. */
typedef struct ca_intent {
    ca_record_t record; /* body: the to-be-signed part */
    int listed;         /* its abandonment is in the journal */
} ca_intent_t;

/* A mark that this process works on an intent, on the stack of who does. */
typedef struct ca_flight {
    struct ca_flight *next;
    struct ca_flight *previous;
    signet_text_t key;
} ca_flight_t;

void ca_flight_begin(ca_flight_t *flight, signet_text_t key);
void ca_flight_end(ca_flight_t *flight);
int ca_intent_in_flight(signet_text_t key);

int32_t ca_intent_declare(signet_call_t *call, const signet_store_t *store);
/* A change that puts the intent; `fields` has room for CA_INTENT_FIELDS. */
signet_change_t ca_intent_put(signet_text_t key, uint64_t expected, const ca_intent_t *intent,
                              signet_field_t *fields);
/* Whether an intent, read before, is abandoned: nobody works on it, and it is still there. */
int32_t ca_intent_abandoned(signet_call_t *call, const signet_store_t *store, signet_text_t key,
                            int *abandoned);
/* The intent in a record; names, subject and times come from its to-be-signed part. */
int32_t ca_intent_decode(signet_call_t *call, const signet_record_t *stored, ca_intent_t **intent);
/* A to-be-signed part with an empty signature, for the reader of certificates. */
int32_t ca_intent_whole(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t *whole);
/* An abandoned intent by key. NOT_FOUND without an error set where there is none. */
int32_t ca_intent_get(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                      signet_bytes_t serial, ca_intent_t **intent);

#endif
