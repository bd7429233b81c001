#include "fake_authority.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

static int32_t answer(signet_call_t *call, signet_text_t name, signet_bytes_t request,
                      const signet_authority_report_t **report)
{
    if (!signet_text_is(name, "device"))
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found", "there is none");
    signet_authority_report_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    *made = (signet_authority_report_t){
        .size = sizeof *made,
        .document = SIGNET_TEXT("{\"authority\":\"device\",\"state\":\"active\",\"generations\":[{"
                                "\"generation\":1,\"state\":\"active\",\"key\":\"file:device\"}]}"),
        .request = request};
    *report = made;
    return SIGNET_OK;
}

static int32_t change(void *instance, signet_call_t *call, const signet_authority_change_t *asked,
                      const signet_authority_report_t **report)
{
    static const uint8_t request[] = {0x30, 0};
    (void)instance;
    if (!signet_text_is(asked->action, SIGNET_CHANGE_ROTATE))
        return signet_fail(call, SIGNET_CONFLICT, "authority.state", "not now");
    return answer(call, asked->authority, (signet_bytes_t){request, sizeof request}, report);
}

static int32_t generations(void *instance, signet_call_t *call, signet_text_t authority,
                           const signet_authority_report_t **report)
{
    (void)instance;
    return answer(call, authority, (signet_bytes_t){NULL, 0}, report);
}

/* Whether it is the one key that was destroyed. */
static int32_t find_gone(signet_call_t *call, signet_text_t authority, uint64_t generation)
{
    if (signet_text_is(authority, "device") && generation == 1)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_NOT_FOUND, "authority.no-evidence", "no such key is gone");
}

static int32_t last_list(void *instance, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, signet_bytes_t *list)
{
    static const uint8_t octets[] = {0x30, 0x00};
    (void)instance;
    *list = (signet_bytes_t){octets, sizeof octets};
    return find_gone(call, authority, generation);
}

static int32_t evidence(void *instance, signet_call_t *call, signet_text_t authority,
                        uint64_t generation, const signet_authority_report_t **report)
{
    static const signet_authority_report_t gone = {
        .size = sizeof gone, .document = SIGNET_TEXT_INIT("{\"at\":\"2026-11-24T08:00:00Z\"}")};
    (void)instance;
    *report = &gone;
    return find_gone(call, authority, generation);
}

static int32_t impact(void *instance, signet_call_t *call, const signet_impact_query_t *query,
                      const signet_authority_report_t **report)
{
    static const signet_authority_report_t reached = {
        .size = sizeof reached,
        .document = SIGNET_TEXT_INIT("{\"authority\":\"device\",\"certificates\":0,\"list\":[]}")};
    (void)instance;
    *report = &reached;
    return signet_text_is(query->authority, "device")
               ? SIGNET_OK
               : signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found", "there is none");
}

static int32_t rehearse(void *instance, signet_call_t *call, signet_text_t authority,
                        const signet_authority_report_t **report)
{
    static const signet_authority_report_t said = {
        .size = sizeof said,
        .document = SIGNET_TEXT_INIT("{\"authority\":\"device\",\"rehearsal\":true,\"keys\":[],"
                                     "\"impact\":{},\"parent\":{},\"replacement\":{}}")};
    (void)instance;
    *report = &said;
    return signet_text_is(authority, "device")
               ? SIGNET_OK
               : signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found", "there is none");
}

static int32_t import_bundle(void *instance, signet_call_t *call,
                             const signet_authority_bundle_t *bundle,
                             const signet_authority_report_t **report)
{
    (void)instance;
    if (bundle->quorum != 3 || !signet_text_is(bundle->signers, "people") ||
        !signet_text_is(signet_bytes_text(bundle->file), "bundle"))
        return signet_fail(call, SIGNET_DENIED, "bundle.signers", "too few");
    signet_authority_report_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    *made = (signet_authority_report_t){.size = sizeof *made,
                                        .document = SIGNET_TEXT("{\"journaled\":2}")};
    *report = made;
    return SIGNET_OK;
}

const signet_authority_interface_t fake_authorities = {
    .size = sizeof(signet_authority_interface_t),
    .change = change,
    .generations = generations,
    .last_list = last_list,
    .evidence = evidence,
    .impact = impact,
    .rehearse = rehearse,
    .import_bundle = import_bundle,
};
