/* Fields beside a certificate, "owner", "tag.NAME" and "sid": asked for, or filled by policies.
 * They never stand in the certificate, but where the profile says so. */
#ifndef CA_ISSUE_FIELD_H
#define CA_ISSUE_FIELD_H

#include <signet/ca.h>
#include <signet/sdk/record.h>

#define CA_FIELD_SID "sid" /* of an account of Active Directory: "S-1-5-21-…" */
#define CA_FIELDS_MAX 32U
#define CA_FIELD_VALUE_MAX 256U

typedef struct ca_fields {
    signet_pair_t *items;
    uint64_t count;
} ca_fields_t;

/* Those of a request. INVALID ("request.field": no such field, an empty or too long value, one
 * given twice), TOO_LARGE. */
int32_t ca_fields_collect(signet_call_t *call, const signet_issue_request_t *request,
                          ca_fields_t *fields);
/* Whether it is "owner", "sid" or "tag.NAME", NAME of lower-case letters, digits, '-' and '_'. */
int ca_field_known(signet_text_t name);
/* The value; NULL where the field is not set. */
const signet_text_t *ca_field_value(const ca_fields_t *fields, signet_text_t name);
/* Adds a field that is not set yet; name and value are not copied. INVALID, TOO_LARGE. */
int32_t ca_field_add(signet_call_t *call, ca_fields_t *fields, signet_text_t name,
                     signet_text_t value);

#endif
