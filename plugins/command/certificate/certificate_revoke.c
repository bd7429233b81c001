/* signet revoke, hold and release */
#include <signet/sdk/setting.h>

#include "certificate.h"

static int32_t change(signet_call_t *call, const signet_command_input_t *input, const char *action,
                      const char *const *members, uint64_t count)
{
    signet_text_t path;
    signet_text_t body;
    const signet_json_t *answer = NULL;
    int32_t status = certificate_find(call, input, &path);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t value = signet_setting_text(input->options, members[i]);
        if (value.length > 0)
            signet_json_text(&writer, members[i], value);
    }
    signet_json_end_object(&writer);
    status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status = signet_client_json(call, input, "POST",
                                    signet_format(call, "%.*s/%s", SIGNET_FORMAT(path), action),
                                    body, &answer);
    if (status != SIGNET_OK)
        return status;
    return signet_show_object(call, input->output, answer, certificate_columns,
                              certificate_column_count, certificate_cell);
}

int32_t certificate_revoke(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const char *const members[] = {"reason", "invalid_since", "comment"};
    (void)instance;
    return change(call, input, "revoke", members, 3);
}

int32_t certificate_hold(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const char *const members[] = {"comment"};
    (void)instance;
    return change(call, input, "hold", members, 1);
}

int32_t certificate_release(void *instance, signet_call_t *call,
                            const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "release", NULL, 0);
}
