/* The life of an authority without a running host. */
#include "authority/ceremony.h"
#include "authority/manage.h"
#include "command/command.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MODE 0644U

#define FILE_MAX 65536U

static int32_t read_responder(signet_call_t *call, const signet_command_input_t *input,
                              signet_authority_change_t *asked)
{
    signet_bytes_t file = {NULL, 0};
    signet_text_t path = signet_setting_text(input->options, "responder");
    if (path.length == 0)
        return SIGNET_OK;
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    return status == SIGNET_OK ? signet_pem_decode(call, signet_bytes_text(file),
                                                   "CERTIFICATE REQUEST", &asked->responder, NULL)
                               : status;
}

static int32_t change(ca_t *ca, signet_call_t *call, const signet_command_input_t *input,
                      const char *action, const signet_authority_report_t **report)
{
    signet_authority_change_t asked = {
        .size = sizeof asked,
        .action = signet_text(action),
        .authority = signet_setting_text(input->options, "name"),
        .comment = signet_setting_text(input->options, "comment"),
        .generation = (uint64_t)signet_setting_integer(input->options, "generation", 0),
        .override = signet_setting_text(input->options, "override"),
        .profile = signet_setting_text(input->options, "profile"),
        .key_type = signet_setting_text(input->options, "key_type")};
    const ca_authority_t *authority =
        ca_authority_find(ca->authorities, ca->authority_count, asked.authority);
    int32_t status = read_responder(call, input, &asked);
    if (status == SIGNET_OK && authority != NULL)
        status = call->services->set_tenant(call, authority->tenant);
    if (status == SIGNET_OK)
        status = ca_manage_change(ca, call, &asked, report);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "authority", "Authority", asked.authority);
    return status == SIGNET_OK ? ca_command_say(call, input, "action", "Done", asked.action)
                               : status;
}

int32_t ca_command_authority_rotate(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    int32_t status = change(instance, call, input, SIGNET_CHANGE_ROTATE, &report);
    if (status != SIGNET_OK || report->request.length == 0)
        return status;
    if (out.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "command.out", "out",
                                 "the parent's key is elsewhere: name a file for the request with "
                                 "--out and ask again; the same key is used");
    signet_text_t pem = signet_pem(call, "CERTIFICATE REQUEST", report->request);
    if (pem.data == NULL)
        return SIGNET_NO_MEMORY;
    status = signet_file_write(call, out, signet_text_bytes(pem), FILE_MODE);
    return status == SIGNET_OK ? ca_command_say(call, input, "request", "Request", out) : status;
}

int32_t ca_command_authority_activate(void *instance, signet_call_t *call,
                                      const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    return change(instance, call, input, SIGNET_CHANGE_ACTIVATE, &report);
}

int32_t ca_command_authority_suspend(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    return change(instance, call, input, SIGNET_CHANGE_SUSPEND, &report);
}

int32_t ca_command_authority_resume(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    return change(instance, call, input, SIGNET_CHANGE_RESUME, &report);
}

int32_t ca_command_authority_retire(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    return change(instance, call, input, SIGNET_CHANGE_RETIRE, &report);
}

int32_t ca_command_authority_destroy_key(void *instance, signet_call_t *call,
                                         const signet_command_input_t *input)
{
    const signet_authority_report_t *report = NULL;
    return change(instance, call, input, SIGNET_CHANGE_DESTROY_KEY, &report);
}
