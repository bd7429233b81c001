/* signet authority list, show and chain */
#include "authority.h"

#include <signet/sdk/setting.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("kind", "Kind", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("parent", "Parent", 0),
    SIGNET_COLUMN("key_type", "Key", 0),
    SIGNET_COLUMN("not_after", "Expires", 0),
    SIGNET_COLUMN("subject", "Subject", SIGNET_COLUMN_WIDE),
};

int32_t authority_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_listing_t listing = {
        .path = SIGNET_TEXT("/v1/authorities"),
        .member = "authorities",
        .whole = 1,
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
    };
    return signet_show_list(call, input, &listing);
}

static signet_text_t make_path(signet_call_t *call, const signet_command_input_t *input,
                               const char *end)
{
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "name"));
    return signet_format(call, "/v1/authorities/%.*s%s", SIGNET_FORMAT(name), end);
}

int32_t authority_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_json_t *answer = NULL;
    int32_t status = signet_client_json(call, input, "GET", make_path(call, input, ""),
                                        (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, columns,
                              sizeof columns / sizeof columns[0], NULL);
}

int32_t authority_chain(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_client_response_t *response = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    signet_buffer_t path = signet_buffer(call, 256);
    signet_text_t target;
    signet_buffer_add_text(&path, make_path(call, input, "/chain"));
    signet_url_query(&path, "root", signet_setting_text(input->options, "root"));
    int32_t status = signet_buffer_text(&path, &target);
    if (status != SIGNET_OK)
        return status;
    status = signet_client(call, input, "GET", target, "*/*", (signet_text_t){NULL, 0}, &response);
    if (status != SIGNET_OK)
        return status;
    if (out.length > 0)
        return signet_file_write(call, out, response->body, 0644);
    return input->output->services->raw(input->output, call, response->body);
}
