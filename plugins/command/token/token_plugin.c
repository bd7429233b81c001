/* command-token: entry, descriptor and wiring. */
#include "token.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

static const signet_option_t create_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "name", "Whose token it is, for people."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_REPEATABLE,
     .name = SIGNET_TEXT_INIT("role"),
     .help = SIGNET_TEXT_INIT("Role that the token has."),
     .choices = SIGNET_TEXT_INIT("administrator|ca-administrator|officer|revocation-officer|"
                                 "recovery-officer|requester|auditor")},
    OPTION(SIGNET_OPTION_TEXT, 0, "person",
           "Who holds it: all tokens of one person name it alike, and count once in approvals."),
    OPTION(SIGNET_OPTION_TEXT, 0, "approval",
           "Id of the request that another administrator has agreed to."),
    OPTION(SIGNET_OPTION_TEXT, 0, "tenant",
           "The tenant that it is for, where that is not your own; it must agree."),
    OPTION(SIGNET_OPTION_TEXT, 0, "reason", "Why it is needed there; both journals keep it."),
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "break_glass",
           "Without the tenant's consent; another administrator of the provider must agree."),
    OPTION(SIGNET_OPTION_DURATION, 0, "ttl", "How long it is valid: 12h, 90d."),
    OPTION(SIGNET_OPTION_TEXT, 0, "authority", "Limits the roles to this authority."),
    OPTION(SIGNET_OPTION_TEXT, 0, "profile", "Limits the roles to this profile."),
    OPTION(SIGNET_OPTION_TEXT, 0, "names",
           "Limits the roles to names that match this pattern: *.dev.example"),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write the token to; only you can read it."),
};

static const signet_option_t revoke_options[] = {
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "id",
           "Id of the token, as signet token list shows it."),
};

#define COMMAND(command_name, sentence, more, declared, declared_count, function)                  \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(more),                     \
        .options = (declared), .option_count = (declared_count), .run = (function),                \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_command_t commands[] = {
    COMMAND("token create", "Make a token.",
            "signet token create --name build --role requester --profile tls-server --out token",
            create_options, COUNT(create_options), token_create),
    COMMAND("token list", "List the tokens.", "", NULL, 0, token_list),
    COMMAND("token revoke", "Revoke a token.", "signet token revoke k2v6…", revoke_options,
            COUNT(revoke_options), token_revoke),
    COMMAND("whoami", "Show who the host takes you for, and your roles.", "", NULL, 0,
            token_whoami),
};

SIGNET_COMMAND_PLUGIN("command-token", "Commands for tokens: create, list, revoke; and whoami.",
                      commands)
