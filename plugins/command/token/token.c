/* signet token list and revoke, signet whoami */
#include "token.h"

#include <signet/sdk/setting.h>

static void describe_grant(signet_call_t *call, signet_buffer_t *buffer, const signet_json_t *grant)
{
    static const char *const limits[] = {"authority", "profile", "names"};
    const char *before = " (";
    signet_buffer_add_text(buffer, signet_show_text(call, signet_json_get(grant, "role")));
    for (uint64_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        signet_text_t limit = signet_show_text(call, signet_json_get(grant, limits[i]));
        if (limit.length == 0)
            continue;
        signet_buffer_format(buffer, "%s%s %.*s", before, limits[i], SIGNET_FORMAT(limit));
        before = ", ";
    }
    if (before[0] == ',')
        signet_buffer_add_byte(buffer, ')');
}

signet_text_t token_cell(signet_call_t *call, const signet_json_t *object, signet_text_t member)
{
    const char *name = signet_text_string(call, member);
    const signet_json_t *value = name != NULL ? signet_json_get(object, name) : NULL;
    if (value == NULL || !signet_text_is(member, "grants"))
        return signet_show_text(call, value);
    signet_buffer_t buffer = signet_buffer(call, 128);
    for (uint64_t i = 0; i < value->count; i++) {
        if (i > 0)
            signet_buffer_add_string(&buffer, ", ");
        describe_grant(call, &buffer, &value->items[i]);
    }
    signet_text_t text = {NULL, 0};
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

int32_t token_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t columns[] = {
        SIGNET_COLUMN("id", "Id", 0),
        SIGNET_COLUMN("name", "Name", 0),
        SIGNET_COLUMN("grants", "Roles", SIGNET_COLUMN_WIDE),
        SIGNET_COLUMN("expires", "Expires", 0),
        SIGNET_COLUMN("creator", "Made by", 0),
    };
    (void)instance;
    signet_listing_t listing = {
        .path = SIGNET_TEXT("/v1/tokens"),
        .member = "tokens",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .cell = token_cell,
    };
    return signet_show_list(call, input, &listing);
}

int32_t token_revoke(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_client_response_t *response = NULL;
    signet_text_t id = signet_setting_text(input->options, "id");
    signet_text_t path =
        signet_format(call, "/v1/tokens/%.*s", SIGNET_FORMAT(signet_url_encode(call, id)));
    int32_t status =
        signet_client(call, input, "DELETE", path, NULL, (signet_text_t){NULL, 0}, &response);
    if (status != SIGNET_OK)
        return status;
    return input->output->services->note(
        input->output, call, signet_format(call, "Token %.*s is revoked.", SIGNET_FORMAT(id)));
}

int32_t token_whoami(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t columns[] = {
        SIGNET_COLUMN("actor", "Actor", 0),      SIGNET_COLUMN("name", "Name", 0),
        SIGNET_COLUMN("method", "Proved by", 0), SIGNET_COLUMN("tenant", "Tenant", 0),
        SIGNET_COLUMN("grants", "Roles", 0),
    };
    (void)instance;
    const signet_json_t *answer = NULL;
    int32_t status = signet_client_json(call, input, "GET", SIGNET_TEXT("/v1/self"),
                                        (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, columns,
                              sizeof columns / sizeof columns[0], token_cell);
}
