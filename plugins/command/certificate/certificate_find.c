#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "certificate.h"

static int32_t ask_authority(signet_call_t *call, const signet_command_input_t *input,
                             signet_text_t serial, signet_text_t *authority)
{
    const signet_json_t *answer = NULL;
    signet_text_t path = signet_format(call, "/v1/certificates?limit=2&serial=%.*s",
                                       SIGNET_FORMAT(signet_url_encode(call, serial)));
    int32_t status =
        signet_client_json(call, input, "GET", path, (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    const signet_json_t *found = signet_json_get(answer, "certificates");
    if (found == NULL || found->count == 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "certificate.not-found",
                           "There is no certificate with the serial number %.*s that you may "
                           "read; signet list shows what there is.",
                           SIGNET_FORMAT(serial));
    if (found->count > 1)
        return signet_fail(call, SIGNET_CONFLICT, "certificate.ambiguous",
                           "Several authorities have a certificate with the serial number %.*s; "
                           "say which: --authority NAME.",
                           SIGNET_FORMAT(serial));
    return signet_json_get_text(call, &found->items[0], "authority", authority);
}

int32_t certificate_find(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *path)
{
    signet_text_t serial = signet_setting_text(input->options, "serial");
    signet_text_t authority = signet_setting_text(input->options, "authority");
    if (authority.length == 0) {
        int32_t status = ask_authority(call, input, serial, &authority);
        if (status != SIGNET_OK)
            return status;
    }
    *path = signet_format(call, "/v1/certificates/%.*s/%.*s",
                          SIGNET_FORMAT(signet_url_encode(call, authority)),
                          SIGNET_FORMAT(signet_url_encode(call, serial)));
    return path->data != NULL ? SIGNET_OK : signet_status(call);
}

/* "NAME=VALUE, …". */
static signet_text_t fields_text(signet_call_t *call, const signet_json_t *fields)
{
    signet_buffer_t buffer = signet_buffer(call, 128);
    for (uint64_t i = 0; fields != NULL && i < fields->count; i++)
        signet_buffer_format(&buffer, "%s%.*s=%.*s", i > 0 ? ", " : "",
                             SIGNET_FORMAT(fields->items[i].name),
                             SIGNET_FORMAT(fields->items[i].text));
    signet_text_t text = {NULL, 0};
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

signet_text_t certificate_cell(signet_call_t *call, const signet_json_t *object,
                               signet_text_t member)
{
    const char *name = signet_text_string(call, member);
    if (name == NULL)
        return (signet_text_t){NULL, 0};
    if (signet_text_is(member, "fields"))
        return fields_text(call, signet_json_get(object, name));
    signet_text_t text = signet_show_text(call, signet_json_get(object, name));
    if (!signet_text_is(member, "state") || !signet_text_is(text, SIGNET_CERTIFICATE_VALID))
        return text;
    int64_t not_after = INT64_MAX;
    signet_text_t end = signet_show_text(call, signet_json_get(object, "not_after"));
    if (signet_time_parse(call, end, &not_after) != SIGNET_OK)
        call->services->clear(call);
    return not_after < signet_now() ? SIGNET_TEXT("expired") : text;
}
