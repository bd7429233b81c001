/* The reference manual of all options, made from their declarations. */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include "cli/cli.h"

/* Markdown, in the call's arena, of the host and all plugins, or of the one with this id ("host"
 * for the host). */
int32_t cli_reference(const cli_t *cli, signet_call_t *call, signet_text_t id, signet_text_t *text);
/* "text", "list of groups": what a type is called. */
const char *cli_type_name(uint32_t type);

#endif
