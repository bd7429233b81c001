#include "option.h"

#include <signet/auth.h>
#include <signet/sdk/error.h>
#include <signet/sdk/name.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>

#include "limit/limit.h"
#include "protocol/chaos.h"
#include "validate/persist_record.h"

#define OPTION(kind, options, title, otherwise, ...)                                               \
    .size = sizeof(signet_option_t), .type = (kind), .flags = (options),                           \
    .name = SIGNET_TEXT_INIT(title), .default_value = SIGNET_TEXT_INIT(otherwise),                 \
    .help = SIGNET_TEXT_INIT(__VA_ARGS__)

static const signet_option_t attestation_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "format", "", "The format."),
     .choices = SIGNET_TEXT_INIT("apple|step|tpm")},
    {OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "roots", "",
            "File with the certificates, in PEM, that such attestations must lead to: of Apple, of "
            "the makers of tokens, of whoever certifies the attestation keys of TPMs.")},
};

static const signet_option_t directory_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "name", "",
            "Its name, a part of its URL: /acme/NAME/directory.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "authority", "",
            "The authority that issues; by default each profile's own.")},
    {OPTION(SIGNET_OPTION_TEXTS, SIGNET_OPTION_REQUIRED, "profiles", "",
            "The profiles that orders may choose from; the first is the default.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "role", SIGNET_ROLE_REQUESTER,
            "The role that its accounts hold for these profiles.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "names", "",
            "Patterns of the names that it issues for, such as *.example.com; none: every name "
            "that is validated.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "challenges", "[\"http-01\"]",
            "The challenges that it offers."),
     .choices = SIGNET_TEXT_INIT("http-01|dns-01|tls-alpn-01|dns-account-01|dns-persist-01|"
                                 "device-attest-01")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "issuer_domain_names", "",
            "The names by which records of dns-persist-01 call this authority, such as "
            "ca.example.com; 1 to 10 where it is offered.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "perspectives", "off",
            "Whether validations must be confirmed by the nodes of `cluster` that have a site: all "
            "but one of two to five, all but two of more; strict: of as many and in as many "
            "regions as the Baseline Requirements ask for."),
     .choices = SIGNET_TEXT_INIT("off|honour|strict")},
    {OPTION(SIGNET_OPTION_GROUPS, 0, "attestations", "",
            "Formats of attestations that device-attest-01 takes, each with roots to trust."),
     .members = attestation_options,
     .member_count = sizeof attestation_options / sizeof *attestation_options},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "devices", "",
            "Identifiers of devices that certificates are for: an attestation says which device "
            "it is, not whose.")},
    {OPTION(SIGNET_OPTION_PATH, 0, "device_list", "",
            "File with more of them, one to a line; it is read at each order.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "persist_account", "hashed",
            "How records of dns-persist-01 name the account: by a hash (draft 02), or by its URL "
            "(draft 01 and earlier)."),
     .choices = SIGNET_TEXT_INIT("hashed|url")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "url", "",
            "Where clients reach it, https://HOST or https://HOST:PORT; by default what they say "
            "in the Host header.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "hosts", "",
            "Names of hosts that lead to it by themselves: https://HOST/directory.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "tenant", "",
            "The tenant whose authorities, profiles and certificates it serves; by default the "
            "default one.")},
    {OPTION(SIGNET_OPTION_GROUPS, 0, "limits", "",
            "How many orders and accounts it takes, counted by each node; orders that replace a "
            "certificate are not."),
     ACME_LIMIT_MEMBERS},
    {OPTION(SIGNET_OPTION_BOOLEAN, 0, "subdomains", "false",
            "Whether proof of a domain by the DNS is good for all names below it (RFC 9444).")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "terms", "",
            "The URL of the terms of service, which accounts must then agree to.")},
    {OPTION(SIGNET_OPTION_BOOLEAN, 0, "credential_required", "false",
            "Whether accounts need a credential (external account binding), which officers make "
            "with signet acme eab create.")},
    {OPTION(SIGNET_OPTION_TEXT, 0, "website", "", "The URL of a page about it.")},
    {OPTION(SIGNET_OPTION_DURATION, 0, "order_lifetime", "7d",
            "How long an order waits to be finished."),
     .minimum = 1000, .maximum = INT64_C(30) * 86400000},
    {OPTION(SIGNET_OPTION_DURATION, 0, "authorization_lifetime", "10d",
            "How long a validation is good for further orders of the account."),
     .minimum = 60000, .maximum = INT64_C(398) * 86400000},
    {OPTION(SIGNET_OPTION_TEXT, 0, "caa", "off",
            "Whether CAA records (RFC 8659, 8657) are looked at before a certificate is issued: "
            "off, for private names, since the look ends at a public domain; honour; strict, which "
            "demands validated answers and allows no exception."),
     .choices = SIGNET_TEXT_INIT("off|honour|strict")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "caa_identities", "",
            "The domain names that records permit this authority by, such as ca.example.com; "
            "needed to look at them.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "caa_exempt", "",
            "Patterns of names whose records are not looked at, such as *.corp.example.com; not "
            "with strict.")},
    {OPTION(SIGNET_OPTION_DURATION, 0, "caa_lifetime", "8h",
            "How long a look at the records is good; after that they are looked at again before a "
            "certificate is issued."),
     .minimum = 1, .maximum = INT64_C(8) * 3600000},
    {OPTION(SIGNET_OPTION_DURATION, 0, "renewal_retry", "6h",
            "How long clients wait before they ask again when to renew; less for certificates of "
            "short lives."),
     .minimum = 60000, .maximum = INT64_C(7) * 86400000},
    {OPTION(SIGNET_OPTION_INTEGER, 0, "http_port", "80", "The port that http-01 asks."),
     .minimum = 1, .maximum = 65535},
    {OPTION(SIGNET_OPTION_INTEGER, 0, "tls_port", "443", "The port that tls-alpn-01 asks."),
     .minimum = 1, .maximum = 65535},
};

