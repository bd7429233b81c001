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

/* A host alone, or with a leading '.' those below it. RFC 5280 gives the empty constraint no
 * meaning for mailboxes and URIs: nothing lies in it, and everything meets it. */
static int host_within(signet_text_t host, signet_text_t constraint)
{
    if (constraint.length == 0) {
        return 0;
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

/* An IPv4 address written as IPv6 (RFC 4291, 2.5.5.2) reaches the same host. */
static int mapped_within(signet_bytes_t address, signet_bytes_t constraint)
{
    static const uint8_t prefix[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.length != 16 || constraint.length != 8 ||
        memcmp(address.data, prefix, sizeof(prefix)) != 0) {
        return 0;
    }
    return ip_within((signet_bytes_t){address.data + sizeof(prefix), 4}, constraint);
}

static int dns_meets(signet_text_t host, signet_text_t constraint)
{
    const signet_text_t below = {constraint.data + 1, constraint.length - 1};
    if (signet_text_starts(host, "*.")) {
        const signet_text_t parent = {host.data + 1, host.length - 1};
        if (is_below(constraint, parent)) {
            return 1;
        }
    }
    /* Some take a leading dot as the domain itself and all below it. */
    return constraint.length > 1 && constraint.data[0] == '.' &&
           signet_text_equal_nocase(host, below);
}

static int email_meets(signet_text_t mailbox, signet_text_t constraint)
{
    /* Hosts compare local parts in any case of letters. */
    return signet_text_equal_nocase(mailbox, constraint);
}

int signet_name_meets(const signet_canonical_t *name, const signet_general_name_t *constraint)
{
    signet_text_t text = signet_bytes_text(constraint->value);
    if (name->type != constraint->type) {
        return 0;
    }
    if (signet_name_within(name, constraint)) {
        return 1;
    }
    switch (name->type) {
    case SIGNET_NAME_DNS:
        return dns_meets(name->value, text);
    case SIGNET_NAME_EMAIL:
        return text.length == 0 || email_meets(name->value, text);
    case SIGNET_NAME_URI:
        return text.length == 0 || uri_host_name(name->value).length == 0;
    case SIGNET_NAME_IP:
        return mapped_within(name->encoded, constraint->value);
    default:
        return 0;
    }
}

/* Hosts of one constraint in another, both with or without a leading dot. `apex` is 1 where a
 * constraint without one covers what is below it. */
static int host_constraint_within(signet_text_t inner, signet_text_t outer, int apex)
{
    if (outer.length == 0 || inner.length == 0) {
        return outer.length == 0;
    }
    if (inner.data[0] != '.') {
        return apex ? dns_within(inner, outer) : host_within(inner, outer);
    }
    const signet_text_t inner_name = {inner.data + 1, inner.length - 1};
    const int dotted = outer.data[0] == '.';
    const signet_text_t outer_name = {outer.data + dotted, outer.length - (unsigned)dotted};
    return (dotted || apex) &&
           (signet_text_equal_nocase(inner_name, outer_name) || is_below(inner_name, outer_name));
}

static int email_constraint_within(signet_text_t inner, signet_text_t outer)
{
    signet_text_t host;
    signet_text_split(outer, '@', &host);
    if (host.data != NULL) {
        return email_within(inner, outer) && memchr(inner.data, '@', inner.length) != NULL;
    }
    signet_text_split(inner, '@', &host);
    return host.data != NULL ? host_within(host, outer) : host_constraint_within(inner, outer, 0);
}

/* Each address of the inner range lies in the outer one. */
static int range_within(signet_bytes_t inner, signet_bytes_t outer)
{
    uint64_t length = inner.length / 2;
    if (inner.length != outer.length) {
        return 0;
    }
    for (uint64_t i = 0; i < length; i++) {
        uint8_t mask = outer.data[length + i];
        if ((mask & ~inner.data[length + i]) != 0 ||
            ((inner.data[i] ^ outer.data[i]) & mask) != 0) {
            return 0;
        }
    }
    return 1;
}

int signet_constraint_within(const signet_general_name_t *inner, const signet_general_name_t *outer)
{
    signet_text_t inner_text = signet_bytes_text(inner->value);
    signet_text_t outer_text = signet_bytes_text(outer->value);
    if (inner->type != outer->type) {
        return 0;
    }
    switch (inner->type) {
    case SIGNET_NAME_DNS:
        return host_constraint_within(inner_text, outer_text, 1);
    case SIGNET_NAME_EMAIL:
        return email_constraint_within(inner_text, outer_text);
    case SIGNET_NAME_URI:
        return host_constraint_within(inner_text, outer_text, 0);
    case SIGNET_NAME_IP:
        return range_within(inner->value, outer->value);
    default:
        return signet_bytes_equal(inner->value, outer->value);
    }
}
