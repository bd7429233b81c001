/* command-certificate: entry, descriptor and wiring. */
#include "certificate.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

#define SERIAL                                                                                     \
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "serial",        \
           "Serial number in hexadecimal, with or without colons.")
#define AUTHORITY                                                                                  \
    OPTION(SIGNET_OPTION_TEXT, 0, "authority",                                                     \
           "Authority that issued it; needed where several have the serial number.")
#define NAMES                                                                                      \
    OPTION(SIGNET_OPTION_TEXTS, SIGNET_OPTION_REPEATABLE, "name",                                  \
           "Name TYPE:VALUE instead of the request's own: dns:www.example, ip:192.0.2.1.")
#define FIELDS                                                                                     \
    OPTION(SIGNET_OPTION_TEXT, 0, "owner", "Who answers for the certificate."),                    \
        OPTION(SIGNET_OPTION_TEXTS, SIGNET_OPTION_REPEATABLE, "tag",                               \
               "Tag NAME=VALUE to be kept beside the certificate: cost-center=4711."),             \
        OPTION(SIGNET_OPTION_TEXT, 0, "sid",                                                       \
               "SID of the account in Active Directory, for profiles that issue it.")
#define WAIT                                                                                       \
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "wait",                                                       \
           "Where others must agree first, wait until they have decided.")
#define COMMENT OPTION(SIGNET_OPTION_TEXT, 0, "comment", "Why, for the journal.")

static const signet_option_t issue_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "profile",
           "Profile that says what the certificate may contain."),
    OPTION(SIGNET_OPTION_PATH, 0, "csr", "File with the certificate request, PEM or DER."),
    OPTION(SIGNET_OPTION_TEXT, 0, "generate",
           "Instead of --csr: have a key of this type made, EC-P256 or RSA-3072; it is handed out "
           "once."),
    OPTION(SIGNET_OPTION_TEXT, 0, "subject",
           "With --generate: the subject that is asked for, CN=Ada Lovelace,O=Example."),
    OPTION(SIGNET_OPTION_PATH, 0, "key_out", "With --generate: file to write the key to, PEM."),
    OPTION(SIGNET_OPTION_PATH, 0, "p12",
           "With --generate: file to write key, certificate and chain to, PKCS#12."),
    OPTION(SIGNET_OPTION_PATH, 0, "password_file",
           "File with the password that protects the key; PKCS#12 needs one of 12 octets or "
           "more."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write the certificate to, PEM."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "chain",
           "Write the authorities' certificates behind it, as servers want them."),
    OPTION(SIGNET_OPTION_TEXT, 0, "authority",
           "Authority to issue from, instead of the "
           "profile's."),
    NAMES,
    OPTION(SIGNET_OPTION_DURATION, 0, "validity", "How long it is to be valid: 30d, 12h."),
    FIELDS,
    OPTION(SIGNET_OPTION_TEXT, 0, "idempotency_key",
           "Text of your choice; the same request under the same key answers the same "
           "certificate."),
    WAIT,
};

static const signet_option_t fetch_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "id",
           "Id of the request."),
    OPTION(SIGNET_OPTION_PATH, 0, "key_out",
           "File to write the key to, PEM, where one was to be made; else it is printed."),
    OPTION(SIGNET_OPTION_PATH, 0, "password_file", "File with the password that protects the key."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write the certificate to, PEM."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "chain",
           "Write the authorities' certificates behind it, as servers want them."),
    WAIT,
};

static const signet_option_t try_options[] = {
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "csr",
           "File with the certificate request, PEM or DER."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "profile", "Profile to try."),
    OPTION(SIGNET_OPTION_TEXT, 0, "authority",
           "Authority that would issue, instead of the profile's."),
    NAMES,
    OPTION(SIGNET_OPTION_DURATION, 0, "validity", "How long it would be valid: 30d, 12h."),
    FIELDS,
    OPTION(SIGNET_OPTION_PATH, 0, "der", "File to write what would be signed to, DER."),
};

static const signet_option_t show_options[] = {
    SERIAL,
    AUTHORITY,
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "pem", "Print the certificate as PEM."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "der", "Print the certificate as DER."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "chain", "Print the certificate and its authorities', PEM."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write to instead of standard output."),
};

