/* Sample configuration, made from declarations. */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include "cli/cli.h"

/* A block of configuration for a plugin, in the call's arena: every option with its explanation,
 * the required ones with a value to replace, the others commented out. */
int32_t cli_sample(signet_call_t *call, const signet_plugin_t *plugin, signet_text_t *text);

#endif
