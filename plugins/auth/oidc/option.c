#include "option.h"

#define REQUIRED SIGNET_OPTION_REQUIRED
#define HOUR INT64_C(3600000)

#define OPTION(option_type, option_flags, option_name, option_default, option_help)                \
    .size = sizeof(signet_option_t), .type = (option_type), .flags = (option_flags),               \
    .name = SIGNET_TEXT_INIT(option_name), .default_value = SIGNET_TEXT_INIT(option_default),      \
    .help = SIGNET_TEXT_INIT(option_help)
#define TEXT(name, help) OPTION(SIGNET_OPTION_TEXT, 0, name, "", help)
#define TEXTS(name, help) OPTION(SIGNET_OPTION_TEXTS, 0, name, "", help)
#define DURATION(name, otherwise, least, most, help)                                               \
    OPTION(SIGNET_OPTION_DURATION, 0, name, otherwise, help), .minimum = (least), .maximum = (most)
#define MEMBERS(list) .members = (list), .member_count = sizeof(list) / sizeof(list)[0]

static const signet_option_t condition_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, REQUIRED, "claim", "",
            "The claim, by its name or by a JSON Pointer: \"/kubernetes.io/namespace\".")},
    {TEXT("equals", "It is this text (integers and true or false as text).")},
    {TEXTS("one_of", "It is one of these texts.")},
    {TEXT("matches", "It matches this pattern, in which * stands for any characters.")},
    {TEXT("contains", "It is a list that contains this text, or the text itself.")},
};

static const signet_option_t grant_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, REQUIRED, "role", "",
            "The role: requester, officer, auditor, administrator, …")},
    {TEXT("authority", "Only for this authority.")},
    {TEXT("profile", "Only for this profile.")},
    {TEXTS("names", "Patterns, one of which every requested name must match, with claims as "
                    "%{CLAIM}, or %{CLAIM|path} where slashes may stand in them.")},
};

static const signet_option_t rule_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, REQUIRED, "name", "", "The rule's name.")},
    {OPTION(SIGNET_OPTION_GROUPS, REQUIRED, "conditions", "",
            "What must hold of the claims, all of it."),
     MEMBERS(condition_options)},
    {OPTION(SIGNET_OPTION_GROUPS, REQUIRED, "grants", "", "What is granted then."),
     MEMBERS(grant_options)},
};

static const signet_option_t issuer_options[] = {
    {OPTION(SIGNET_OPTION_TEXT, REQUIRED, "name", "", "The issuer's name here.")},
    {OPTION(SIGNET_OPTION_TEXT, REQUIRED, "issuer", "",
            "Its URL, exactly as its tokens have it in iss.")},
    {TEXT("jwks_url", "Where its keys are; by default its OpenID configuration says so.")},
    {OPTION(SIGNET_OPTION_PATH, 0, "jwks_file", "",
            "A file with its keys (JWK Set), for an issuer that cannot be reached.")},
    {OPTION(SIGNET_OPTION_SECRET, 0, "token", "",
            "A bearer token to ask for its keys with, as a Kubernetes API server may want.")},
    {OPTION(SIGNET_OPTION_TEXTS, REQUIRED, "audiences", "",
            "What aud must be: choose one for Signet alone.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "authorised_parties", "",
            "What azp, client_id or appid must be; none: it is not looked at.")},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "algorithms", "[\"RS256\", \"ES256\", \"EdDSA\"]",
            "The signature algorithms that are taken."),
     .choices = SIGNET_TEXT_INIT(SIGNET_JWS_ALGORITHMS)},
    {OPTION(SIGNET_OPTION_TEXTS, 0, "types", "[\"JWT\", \"at+jwt\", \"application/at+jwt\"]",
            "What typ in a token's header may be, where it is there.")},
    {DURATION("leeway", "30s", 0, HOUR / 12, "How far clocks may differ.")},
    {DURATION("maximum_lifetime", "24h", HOUR / 60, INT64_C(8784) * HOUR,
              "How long a token may be valid, from iat to exp.")},
    {DURATION("refresh", "15m", 1000, 24 * HOUR, "How often its keys are fetched.")},
    {DURATION("refetch", "30s", 100, HOUR,
              "How soon they may be fetched again for a token with an unknown key.")},
    {DURATION("maximum_age", "24h", 1000, INT64_C(720) * HOUR,
              "How long keys are used while the issuer does not answer.")},
    {TEXT("actor", "The actor's id, a prefix of its own and claims: \"github:%{repository}\"; by "
                   "default NAME:%{sub}.")},
    {TEXT("person", "Who is behind it, so that other credentials of the same person count once: "
                    "%{email}.")},
    {TEXT("display", "What the actor is called for people: %{name}.")},
    {TEXT("tenant", "The tenant that its actors belong to.")},
    {OPTION(SIGNET_OPTION_GROUPS, REQUIRED, "rules", "",
            "What is granted to whom; all rules that apply add up, without one a token is "
            "refused."),
     MEMBERS(rule_options)},
    {OPTION(SIGNET_OPTION_GROUP, 0, "outbound", "", "How the issuer is called."),
     SIGNET_OUTBOUND_MEMBERS},
};

const signet_option_t oidc_options[] = {
    {OPTION(SIGNET_OPTION_GROUPS, REQUIRED, "issuers", "", "The issuers whose tokens are taken."),
     MEMBERS(issuer_options)},
};
_Static_assert(sizeof oidc_options / sizeof oidc_options[0] == OIDC_OPTION_COUNT,
               "OIDC_OPTION_COUNT is not how many there are");
