/* signet, the operator's command: what one run of it knows. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <signet/command.h>
#include <signet/plugin.h>

/* Exit codes. */
#define CLI_EXIT_OK 0
#define CLI_EXIT_INTERNAL 1
#define CLI_EXIT_USAGE 2
#define CLI_EXIT_NOT_FOUND 3
#define CLI_EXIT_DENIED 4
#define CLI_EXIT_CONFLICT 5
#define CLI_EXIT_UNAVAILABLE 6
#define CLI_EXIT_INVALID 7
#define CLI_EXIT_CORRUPT 8
#define CLI_EXIT_PENDING 9
#define CLI_EXIT_CONFIGURATION 78

/* A command with the plugin that brings it. */
typedef struct cli_command {
    const signet_command_t *command;
    const signet_plugin_t *plugin; /* NULL: signet's own */
} cli_command_t;

/* One run. Its memory is the call's. */
typedef struct cli {
    signet_call_t *call;
    const signet_setting_t *globals; /* the options that every command takes */
    int json;
    int color;                       /* of standard output */
    uint64_t width;                  /* of the terminal in characters; 0: no limit */
    signet_text_t plugin_folder;     /* where plugins were looked for */
    signet_text_t plugins_option;    /* what --plugins said, or empty */
    const signet_plugin_t **plugins; /* in order of their ids */
    uint64_t plugin_count;
    cli_command_t *commands; /* in order of their names */
    uint64_t command_count;
    int exit_code; /* set where the status alone does not tell it; else -1 */
} cli_t;

#endif
