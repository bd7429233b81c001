#include "certificate_option.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OPTION(option_type, option_name, option_help)                                              \
    .size = sizeof(signet_option_t), .type = SIGNET_OPTION_##option_type,                          \
    .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(option_help)
#define REQUIRED .flags = SIGNET_OPTION_REQUIRED
#define MEMBERS(list) .members = (list), .member_count = COUNT(list)

static const signet_option_t list_options[] = {
    {OPTION(PATH, "file",
            "One or more lists in PEM, or one in DER; read anew whenever the file changes."),
     REQUIRED},
};

static const signet_option_t authority_options[] = {
    {OPTION(TEXT, "name",
            "What rules call it. Without \"certificates\" it is Signet's own authority of this "
            "name."),
     REQUIRED},
    {OPTION(PATH, "certificates",
            "The certificates, PEM, of an authority elsewhere: each is trusted for what it and the "
            "authorities below it issue.")},
    {OPTION(GROUPS, "revocation_lists",
            "The revocation lists of an authority elsewhere and of those below it. Without a "
            "current list for each, its certificates are refused."),
     MEMBERS(list_options)},
    {OPTION(BOOLEAN, "client_auth",
            "Whether certificates must name clientAuth among their extended key usages; otherwise "
            "those without any extended key usage are accepted too."),
     .default_value = SIGNET_TEXT_INIT("true")},
    {OPTION(TEXT, "tenant",
            "The tenant that its certificates belong to; by default the sole one.")},
};

static const signet_option_t match_options[] = {
    {OPTION(TEXT, "field",
            "A field of the certificate: subject, subject.CN and other attributes, san.dns, "
            "san.email, san.uri, san.ip, serial, fingerprint."),
     REQUIRED},
    {OPTION(TEXT, "pattern",
            "What each of its values must look like; '*' stands for any characters. There must be "
            "at least one value."),
     REQUIRED},
};

static const signet_option_t grant_options[] = {
    {OPTION(TEXT, "role", "The role: \"requester\", \"officer\", …"), REQUIRED},
    {OPTION(TEXT, "authority", "The only authority that it covers; by default all.")},
    {OPTION(TEXT, "profile", "The only profile that it covers; by default all.")},
    {OPTION(TEXT, "names",
            "The pattern that every name must match; may have fields in it: \"dns:%{san.dns}\".")},
};

static const signet_option_t rule_options[] = {
    {OPTION(TEXT, "name", "What the rule is called."), REQUIRED},
    {OPTION(TEXT, "authority", "The authority, by its name here, that issued the certificate."),
     REQUIRED},
    {OPTION(TEXTS, "profiles",
            "Profiles, one of which the certificate was issued under, as the inventory has it; for "
            "Signet's own.")},
    {OPTION(GROUPS, "match", "What else must hold; all of it."), MEMBERS(match_options)},
    {OPTION(TEXT, "actor",
            "Who the client is: \"cert:\" and fields of the certificate, each of which must have "
            "one value: \"cert:%{san.email}\". Two certificates with the same text are the same "
            "client."),
     REQUIRED},
    {OPTION(TEXT, "display_name", "The same for people, \"%{subject.CN}\"; by default the actor.")},
    {OPTION(TEXT, "person",
            "Who is behind it, so that several credentials of one person count once in approvals: "
            "\"%{san.email}\".")},
    {OPTION(GROUPS, "grants", "What the client may do."), MEMBERS(grant_options)},
};

const signet_option_t certificate_options[] = {
    {OPTION(INSTANCE, "ca",
            "The instance with Signet's own authorities; needed where there are several.")},
    {OPTION(GROUPS, "authorities", "Whose certificates are accepted."), MEMBERS(authority_options)},
    {OPTION(GROUPS, "rules", "What certificates stand for. The first rule that matches decides."),
     MEMBERS(rule_options)},
};
_Static_assert(sizeof certificate_options / sizeof certificate_options[0] ==
                   CERTIFICATE_OPTION_COUNT,
               "CERTIFICATE_OPTION_COUNT is not how many there are");
