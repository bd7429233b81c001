/* signet show */
#include <signet/sdk/setting.h>

#include "certificate.h"

const signet_column_t certificate_columns[] = {
    SIGNET_COLUMN("serial", "Serial", 0),
    SIGNET_COLUMN("authority", "Authority", 0),
    SIGNET_COLUMN("subject", "Subject", 0),
    SIGNET_COLUMN("names", "Names", 0),
    SIGNET_COLUMN("profile", "Profile", 0),
    SIGNET_COLUMN("profile_version", "Profile version", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("revoked_at", "Revoked at", 0),
    SIGNET_COLUMN("reason", "Reason", 0),
    SIGNET_COLUMN("not_before", "Valid from", 0),
    SIGNET_COLUMN("not_after", "Valid until", 0),
    SIGNET_COLUMN("issued_at", "Issued at", 0),
    SIGNET_COLUMN("requester", "Requester", 0),
    SIGNET_COLUMN("fields", "Fields", 0),
    SIGNET_COLUMN("fingerprint", "Fingerprint", 0),
};

const uint64_t certificate_column_count =
    sizeof certificate_columns / sizeof certificate_columns[0];

/* The form asked for by an option, or NULL: values for people. */
static const char *chosen_form(const signet_command_input_t *input)
{
    if (signet_setting_integer(input->options, "der", 0))
        return "der";
    if (signet_setting_integer(input->options, "chain", 0))
        return "chain";
    if (signet_setting_integer(input->options, "pem", 0) ||
        signet_setting_text(input->options, "out").length > 0)
        return "pem";
    return NULL;
}

static int32_t show_form(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t path, const char *form)
{
    const signet_client_response_t *response = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    int32_t status = signet_client(call, input, "GET",
                                   signet_format(call, "%.*s?format=%s", SIGNET_FORMAT(path), form),
                                   "*/*", (signet_text_t){NULL, 0}, &response);
    if (status != SIGNET_OK)
        return status;
    if (out.length > 0)
        return signet_file_write(call, out, response->body, 0644);
    return input->output->services->raw(input->output, call, response->body);
}

int32_t certificate_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t path;
    const signet_json_t *answer = NULL;
    int32_t status = certificate_find(call, input, &path);
    if (status != SIGNET_OK)
        return status;
    const char *form = chosen_form(input);
    if (form != NULL)
        return show_form(call, input, path, form);
    status = signet_client_json(call, input, "GET", path, (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, certificate_columns,
                              certificate_column_count, certificate_cell);
}
