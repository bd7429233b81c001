#include "host_reload.h"

#include <signet/sdk/setting.h>
#include <signet/sdk/show.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("plugin", "Plugin", 0),
    SIGNET_COLUMN("action", "Action", 0),
    SIGNET_COLUMN("options", "Options", SIGNET_COLUMN_WIDE),
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* POST /v1/host/reload, with the instances that are named. */
static int32_t ask(signet_call_t *call, const signet_command_input_t *input, int dry_run,
                   const signet_json_t **answer)
{
    const signet_setting_t *instances = signet_setting(input->options, "instance");
    signet_buffer_t path = signet_buffer(call, 128);
    signet_text_t text = {NULL, 0};
    signet_buffer_add_string(&path, "/v1/host/reload");
    signet_url_query(&path, "dry_run", dry_run ? SIGNET_TEXT("true") : SIGNET_TEXT("false"));
    for (uint64_t i = 0; instances && i < instances->member_count; i++)
        signet_url_query(&path, "instance",
                         SIGNET_AT(signet_setting_t, instances->members, i)->text);
    int32_t status = signet_buffer_text(&path, &text);
    return status == SIGNET_OK
               ? signet_client_json(call, input, "POST", text, SIGNET_TEXT(""), answer)
               : status;
}

/* One row for each change, and for what stays unchanged where that is wanted. */
static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const signet_json_t *answer)
{
    signet_output_t *output = input->output;
    const signet_json_t *changes = signet_json_get(answer, "changes");
    int all = signet_setting_integer(input->options, "all", 0) != 0;
    uint64_t shown = 0;
    int32_t status = output->services->columns(output, call, columns, COLUMNS);
    for (uint64_t i = 0; status == SIGNET_OK && changes && i < changes->count; i++) {
        const signet_json_t *change = &changes->items[i];
        signet_text_t cells[COLUMNS];
        for (size_t cell = 0; cell < COLUMNS; cell++)
            cells[cell] = signet_show_text(call, signet_json_get(change, columns[cell].name.data));
        if (!all && signet_text_is(cells[2], "unchanged"))
            continue;
        shown++;
        status = output->services->row(output, call, cells, COLUMNS);
    }
    if (status == SIGNET_OK && shown == 0)
        status = output->services->note(
            output, call, SIGNET_TEXT("The configuration is the one that the host has."));
    return status;
}

static int32_t run(signet_call_t *call, const signet_command_input_t *input, int dry_run)
{
    const signet_json_t *answer = NULL;
    int32_t status = ask(call, input, dry_run, &answer);
    return status == SIGNET_OK ? show(call, input, answer) : status;
}

int32_t host_reload(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return run(call, input, 0);
}

int32_t host_difference(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return run(call, input, 1);
}
