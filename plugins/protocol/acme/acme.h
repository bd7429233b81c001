/* protocol-acme: ACME (RFC 8555). The instance and its directories.
 *
 * protocol: requests, signatures, nonces, errors; account, order: the resources and their records;
 * validate: challenges, in the outbound lane. */
#ifndef ACME_H
#define ACME_H

#include <signet/host.h>
#include <signet/sdk/json.h>
#include <signet/sdk/outbound.h>
#include <signet/sdk/record.h>

#include "cluster/cluster.h"
#include "protocol/nonce.h"
#include "trust.h"
#include "validate/dns.h"
#include "validate/queue.h"

/* Challenges that a directory offers. */
#define ACME_HTTP_01 1U
#define ACME_DNS_01 2U
#define ACME_TLS_ALPN_01 4U
#define ACME_DNS_ACCOUNT_01 8U
#define ACME_DNS_PERSIST_01 16U
#define ACME_DEVICE_ATTEST_01 32U
/* Those that speak for all names below one. */
#define ACME_FOR_WILDCARDS (ACME_DNS_01 | ACME_DNS_ACCOUNT_01 | ACME_DNS_PERSIST_01)

/* How a directory treats CAA records (RFC 8659). */
#define ACME_CAA_OFF 0U
#define ACME_CAA_HONOUR 1U
#define ACME_CAA_STRICT 2U /* without any exception */

/* How a directory has validations confirmed from other places. */
#define ACME_PERSPECTIVES_OFF 0U
#define ACME_PERSPECTIVES_HONOUR 1U
#define ACME_PERSPECTIVES_STRICT 2U /* from as many as the Baseline Requirements ask for */

/* Bounds of what clients send. */
#define ACME_BODY_MAX (UINT64_C(64) * 1024)
#define ACME_IDENTIFIERS_MAX 80U
#define ACME_CONTACTS_MAX 10U

/* Whose attestations of a format a directory takes. */
typedef struct acme_attest_trust {
    signet_text_t format; /* "apple", "step", "tpm" */
    const signet_setting_t *path;
    acme_trust_t *roots; /* read at start */
} acme_attest_trust_t;

typedef struct acme_limits acme_limits_t;

/* A directory, as configuration has it. */
typedef struct acme_directory {
    signet_text_t name;
    signet_text_t authority; /* empty: each profile's own */
    signet_text_t role;      /* that accounts hold */
    signet_text_t terms;     /* URL; empty: none */
    signet_text_t website;
    signet_text_t
        url; /* where clients reach the host, "https://acme.example"; empty: as they say */
    signet_text_t tenant;             /* whose it is; empty: the default one's */
    const signet_setting_t *hosts;    /* TEXTS: names that lead to it by themselves */
    const signet_setting_t *limits;   /* GROUPS */
    int subdomains;                   /* whole domains are authorized at once */
    const signet_setting_t *profiles; /* TEXTS; the first is the default */
    const signet_setting_t *names;    /* TEXTS: patterns; NULL or none: every name */
    int credential_required;          /* accounts need an external account binding */
    uint32_t challenges;              /* ACME_HTTP_01, … */
    int64_t order_ms;                 /* how long orders and pending authorizations live */
    int64_t authorization_ms;         /* how long a validation may be used */
    int64_t renewal_retry_ms;         /* between two questions for renewal information */
    uint16_t http_port;
    uint16_t tls_port;
    uint32_t caa;                                /* ACME_CAA_* */
    const signet_setting_t *caa_identities;      /* TEXTS: what the CA goes by in records */
    const signet_setting_t *caa_exempt;          /* TEXTS: patterns; NULL or none: no name */
    int64_t caa_ms;                              /* how long a look at the records is good */
    const signet_setting_t *issuer_domain_names; /* TEXTS: that dns-persist-01 looks for */
    int persist_plain;     /* its records hold the account's URL itself, as up to draft 01 */
    uint32_t perspectives; /* ACME_PERSPECTIVES_* */
    acme_attest_trust_t *attestations;
    uint64_t attestation_count;
    const signet_setting_t *devices; /* TEXTS: identifiers that certificates are for */
    signet_text_t device_list;       /* a file with more of them; empty: none */
} acme_directory_t;

typedef struct acme {
    const signet_host_t *host;
    signet_text_t ca; /* instances, as configured */
    signet_text_t store;
    signet_text_t journal;
    int64_t retention_ms;            /* of what expired */
    signet_text_t device_policy;     /* an instance; empty: none */
    signet_text_t credential_secret; /* a reference; empty: no credentials */
    acme_directory_t *directories;
    uint64_t directory_count;
    acme_cluster_t *cluster;                  /* NULL: there are no other nodes */
    const signet_setting_t *private_suffixes; /* TEXTS */
    struct acme_chaos *chaos;                 /* NULL: none */
    acme_limits_t *limits;
    acme_nonces_t *nonces;
    signet_queue_t *queue;
    signet_outbound_t *outbound; /* made at start, like dns */
    acme_dns_t *dns;
} acme_t;

#endif
