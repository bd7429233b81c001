/* An authority with one of its keys: its configuration, and what its certificate says. Read-only
 * once it is loaded, but for what becomes known while it signs, and for which keys there are. */
#ifndef CA_AUTHORITY_H
#define CA_AUTHORITY_H

#include "authority/bounds.h"
#include "authority/limits.h"
#include "profile/extension.h"

#include <signet/ca.h>
#include <signet/key.h>
#include <signet/sdk/crypto.h>
#include <stdatomic.h>

typedef struct ca_authority ca_authority_t;
typedef struct ca_alternate ca_alternate_t; /* see alternate.h */
typedef struct ca_lineage ca_lineage_t;     /* see lineage.h */
struct ca_template;                         /* see profile.h */

struct ca_authority {
    const signet_setting_t *setting;
    signet_text_t name;
    signet_text_t tenant;    /* whose it is; empty: the default one's */
    signet_text_t kind;      /* SIGNET_AUTHORITY_ROOT, … */
    signet_text_t key_type;  /* SIGNET_KEY_* */
    signet_text_t algorithm; /* SIGNET_SIGN_* */
    signet_text_t keys;      /* the instance of signet.key/1; empty: the key is elsewhere */
    signet_text_t key;       /* name or URI in the backend */
    signet_text_t path;      /* of the certificate's file */
    ca_authority_t *parent;  /* with the key that signed its certificate; NULL: a root */
    ca_authority_t *home;    /* as it is configured, with its first key; maybe itself */
    uint64_t index;          /* of the configured one among all */
    uint64_t generation;     /* of its key; 1: the one that is configured */
    int64_t validity_ms;
    int64_t path_length;       /* of its certificate when it is made; -1: none */
    signet_bytes_t subject;    /* Name; as configured, then as its certificate has it */
    ca_limits_t limits;        /* extensions of its own certificate when it is made */
    signet_bytes_t identifier; /* AlgorithmIdentifier of `algorithm` */
    uint64_t issued_metric;

    /* From the certificate; `certificate` is empty while the authority is pending. */
    signet_bytes_t certificate;
    signet_text_t subject_text;
    signet_bytes_t spki;
    signet_bytes_t key_id;
    int64_t not_before;
    int64_t not_after;
    int64_t path_limit;         /* how many authorities may follow below it; -1: no limit */
    ca_bounds_t bounds;         /* what its certificate and those above leave open */
    ca_alternate_t *alternates; /* ways up by cross-certificates; NULL: none */
    signet_verifier_t *verifier;
    signet_text_t key_uri;    /* of the key in the backend; empty: the key is elsewhere */
    atomic_int key_destroyed; /* or about to be */
    ca_published_t published;
    struct ca_template *templates;         /* for each profile one for each class of keys */
    _Atomic(const ca_lineage_t *) lineage; /* of the configured one: all keys; NULL: pending */

    atomic_int suspended;       /* a signature was wrong: nothing is signed until a restart */
    atomic_llong answered_at;   /* monotonic ms: the key's last signature */
    atomic_llong resting_until; /* monotonic ms: the key did not answer, so it is not asked */
};

/* Fills an authority from its settings; parents are linked by ca_authorities_link. Nothing is
 * opened. INVALID at the setting. */
int32_t ca_authority_configure(ca_pool_t *pool, signet_call_t *call,
                               const signet_setting_t *setting, ca_authority_t *authority);
/* Whether each of a list of URLs can stand in a certificate. INVALID at the URL. */
int32_t ca_authority_check_urls(signet_call_t *call, const signet_setting_t *setting,
                                const char *option);
/* Finds each authority's parent and refuses circles and kinds that do not fit. */
int32_t ca_authorities_link(signet_call_t *call, ca_authority_t *authorities, uint64_t count);
/* The one that is configured, by its name. */
ca_authority_t *ca_authority_find(ca_authority_t *authorities, uint64_t count, signet_text_t name);
/* SIGNET_AUTHORITY_*. */
signet_text_t ca_authority_state(const ca_authority_t *authority);
int ca_authority_is(const ca_authority_t *authority, const char *kind);
/* Whether a name may be an authority's, or a tenant's: names stand in the journal, in keys of
 * records and in requests. */
int ca_authority_is_name(signet_text_t name);
/* Whether it is one of ours: UNSUPPORTED ("authority.external") for an external one. */
int32_t ca_authority_local(signet_call_t *call, const ca_authority_t *authority);
/* Whether it is neither suspended, retired nor compromised: UNAVAILABLE, naming which. */
int32_t ca_authority_in_service(signet_call_t *call, const ca_authority_t *authority);
/* Whether it can sign now: UNAVAILABLE, naming why it cannot; UNSUPPORTED for an external one. */
int32_t ca_authority_ready(signet_call_t *call, ca_authority_t *authority, int64_t now);
/* Whether every constraint from the authority up to its root permits a name. This is for an early
 * answer; ca_bounds_check judges the whole certificate before it is signed. */
int ca_authority_permits(const ca_authority_t *authority, const signet_canonical_t *name);
void ca_authority_free(ca_authority_t *authority);

#endif
