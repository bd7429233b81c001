#include "option.h"

#include "ceremony/script.h"
#include "transparency/log.h"

#define REQUIRED SIGNET_OPTION_REQUIRED
#define TEXT(name, help) CA_OPTION(name, SIGNET_OPTION_TEXT, 0, "", help)
#define TEXTS(name, help) CA_OPTION(name, SIGNET_OPTION_TEXTS, 0, "", help)
#define BOOLEAN(name, otherwise, help) CA_OPTION(name, SIGNET_OPTION_BOOLEAN, 0, otherwise, help)
#define CHOICE(option_name, otherwise, option_choices, option_help)                                \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_TEXT,                               \
        .name = SIGNET_TEXT_INIT(option_name), .default_value = SIGNET_TEXT_INIT(otherwise),       \
        .choices = SIGNET_TEXT_INIT(option_choices), .help = SIGNET_TEXT_INIT(option_help)         \
    }
#define NUMBER(option_name, option_type, otherwise, least, most, option_help)                      \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (option_type),                                    \
        .name = SIGNET_TEXT_INIT(option_name), .default_value = SIGNET_TEXT_INIT(otherwise),       \
        .minimum = (least), .maximum = (most), .help = SIGNET_TEXT_INIT(option_help)               \
    }

#define SECOND INT64_C(1000)
#define CENTURY (SECOND * 3600 * 24 * 365 * 100)
#define KEY_TYPES                                                                                  \
    "EC-P256|EC-P384|EC-P521|RSA-2048|RSA-3072|RSA-4096|ED25519|ED448|ML-DSA-44|ML-DSA-65|"        \
    "ML-DSA-87"
#define ALGORITHMS                                                                                 \
    "ECDSA-SHA256|ECDSA-SHA384|ECDSA-SHA512|RSA-PKCS1-SHA256|RSA-PKCS1-SHA384|RSA-PKCS1-SHA512|"   \
    "RSA-PSS-SHA256|RSA-PSS-SHA384|RSA-PSS-SHA512|ED25519|ED448|ML-DSA-44|ML-DSA-65|ML-DSA-87"

/* What the certificate of an authority says about all below it. */
#define LIMIT_OPTIONS                                                                              \
    TEXTS("permitted_dns", "Domains that certificates below it may name: example.com."),           \
        TEXTS("excluded_dns", "Domains that certificates below it may not name."),                 \
        TEXTS("permitted_ip", "Addresses that certificates below it may name: 192.0.2.0/24."),     \
        TEXTS("excluded_ip", "Addresses that certificates below it may not name."),                \
        TEXTS("permitted_email",                                                                   \
              "Mailboxes, hosts or .domains that certificates below it may name."),                \
        TEXTS("excluded_email",                                                                    \
              "Mailboxes, hosts or .domains that certificates below it may not name."),            \
        TEXTS("permitted_uri", "Hosts or .domains of URIs that certificates below it may name."),  \
        TEXTS("excluded_uri",                                                                      \
              "Hosts or .domains of URIs that certificates below it may not name."),               \
        TEXTS("permitted_directory",                                                               \
              "Names that the subjects below it must begin with, most specific part first: "       \
              "O=Example,C=DE."),                                                                  \
        TEXTS("excluded_directory", "Names that no subject below it may begin with."),             \
        TEXTS("policy_mappings", "Certificate policies of its own domain that stand for one of "   \
                                 "its issuer's, as ISSUER=SUBJECT, in OIDs."),                     \
        NUMBER("require_explicit_policy", SIGNET_OPTION_INTEGER, "-1", -1, 16,                     \
               "After how many more authorities each certificate must state a valid policy; -1: "  \
               "none must."),                                                                      \
        NUMBER("inhibit_policy_mapping", SIGNET_OPTION_INTEGER, "-1", -1, 16,                      \
               "After how many more authorities no policy may be mapped; -1: no limit."),          \
        NUMBER("inhibit_any_policy", SIGNET_OPTION_INTEGER, "-1", -1, 16,                          \
               "After how many more authorities anyPolicy counts for nothing; -1: no limit.")

