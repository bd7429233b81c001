#include "authority/alternate.h"
#include "authority/authority_load.h"
#include "authority/ceremony.h"
#include "authority/cross.h"
#include "authority/manage.h"
#include "command/command.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MODE 0644U

static int32_t find_authority(ca_t *ca, signet_call_t *call, const signet_command_input_t *input,
                              ca_authority_t **authority)
{
    signet_text_t name = signet_setting_text(input->options, "name");
    *authority = ca_authority_find(ca->authorities, ca->authority_count, name);
    if (*authority != NULL)
        return call->services->set_tenant(call, (*authority)->tenant);
    return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.not-found", "name",
                             "the authority \"%.*s\" is not configured", SIGNET_FORMAT(name));
}

/* What a person wants to see of an authority that became active. */
static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const ca_authority_t *authority)
{
    signet_text_t not_after = signet_time_text(call, authority->not_after);
    int32_t status = ca_command_say(call, input, "authority", "Authority", authority->name);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "subject", "Subject", authority->subject_text);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "not_after", "Valid until", not_after);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "certificate", "Certificate", authority->path);
    return status;
}

int32_t ca_command_authority_create(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input)
{
    ca_authority_t *authority = NULL;
    int32_t status = find_authority(instance, call, input, &authority);
    if (status == SIGNET_OK)
        status = ca_ceremony_create(instance, call, authority);
    return status == SIGNET_OK ? show(call, input, authority) : status;
}

int32_t ca_command_authority_request(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input)
{
    ca_authority_t *authority = NULL;
    signet_bytes_t csr = {NULL, 0};
    signet_text_t path = signet_setting_text(input->options, "out");
    int32_t status = find_authority(instance, call, input, &authority);
    if (status == SIGNET_OK)
        status = ca_ceremony_request(instance, call, authority, &csr);
    if (status != SIGNET_OK)
        return status;
    signet_text_t pem = signet_pem(call, "CERTIFICATE REQUEST", csr);
    if (pem.data == NULL)
        return SIGNET_NO_MEMORY;
    status = signet_file_write(call, path, signet_text_bytes(pem), FILE_MODE);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "authority", "Authority", authority->name);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "request", "Request", path);
    return status;
}

/* The certificate of a further key, which was requested by 'authority rotate'. */
static int32_t import_further(ca_t *ca, signet_call_t *call, const signet_command_input_t *input,
                              const ca_authority_t *authority)
{
    const signet_x509_t *x509 = NULL;
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t change = {.size = sizeof change,
                                        .action = SIGNET_TEXT(SIGNET_CHANGE_IMPORT),
                                        .authority = authority->name};
    int32_t status = ca_certificate_read(call, signet_setting_text(input->options, "file"), &x509);
    if (status != SIGNET_OK)
        return status;
    change.certificate = x509->der;
    status = ca_manage_change(ca, call, &change, &report);
    return status == SIGNET_OK
               ? ca_command_say(call, input, "authority", "Authority", authority->name)
               : status;
}

int32_t ca_command_authority_import(void *instance, signet_call_t *call,
                                    const signet_command_input_t *input)
{
    ca_authority_t *authority = NULL;
    int32_t status = find_authority(instance, call, input, &authority);
    const ca_lineage_t *lineage = status == SIGNET_OK ? ca_lineage(authority) : NULL;
    /* One that waits for it, or that of an authority whose keys are elsewhere. */
    if (lineage != NULL &&
        (ca_lineage_in(lineage, CA_KEY_REQUESTED) != NULL || authority->keys.length == 0))
        return import_further(instance, call, input, authority);
    if (status == SIGNET_OK)
        status = ca_ceremony_import(instance, call, authority,
                                    signet_setting_text(input->options, "file"));
    return status == SIGNET_OK ? show(call, input, authority) : status;
}

int32_t ca_command_authority_cross(void *instance, signet_call_t *call,
                                   const signet_command_input_t *input)
{
    ca_t *ca = instance;
    signet_text_t issuer_name = signet_setting_text(input->options, "authority");
    signet_text_t profile_name = signet_setting_text(input->options, "profile");
    signet_text_t path = signet_setting_text(input->options, "out");
    ca_authority_t *issuer = ca_authority_find(ca->authorities, ca->authority_count, issuer_name);
    const ca_profile_t *profile = ca_profile_find(ca->profiles, ca->profile_count, profile_name);
    ca_foreign_t foreign;
    ca_record_t record = {0};
    if (issuer == NULL || profile == NULL)
        return signet_fail(
            call, SIGNET_NOT_FOUND, issuer == NULL ? "authority.not-found" : "profile.not-found",
            "the %s \"%.*s\" is not configured", issuer == NULL ? "authority" : "profile",
            SIGNET_FORMAT(issuer == NULL ? issuer_name : profile_name));
    int32_t status = call->services->set_tenant(call, issuer->tenant);
    if (status == SIGNET_OK)
        status = ca_cross_read(call, signet_setting_text(input->options, "file"), &foreign);
    if (status == SIGNET_OK)
        status = ca_cross_certify(ca, call, issuer, profile, &foreign, &record);
    if (status != SIGNET_OK)
        return status;
    signet_text_t pem = signet_pem(call, "CERTIFICATE", record.certificate.der);
    if (pem.data == NULL)
        return SIGNET_NO_MEMORY;
    status = signet_file_write(call, path, signet_text_bytes(pem), FILE_MODE);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "subject", "Subject", record.certificate.subject);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "serial", "Serial",
                                signet_hex(call, record.certificate.serial));
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "not_after", "Valid until",
                                signet_time_text(call, record.certificate.not_after));
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "certificate", "Certificate", path);
    return status;
}

int32_t ca_command_authority_import_cross(void *instance, signet_call_t *call,
                                          const signet_command_input_t *input)
{
    ca_authority_t *authority = NULL;
    int32_t status = find_authority(instance, call, input, &authority);
    if (status == SIGNET_OK)
        status = ca_alternate_import(instance, call, authority,
                                     signet_setting_text(input->options, "file"));
    return status == SIGNET_OK ? show(call, input, authority) : status;
}
