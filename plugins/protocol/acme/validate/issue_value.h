/* The value of a CAA issue property (RFC 8659, 4.2), which records of dns-persist-01 have as well:
 * the name of an issuer and parameters. */
#ifndef ACME_ISSUE_VALUE_H
#define ACME_ISSUE_VALUE_H

#include <signet/sdk/text.h>

#define ACME_ISSUE_PARAMETERS_MAX 32U

typedef struct acme_issue_parameter {
    signet_text_t tag;
    signet_text_t value;
} acme_issue_parameter_t;

typedef struct acme_issue_value {
    signet_text_t issuer; /* empty: no issuer, which permits nobody */
    acme_issue_parameter_t parameters[ACME_ISSUE_PARAMETERS_MAX];
    uint64_t count;
} acme_issue_value_t;

int acme_is_alphanumeric(char c);
/* Parses a text, into which the value then points. 0, or -1 where it has another form or more than
 * ACME_ISSUE_PARAMETERS_MAX parameters. [any] */
int acme_issue_value_parse(signet_text_t text, acme_issue_value_t *value);
/* How often there is a parameter of this tag, in whatever case; `found` gets the last. [any] */
unsigned acme_issue_value_find(const acme_issue_value_t *value, const char *tag,
                               signet_text_t *found);

#endif
