/* command-authority: entry, descriptor and wiring. */
#include "authority.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

#define NAME                                                                                       \
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "name",          \
           "Name of the authority.")

static const signet_option_t show_options[] = {NAME};
static const signet_option_t chain_options[] = {
    NAME,
    OPTION(SIGNET_OPTION_TEXT, 0, "root",
           "Subject of the root that it is to end at, where cross-certificates lead to more."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write to instead of standard output."),
};

#define COMMENT OPTION(SIGNET_OPTION_TEXT, 0, "comment", "Why; kept and journaled.")

static const signet_option_t change_options[] = {NAME, COMMENT};
#define KEY_TYPE                                                                                   \
    OPTION(SIGNET_OPTION_TEXT, 0, "key_type",                                                      \
           "Type of the further key (EC-P384, RSA-3072, ...); else as the configuration has it.")

static const signet_option_t rotate_options[] = {
    NAME,
    COMMENT,
    KEY_TYPE,
    OPTION(SIGNET_OPTION_PATH, 0, "out",
           "The file for the request, where the parent is elsewhere (PEM)."),
};
static const signet_option_t import_options[] = {
    NAME,
    OPTION(SIGNET_OPTION_PATH, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "file",
           "The certificate (PEM)."),
    COMMENT,
};

#define GENERATION                                                                                 \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_INTEGER,                            \
        .flags = SIGNET_OPTION_REQUIRED, .name = SIGNET_TEXT_INIT("generation"), .minimum = 1,     \
        .maximum = 999999999,                                                                      \
        .help = SIGNET_TEXT_INIT("Number of the key, as 'ca generations' lists them."),            \
    }

static const signet_option_t destroy_options[] = {
    NAME,
    GENERATION,
    COMMENT,
    OPTION(SIGNET_OPTION_TEXT, 0, "override",
           "Why certificates that are neither expired nor revoked may lose their key."),
    OPTION(SIGNET_OPTION_PATH, 0, "responder",
           "The request of an OCSP responder that answers on (PEM)."),
    OPTION(SIGNET_OPTION_TEXT, 0, "profile", "The responder's profile."),
};
static const signet_option_t compromised_options[] = {
    NAME,
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "reason", "Why; kept and journaled."),
    KEY_TYPE,
    OPTION(SIGNET_OPTION_PATH, 0, "out",
           "The file for the further key's request, where the parent is elsewhere (PEM)."),
    OPTION(SIGNET_OPTION_PATH, 0, "revocation",
           "The file with what the parent's ceremony is to revoke, where it is elsewhere."),
};
static const signet_option_t impact_options[] = {
    NAME,
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_BOOLEAN,
     .name = SIGNET_TEXT_INIT("counts"),
     .help = SIGNET_TEXT_INIT("How many, by profile and owner, and the authorities below; JSON.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("limit"),
     .minimum = 1,
     .maximum = 1000000,
     .help = SIGNET_TEXT_INIT("The most certificates shown; all where it is left out.")},
};
static const signet_option_t evidence_options[] = {
    NAME,
    GENERATION,
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write to instead of standard output."),
};

#define COMMAND(command_name, sentence, more, declared, declared_count, function)                  \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(more),                     \
        .options = (declared), .option_count = (declared_count), .run = (function),                \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_command_t commands[] = {
    COMMAND("authority list", "List the certificate authorities.", "", NULL, 0, authority_list),
    COMMAND("authority show", "Show one authority.", "signet authority show device", show_options,
            COUNT(show_options), authority_show),
    COMMAND("authority chain", "Print an authority's certificate and those above it, PEM.",
            "signet authority chain device --out device-chain.pem", chain_options,
            COUNT(chain_options), authority_chain),
    COMMAND("ca rotate", "Make a further key for an authority, beside the one that issues.",
            "It is published, and issues once it is activated. Where the parent is elsewhere a "
            "request is written.",
            rotate_options, COUNT(rotate_options), authority_rotate),
    COMMAND("ca import", "Take the certificate that was requested for a further key.", "",
            import_options, COUNT(import_options), authority_import),
    COMMAND("ca activate", "Let the published key issue in place of the former.",
            "A second person must agree.", change_options, COUNT(change_options),
            authority_activate),
    COMMAND("ca suspend", "Let an authority issue nothing until it is resumed.", "", change_options,
            COUNT(change_options), authority_suspend),
    COMMAND("ca resume", "Let a suspended authority issue again.", "", change_options,
            COUNT(change_options), authority_resume),
    COMMAND("ca retire", "Let an authority issue no more.", "A second person must agree.",
            change_options, COUNT(change_options), authority_retire),
    COMMAND("ca destroy-key", "Destroy a key that issues no more, for good.",
            "Refused while certificates of it are neither expired nor revoked. It signs a last "
            "revocation list before, and certifies a responder where one is named. A second "
            "person must agree.",
            destroy_options, COUNT(destroy_options), authority_destroy_key),
    COMMAND("ca compromised", "Say that an authority's keys may be in other hands.",
            "They are blocked for ever, its certificates revoked at the parent or asked to be, and "
            "a further key is made, which 'ca activate' lets issue. A second person must agree; "
            "'ca suspend' stops issuance at once.",
            compromised_options, COUNT(compromised_options), authority_compromised),
    COMMAND("ca rehearse-compromise", "Walk through a compromise and say what would happen, JSON.",
            "Nothing changes, but the journal says that it was rehearsed.", show_options,
            COUNT(show_options), authority_rehearse_compromise),
    COMMAND("ca impact", "List what a compromise of an authority's keys reaches, or would.", "",
            impact_options, COUNT(impact_options), authority_impact),
    COMMAND("ca evidence", "Show the evidence of a key that was destroyed, JSON.", "",
            evidence_options, COUNT(evidence_options), authority_evidence),
    COMMAND("ca last-list", "Fetch the last revocation list of a key that was destroyed, DER.", "",
            evidence_options, COUNT(evidence_options), authority_last_list),
    COMMAND("ca generations", "List an authority's keys and their states.", "", show_options,
            COUNT(show_options), authority_generations),
};

SIGNET_COMMAND_PLUGIN("command-authority", "Commands that read authorities and change their lives.",
                      commands)