static const signet_option_t tenant_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, REQUIRED, "", "The tenant's name."),
    TEXT("description", "Who that is, for people."),
    TEXTS("keys", "The key backends that are its own: its authorities use no others, and nobody "
                  "else uses these; none: its authorities share those of the host."),
    NUMBER("issuance_rate", SIGNET_OPTION_INTEGER, "0", 0, 10000000,
           "How many certificates a minute it may have issued; 0: no limit."),
    NUMBER("issuance_burst", SIGNET_OPTION_INTEGER, "100", 1, 1000000,
           "How many of them may come at once."),
    NUMBER("active_certificates", SIGNET_OPTION_INTEGER, "0", 0, INT64_C(1000000000),
           "How many certificates it may have that are neither expired nor revoked; 0: no limit."),
    CA_OPTION("approvers", SIGNET_OPTION_TEXTS, 0, "[\"administrator\"]",
              "The roles whose holders in the tenant let the provider's staff in."),
    NUMBER("approvals", SIGNET_OPTION_INTEGER, "1", 1, 16,
           "How many of them must agree to each access."),
};

static const signet_option_t authority_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, REQUIRED, "", "The authority's name."),
    TEXT("tenant", "The tenant that it belongs to; none: the provider."),
    CHOICE("kind", "issuing", "root|policy|issuing|external",
           "What it certifies: root and policy authorities never issue end-entity certificates; an "
           "external one is a public authority elsewhere, which this version does not reach yet."),
    CA_OPTION("subject", SIGNET_OPTION_TEXT, REQUIRED, "",
              "Its distinguished name, most specific part first: CN=Device CA,O=Example,C=DE."),
    CHOICE("key_type", "EC-P256", KEY_TYPES, "The type of its key."),
    CHOICE("algorithm", "", ALGORITHMS,
           "What it signs with; by default what suits the type of its key."),
    CA_OPTION("keys", SIGNET_OPTION_INSTANCE, 0, "",
              "The instance that holds its key; without one the authority is offline here."),
    TEXT("key", "The name or URI of its key there; by default the authority's name."),
    CA_OPTION("certificate", SIGNET_OPTION_PATH,
              REQUIRED | SIGNET_OPTION_STATE | SIGNET_OPTION_WRITTEN, "",
              "The file of its certificate (PEM); without the file the authority is pending."),
    CA_OPTION("cross_certificates", SIGNET_OPTION_PATH, SIGNET_OPTION_STATE | SIGNET_OPTION_WRITTEN,
              "",
              "The file of cross-certificates that foreign authorities made for it, each with the "
              "chain above it (PEM); 'authority import-cross' writes it."),
    TEXT("parent", "The authority that certifies it; none for a root."),
    NUMBER("validity", SIGNET_OPTION_DURATION, "10y", 60 * SECOND, CENTURY,
           "How long its own certificate is valid when it is made here."),
    NUMBER("path_length", SIGNET_OPTION_INTEGER, "-1", -1, 16,
           "How many authorities may follow below it, for its own certificate; -1: no limit."),
    TEXTS("aia_urls", "Where its certificate can be fetched; goes into what it issues."),
    CA_OPTION("crl", SIGNET_OPTION_PATH, SIGNET_OPTION_STATE, "",
              "The file of its last revocation list (PEM), where a ceremony signs it."),
    CA_OPTION("responder", SIGNET_OPTION_PATH, SIGNET_OPTION_STATE, "",
              "The file of its OCSP responder's certificate (PEM), where a ceremony signs it; "
              "{generation} and {key-id} tell the files of its keys apart."),
    TEXTS("crl_urls", "Where its revocation list can be fetched; goes into what it issues."),
    TEXTS("ocsp_urls", "Where its OCSP responder answers; goes into what it issues."),
    TEXTS("freshest_crl_urls", "Where changes since the last revocation list can be fetched; goes "
                               "into what it issues."),
    LIMIT_OPTIONS,
    TEXTS("policies", "OIDs of the certificate policies that its certificate states, or anyPolicy; "
                      "what is below may state no others."),
    TEXTS("extended_key_usage", "Extended key usages that its certificate states, by short name or "
                                "OID; what is below may have no others."),
};

static const signet_option_t qualifier_options[] = {
    CA_OPTION("policy", SIGNET_OPTION_TEXT, REQUIRED, "", "The policy's OID, one of policies."),
    TEXT("cps", "The address of the certification practice statement."),
    TEXT("notice", "A text that software shows to whoever relies on a certificate, at most 200 "
                   "characters."),
};