static const signet_option_t list_options[] = {
    OPTION(SIGNET_OPTION_DURATION, 0, "expiring", "Only what expires within this time: 30d."),
    OPTION(SIGNET_OPTION_TEXT, 0, "name", "Only with this name: dns:www.example, or its value."),
    OPTION(SIGNET_OPTION_TEXT, 0, "profile", "Only of this profile."),
    OPTION(SIGNET_OPTION_TEXT, 0, "authority", "Only of this authority."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("state"),
     .help = SIGNET_TEXT_INIT("Only in this state."),
     .choices = SIGNET_TEXT_INIT("valid|revoked|held|abandoned|precertificate|found")},
    OPTION(SIGNET_OPTION_TEXT, 0, "serial", "Only with this serial number."),
    OPTION(SIGNET_OPTION_TEXT, 0, "fingerprint", "Only with this SHA-256 fingerprint."),
    OPTION(SIGNET_OPTION_TEXT, 0, "requester", "Only asked for by this actor: token:ID."),
    OPTION(SIGNET_OPTION_TEXT, 0, "owner", "Only with this owner."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("limit"),
     .help = SIGNET_TEXT_INIT("Most certificates to show."),
     .default_value = SIGNET_TEXT_INIT("50"),
     .minimum = 1,
     .maximum = INT32_MAX},
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "all", "Show all there are."),
};

#define REASON                                                                                     \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_TEXT,                               \
        .name = SIGNET_TEXT_INIT("reason"),                                                        \
        .help = SIGNET_TEXT_INIT("Why, as RFC 5280 names it."),                                    \
        .default_value = SIGNET_TEXT_INIT("unspecified"),                                          \
        .choices = SIGNET_TEXT_INIT("unspecified|keyCompromise|cACompromise|affiliationChanged|"   \
                                    "superseded|cessationOfOperation|privilegeWithdrawn|"          \
                                    "aACompromise")                                                \
    }

static const signet_option_t revoke_options[] = {
    SERIAL,
    AUTHORITY,
    REASON,
    OPTION(SIGNET_OPTION_TEXT, 0, "invalid_since",
           "When the key is known or thought to have become bad: 2026-11-24T08:00:00Z."),
    COMMENT,
};

static const signet_option_t many_options[] = {
    OPTION(SIGNET_OPTION_TEXT, 0, "authority", "Those of this authority."),
    OPTION(SIGNET_OPTION_TEXT, 0, "profile", "Those of this profile."),
    OPTION(SIGNET_OPTION_TEXT, 0, "name", "Those with this name: dns:www.example, or its value."),
    OPTION(SIGNET_OPTION_TEXT, 0, "requester", "Those that this actor asked for: token:ID."),
    REASON,
    OPTION(SIGNET_OPTION_TEXT, 0, "invalid_since",
           "When the keys are known or thought to have become bad: 2026-11-24T08:00:00Z."),
    COMMENT,
    OPTION(SIGNET_OPTION_TEXT, 0, "expected",
           "The digest that a run without it showed: revoke exactly those."),
};

static const signet_option_t plan_options[] = {
    OPTION(SIGNET_OPTION_TEXT, 0, "authority", "Those of this authority."),
    OPTION(SIGNET_OPTION_TEXT, 0, "profile", "Those of this profile."),
    OPTION(SIGNET_OPTION_TEXT, 0, "name", "Those with this name: dns:www.example, or its value."),
    OPTION(SIGNET_OPTION_TEXT, 0, "requester", "Those that this actor asked for: token:ID."),
    OPTION(SIGNET_OPTION_TEXT, 0, "key",
           "Those with this key: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "deadline",
           "When what was not replaced is revoked: 2026-12-08T00:00:00Z."),
    OPTION(SIGNET_OPTION_TEXT, 0, "from",
           "When the first clients shall renew: 2026-12-01T00:00:00Z; by default at once."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("grace"),
     .help = SIGNET_TEXT_INIT("How long what is replaced stays valid, for the new one to come into "
                              "use."),
     .default_value = SIGNET_TEXT_INIT("24h")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("reason"),
     .help = SIGNET_TEXT_INIT("Why, as RFC 5280 names it."),
     .default_value = SIGNET_TEXT_INIT("superseded"),
     .choices = SIGNET_TEXT_INIT("unspecified|keyCompromise|cACompromise|affiliationChanged|"
                                 "superseded|cessationOfOperation|privilegeWithdrawn|"
                                 "aACompromise")},
    COMMENT,
    OPTION(SIGNET_OPTION_TEXT, 0, "expected",
           "The digest that a run without it showed: replace exactly those."),
};

static const signet_option_t many_state_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "order",
           "The order's id."),
};