const signet_option_t acme_options[] = {
    {OPTION(SIGNET_OPTION_INSTANCE, 0, "ca", "",
            "The ca instance that issues; needed where there are several.")},
    {OPTION(SIGNET_OPTION_INSTANCE, 0, "store", "",
            "The store of accounts and orders; needed where there are several.")},
    {OPTION(SIGNET_OPTION_INSTANCE, 0, "journal", "",
            "The journal; needed where there are several.")},
    {OPTION(SIGNET_OPTION_GROUPS, SIGNET_OPTION_REQUIRED, "directories", "",
            "ACME directories, each with profiles and rules of its own."),
     .members = directory_options,
     .member_count = sizeof directory_options / sizeof *directory_options},
    {OPTION(SIGNET_OPTION_GROUP, 0, "outbound", "",
            "How challenges are validated: which addresses may be connected to. Private names "
            "live on private addresses, which are permitted unless they are denied; loopback, "
            "link-local and metadata addresses are denied unless they are permitted."),
     SIGNET_OUTBOUND_MEMBERS},
    {OPTION(SIGNET_OPTION_INSTANCE, 0, "device_policy", "",
            "A policy that says of a device that is on no list whether it may have certificates.")},
    {OPTION(SIGNET_OPTION_GROUP, 0, "cluster", "",
            "The other nodes: who redeems nonces that they made, and confirms validations."),
     .members = acme_cluster_options, .member_count = ACME_CLUSTER_OPTION_COUNT},
    {OPTION(SIGNET_OPTION_SECRET, 0, "credential_secret", "",
            "The secret that the keys of credentials follow from, at least 32 octets; needed to "
            "make credentials.")},
    {OPTION(SIGNET_OPTION_DURATION, 0, "retention", "30d",
            "How long orders and authorizations are kept after they expired; certificates stay."),
     .minimum = 1000, .maximum = INT64_C(3650) * 86400000},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "private_suffixes", "",
            "Suffixes below which each name is a registered domain of its own for limits, beside "
            "those of the Public Suffix List: corp.example.")},
    {OPTION(SIGNET_OPTION_GROUP, 0, "chaos", "",
            "Trouble for those who test clients; refused unless SIGNET_CHAOS is set in the "
            "environment of the daemon."),
     .members = acme_chaos_options, .member_count = ACME_CHAOS_OPTION_COUNT},
    {OPTION(SIGNET_OPTION_GROUP, 0, "dns", "", "How names are looked up for challenges."),
     .members = acme_dns_options, .member_count = ACME_DNS_OPTION_COUNT},
};
_Static_assert(sizeof acme_options / sizeof *acme_options == ACME_OPTION_COUNT, "count of options");