static const signet_option_t override_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("finding"),
     .choices = SIGNET_TEXT_INIT("client-subject|any-usage|enrolment-agent|account-binding|"
                                 "group-policy|long-unrevoked"),
     .help = SIGNET_TEXT_INIT("The finding, as the check names it.")},
    CA_OPTION("reason", SIGNET_OPTION_TEXT, REQUIRED, "",
              "Why it is safe here; journaled at each start."),
};

static const signet_option_t extension_options[] = {
    CA_OPTION("oid", SIGNET_OPTION_TEXT, REQUIRED, "", "The extension's OID, dotted."),
    CA_OPTION("der", SIGNET_OPTION_TEXT, REQUIRED, "", "Its value, DER in hexadecimal."),
    BOOLEAN("critical", "false", "Whether who does not know it must refuse the certificate."),
};

static const signet_option_t profile_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, REQUIRED, "", "The profile's name."),
    TEXT("tenant", "The tenant that it belongs to; none: the provider."),
    TEXT("extends", "The profile whose options count where this one sets none."),
    BOOLEAN("abstract", "false", "Whether it is there to be extended only, not to be used."),
    TEXT("description", "What it is for, for people."),
    TEXT("authority", "The authority that issues by default."),
    TEXTS("authorities", "Other authorities that it may be used with; where neither is set, each "
                         "that may issue certificates of its kind."),
    CHOICE("kind", "end-entity", "end-entity|subordinate|ocsp-responder",
           "What is certified: an end entity, an authority below, or an OCSP responder."),
    NUMBER("version", SIGNET_OPTION_INTEGER, "1", 1, INT32_MAX,
           "Counts changes of the profile; kept with each certificate."),
    CA_OPTION("requesters", SIGNET_OPTION_TEXTS, 0, "[\"officer\", \"requester\"]",
              "The roles that may ask for certificates of this profile."),
    TEXTS("subject", "Rules for the subject, most specific part first: CN=required, OU=optional, "
                     "CN=name (one of the names, by default the first), O=Example, or "
                     "CN={serialNumber}.example.com with parts of the request in braces."),
    TEXTS("dns", "Patterns of host names that may be asked for: *.example.com; none: no host "
                 "names."),
    TEXTS("ip", "Patterns or ranges of addresses that may be asked for: 192.0.2.0/24."),
    TEXTS("email", "Patterns of mail addresses that may be asked for: *@example.com."),
    TEXTS("uri", "Patterns of URIs that may be asked for: spiffe://example.com/*."),
    TEXTS("upn", "Patterns of user principal names that may be asked for: *@corp.example.com."),
    CA_OPTION("names_file", SIGNET_OPTION_PATH, 0, "",
              "A file of names that may be asked for beside the patterns, one a line: "
              "dns:www.example.com."),
    TEXTS("add_names", "Names that each certificate gets, with parts of the request in braces: "
                       "dns:{CN}.devices.example.com, upn:{UID}@corp.example.com."),
    BOOLEAN("wildcards", "false", "Whether host names such as *.example.com may be asked for."),
    BOOLEAN("names_required", "false", "Whether at least one name must be asked for."),
    BOOLEAN("names_from_role", "false",
            "Whether the role of whoever asks must say which names it may ask for; officers and "
            "administrators are excepted."),
    NUMBER("max_names", SIGNET_OPTION_INTEGER, "100", 0, 1000,
           "How many names one certificate may hold."),
    CA_OPTION("key_types", SIGNET_OPTION_TEXTS, 0,
              "[\"EC-*\", \"RSA-2048\", \"RSA-3072\", \"RSA-4096\", \"ED25519\"]",
              "The types of keys that are certified."),
    CHOICE(
        "renewal_key", "allowed", "required|allowed|forbidden",
        "Whether a certificate is renewed with the same key; forbidden: each wants a key that was "
        "never certified here before."),
    CHOICE("shared_key", "allowed", "allowed|refused",
           "Whether a key that was certified for one subject may be certified for another."),
    TEXTS("attestations", "Formats of key attestation, one of which each key must come with: tpm, "
                          "apple, step; none: keys need no attestation."),
    NUMBER(
        "max_active", SIGNET_OPTION_INTEGER, "0", 0, 1000,
        "How many valid certificates one subject may have at a time, not counting the one that is "
        "renewed; 0: no limit."),
    NUMBER("renewal_window", SIGNET_OPTION_DURATION, "", 60 * SECOND, CENTURY,
           "How long before its end a certificate may be renewed; none: at any time."),
    NUMBER("validity", SIGNET_OPTION_DURATION, "90d", 60 * SECOND, CENTURY,
           "How long certificates are valid, from notBefore on."),
    NUMBER("backdate", SIGNET_OPTION_DURATION, "1m", 0, SECOND * 3600 * 24 * 30,
           "How far before now notBefore lies, for clocks that are late."),
    BOOLEAN("clip", "true",
            "Whether a certificate that would outlive its issuer is cut short instead of refused."),
    TEXTS("key_usage", "Key usages: digitalSignature, nonRepudiation, keyEncipherment, "
                       "dataEncipherment, keyAgreement; those that do not suit the key are left "
                       "out."),
    TEXTS("extended_key_usage", "Extended key usages by short name (serverAuth, clientAuth, "
                                "codeSigning, emailProtection, timeStamping, OCSPSigning) or OID."),
    TEXTS("policies", "OIDs of certificate policies."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("policy_qualifiers"),
     .help = SIGNET_TEXT_INIT("What is said beside one of the policies."),
     .members = qualifier_options,
     .member_count = sizeof qualifier_options / sizeof qualifier_options[0]},
    TEXTS("aia_urls", "Where the issuer's certificate can be fetched; by default as the authority "
                      "has it, [] for nowhere."),
    TEXTS("ocsp_urls", "Where OCSP answers; by default as the authority has it, [] for nowhere."),
    TEXTS("crl_urls", "Where the revocation list can be fetched; by default as the authority has "
                      "it, [] for nowhere."),
    TEXTS("freshest_crl_urls", "Where changes since the last revocation list can be fetched; by "
                               "default as the authority has it, [] for nowhere."),
    BOOLEAN("must_staple", "false",
            "Whether servers must staple an OCSP answer (TLS feature, RFC 7633)."),
    BOOLEAN("no_revocation", "false",
            "Whether certificates say that they are never revoked (noRevAvail, RFC 9608) and name "
            "neither OCSP nor a revocation list; for short lives."),
    TEXT("transparency", "The policy of transparency.policies whose SCTs each certificate carries; "
                         "none: no log is asked."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("extensions"),
     .help = SIGNET_TEXT_INIT("Private extensions that each certificate carries."),
     .members = extension_options,
     .member_count = sizeof extension_options / sizeof extension_options[0]},
    TEXTS("requested_extensions", "OIDs of extensions that are taken from the request, as they "
                                  "are and never critical; all others are left out."),
    CHOICE("sid", "none", "none|optional|required",
           "Whether the extension with the account's SID of Active Directory is issued, from the "
           "field \"sid\" of the request, which only an officer may set."),
    NUMBER("path_length", SIGNET_OPTION_INTEGER, "0", -1, 16,
           "For subordinates: how many authorities may follow below; -1: as the issuer permits."),
    LIMIT_OPTIONS,
    NUMBER("archive_after", SIGNET_OPTION_DURATION, "", SECOND * 3600 * 24, CENTURY,
           "How long after its end a certificate is moved to the archive, where it can be read but "
           "is not searched; none: never."),
    NUMBER("purge_after", SIGNET_OPTION_DURATION, "", SECOND * 3600 * 24, CENTURY,
           "How long after its end a certificate is deleted; none: never."),
    TEXTS("required_fields", "Fields that must be given beside the request: owner, "
                             "tag.cost-center."),
    BOOLEAN(
        "strict", "false",
        "Whether the rules for public certificates are kept too, and hold and release refused."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("overrides"),
     .help = SIGNET_TEXT_INIT("Findings of the check for dangerous profiles that are accepted."),
     .members = override_options,
     .member_count = sizeof override_options / sizeof override_options[0]},
    BOOLEAN("generate_keys", "false",
            "Whether keys are made for requesters that ask for one, and handed out once."),
    TEXT("archive", "The recovery key that private keys made for this profile are wrapped to and "
                    "kept, for encryption alone; none: they are not kept."),
    NUMBER("approval", SIGNET_OPTION_INTEGER, "0", 0, 16,
           "How many persons besides the requester must agree before a certificate is issued."),
    CA_OPTION("approvers", SIGNET_OPTION_TEXTS, 0, "[\"officer\"]",
              "The roles whose holders may agree."),
    TEXTS("approver_methods", "How they must have proved who they are: certificate, token, oidc, "
                              "peer; none: any way."),
    NUMBER("approval_expires", SIGNET_OPTION_DURATION, "7d", 60 * SECOND, SECOND * 3600 * 24 * 365,
           "How long a request waits for approval, and once it is approved for being issued."),
    NUMBER("approval_escalates", SIGNET_OPTION_DURATION, "", 1 * SECOND, SECOND * 3600 * 24 * 365,
           "After how long waiting is journaled as approval.escalated; none: never."),
};

