/* The records behind an authority's life: the collection ca.generations, keyed "authority/number".
 * Number 0 is the authority's own state, the others are its keys, in the order of their making. */
#ifndef CA_GENERATION_H
#define CA_GENERATION_H

#include "ca.h"

#define CA_GENERATIONS "ca.generations"
#define CA_GENERATION_FIELDS 16U

/* States of a key. */
#define CA_KEY_REQUESTED "requested"       /* made; its certificate is asked for */
#define CA_KEY_PREPUBLISHED "prepublished" /* certified and published, not issuing yet */
#define CA_KEY_ACTIVE "active"
#define CA_KEY_RETIRED "retired"         /* issues no more; signs the status of what it issued */
#define CA_KEY_COMPROMISED "compromised" /* it may be in other hands; nothing is signed with it */
#define CA_KEY_DESTROYING "destroying"   /* it may be gone */
#define CA_KEY_DESTROYED "destroyed"

typedef struct ca_generation {
    uint64_t number;     /* 0: the authority itself */
    signet_text_t state; /* CA_KEY_*; of the authority SIGNET_AUTHORITY_* */
    signet_text_t key_uri;
    signet_text_t key_type;      /* SIGNET_KEY_*; empty: as the configuration has it */
    signet_bytes_t certificate;  /* DER; empty where it is not certified, or comes from the file */
    signet_bytes_t old_with_new; /* link certificates of a root (RFC 4210, 4.4), DER: */
    signet_bytes_t new_with_old; /* the former key's by this one, and the other way around */
    int64_t created;
    int64_t activated;
    int64_t retired;
    int64_t destroyed;
    int64_t compromised;       /* since when that is known; it stays when the key is destroyed */
    signet_text_t reason;      /* given for the state */
    signet_bytes_t public_key; /* of one that is being destroyed or was; else empty */
    signet_text_t evidence;    /* of its end, a JSON object; empty: it has not come */
    uint64_t version;          /* of the record; 0: there is none */
    ca_authority_t *authority; /* in a lineage: as it signs; NULL where it is not certified */
} ca_generation_t;

int32_t ca_generation_declare(signet_call_t *call, const signet_store_t *store);
/* The records of one authority by number, in the arena. */
int32_t ca_generation_read(ca_t *ca, signet_call_t *call, signet_text_t authority,
                           ca_generation_t **items, uint64_t *count);
/* A change that puts one in place of the version that was read. `fields` has room for
 * CA_GENERATION_FIELDS. */
int32_t ca_generation_put(signet_call_t *call, signet_text_t authority,
                          const ca_generation_t *generation, signet_field_t *fields,
                          signet_change_t *change);
int ca_generation_is(const ca_generation_t *generation, const char *state);

#endif
