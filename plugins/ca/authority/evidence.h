/* What remains of a key that was destroyed: a JSON object in its record. */
#ifndef CA_EVIDENCE_H
#define CA_EVIDENCE_H

#include "authority/issued.h"
#include "authority/last_list.h"
#include "authority/lifecycle.h"

/* What it is made of. */
typedef struct ca_destruction {
    ca_generation_t item;
    ca_authority_t *authority; /* with the key; NULL: it was never certified */
    const signet_key_interface_t *keys;
    void *instance;
    const signet_key_t *key; /* NULL: it is gone */
    ca_issued_count_t issued;
    ca_last_list_t list;                   /* no number: none was signed */
    const signet_certificate_t *responder; /* NULL: none was asked for */
} ca_destruction_t;

/* The evidence as the destruction begins: what is to be destroyed, who wants it and who agreed, and
 * what was signed before. */
int32_t ca_evidence_begin(const ca_lifecycle_t *life, signet_call_t *call,
                          const ca_destruction_t *destruction, signet_text_t *evidence);
/* The same with the end: when it was gone, and whether it was there still when this was asked. */
int32_t ca_evidence_end(signet_call_t *call, const ca_destruction_t *destruction, int64_t now,
                        int found, signet_text_t *evidence);
/* Looks whether a key that was destroyed is gone; INTERNAL where it is there still. */
int32_t ca_evidence_gone(signet_call_t *call, const signet_key_interface_t *keys, void *instance,
                         signet_text_t uri);

#endif
