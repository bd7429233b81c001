#include "ceremony/session.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdarg.h>
#include <unistd.h>

#define FILE_MAX (1U << 28)
#define FILE_MODE 0644U

int32_t ca_step_value(signet_call_t *call, ca_step_t *step, const char *label, const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    signet_text_t value = signet_format_list(call, format, arguments);
    va_end(arguments);
    if (value.data == NULL)
        return SIGNET_NO_MEMORY;
    if (step->value_count == CA_STEP_VALUES)
        return signet_fail(call, SIGNET_TOO_LARGE, "ceremony.values",
                           "step %llu has more than %u values; split it",
                           (unsigned long long)step->number, CA_STEP_VALUES);
    signet_text_t line = signet_format(call, "%s: %.*s", label, SIGNET_FORMAT(value));
    if (line.data == NULL)
        return SIGNET_NO_MEMORY;
    step->values[step->value_count++] = line;
    return SIGNET_OK;
}

ca_line_t ca_step_done(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    ca_line_t line = ca_transcript_line(call, &session->transcript, "done");
    ca_line_number(&line, "step", (int64_t)step->number);
    return line;
}

int32_t ca_step_end(ca_session_t *session, signet_call_t *call, ca_line_t *line)
{
    return ca_transcript_write(call, &session->transcript, line);
}

int32_t ca_step_file(signet_call_t *call, ca_step_t *step, const char *option, const char *label,
                     signet_bytes_t *content)
{
    signet_text_t path = signet_setting_text(step->setting, option);
    signet_text_t expected = signet_setting_text(step->setting, "expect_sha256");
    signet_bytes_t digest;
    if (path.length == 0)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"%s\"", option);
    int32_t status = signet_file_read(call, path, FILE_MAX, content);
    if (status == SIGNET_OK)
        status = signet_sha256(call, *content, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_text_t hex = signet_hex(call, digest);
    if (hex.data == NULL)
        return SIGNET_NO_MEMORY;
    if (expected.length > 0 && !step->expected && !signet_text_equal_nocase(expected, hex))
        return signet_setting_fail(call, step->setting, "ceremony.file-changed",
                                   "the file %.*s is not the one that the script expects: its "
                                   "SHA-256 is %.*s",
                                   SIGNET_FORMAT(path), SIGNET_FORMAT(hex));
    step->expected = 1;
    status = ca_step_value(call, step, label, "%.*s", SIGNET_FORMAT(path));
    return status == SIGNET_OK
               ? ca_step_value(call, step, "  its SHA-256", "%.*s", SIGNET_FORMAT(hex))
               : status;
}

static int32_t check_free(signet_call_t *call, signet_text_t path)
{
    const char *name = signet_text_string(call, path);
    if (name == NULL)
        return signet_status(call);
    if (access(name, F_OK) != 0)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_EXISTS, "ceremony.file-exists",
                       "the file %s is there already; a ceremony replaces nothing: move it away or "
                       "name another",
                       name);
}

int32_t ca_step_path(signet_call_t *call, ca_step_t *step, const char *option,
                     signet_text_t otherwise)
{
    step->out = signet_setting_text(step->setting, option);
    if (step->out.length == 0)
        step->out = otherwise;
    if (step->out.length == 0)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"%s\"", option);
    int32_t status = check_free(call, step->out);
    return status == SIGNET_OK
               ? ca_step_value(call, step, "Goes to", "%.*s", SIGNET_FORMAT(step->out))
               : status;
}

int32_t ca_step_out(signet_call_t *call, const ca_step_t *step, const char *label,
                    signet_bytes_t der)
{
    signet_bytes_t content = der;
    int32_t status = check_free(call, step->out);
    if (status == SIGNET_OK && label != NULL)
        content = signet_text_bytes(signet_pem(call, label, der));
    if (status == SIGNET_OK && content.data == NULL)
        status = SIGNET_NO_MEMORY;
    return status == SIGNET_OK ? signet_file_write(call, step->out, content, FILE_MODE) : status;
}

int32_t ca_step_keys(signet_call_t *call, const ca_step_t *step,
                     const signet_key_interface_t **keys, void **instance)
{
    if (step->authority == NULL || step->authority->keys.length == 0)
        return signet_setting_fail(call, step->setting, "ceremony.option",
                                   "this step needs the option \"authority\", naming one that has "
                                   "keys here");
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), step->authority->keys);
    if (provider == NULL)
        return signet_status(call);
    *keys = provider->interface;
    *instance = provider->instance;
    return SIGNET_OK;
}

int ca_session_is_open(const ca_session_t *session, const ca_authority_t *authority)
{
    return session->opened[ca_authority_index(session->ca, authority)] != 0;
}

void ca_session_set_open(ca_session_t *session, const ca_authority_t *authority, int open)
{
    /* Authorities may share a backend. */
    for (uint64_t i = 0; i < session->ca->authority_count; i++) {
        if (signet_text_equal(session->ca->authorities[i].keys, authority->keys))
            session->opened[i] = (uint8_t)open;
    }
}

int32_t ca_session_product(ca_session_t *session, signet_call_t *call, const char *kind,
                           const char *label, signet_text_t subject, signet_bytes_t der)
{
    ca_product_t *product = signet_alloc(call, 1, sizeof *product);
    if (product == NULL)
        return SIGNET_NO_MEMORY;
    *product = (ca_product_t){session->products, kind, label, subject, der};
    session->products = product;
    return SIGNET_OK;
}

uint64_t ca_session_present(const ca_session_t *session, int role)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < session->participant_count; i++)
        count += session->participants[i].role == role && session->participants[i].key != NULL;
    return count;
}
