#include "issue/preview.h"

#include "issue/prepare.h"
#include "policy/stage.h"
#include "profile/lint.h"
#include "profile/print.h"
#include "profile/required_field.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t fill(signet_call_t *call, const ca_draft_t *draft, signet_preview_t *preview)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    signet_text_t *names = signet_alloc(call, draft->all.count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < draft->all.count; i++)
        names[i] = draft->all.items[i].text;
    preview->size = sizeof *preview;
    preview->profile = draft->profile->name;
    preview->profile_version = draft->profile->version;
    preview->authority = draft->authority->name;
    preview->names = names;
    preview->name_count = draft->all.count;
    preview->not_before = draft->content.not_before;
    preview->not_after = draft->content.not_after;
    int32_t status = signet_name_parse(call, draft->subject.name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &preview->subject);
    if (status == SIGNET_OK)
        status = ca_print(call, preview->tbs, draft->content.identifier, &preview->text);
    return status;
}

int32_t ca_preview(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                   const signet_preview_t **preview)
{
    ca_t *ca = instance;
    ca_draft_t draft = {.request = request, .now = signet_now()};
    signet_preview_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_prepare_authorise(ca, call, &draft);
    if (status == SIGNET_OK && request->csr.length > SIGNET_CSR_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "csr.too-large", "csr",
                                 "the request is larger than %u octets", SIGNET_CSR_MAX);
    if (status == SIGNET_OK)
        status = ca_prepare(ca, call, &draft);
    ca_policy_outcome_t policies = {0};
    if (status == SIGNET_OK)
        status = ca_policies_ask(ca, call, &draft, 0, &policies);
    if (status == SIGNET_OK)
        status = ca_fields_present(call, draft.profile, &draft.fields);
    if (status == SIGNET_OK)
        status = ca_template_build(call, &draft.content, &made->tbs);
    if (status == SIGNET_OK)
        status = ca_lint(call, made->tbs, &draft.content, draft.authority);
    made->approvals = (uint32_t)signet_setting_integer(
        draft.profile != NULL ? draft.profile->setting : NULL, "approval", 0);
    if (policies.hold && made->approvals == 0)
        made->approvals = 1;
    if (status == SIGNET_OK)
        status = fill(call, &draft, made);
    if (status == SIGNET_OK)
        *preview = made;
    return status;
}
