#include "authority/catalog.h"
#include "command/command.h"
#include "issue/issue.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/x509.h>

#define FILE_MODE 0644U

/* A request from a file, PEM or DER. */
static int32_t read_csr(signet_call_t *call, signet_text_t path, signet_bytes_t *csr)
{
    signet_bytes_t file;
    int32_t status = signet_file_read(call, path, 2 * (uint64_t)SIGNET_CSR_MAX, &file);
    if (status != SIGNET_OK)
        return status;
    *csr = file;
    if (file.length > 0 && file.data[0] == SIGNET_DER_SEQUENCE)
        return SIGNET_OK;
    status = signet_pem_decode(call, signet_bytes_text(file), "CERTIFICATE REQUEST", csr, NULL);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    return signet_pem_decode(call, signet_bytes_text(file), "NEW CERTIFICATE REQUEST", csr, NULL);
}

/* Appends the authorities' certificates, the root's excepted: who verifies has that one. */
static int32_t add_chain(ca_t *ca, signet_call_t *call, signet_text_t authority,
                         signet_buffer_t *buffer)
{
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    int32_t status = ca_catalog_chain(ca, call, authority, &chain, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i + 1 < count; i++)
        signet_buffer_add_text(buffer, signet_pem(call, "CERTIFICATE", chain[i]));
    return status;
}

static int32_t issue(ca_t *ca, signet_call_t *call, const signet_command_input_t *input)
{
    const signet_certificate_t *certificate = NULL;
    signet_text_t path = signet_setting_text(input->options, "out");
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = signet_setting_text(input->options, "profile"),
                                      .authority =
                                          signet_setting_text(input->options, "authority")};
    const ca_profile_t *profile = ca_profile_find(ca->profiles, ca->profile_count, request.profile);
    int32_t status = SIGNET_OK;
    if (profile != NULL)
        status = call->services->set_tenant(call, profile->tenant);
    if (status == SIGNET_OK)
        status = read_csr(call, signet_setting_text(input->options, "csr"), &request.csr);
    if (status == SIGNET_OK)
        status = ca_issue(ca, call, &request, &certificate);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer = signet_buffer(call, 4096);
    signet_bytes_t file;
    signet_buffer_add_text(&buffer, signet_pem(call, "CERTIFICATE", certificate->der));
    if (signet_setting_integer(input->options, "chain", 0) != 0)
        status = add_chain(ca, call, certificate->authority, &buffer);
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&buffer, &file);
    if (status == SIGNET_OK)
        status = signet_file_write(call, path, file, FILE_MODE);
    if (status == SIGNET_OK)
        status =
            ca_command_say(call, input, "serial", "Serial", signet_hex(call, certificate->serial));
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "subject", "Subject", certificate->subject);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "not_after", "Valid until",
                                signet_time_text(call, certificate->not_after));
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "certificate", "Certificate", path);
    return status;
}

int32_t ca_command_authority_sign(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input)
{
    ca_t *ca = instance;
    signet_text_t name = signet_setting_text(input->options, "profile");
    const ca_profile_t *profile = ca_profile_find(ca->profiles, ca->profile_count, name);
    if (profile != NULL && profile->kind != CA_KIND_SUBORDINATE)
        return signet_fail_field(call, SIGNET_INVALID, "profile.kind", "profile",
                                 "the profile \"%.*s\" is not for authorities; 'ca issue' takes it",
                                 SIGNET_FORMAT(name));
    return issue(ca, call, input);
}

int32_t ca_command_issue(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    return issue(instance, call, input);
}
