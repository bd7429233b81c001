/* The JSON that a certificate is asked for with. */
#include "certificate_body.h"
#include "certificate.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>
#include <string.h>

/* More than any request that the host takes. */
#define MAXIMUM_CSR (UINT64_C(256) * 1024)

int32_t certificate_read_csr(signet_call_t *call, const signet_command_input_t *input,
                             signet_text_t *csr)
{
    signet_bytes_t content;
    int32_t status =
        signet_file_read(call, signet_setting_text(input->options, "csr"), MAXIMUM_CSR, &content);
    if (status != SIGNET_OK)
        return status;
    if (memmem(content.data, content.length, "-----BEGIN ", 11) != NULL)
        *csr = signet_bytes_text(content);
    else
        *csr = signet_base64(call, content);
    return csr->data != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t write_names(signet_call_t *call, const signet_command_input_t *input,
                           signet_json_writer_t *writer)
{
    const signet_setting_t *names = signet_setting(input->options, "name");
    uint64_t count = signet_setting_count(input->options, "name");
    if (count == 0)
        return SIGNET_OK;
    signet_json_begin_array(writer, "names");
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t text = signet_setting_at(names, i)->text;
        signet_text_t value;
        signet_text_t type = signet_text_split(text, ':', &value);
        if (value.length == 0)
            return signet_fail_field(call, SIGNET_INVALID, "certificate.name-invalid", "name",
                                     "\"%.*s\" is not TYPE:VALUE, as in dns:www.example.",
                                     SIGNET_FORMAT(text));
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "type", type);
        signet_json_text(writer, "value", value);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
    return SIGNET_OK;
}

/* Fields beside the request: --owner and --tag NAME=VALUE. */
static int32_t write_fields(signet_call_t *call, const signet_command_input_t *input,
                            signet_json_writer_t *writer)
{
    signet_text_t owner = signet_setting_text(input->options, "owner");
    signet_text_t sid = signet_setting_text(input->options, "sid");
    const signet_setting_t *tags = signet_setting(input->options, "tag");
    uint64_t count = signet_setting_count(input->options, "tag");
    if (owner.length == 0 && sid.length == 0 && count == 0)
        return SIGNET_OK;
    signet_json_begin_object(writer, "fields");
    if (owner.length > 0)
        signet_json_text(writer, "owner", owner);
    if (sid.length > 0)
        signet_json_text(writer, "sid", sid);
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t text = signet_setting_at(tags, i)->text;
        signet_text_t value;
        signet_text_t name = signet_text_split(text, '=', &value);
        if (name.length == 0 || value.length == 0)
            return signet_fail_field(call, SIGNET_INVALID, "certificate.tag-invalid", "tag",
                                     "\"%.*s\" is not NAME=VALUE, as in cost-center=4711",
                                     SIGNET_FORMAT(text));
        name = signet_format(call, "tag.%.*s", SIGNET_FORMAT(name));
        if (name.data == NULL)
            return signet_status(call);
        signet_json_member(writer, name, value);
    }
    signet_json_end_object(writer);
    return SIGNET_OK;
}

/* A key that the host makes: --generate, --subject and --password-file. */
static int32_t write_generate(signet_call_t *call, const signet_command_input_t *input,
                              signet_json_writer_t *writer)
{
    signet_text_t subject = signet_setting_text(input->options, "subject");
    signet_text_t password = {NULL, 0};
    int32_t status = signet_secret_password(call, input, &password);
    if (status != SIGNET_OK)
        return status;
    signet_json_text(writer, "generate", signet_setting_text(input->options, "generate"));
    if (subject.length > 0)
        signet_json_text(writer, "subject", subject);
    if (password.length > 0)
        signet_json_text(writer, "password", password);
    return SIGNET_OK;
}

int32_t certificate_body(signet_call_t *call, const signet_command_input_t *input, int profile,
                         signet_text_t *body)
{
    signet_text_t csr = {NULL, 0};
    signet_text_t generate = signet_setting_text(input->options, "generate");
    int32_t status = generate.length > 0 ? SIGNET_OK : certificate_read_csr(call, input, &csr);
    if (status != SIGNET_OK)
        return status;
    signet_text_t authority = signet_setting_text(input->options, "authority");
    int64_t validity = signet_setting_integer(input->options, "validity", 0);
    signet_json_writer_t writer = signet_json_writer(call, csr.length + 512);
    signet_json_begin_object(&writer, NULL);
    if (profile)
        signet_json_text(&writer, "profile", signet_setting_text(input->options, "profile"));
    status = generate.length > 0 ? write_generate(call, input, &writer) : SIGNET_OK;
    if (status != SIGNET_OK)
        return status;
    if (csr.length > 0)
        signet_json_text(&writer, "csr", csr);
    if (authority.length > 0)
        signet_json_text(&writer, "authority", authority);
    if (validity != 0)
        signet_json_text(&writer, "validity", signet_format(call, "%" PRId64 "ms", validity));
    status = write_names(call, input, &writer);
    if (status == SIGNET_OK)
        status = write_fields(call, input, &writer);
    if (status != SIGNET_OK)
        return status;
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}
