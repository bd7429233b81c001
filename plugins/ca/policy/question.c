#include "policy/question.h"

#include <signet/sdk/text.h>

static int32_t describe_names(signet_call_t *call, const ca_draft_t *draft,
                              signet_policy_request_t *question)
{
    signet_text_t *names = signet_alloc(call, draft->all.count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < draft->all.count; i++)
        names[i] = draft->all.items[i].text;
    question->names = names;
    question->name_count = draft->all.count;
    return SIGNET_OK;
}

static int32_t describe_extensions(signet_call_t *call, const ca_draft_t *draft,
                                   signet_policy_request_t *question)
{
    const signet_csr_t *csr = draft->csr;
    signet_text_t *extensions = signet_alloc(call, csr->extension_count + 1, sizeof *extensions);
    if (extensions == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < csr->extension_count; i++) {
        extensions[i] = signet_oid_text(call, csr->extensions[i].oid);
        if (extensions[i].data == NULL)
            return SIGNET_NO_MEMORY;
    }
    question->extensions = extensions;
    question->extension_count = csr->extension_count;
    return SIGNET_OK;
}

int32_t ca_policy_question(signet_call_t *call, const ca_draft_t *draft, int approved,
                           signet_policy_request_t *question)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    *question = (signet_policy_request_t){.size = sizeof *question,
                                          .approved = approved ? 1 : 0,
                                          .request = draft->request,
                                          .profile = draft->profile->name,
                                          .profile_version = draft->profile->version,
                                          .authority = draft->authority->name,
                                          .key_type = draft->csr->key.type,
                                          .spki = draft->csr->key.spki,
                                          .not_before = draft->content.not_before,
                                          .not_after = draft->content.not_after};
    int32_t status = signet_name_parse(call, draft->subject.name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &question->subject);
    if (status == SIGNET_OK)
        status = describe_names(call, draft, question);
    return status == SIGNET_OK ? describe_extensions(call, draft, question) : status;
}
