/* Names inside constraints (RFC 5280, 4.2.1.10). */
#include "name_rule.h"

#include <string.h>

/* Whether `host` ends in `domain`, in any case of letters, at a label's start. `domain` begins with
 * '.' or follows one. */
static int is_below(signet_text_t host, signet_text_t domain)
{
    if (signet_text_starts(domain, ".")) {
        domain = (signet_text_t){domain.data + 1, domain.length - 1};
    }
    if (domain.length == 0 || host.length <= domain.length + 1) {
        return 0;
    }
    uint64_t start = host.length - domain.length;
    const signet_text_t end = {host.data + start, domain.length};
    return host.data[start - 1] == '.' && signet_text_equal_nocase(end, domain);
}

static int dns_within(signet_text_t host, signet_text_t constraint)
{
    if (constraint.length == 0) {
        return 1;
    }
    return (constraint.data[0] != '.' && signet_text_equal_nocase(host, constraint)) ||
           is_below(host, constraint);
}

/* A host alone, or with a leading '.' those below it. */
static int host_within(signet_text_t host, signet_text_t constraint)
{
    if (constraint.length == 0) {
        return 1;
    }
    return constraint.data[0] == '.' ? is_below(host, constraint)
                                     : signet_text_equal_nocase(host, constraint);
}

static int email_within(signet_text_t mailbox, signet_text_t constraint)
{
    signet_text_t host;
    signet_text_t constraint_host;
    signet_text_t local = signet_text_split(mailbox, '@', &host);
    signet_text_t constraint_local = signet_text_split(constraint, '@', &constraint_host);
    if (constraint_host.data == NULL) {
        return host_within(host, constraint);
    }
    return signet_text_equal(local, constraint_local) &&
           signet_text_equal_nocase(host, constraint_host);
}

/* The host of a canonical URI where that is a name, and not an address. */
static signet_text_t uri_host_name(signet_text_t uri)
{
    const signet_text_t none = {NULL, 0};
    signet_text_t host = signet_uri_host(uri);
    if (host.length == 0 || host.data[0] == '[') {
        return none;
    }
    /* The last label of a name is never a number; that of an IPv4 address always is. */
    const char *dot = memrchr(host.data, '.', host.length);
    uint64_t start = dot != NULL ? (uint64_t)(dot + 1 - host.data) : 0;
    while (start < host.length && host.data[start] >= '0' && host.data[start] <= '9') {
        start++;
    }
    return start < host.length ? host : none;
}

static int uri_within(signet_text_t uri, signet_text_t constraint)
{
    signet_text_t host = uri_host_name(uri);
    return host.length != 0 && host_within(host, constraint);
}

/* Address and mask, each as long as the name's address. */
static int ip_within(signet_bytes_t address, signet_bytes_t constraint)
{
    if (constraint.length != address.length * 2) {
        return 0;
    }
    const uint8_t *mask = constraint.data + address.length;
    for (uint64_t i = 0; i < address.length; i++) {
        if (((address.data[i] ^ constraint.data[i]) & mask[i]) != 0) {
            return 0;
        }
    }
    return 1;
}

int signet_name_within(const signet_canonical_t *name, const signet_general_name_t *constraint)
{
    signet_text_t text = signet_bytes_text(constraint->value);
    if (name->type != constraint->type) {
        return 0;
    }
    switch (name->type) {
    case SIGNET_NAME_DNS:
        return dns_within(name->value, text);
    case SIGNET_NAME_EMAIL:
        return email_within(name->value, text);
    case SIGNET_NAME_URI:
        return uri_within(name->value, text);
    case SIGNET_NAME_IP:
        return ip_within(name->encoded, constraint->value);
    default:
        return 0;
    }
}

int signet_name_meets(const signet_canonical_t *name, const signet_general_name_t *constraint)
{
    if (name->type != constraint->type) {
        return 0;
    }
    if (name->type == SIGNET_NAME_URI && uri_host_name(name->value).length == 0) {
        return 1;
    }
    if (name->type == SIGNET_NAME_DNS && signet_text_starts(name->value, "*.")) {
        const signet_text_t parent = {name->value.data + 1, name->value.length - 1};
        if (is_below(signet_bytes_text(constraint->value), parent)) {
            return 1;
        }
    }
    return signet_name_within(name, constraint);
}
