/* signet plugin new, and the templates that it writes. */
#ifndef PLUGIN_NEW_H
#define PLUGIN_NEW_H

#include <signet/command.h>
#include <signet/sdk/text.h>

/* A file of a template. "hello" in its name and content stands for the name of the plugin. */
typedef struct plugin_file {
    const char *name;
    const char *content;
} plugin_file_t;

typedef struct plugin_template {
    const char *kind;
    const plugin_file_t *files;
    uint64_t file_count;
} plugin_template_t;

/* Generated from sdk/template. */
extern const plugin_template_t plugin_templates[];
extern const uint64_t plugin_template_count;

int32_t plugin_new(void *instance, signet_call_t *call, const signet_command_input_t *input);

#endif