const acme_directory_t *acme_directory_find(const acme_t *acme, signet_text_t name)
{
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        if (signet_text_equal(acme->directories[i].name, name)) {
            return &acme->directories[i];
        }
    }
    return NULL;
}

const acme_directory_t *acme_directory_of_host(const acme_t *acme, signet_text_t host)
{
    signet_text_t port;
    signet_text_t name = signet_text_split(host, ':', &port);
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        const signet_setting_t *hosts = acme->directories[i].hosts;
        for (uint64_t j = 0; hosts != NULL && j < hosts->member_count; j++) {
            if (signet_text_equal_nocase(signet_setting_at(hosts, j)->text, name)) {
                return &acme->directories[i];
            }
        }
    }
    return NULL;
}

static int is_segment(signet_text_t name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
            return 0;
        }
    }
    return name.length > 0 && name.length <= 64;
}

static uint32_t read_challenges(const signet_setting_t *group)
{
    static const struct {
        const char *name;
        uint32_t challenge;
    } known[] = {
        {"http-01", ACME_HTTP_01},
        {"dns-01", ACME_DNS_01},
        {"tls-alpn-01", ACME_TLS_ALPN_01},
        {"dns-account-01", ACME_DNS_ACCOUNT_01},
        {"dns-persist-01", ACME_DNS_PERSIST_01},
        {"device-attest-01", ACME_DEVICE_ATTEST_01},
    };
    const signet_setting_t *list = signet_setting(group, "challenges");
    uint32_t challenges = 0;
    for (uint64_t i = 0; i < signet_setting_count(group, "challenges"); i++) {
        for (uint64_t j = 0; j < sizeof known / sizeof *known; j++) {
            if (signet_text_is(signet_setting_at(list, i)->text, known[j].name)) {
                challenges |= known[j].challenge;
            }
        }
    }
    return challenges;
}

static uint32_t read_perspectives(const signet_setting_t *group)
{
    signet_text_t text = signet_setting_text(group, "perspectives");
    if (signet_text_is(text, "strict")) {
        return ACME_PERSPECTIVES_STRICT;
    }
    return signet_text_is(text, "honour") ? ACME_PERSPECTIVES_HONOUR : ACME_PERSPECTIVES_OFF;
}

static uint32_t read_caa(const signet_setting_t *group)
{
    signet_text_t text = signet_setting_text(group, "caa");
    if (signet_text_is(text, "strict")) {
        return ACME_CAA_STRICT;
    }
    return signet_text_is(text, "honour") ? ACME_CAA_HONOUR : ACME_CAA_OFF;
}

static int is_identity(const acme_directory_t *directory, signet_text_t name)
{
    const signet_setting_t *list = directory->caa_identities;
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        if (signet_text_equal_nocase(signet_setting_at(list, i)->text, name)) {
            return 1;
        }
    }
    return 0;
}

/* Names of hosts in lower case, as clients compare them. */
static int32_t check_issuers(signet_call_t *call, const signet_setting_t *group,
                             const acme_directory_t *directory)
{
    const signet_setting_t *names = directory->issuer_domain_names;
    uint64_t count = signet_setting_count(group, "issuer_domain_names");
    if ((directory->challenges & ACME_DNS_PERSIST_01) == 0) {
        return SIGNET_OK;
    }
    if (count == 0 || count > ACME_PERSIST_ISSUERS_MAX) {
        return signet_setting_fail(call, group, "acme.issuer-domain-names",
                                   "dns-persist-01 needs issuer_domain_names, 1 to %u of them.",
                                   ACME_PERSIST_ISSUERS_MAX);
    }
    for (uint64_t i = 0; i < count; i++) {
        signet_canonical_t name;
        const signet_setting_t *item = signet_setting_at(names, i);
        if (signet_name_canonical(call, "dns", item->text, &name) != SIGNET_OK ||
            !signet_text_equal(name.value, item->text)) {
            call->services->clear(call);
            return signet_setting_fail(call, item, "acme.issuer-domain-names",
                                       "This is no name of a host in lower case.");
        }
        if (directory->caa != ACME_CAA_OFF && !is_identity(directory, item->text)) {
            return signet_setting_fail(call, item, "acme.issuer-domain-names",
                                       "With CAA it must be one of caa_identities, too.");
        }
    }
    return SIGNET_OK;
}

