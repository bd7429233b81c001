/* Names of hosts, addresses, mailboxes and URIs in one canonical form. */
#ifndef SIGNET_SDK_NAME_H
#define SIGNET_SDK_NAME_H

#include <signet/sdk/x509.h>

/* A canonical name. Its text is "TYPE:VALUE": "dns:*.a.example", "ip:2001:db8::1",
 * "email:a@b.example", "uri:https://a.example/x", "upn:a@corp.example", "cn:…". */
typedef struct signet_canonical {
    uint8_t type; /* context tag number in GeneralName: 0 (upn), 1, 2, 6, 7; 0xff for cn */
    signet_text_t text;
    signet_text_t value;    /* the part behind "TYPE:" */
    signet_bytes_t encoded; /* content of the GeneralName */
} signet_canonical_t;

/* From text in a request. dns: lower case, IDNA 2008 to A-labels, labels of 1 to 63 octets of
 * letters, digits and '-', whole at most 253, no trailing dot, '*' only as the whole first label
 * and above at least two labels. ip: RFC 5952 form. email: local part as it is, domain as dns.
 * upn: a user principal name (OtherName 1.3.6.1.4.1.311.20.2.3), written like an email. uri:
 * absolute, with a host or an opaque part, scheme and host in lower case. INVALID
 * ("name.invalid") names the value and the rule. [any] */
int32_t signet_name_canonical(signet_call_t *call, const char *type, signet_text_t value,
                              signet_canonical_t *name);
/* From a GeneralName of a request. UNSUPPORTED for types without a canonical form. [any] */
int32_t signet_name_from_general(signet_call_t *call, const signet_general_name_t *general,
                                 signet_canonical_t *name);
/* Whether `name` lies inside a constraint of the same type (RFC 5280, 4.2.1.10): dns
 * "example.com" (itself and below), email "host", ".domain" or a mailbox, uri "host" or
 * ".domain", ip as "192.0.2.0/24". `constraint` as encoded in GeneralSubtree. [any] */
int signet_name_within(const signet_canonical_t *name, const signet_general_name_t *constraint);
/* The same for an excluded subtree, in doubt true: where only a part of what `name` stands for can
 * lie inside (a dns wildcard above the constraint), where verifiers differ (the domain itself under
 * a leading dot, the case of a local part, IPv4 addresses written as IPv6), and for a URI whose
 * host is not a DNS name, which RFC 5280 has refused under any constraint on URIs. [any] */
int signet_name_meets(const signet_canonical_t *name, const signet_general_name_t *constraint);
/* Whether all that lies in the subtree `inner` lies in `outer` too. Bases of types other than dns,
 * ip, email and uri must be equal. [any] */
int signet_constraint_within(const signet_general_name_t *inner,
                             const signet_general_name_t *outer);

#endif
