/* command-acme: entry, descriptor and wiring. */
#include "acme.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }
#define DIRECTORY                                                                                  \
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "directory",     \
           "Name of the ACME directory.")

static const signet_option_t create_options[] = {
    DIRECTORY,
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED, "name", "Whose it is, for people."),
    OPTION(SIGNET_OPTION_TEXTS, SIGNET_OPTION_REPEATABLE, "names",
           "Limits its account to names that match one of these patterns: *.dev.example"),
    OPTION(SIGNET_OPTION_TEXTS, SIGNET_OPTION_REPEATABLE, "profile",
           "Limits its account to these profiles."),
    OPTION(SIGNET_OPTION_DURATION, 0, "ttl",
           "How long an account can be made with it: 12h, 7d; 30 days unless it is given."),
    OPTION(SIGNET_OPTION_PATH, 0, "out", "File to write the key to; only you can read it."),
};

static const signet_option_t list_options[] = {DIRECTORY};

static const signet_option_t revoke_options[] = {
    DIRECTORY,
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "id",
           "Id of the credential, as signet acme eab list shows it."),
};

#define COMMAND(command_name, sentence, more, declared, function)                                  \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(more),                     \
        .options = (declared), .option_count = sizeof(declared) / sizeof((declared)[0]),           \
        .run = (function),                                                                         \
    }

static const signet_command_t commands[] = {
    COMMAND("acme eab create", "Make a credential for external account binding.",
            "signet acme eab create tls --name web-team --names '*.web.example'", create_options,
            acme_eab_create),
    COMMAND("acme eab list", "List the credentials of a directory.", "signet acme eab list tls",
            list_options, acme_eab_list),
    COMMAND("acme eab revoke", "Revoke a credential.", "signet acme eab revoke tls 4mUe…",
            revoke_options, acme_eab_revoke),
};

SIGNET_COMMAND_PLUGIN("command-acme",
                      "Commands for ACME: credentials for external account binding.", commands)