static const signet_option_t by_key_options[] = {
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "certificate",
           "File of the certificate to revoke, PEM."),
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED, "key", "File of its private key, PEM."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("reason"),
     .help = SIGNET_TEXT_INIT("Why, as RFC 5280 names it."),
     .default_value = SIGNET_TEXT_INIT("keyCompromise"),
     .choices = SIGNET_TEXT_INIT("unspecified|keyCompromise|affiliationChanged|superseded|"
                                 "cessationOfOperation|privilegeWithdrawn")},
    COMMENT,
};

static const signet_option_t renew_options[] = {
    SERIAL,
    AUTHORITY,
    OPTION(SIGNET_OPTION_PATH, 0, "csr",
           "File with a certificate request of a new key; without it the key is kept."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write the certificate to, PEM."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "chain",
           "Write the authorities' certificates behind it, as servers want them."),
    OPTION(SIGNET_OPTION_DURATION, 0, "validity", "How long it is to be valid: 30d, 12h."),
    OPTION(SIGNET_OPTION_TEXT, 0, "idempotency_key",
           "Text of your choice; the same request under the same key answers the same "
           "certificate."),
    WAIT,
};

static const signet_option_t renewal_options[] = {
    SERIAL,
    AUTHORITY,
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "from",
           "From when on clients shall renew: 2026-11-24T08:00:00Z."),
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "before", "Before when they shall."),
};

static const signet_option_t hold_options[] = {SERIAL, AUTHORITY, COMMENT};
static const signet_option_t release_options[] = {SERIAL, AUTHORITY};

#define COMMAND(command_name, sentence, more, declared, function)                                  \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(more),                     \
        .options = (declared), .option_count = sizeof(declared) / sizeof((declared)[0]),           \
        .run = (function),                                                                         \
    }

static const signet_command_t commands[] = {
    COMMAND("issue", "Issue a certificate from a certificate request.",
            "signet issue --profile tls-server --csr web.csr --out web.pem --chain", issue_options,
            certificate_issue),
    COMMAND("request issue", "Fetch the certificate of an approved request.",
            "signet request issue 3f0c… --out web.pem --wait", fetch_options, certificate_fetch),
    COMMAND("profile try", "Show what would be issued for a request, or why not.",
            "signet profile try web.csr --profile tls-server", try_options, certificate_try),
    COMMAND("show", "Show one certificate.", "signet show 1A2B3C… --pem", show_options,
            certificate_show),
    COMMAND("list", "List certificates.", "signet list --expiring 30d --state valid", list_options,
            certificate_list),
    COMMAND("renew", "Renew a certificate, with the same key or a new one.",
            "signet renew 1A2B3C… --csr web.csr --out web.pem", renew_options, certificate_renew),
    COMMAND("renewal", "Set when clients shall renew a certificate.",
            "signet renewal 1A2B3C… --from 2026-12-01T00:00:00Z --before 2026-12-08T00:00:00Z",
            renewal_options, certificate_renewal),
    COMMAND("revoke", "Revoke a certificate.", "signet revoke 1A2B3C… --reason keyCompromise",
            revoke_options, certificate_revoke),
    COMMAND("revoke many", "Revoke many certificates at once, after a look at them.",
            "signet revoke many --requester token:abc --reason keyCompromise", many_options,
            certificate_revoke_many),
    COMMAND("revoke state", "Show how far an order of many revocations is.",
            "signet revoke state 6b1f…", many_state_options, certificate_many_state),
    COMMAND("plan replace",
            "Have many certificates replaced, and revoke them then; first a look at how it goes.",
            "signet plan replace --authority tls --deadline 2026-12-08T00:00:00Z", plan_options,
            certificate_plan_replace),
    COMMAND("plan state", "Show how far a replacement of many certificates is.",
            "signet plan state 6b1f…", many_state_options, certificate_plan_state),
    COMMAND("revoke by-key", "Revoke a certificate with its own key, without a token.",
            "signet revoke by-key --certificate web.pem --key web.key", by_key_options,
            certificate_revoke_by_key),
    COMMAND("hold", "Revoke a certificate for the time being.",
            "signet hold 1A2B3C… --comment \"laptop lost?\"", hold_options, certificate_hold),
    COMMAND("release", "Release a held certificate.", "signet release 1A2B3C…", release_options,
            certificate_release),
};

SIGNET_COMMAND_PLUGIN("command-certificate",
                      "Commands for certificates: issue, show, list, revoke, hold, "
                      "release.",
                      commands)
