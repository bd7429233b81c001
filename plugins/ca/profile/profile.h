/* A profile: what a certificate may contain and who may ask for it. Read-only once compiled. */
#ifndef CA_PROFILE_H
#define CA_PROFILE_H

#include "archive/recovery_key.h"
#include "authority/authority.h"
#include "profile/effective.h"
#include "profile/private_extension.h"
#include "profile/qualifier.h"
#include "profile/subject.h"

#define CA_KIND_END_ENTITY 1
#define CA_KIND_SUBORDINATE 2
#define CA_KIND_OCSP_RESPONDER 3

/* How many templates there are for one profile and authority: one for each class of keys. */
#define CA_KEY_CLASSES 3U

/* Extensions that are the same in every certificate of one profile from one authority. */
typedef struct ca_template {
    signet_bytes_t extensions;
    uint64_t extension_count;
    uint32_t key_usage;
    int64_t path_length;
    const signet_extension_t *linted; /* those of `extensions`, read back and found right */
} ca_template_t;

/* A pattern of permitted names. */
typedef struct ca_pattern {
    signet_text_t text;
    signet_bytes_t range; /* of addresses, as GeneralSubtree has it; empty: text with '*' */
} ca_pattern_t;

typedef struct ca_patterns {
    ca_pattern_t *items;
    uint64_t count;
} ca_patterns_t;

/* A name that each certificate gets, with parts of the request in braces. */
typedef struct ca_added_name {
    const char *type; /* "dns", "ip", "email", "uri", "upn" */
    signet_text_t text;
} ca_added_name_t;

/* Whether the SID of an account is issued. */
#define CA_SID_NONE 0
#define CA_SID_OPTIONAL 1
#define CA_SID_REQUIRED 2

/* The key of a certificate that renews another. */
#define CA_RENEWAL_KEY_ALLOWED 0   /* the same, or a new one */
#define CA_RENEWAL_KEY_REQUIRED 1  /* the same */
#define CA_RENEWAL_KEY_FORBIDDEN 2 /* one that was never certified before */

typedef struct ca_profile ca_profile_t;
struct ca_tenant; /* see tenant.h */

struct ca_profile {
    const signet_setting_t *setting; /* effective: with what is inherited */
    const signet_text_t *origins;    /* as ca_effective_t has it */
    int abstract;                    /* for others to extend, not to be used */
    signet_text_t name;
    signet_text_t tenant;    /* whose it is; empty: the default one's */
    struct ca_tenant *owner; /* that tenant; NULL: the default one */
    signet_text_t description;
    int kind; /* CA_KIND_* */
    uint64_t version;
    ca_authority_t *authority; /* by default; NULL: each request names one */
    uint8_t *permitted;        /* for each authority: 1 where the profile may be used with it */
    const signet_setting_t *requesters;
    ca_subject_rule_t *rules;
    uint64_t rule_count;
    ca_patterns_t dns;
    ca_patterns_t ip;
    ca_patterns_t email;
    ca_patterns_t uri;
    ca_patterns_t upn;
    const signet_text_t *listed; /* canonical names that are permitted too, sorted */
    uint64_t listed_count;
    const ca_added_name_t *added;
    uint64_t added_count;
    int wildcards;
    int names_from_role; /* a requester's role must say which names it may ask for */
    int names_required;
    uint64_t max_names;
    const signet_setting_t *key_types;
    int64_t validity_ms;
    int64_t backdate_ms;
    int clip;
    int strict;
    int strict_server; /* strict, and for servers */
    uint32_t key_usage;
    signet_bytes_t *usages; /* encoded OIDs of extendedKeyUsage */
    uint64_t usage_count;
    signet_bytes_t *policies;
    uint64_t policy_count;
    ca_qualifier_t *qualifiers; /* one for each of policies */
    ca_private_extensions_t private_extensions;
    int must_staple;
    int no_revocation;
    const struct ca_log_policy *transparency; /* of logs; NULL: none is asked */
    int sid;                                  /* CA_SID_* */
    const signet_setting_t *required_fields;
    int renewal_key;        /* CA_RENEWAL_KEY_* */
    int shared_key_refused; /* a key that was certified for another subject */
    uint64_t max_active;    /* valid certificates of one subject; 0: no limit */
    int64_t renewal_window_ms;
    int64_t archive_after_ms; /* after notAfter; 0: never */
    int64_t purge_after_ms;
    int64_t path_length;
    ca_limits_t limits;               /* of subordinates, on all below them */
    int generate_keys;                /* keys are made for requesters */
    const ca_recovery_key_t *archive; /* private keys are kept, wrapped to it; NULL: they are not */
    uint32_t approval;                /* how many others must agree; 0: nobody */
    const signet_setting_t *approvers;
    const signet_setting_t *approver_methods;
    int64_t approval_expires_ms;
    int64_t approval_escalates_ms;  /* 0: never */
    signet_text_t document;         /* JSON */
    signet_text_t origins_document; /* JSON */
    uint64_t index;                 /* among all */
};

/* Fills a profile from its effective settings. INVALID at the setting. */
int32_t ca_profile_configure(ca_pool_t *pool, signet_call_t *call, const ca_effective_t *effective,
                             ca_authority_t *authorities, uint64_t authority_count,
                             ca_profile_t *profile);
/* Compiles the unchanging extensions for certificates from an active authority. */
int32_t ca_profile_compile(ca_pool_t *pool, signet_call_t *call, const ca_profile_t *profile,
                           ca_authority_t *authority);
const ca_template_t *ca_profile_template(const ca_profile_t *profile,
                                         const ca_authority_t *authority,
                                         const signet_public_key_t *key);
const ca_profile_t *ca_profile_find(const ca_profile_t *profiles, uint64_t count,
                                    signet_text_t name);
/* Whether the profile has an extended key usage, dotted. */
int ca_profile_has_usage(const ca_profile_t *profile, const char *dotted);
/* The profile's own list of URLs where it is set, even to nothing; else the authority's. */
const signet_setting_t *ca_profile_urls(const ca_profile_t *profile,
                                        const ca_authority_t *authority, const char *option);
/* Whether the profile asks if a key was certified before. */
int ca_profile_looks_at_keys(const ca_profile_t *profile);
int ca_profile_permits_key(const ca_profile_t *profile, signet_text_t key_type);

#endif