/* Attestations are of no use where none is trusted, or for devices of which none is permitted. */
static int32_t read_attestations(signet_call_t *call, const acme_t *acme,
                                 const signet_setting_t *group, acme_directory_t *directory)
{
    const signet_setting_t *list = signet_setting(group, "attestations");
    uint64_t count = signet_setting_count(group, "attestations");
    if ((directory->challenges & ACME_DEVICE_ATTEST_01) == 0) {
        return SIGNET_OK;
    }
    if (count == 0) {
        return signet_setting_fail(call, group, "acme.attestations",
                                   "device-attest-01 needs attestations: formats with roots.");
    }
    if (signet_setting_count(group, "devices") == 0 && directory->device_list.length == 0 &&
        acme->device_policy.length == 0 && !directory->credential_required) {
        return signet_setting_fail(
            call, group, "acme.devices",
            "An attestation says which device it is, not whose: set devices, device_list, "
            "device_policy or credential_required.");
    }
    directory->attestations = calloc(count, sizeof *directory->attestations);
    if (directory->attestations == NULL) {
        return signet_fail_memory(call);
    }
    directory->attestation_count = count;
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *item = signet_setting_at(list, i);
        directory->attestations[i].format = signet_setting_text(item, "format");
        directory->attestations[i].path = signet_setting(item, "roots");
    }
    return SIGNET_OK;
}

static int32_t read_directory(signet_call_t *call, const acme_t *acme,
                              const signet_setting_t *group, acme_directory_t *directory)
{
    *directory = (acme_directory_t){
        .name = signet_setting_text(group, "name"),
        .authority = signet_setting_text(group, "authority"),
        .role = signet_setting_text(group, "role"),
        .terms = signet_setting_text(group, "terms"),
        .website = signet_setting_text(group, "website"),
        .url = signet_setting_text(group, "url"),
        .tenant = signet_setting_text(group, "tenant"),
        .hosts = signet_setting(group, "hosts"),
        .limits = signet_setting(group, "limits"),
        .subdomains = signet_setting_integer(group, "subdomains", 0) != 0,
        .profiles = signet_setting(group, "profiles"),
        .names = signet_setting(group, "names"),
        .credential_required = signet_setting_integer(group, "credential_required", 0) != 0,
        .challenges = read_challenges(group),
        .order_ms = signet_setting_integer(group, "order_lifetime", 0),
        .authorization_ms = signet_setting_integer(group, "authorization_lifetime", 0),
        .renewal_retry_ms = signet_setting_integer(group, "renewal_retry", 0),
        .http_port = (uint16_t)signet_setting_integer(group, "http_port", 80),
        .tls_port = (uint16_t)signet_setting_integer(group, "tls_port", 443),
        .caa = read_caa(group),
        .caa_identities = signet_setting(group, "caa_identities"),
        .caa_exempt = signet_setting(group, "caa_exempt"),
        .caa_ms = signet_setting_integer(group, "caa_lifetime", 0),
        .perspectives = read_perspectives(group),
        .devices = signet_setting(group, "devices"),
        .device_list = signet_setting_text(group, "device_list"),
        .issuer_domain_names = signet_setting(group, "issuer_domain_names"),
        .persist_plain = signet_text_is(signet_setting_text(group, "persist_account"), "url"),
    };
    if (!is_segment(directory->name)) {
        return signet_setting_fail(call, signet_setting(group, "name"), "acme.directory-name",
                                   "The name of a directory is a part of its URL: 1 to 64 lower "
                                   "case letters, digits and '-'.");
    }
    if (signet_setting_count(group, "profiles") == 0) {
        return signet_setting_fail(call, group, "acme.directory-profiles",
                                   "The directory %.*s needs at least one profile.",
                                   SIGNET_FORMAT(directory->name));
    }
    if (directory->url.length > 0 && !signet_text_starts(directory->url, "https://")) {
        return signet_setting_fail(call, signet_setting(group, "url"), "acme.directory-url",
                                   "ACME is served over https alone: write https://HOST.");
    }
    int32_t status = check_issuers(call, group, directory);
    return status == SIGNET_OK ? read_attestations(call, acme, group, directory) : status;
}

