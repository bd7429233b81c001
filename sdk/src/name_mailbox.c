#include "name_rule.h"

#include <string.h>

#define LOCAL_MAX_LENGTH 64U
#define MAILBOX_MAX_LENGTH 254U

/* A dot-atom (RFC 5321, 4.1.2); quoted local parts are refused, because nobody compares them. */
static int is_dot_atom(signet_text_t local)
{
    int dot = 1;
    for (uint64_t i = 0; i < local.length; i++) {
        char character = local.data[i];
        int letter = (character >= 'a' && character <= 'z') ||
                     (character >= 'A' && character <= 'Z') ||
                     (character >= '0' && character <= '9');
        if (character == '.' && dot) {
            return 0;
        }
        if (!letter && (character == 0 || strchr(".!#$%&'*+-/=?^_`{|}~", character) == NULL)) {
            return 0;
        }
        dot = character == '.';
    }
    return !dot;
}

const char *signet_name_rule_email(signet_call_t *call, signet_text_t value,
                                   signet_text_t *canonical)
{
    signet_text_t domain;
    signet_text_t host;
    signet_text_t local = signet_text_split(value, '@', &domain);
    if (domain.length == 0) {
        return "it has no domain behind '@'";
    }
    if (local.length > LOCAL_MAX_LENGTH || !is_dot_atom(local)) {
        return "its local part is not a dot-atom of 1 to 64 characters";
    }
    const char *rule = signet_name_rule_dns(call, domain, 0, &host);
    if (rule != NULL) {
        return rule;
    }
    if (local.length + 1 + host.length > MAILBOX_MAX_LENGTH) {
        return "it is longer than 254 octets";
    }
    *canonical = signet_format(call, "%.*s@%.*s", SIGNET_FORMAT(local), SIGNET_FORMAT(host));
    return NULL;
}
