#include "device.h"

#include <signet/ext/draft/policy.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "credential/record.h"
#include "protocol/problem.h"

#define LIST_MAX (UINT64_C(16) << 20)

static int is_listed(const acme_directory_t *directory, signet_text_t value)
{
    const signet_setting_t *devices = directory->devices;
    for (uint64_t i = 0; devices != NULL && i < devices->member_count; i++) {
        if (signet_text_equal(signet_setting_at(devices, i)->text, value)) {
            return 1;
        }
    }
    return 0;
}

/* Whether a line of the file is the identifier. It is read each time, so that the list can be kept
 * by other tools. */
static int32_t find_in_file(signet_call_t *call, const acme_directory_t *directory,
                            signet_text_t value, int *found)
{
    signet_bytes_t content = {NULL, 0};
    *found = 0;
    if (directory->device_list.length == 0) {
        return SIGNET_OK;
    }
    int32_t status = signet_file_read(call, directory->device_list, LIST_MAX, &content);
    if (status != SIGNET_OK) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_UNAVAILABLE, "acme.device-list",
                           "The list of devices cannot be read.");
    }
    signet_text_t rest = signet_bytes_text(content);
    while (rest.length > 0 && !*found) {
        signet_text_t line = signet_text_split(rest, '\n', &rest);
        if (line.length > 0 && line.data[line.length - 1] == '\r') {
            line.length--;
        }
        *found = signet_text_equal(line, value);
    }
    return SIGNET_OK;
}

static int32_t find_in_credential(signet_call_t *call, const acme_request_t *request,
                                  signet_text_t value, int *found)
{
    acme_credential_t credential;
    *found = 0;
    if (request->account.credential.length == 0) {
        return SIGNET_OK;
    }
    int32_t status = acme_credential_get(call, request->acme, request->directory,
                                         request->account.credential, &credential);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    for (uint64_t i = 0;
         status == SIGNET_OK && credential.revoked == 0 && i < credential.name_count; i++) {
        *found = *found || signet_text_equal(credential.names[i], value);
    }
    return status;
}

static int32_t ask_policy(signet_call_t *call, const acme_request_t *request,
                          const acme_device_t *device, int *permitted)
{
    const signet_policy_answer_t *answer = NULL;
    const signet_provider_t *provider = call->services->find(
        call, SIGNET_TEXT(SIGNET_POLICY_INTERFACE), request->acme->device_policy);
    signet_text_t name = signet_format(call, "%.*s:%.*s", SIGNET_FORMAT(device->identifier->type),
                                       SIGNET_FORMAT(device->identifier->value));
    const signet_issue_request_t issue = {
        .size = sizeof issue,
        .profile = device->profile,
        .authority = request->directory->authority,
        .attestation = device->format,
        .attested_key = device->spki,
    };
    const signet_policy_request_t question = {
        .size = sizeof question,
        .request = &issue,
        .profile = device->profile,
        .authority = request->directory->authority,
        .names = &name,
        .name_count = 1,
        .spki = device->spki,
    };
    if (provider == NULL || name.data == NULL) {
        return signet_status(call);
    }
    const signet_policy_interface_t *policy = provider->interface;
    int32_t status = policy->decide(provider->instance, call, &question, &answer);
    *permitted = status == SIGNET_OK && answer != NULL && answer->decision == SIGNET_POLICY_PERMIT;
    return status;
}

int32_t acme_device_check(signet_call_t *call, const acme_request_t *request,
                          const acme_device_t *device)
{
    signet_text_t value = device->identifier->value;
    int permitted = is_listed(request->directory, value);
    int32_t status =
        permitted ? SIGNET_OK : find_in_file(call, request->directory, value, &permitted);
    if (status == SIGNET_OK && !permitted) {
        status = find_in_credential(call, request, value, &permitted);
    }
    if (status == SIGNET_OK && !permitted && request->acme->device_policy.length > 0) {
        permitted = device->spki.length == 0;
        status = permitted ? SIGNET_OK : ask_policy(call, request, device, &permitted);
    }
    if (status != SIGNET_OK || permitted) {
        return status;
    }
    return acme_fail(call, "rejectedIdentifier",
                     "%.*s is refused: it is none of the devices that certificates are for.",
                     SIGNET_FORMAT(value));
}
