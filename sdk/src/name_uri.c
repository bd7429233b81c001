/* URIs (RFC 3986), as far as a certificate's names go. */
#include "name_rule.h"

#include <string.h>

#define URI_MAX_LENGTH 2048U

static int is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static int is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static int is_hex(char character)
{
    return is_digit(character) || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

/* Whether all is unreserved, reserved or percent-encoded. */
static int is_uri_text(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        char character = text.data[i];
        if (character == '%') {
            if (text.length - i < 3 || !is_hex(text.data[i + 1]) || !is_hex(text.data[i + 2])) {
                return 0;
            }
        } else if (!is_letter(character) && !is_digit(character) &&
                   (character == 0 || strchr("-._~:/?#[]@!$&'()*+,;=", character) == NULL)) {
            return 0;
        }
    }
    return 1;
}

static int is_scheme(signet_text_t scheme)
{
    if (scheme.length == 0 || !is_letter(scheme.data[0])) {
        return 0;
    }
    for (uint64_t i = 0; i < scheme.length; i++) {
        char character = scheme.data[i];
        if (!is_letter(character) && !is_digit(character) &&
            (character == 0 || strchr("+-.", character) == NULL)) {
            return 0;
        }
    }
    return 1;
}

static signet_text_t lower(signet_call_t *call, signet_text_t text)
{
    char *copy = signet_alloc(call, text.length + 1, 1);
    for (uint64_t i = 0; copy != NULL && i < text.length; i++) {
        copy[i] = text.data[i];
        if (copy[i] >= 'A' && copy[i] <= 'Z') {
            copy[i] = (char)(copy[i] - 'A' + 'a');
        }
    }
    return (signet_text_t){copy, copy != NULL ? text.length : 0};
}

/* The part of an authority before the port; `rest` begins with the colon, or is empty. A literal
 * of IPv6 stands in brackets, which stay with the host. */
static signet_text_t split_port(signet_text_t authority, signet_text_t *rest)
{
    uint64_t start = 0;
    if (signet_text_starts(authority, "[")) {
        const char *end = memchr(authority.data, ']', authority.length);
        start = end != NULL ? (uint64_t)(end - authority.data) : authority.length;
    }
    uint64_t length = start;
    while (length < authority.length && authority.data[length] != ':') {
        length++;
    }
    *rest = (signet_text_t){authority.data + length, authority.length - length};
    return (signet_text_t){authority.data, length};
}

static int is_port(signet_text_t port)
{
    uint64_t value = 0;
    if (port.length < 2 || port.length > 6) {
        return 0;
    }
    for (uint64_t i = 1; i < port.length; i++) {
        if (!is_digit(port.data[i])) {
            return 0;
        }
        value = value * 10 + (uint64_t)(port.data[i] - '0');
    }
    return value > 0 && value <= 65535;
}

static const char *canonical_host(signet_call_t *call, signet_text_t host, signet_text_t *canonical)
{
    signet_bytes_t octets;
    if (host.length == 0) {
        return "it has no host";
    }
    if (host.data[0] == '[') {
        signet_text_t address;
        if (host.length < 3 || host.data[host.length - 1] != ']') {
            return "its address does not stand in brackets";
        }
        const signet_text_t inside = {host.data + 1, host.length - 2};
        const char *rule = signet_name_rule_ip(call, inside, &address, &octets);
        if (rule != NULL || octets.length != 16) {
            return "what stands in brackets is not an IPv6 address";
        }
        *canonical = signet_format(call, "[%.*s]", SIGNET_FORMAT(address));
        return NULL;
    }
    if (signet_name_rule_ip(call, host, canonical, &octets) == NULL && octets.length == 4) {
        return NULL;
    }
    return signet_name_rule_dns(call, host, 0, canonical);
}

/* Schemes whose URIs always name a host. */
static int needs_host(signet_text_t scheme)
{
    return signet_text_is(scheme, "http") || signet_text_is(scheme, "https") ||
           signet_text_is(scheme, "spiffe");
}

static uint64_t authority_length(signet_text_t text)
{
    uint64_t length = 0;
    while (length < text.length && strchr("/?#", text.data[length]) == NULL) {
        length++;
    }
    return length;
}

const char *signet_name_rule_uri(signet_call_t *call, signet_text_t value, signet_text_t *canonical)
{
    signet_text_t rest;
    signet_text_t scheme = signet_text_split(value, ':', &rest);
    if (value.length > URI_MAX_LENGTH) {
        return "it is longer than 2048 octets";
    }
    if (rest.data == NULL || !is_scheme(scheme)) {
        return "it does not begin with a scheme";
    }
    if (!is_uri_text(rest)) {
        return "it holds a character that URIs do not";
    }
    scheme = lower(call, scheme);
    if (scheme.data == NULL) {
        *canonical = scheme;
        return NULL;
    }
    if (!signet_text_starts(rest, "//")) {
        if (rest.length == 0 || rest.data[0] == '/' || needs_host(scheme)) {
            return "it has no host";
        }
        *canonical = signet_format(call, "%.*s:%.*s", SIGNET_FORMAT(scheme), SIGNET_FORMAT(rest));
        return NULL;
    }
    rest = (signet_text_t){rest.data + 2, rest.length - 2};
    const signet_text_t authority = {rest.data, authority_length(rest)};
    const signet_text_t path = {rest.data + authority.length, rest.length - authority.length};
    if (authority.length != 0 && memchr(authority.data, '@', authority.length) != NULL) {
        return "it names a user before its host";
    }
    signet_text_t port;
    signet_text_t host;
    const char *rule = canonical_host(call, split_port(authority, &port), &host);
    if (rule != NULL) {
        return rule;
    }
    if (port.length != 0 && !is_port(port)) {
        return "its port is not a number from 1 to 65535";
    }
    *canonical = signet_format(call, "%.*s://%.*s%.*s%.*s", SIGNET_FORMAT(scheme),
                               SIGNET_FORMAT(host), SIGNET_FORMAT(port), SIGNET_FORMAT(path));
    return NULL;
}

signet_text_t signet_uri_host(signet_text_t uri)
{
    signet_text_t rest;
    signet_text_t port;
    signet_text_split(uri, ':', &rest);
    if (!signet_text_starts(rest, "//")) {
        return (signet_text_t){NULL, 0};
    }
    rest = (signet_text_t){rest.data + 2, rest.length - 2};
    return split_port((signet_text_t){rest.data, authority_length(rest)}, &port);
}
