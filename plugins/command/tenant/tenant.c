/* signet tenant list and show */
#include "tenant.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("issuance_rate", "Certificates a minute", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("active", "Active", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("active_certificates", "of at most", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("approvals", "Approvals", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("approvers", "Approvers", 0),
    SIGNET_COLUMN("description", "Description", SIGNET_COLUMN_WIDE),
};

static signet_text_t cell(signet_call_t *call, const signet_json_t *object, signet_text_t member)
{
    const char *name = signet_text_string(call, member);
    return signet_show_text(call, name != NULL ? signet_json_get(object, name) : NULL);
}

int32_t tenant_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_listing_t listing = {
        .path = SIGNET_TEXT("/v1/tenants"),
        .member = "tenants",
        .whole = 1,
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .cell = cell,
    };
    return signet_show_list(call, input, &listing);
}

int32_t tenant_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_json_t *answer = NULL;
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "name"));
    int32_t status = signet_client_json(
        call, input, "GET", signet_format(call, "/v1/tenants/%.*s", SIGNET_FORMAT(name)),
        (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, columns,
                              sizeof columns / sizeof columns[0], cell);
}