/* A directory that wants credentials is of no use where none can be made. */
static int32_t check_credentials(signet_call_t *call, const acme_t *acme)
{
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        if (acme->directories[i].credential_required && acme->credential_secret.length == 0) {
            return signet_setting_fail(call, acme->host->settings, "acme.credential-secret",
                                       "The directory %.*s wants credentials: set "
                                       "credential_secret to \"file:PATH\" of a random secret.",
                                       SIGNET_FORMAT(acme->directories[i].name));
        }
    }
    return SIGNET_OK;
}

/* What a directory that looks at CAA must have, and what a strict one must not. */
static int32_t check_caa(signet_call_t *call, const acme_t *acme)
{
    const signet_setting_t *dns = signet_setting(acme->host->settings, "dns");
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        const acme_directory_t *directory = &acme->directories[i];
        const signet_setting_t *group =
            signet_setting_at(signet_setting(acme->host->settings, "directories"), i);
        if (directory->caa != ACME_CAA_OFF && signet_setting_count(group, "caa_identities") == 0) {
            return signet_setting_fail(call, signet_setting(group, "caa"), "acme.caa-identities",
                                       "The directory %.*s looks at CAA records: name the domains "
                                       "that they permit it by in caa_identities.",
                                       SIGNET_FORMAT(directory->name));
        }
        if (directory->caa != ACME_CAA_STRICT) {
            continue;
        }
        if (signet_setting_count(group, "caa_exempt") > 0) {
            return signet_setting_fail(call, signet_setting(group, "caa_exempt"), "acme.caa-exempt",
                                       "The directory %.*s is strict about CAA: it exempts no "
                                       "names.",
                                       SIGNET_FORMAT(directory->name));
        }
        if (signet_setting_text(dns, "trust_anchors").length == 0) {
            return signet_setting_fail(call, signet_setting(group, "caa"), "acme.caa-anchors",
                                       "The directory %.*s is strict about CAA: set trust_anchors "
                                       "in the group dns, so that answers are validated.",
                                       SIGNET_FORMAT(directory->name));
        }
    }
    return SIGNET_OK;
}

int32_t acme_option_read(signet_call_t *call, acme_t *acme)
{
    const signet_setting_t *list = signet_setting(acme->host->settings, "directories");
    uint64_t count = signet_setting_count(acme->host->settings, "directories");
    int32_t status = SIGNET_OK;
    acme->ca = signet_setting_text(acme->host->settings, "ca");
    acme->store = signet_setting_text(acme->host->settings, "store");
    acme->journal = signet_setting_text(acme->host->settings, "journal");
    acme->device_policy = signet_setting_text(acme->host->settings, "device_policy");
    acme->credential_secret = signet_setting_text(acme->host->settings, "credential_secret");
    acme->private_suffixes = signet_setting(acme->host->settings, "private_suffixes");
    acme->retention_ms = signet_setting_integer(acme->host->settings, "retention", 0);
    acme->directories = calloc(count > 0 ? count : 1, sizeof *acme->directories);
    if (acme->directories == NULL) {
        return signet_fail_memory(call);
    }
    acme->directory_count = count;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        status = read_directory(call, acme, signet_setting_at(list, i), &acme->directories[i]);
    }
    if (status == SIGNET_OK) {
        status = check_credentials(call, acme);
    }
    return status == SIGNET_OK ? check_caa(call, acme) : status;
}

int32_t acme_option_open_roots(signet_call_t *call, acme_t *acme)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        acme_directory_t *directory = &acme->directories[i];
        for (uint64_t j = 0; status == SIGNET_OK && j < directory->attestation_count; j++) {
            acme_attest_trust_t *trust = &directory->attestations[j];
            status = acme_trust_open(call, trust->path, &trust->roots);
        }
    }
    return status;
}

void acme_option_free(acme_t *acme)
{
    for (uint64_t i = 0; acme->directories != NULL && i < acme->directory_count; i++) {
        acme_directory_t *directory = &acme->directories[i];
        for (uint64_t j = 0; j < directory->attestation_count; j++) {
            acme_trust_free(directory->attestations[j].roots);
        }
        free(directory->attestations);
    }
    free(acme->directories);
}
