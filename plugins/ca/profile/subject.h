/* The subject of a certificate: what a profile's rules make of what was asked. */
#ifndef CA_SUBJECT_H
#define CA_SUBJECT_H

#include "pool.h"
#include "profile/substitute.h"

#include <signet/option.h>
#include <signet/sdk/name.h>

#define CA_SUBJECT_REQUIRED 1 /* the request gives the value */
#define CA_SUBJECT_OPTIONAL 2 /* the request may give a value */
#define CA_SUBJECT_NAME 3     /* one of the certificate's names, by default the first */
#define CA_SUBJECT_FIXED 4    /* always the same value */
#define CA_SUBJECT_MADE 5     /* a text with parts of the request in braces */

/* A rule for one attribute: "CN=required", "OU=optional", "CN=name", "O=Example". */
typedef struct ca_subject_rule {
    signet_text_t type; /* "CN" */
    signet_bytes_t oid;
    int kind; /* CA_SUBJECT_* */
    int is_common_name;
    int is_email;
    signet_text_t value; /* FIXED, MADE */
} ca_subject_rule_t;

/* What was asked. */
typedef struct ca_subject_request {
    const ca_source_t *source;        /* with the certificate's names */
    int names_replaced;               /* the names do not come from the request */
    const signet_attribute_t *filled; /* by policies, where the request gave none */
    uint64_t filled_count;
} ca_subject_request_t;

/* The subject that came out. */
typedef struct ca_subject {
    signet_bytes_t name;       /* encoded */
    signet_text_t common_name; /* empty: none */
    signet_text_t email;       /* emailAddress; empty: none */
} ca_subject_t;

/* Rules from TEXTS, written most specific first, as names are. INVALID at the setting. */
int32_t ca_subject_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                             ca_subject_rule_t **rules, uint64_t *count);
/* Applies the rules. Attributes without a rule are left out. INVALID ("profile.subject"). */
int32_t ca_subject_build(signet_call_t *call, const ca_subject_rule_t *rules, uint64_t count,
                         const ca_subject_request_t *request, ca_subject_t *subject);

#endif
