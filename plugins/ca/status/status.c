#include "status/status.h"

#include "authority/last_list.h"
#include "authority/lineage.h"
#include "error.h"
#include "record/record.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

static int32_t last_list(void *instance, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, signet_bytes_t *list)
{
    ca_last_list_t found;
    int32_t status = ca_last_list_get(instance, call, authority, generation, &found);
    if (status == SIGNET_OK)
        *list = found.der;
    return status;
}

const signet_status_interface_t ca_status = {
    .size = sizeof(signet_status_interface_t),
    .issuers = ca_status_issuers,
    .status = ca_status_get,
    .revoked = ca_status_revoked,
    .number = ca_status_number,
    .certify = ca_status_certify,
    .last_list = last_list,
};

int32_t ca_status_authority(ca_t *ca, signet_call_t *call, signet_text_t name, uint64_t generation,
                            ca_authority_t **authority)
{
    return ca_lineage_authority(ca, call, name, generation, authority);
}

int32_t ca_status_job(signet_call_t *call)
{
    if (signet_text_is(call->services->actor(call)->method, "system"))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_DENIED, "permission.denied",
                       "only jobs of the host itself have lists numbered and responders certified");
}

signet_call_t *ca_status_enter(signet_call_t *call, const ca_authority_t *authority)
{
    signet_call_t *child = call->services->child(call);
    if (child == NULL || ca_tenant_sees(child, authority->tenant) ||
        child->services->set_tenant(child, authority->tenant) == SIGNET_OK)
        return child;
    (void)signet_error_pass(call, child);
    call->services->end(child);
    return NULL;
}

static int32_t find(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                    signet_bytes_t serial, ca_record_t **record)
{
    signet_store_t store;
    int32_t status = ca_store(ca, call, &store);
    return status == SIGNET_OK ? ca_record_get(call, &store, authority->name, serial, record)
                               : status;
}

int32_t ca_status_get(void *instance, signet_call_t *call, signet_text_t name, uint64_t generation,
                      signet_bytes_t serial, const signet_status_t **answer)
{
    ca_t *ca = instance;
    ca_authority_t *authority = NULL;
    ca_record_t *record = NULL;
    signet_status_t *made = signet_alloc(call, 1, sizeof *made);
    int32_t status = made == NULL ? SIGNET_NO_MEMORY
                                  : ca_status_authority(ca, call, name, generation, &authority);
    if (status != SIGNET_OK)
        return status;
    signet_call_t *child = ca_status_enter(call, authority);
    if (child == NULL)
        return signet_status(call);
    status = find(ca, child, authority, serial, &record);
    if (status == SIGNET_OK && record != NULL) {
        const signet_certificate_t *certificate = &record->certificate;
        *made = (signet_status_t){.size = sizeof *made,
                                  .reason = certificate->reason,
                                  .serial = signet_bytes_copy(call, certificate->serial),
                                  .state = signet_text_copy(call, certificate->state),
                                  .revoked_at = certificate->revoked_at,
                                  .invalid_since = record->invalid_since,
                                  .not_after = certificate->not_after,
                                  .generation = certificate->generation};
        if (made->serial.data == NULL || made->state.data == NULL)
            status = SIGNET_NO_MEMORY;
    } else {
        status = signet_error_pass(call, child);
    }
    call->services->end(child);
    if (status == SIGNET_OK && made->generation != authority->generation)
        return ca_record_missing(call, name, serial);
    *answer = made;
    return status;
}