static const signet_option_t recovery_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, REQUIRED, "",
              "Its name, for the profiles' option archive; it stays while keys are wrapped to it."),
    CA_OPTION("keys", SIGNET_OPTION_INSTANCE, REQUIRED, "",
              "The key backend that holds its private part."),
    CA_OPTION("key", SIGNET_OPTION_TEXT, REQUIRED, "",
              "Its name or URI there: an RSA key made for the purpose \"decrypt\"."),
    CHOICE("algorithm", "RSA-OAEP-SHA256", "RSA-OAEP-SHA256|RSA-OAEP-SHA1",
           "How keys are wrapped; SHA-1 for tokens that have nothing else there."),
    NUMBER("recoverers", SIGNET_OPTION_INTEGER, "2", 1, 16,
           "How many persons besides the one who asks must agree to each recovery."),
    CA_OPTION("roles", SIGNET_OPTION_TEXTS, 0, "[\"recovery-officer\"]",
              "The roles whose holders may ask for a recovery and agree to it."),
    CA_OPTION("tenant", SIGNET_OPTION_TEXT, 0, "",
              "The tenant whose profiles archive to it; by default the provider."),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const signet_option_t ca_options[] = {
    CA_OPTION("store", SIGNET_OPTION_INSTANCE, 0, "",
              "The instance that keeps the records; by default the only one."),
    CA_OPTION("journal", SIGNET_OPTION_INSTANCE, 0, "",
              "The instance that keeps the journal; by default the only one."),
    CA_OPTION("key_blocklist", SIGNET_OPTION_PATH, 0, "",
              "A file, or a folder of files, of keys that are never certified: lines with the "
              "SHA-256 of a SubjectPublicKeyInfo, or those of openssl-blacklist."),
    TEXTS("policies", "The policies that are asked, in this order, before a certificate is issued; "
                      "one that fails or is late refuses."),
    NUMBER("policy_timeout", SIGNET_OPTION_DURATION, "5s", 10, 60 * SECOND,
           "How long each policy has to answer."),
    NUMBER("revoke_alone", SIGNET_OPTION_INTEGER, "100", 0, 20000,
           "How many certificates one person may have revoked at once; for more of them a second "
           "person must agree."),
    TEXTS("group_policies", "OIDs of certificate policies that make whoever holds a certificate a "
                            "member of a group somewhere; profiles may not state them."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("tenants"),
     .help = SIGNET_TEXT_INIT("Organisations that share the host and do not see each other."),
     .members = tenant_options,
     .member_count = COUNT(tenant_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("authorities"),
     .help = SIGNET_TEXT_INIT("The authorities, each with a key, a certificate and a parent."),
     .members = authority_options,
     .member_count = COUNT(authority_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("recovery_keys"),
     .help = SIGNET_TEXT_INIT("The keys that archived private keys are wrapped to."),
     .members = recovery_options,
     .member_count = COUNT(recovery_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("profiles"),
     .help = SIGNET_TEXT_INIT("The profiles: what a certificate may contain, and who may ask."),
     .members = profile_options,
     .member_count = COUNT(profile_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("transparency"),
     .help = SIGNET_TEXT_INIT("Logs of Certificate Transparency, and how many must answer."),
     .members = ca_log_options,
     .member_count = CA_LOG_OPTION_COUNT},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("ceremony"),
     .help = SIGNET_TEXT_INIT("The script of a ceremony, for `signet ceremony run`; a daemon has "
                              "none."),
     .members = ca_script_options,
     .member_count = CA_SCRIPT_OPTION_COUNT},
};
_Static_assert(sizeof ca_options / sizeof ca_options[0] == CA_OPTION_COUNT,
               "CA_OPTION_COUNT is not how many there are");

const signet_option_t *ca_profile_options(uint64_t *count)
{
    *count = COUNT(profile_options);
    return profile_options;
}
