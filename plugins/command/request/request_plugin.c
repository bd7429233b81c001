/* command-request: entry, descriptor and wiring. */
#include "request.h"

#include <signet/sdk/command_plugin.h>

#define OPTION(kind, option_flags, option_name, sentence)                                          \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .flags = (option_flags),                  \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(sentence),                 \
    }

#define ID                                                                                         \
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "id",            \
           "Id of the request.")

static const signet_option_t list_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("state"),
     .help = SIGNET_TEXT_INIT("Only in this state."),
     .choices = SIGNET_TEXT_INIT("pending|approved|denied|withdrawn|done|expired")},
    OPTION(SIGNET_OPTION_TEXT, 0, "kind", "Only of this kind: certificate.issue, role.grant."),
    OPTION(SIGNET_OPTION_TEXT, 0, "requester", "Only of this actor: token:ID."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("limit"),
     .help = SIGNET_TEXT_INIT("Most requests to show."),
     .default_value = SIGNET_TEXT_INIT("50"),
     .minimum = 1,
     .maximum = INT32_MAX},
    OPTION(SIGNET_OPTION_BOOLEAN, 0, "all", "Show all there are."),
};

static const signet_option_t show_options[] = {ID};

static const signet_option_t decide_options[] = {
    ID,
    OPTION(SIGNET_OPTION_TEXT, 0, "comment", "Why; kept with the request and in the journal."),
};

static const signet_option_t comment_options[] = {
    ID,
    OPTION(SIGNET_OPTION_TEXT, SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL, "comment",
           "What there is to say; kept with the request and in the journal."),
};

#define COMMAND(command_name, sentence, example, command_options, handler)                         \
    {                                                                                              \
        .size = sizeof(signet_command_t), .name = SIGNET_TEXT_INIT(command_name),                  \
        .summary = SIGNET_TEXT_INIT(sentence), .help = SIGNET_TEXT_INIT(example),                  \
        .options = (command_options),                                                              \
        .option_count = sizeof(command_options) / sizeof((command_options)[0]), .run = (handler),  \
    }

static const signet_command_t commands[] = {
    COMMAND("request list", "List requests that wait or waited for approval, newest first.",
            "signet request list --state pending", list_options, request_list),
    COMMAND("request show", "Show a request and what would be issued.", "signet request show 3f0c…",
            show_options, request_show),
    COMMAND("request approve", "Agree to a request.",
            "signet request approve 3f0c… --comment 'ticket 4711'", decide_options,
            request_approve),
    COMMAND("request deny", "Deny a request; one denial denies.",
            "signet request deny 3f0c… --comment 'unknown publisher'", decide_options,
            request_deny),
    COMMAND("request withdraw", "Take a request of your own back.", "signet request withdraw 3f0c…",
            decide_options, request_withdraw),
    COMMAND("request comment", "Comment a request.",
            "signet request comment 3f0c… 'which build is this for?'", comment_options,
            request_comment),
};

SIGNET_COMMAND_PLUGIN("command-request",
                      "Commands about requests that wait for approval: list, show, "
                      "approve, deny, withdraw and comment.",
                      commands)
