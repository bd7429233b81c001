/* command-journal: entry, descriptor and wiring. */
#include "journal.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

static const signet_option_t list_options[] = {
    OPTION(SIGNET_OPTION_TEXT, 0, "event", "Only this event: certificate.issued."),
    OPTION(SIGNET_OPTION_TEXT, 0, "object", "Only about this object: token:ID."),
    OPTION(SIGNET_OPTION_TEXT, 0, "actor", "Only by this actor: token:ID, uid:0."),
    OPTION(SIGNET_OPTION_DURATION, 0, "since", "Only what is younger than this: 1h."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("limit"),
     .help = SIGNET_TEXT_INIT("Most entries to show."),
     .default_value = SIGNET_TEXT_INIT("50"),
     .minimum = 1,
     .maximum = INT32_MAX},
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "all", "Show all there are."),
};

static const signet_option_t acknowledge_options[] = {
    OPTION(SIGNET_OPTION_TEXT, 0, "reason", "What was done about it; kept in the journal."),
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("journal list"),
     .summary = SIGNET_TEXT_INIT("List entries of the journal, newest first."),
     .help = SIGNET_TEXT_INIT("signet journal list --event certificate.revoked --since 24h"),
     .options = list_options,
     .option_count = sizeof list_options / sizeof list_options[0],
     .run = journal_list},
    {.size = sizeof(signet_command_t),
     .name = SIGNET_TEXT_INIT("journal acknowledge"),
     .summary = SIGNET_TEXT_INIT("Let a node sign again whose records were put back."),
     .help = SIGNET_TEXT_INIT(
         "A node whose store was put back to an earlier state (an old backup was restored) signs "
         "nothing until an administrator has looked at what is lost. Without --reason this only "
         "shows whether that is so.\n\n    signet journal acknowledge --reason 'disk lost; 12 "
         "certificates since the backup revoked by hand'"),
     .options = acknowledge_options,
     .option_count = sizeof acknowledge_options / sizeof acknowledge_options[0],
     .run = journal_acknowledge},
};

SIGNET_COMMAND_PLUGIN("command-journal", "Commands about the journal: list, acknowledge.", commands)
