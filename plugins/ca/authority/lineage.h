/* All keys of an authority, as they are now: an immutable snapshot behind an atomic pointer of the
 * configured authority. A call takes the issuing key once and ends with it; what a snapshot points
 * to lives as long as the instance, so that nothing has to be counted. */
#ifndef CA_LINEAGE_H
#define CA_LINEAGE_H

#include "authority/generation.h"

struct ca_lineage {
    uint64_t revision;   /* grows with each change of a record */
    signet_text_t state; /* SIGNET_AUTHORITY_ACTIVE, …SUSPENDED, …RETIRED, …COMPROMISED */
    signet_text_t reason;
    int64_t since;                /* of the state; 0: ever */
    uint64_t state_version;       /* of the state's record; 0: there is none */
    ca_authority_t *issuing;      /* with the key that issues, or that did so last */
    const ca_generation_t *items; /* by number */
    uint64_t count;
};

/* The authority with the key that issues now; itself while it has no lineage. */
static inline ca_authority_t *ca_authority_now(ca_authority_t *authority)
{
    const ca_lineage_t *lineage =
        atomic_load_explicit(&authority->home->lineage, memory_order_acquire);
    return lineage != NULL ? lineage->issuing : authority;
}

/* Its lineage; NULL while it has no certificate. */
const ca_lineage_t *ca_lineage(const ca_authority_t *authority);
/* Before the authority's own certificate is loaded: whether its key was destroyed. */
int32_t ca_lineage_look(ca_t *ca, signet_call_t *call, ca_authority_t *authority);
/* Reads the records again and puts a new snapshot in place of an older one. The authority's own
 * certificate is loaded. */
int32_t ca_lineage_refresh(ca_t *ca, signet_call_t *call, ca_authority_t *authority);
/* The same for all, as a job: other nodes change them too. */
int32_t ca_lineage_job(void *instance, signet_call_t *call);
/* A generation by its number, or NULL. */
const ca_generation_t *ca_lineage_find(const ca_lineage_t *lineage, uint64_t number);
/* The one in a state, or NULL. */
const ca_generation_t *ca_lineage_in(const ca_lineage_t *lineage, const char *state);
/* Whether one of its keys is this one. */
int ca_lineage_has_key(const ca_authority_t *authority, signet_bytes_t spki);
/* Of a parent's keys the one that a certificate names as its issuer's; the issuing one where it
 * names none of them. */
ca_authority_t *ca_lineage_issuer(ca_authority_t *parent, const signet_x509_t *x509);
/* The authority with the key of this generation (0: the first). NOT_FOUND. */
int32_t ca_lineage_authority(ca_t *ca, signet_call_t *call, signet_text_t name, uint64_t generation,
                             ca_authority_t **authority);
/* A copy of an authority's configuration for another key; nothing of the certificate. */
void ca_lineage_copy(ca_authority_t *home, uint64_t generation, signet_text_t key,
                     ca_authority_t *copy);
/* The file that an option of the authority (crl, responder) names for the key of this authority:
 * its marks {generation} and {key-id} replaced. Without a mark it is that of the issuing key alone,
 * so that it is empty for the others; empty too where none is named. */
int32_t ca_lineage_file(signet_call_t *call, const ca_authority_t *authority, const char *option,
                        signet_text_t *path);
/* Gives such a copy a key of another type, with the algorithm that suits it; empty: it keeps the
 * configured one. INVALID ("authority.key-type"). */
int32_t ca_lineage_retype(ca_pool_t *pool, signet_call_t *call, signet_text_t type,
                          ca_authority_t *copy);
/* Compiles the templates of all profiles for an authority with a certificate. */
int32_t ca_lineage_equip(ca_t *ca, signet_call_t *call, ca_authority_t *authority);
void ca_lineage_free(ca_authority_t *authority);

#endif
