/* A profile: what a certificate may contain and who may ask for it. Read-only once compiled. */
#ifndef CA_PROFILE_H
#define CA_PROFILE_H

#include "authority/authority.h"
#include "profile/subject.h"

#define CA_KIND_END_ENTITY 1
#define CA_KIND_SUBORDINATE 2
#define CA_KIND_OCSP_RESPONDER 3

/* Extensions that are the same in every certificate of one profile from one authority. */
typedef struct ca_template {
    signet_bytes_t extensions;
    uint64_t extension_count;
    uint32_t key_usage;
    int64_t path_length;
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

typedef struct ca_profile {
    const signet_setting_t *setting;
    signet_text_t name;
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
    int wildcards;
    int names_required;
    uint64_t max_names;
    const signet_setting_t *key_types;
    int64_t validity_ms;
    int64_t backdate_ms;
    int clip;
    int strict;
    uint32_t key_usage;
    signet_bytes_t *usages; /* encoded OIDs of extendedKeyUsage */
    uint64_t usage_count;
    signet_bytes_t *policies;
    uint64_t policy_count;
    int64_t path_length;
    ca_limits_t limits;       /* of subordinates, on all below them */
    signet_text_t document;   /* JSON */
    ca_template_t *templates; /* for each authority two: for RSA keys, and for others */
} ca_profile_t;

/* Fills a profile from its settings. INVALID at the setting. */
int32_t ca_profile_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *setting,
                             ca_authority_t *authorities, uint64_t authority_count,
                             ca_profile_t *profile);
/* Compiles the unchanging extensions for certificates from an active authority. */
int32_t ca_profile_compile(ca_pool_t *pool, signet_call_t *call, ca_profile_t *profile,
                           const ca_authority_t *authority, uint64_t index);
const ca_template_t *ca_profile_template(const ca_profile_t *profile, uint64_t authority_index,
                                         const signet_public_key_t *key);
const ca_profile_t *ca_profile_find(const ca_profile_t *profiles, uint64_t count,
                                    signet_text_t name);
int ca_profile_permits_key(const ca_profile_t *profile, signet_text_t key_type);

#endif
