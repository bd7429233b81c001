#include "profile/draft.h"

#include "profile/extension.h"
#include "profile/validity.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

int32_t ca_draft_names(signet_call_t *call, ca_draft_t *draft)
{
    const ca_profile_t *profile = draft->profile;
    ca_names_t *names = &draft->names;
    *names = (ca_names_t){0}; /* policies may have filled something: it begins anew */
    int32_t status = ca_names_collect(call, profile, draft->csr, draft->request, names);
    ca_source_t source = {.attributes = draft->csr->attributes,
                          .attribute_count = draft->csr->attribute_count,
                          .common_name = names->common_name,
                          .names = names->items,
                          .name_count = names->count,
                          .fields = draft->fields.items,
                          .field_count = draft->fields.count,
                          .requester = draft->requester};
    if (status == SIGNET_OK)
        status = ca_names_add(call, profile, &source, names);
    if (status == SIGNET_OK)
        status = ca_names_present(call, profile, names);
    source.name_count = names->count;
    ca_subject_request_t request = {.source = &source,
                                    .names_replaced = names->replaced,
                                    .filled = draft->filled,
                                    .filled_count = draft->filled_count};
    if (status == SIGNET_OK)
        status =
            ca_subject_build(call, profile->rules, profile->rule_count, &request, &draft->subject);
    if (status == SIGNET_OK)
        status = ca_names_with_subject(call, profile, &draft->names, &draft->subject, &draft->all);
    if (status != SIGNET_OK)
        return status;
    if (draft->subject.name.length == ca_empty_name.length &&
        (draft->names.count == 0 || profile->kind == CA_KIND_SUBORDINATE))
        return signet_fail_field(call, SIGNET_INVALID, "profile.subject-required", "csr",
                                 "the certificate would have neither a subject nor a name");
    return ca_names_check(call, draft->authority, &draft->all);
}

/* The extensions that differ from one certificate to the next: those that the profile takes from
 * the request, and the SID of an account. */
static int32_t add_extensions(signet_call_t *call, ca_draft_t *draft)
{
    const ca_profile_t *profile = draft->profile;
    ca_content_t *content = &draft->content;
    content->extra = (signet_bytes_t){NULL, 0};
    content->extra_count = 0;
    if (profile->private_extensions.wanted_count == 0 && profile->sid == CA_SID_NONE)
        return SIGNET_OK;
    signet_buffer_t buffer = signet_buffer(call, 256);
    int32_t status = ca_private_extensions_copy(call, &profile->private_extensions, draft->csr,
                                                &buffer, &content->extra_count);
    if (status != SIGNET_OK)
        return status;
    const signet_text_t *sid = ca_field_value(&draft->fields, SIGNET_TEXT(CA_FIELD_SID));
    if (profile->sid != CA_SID_NONE && sid != NULL) {
        ca_extension_sid(&buffer, *sid);
        content->extra_count++;
    }
    return signet_buffer_bytes(&buffer, &content->extra);
}

int32_t ca_draft_content(signet_call_t *call, ca_draft_t *draft)
{
    const ca_authority_t *authority = draft->authority;
    ca_content_t *content = &draft->content;
    const ca_template_t *template =
        ca_profile_template(draft->profile, authority, &draft->csr->key);
    /* A certificate without key usages would be good for all. */
    if (template->key_usage == 0)
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-type", "csr",
                                 "no key usage of the profile \"%.*s\" suits a key of the type "
                                 "%.*s",
                                 SIGNET_FORMAT(draft->profile->name),
                                 SIGNET_FORMAT(draft->csr->key.type));
    int32_t status = ca_validity(call, draft->profile, authority, draft->request, draft->now,
                                 &content->not_before, &content->not_after);
    if (status == SIGNET_OK && draft->profile->kind == CA_KIND_SUBORDINATE &&
        authority->path_limit == 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.path-length", "authority",
                                 "the authority \"%.*s\" may not certify authorities: its path "
                                 "length is 0",
                                 SIGNET_FORMAT(authority->name));
    if (status == SIGNET_OK)
        status = ca_key_id(call, &draft->csr->key, &content->key_id);
    if (status == SIGNET_OK)
        status = add_extensions(call, draft);
    content->serial = (signet_bytes_t){draft->serial, sizeof draft->serial};
    content->identifier = authority->identifier;
    content->issuer = authority->subject;
    content->subject = draft->subject.name;
    content->spki = draft->csr->key.spki;
    content->extensions = template->extensions;
    content->extension_count = template->extension_count;
    content->names = draft->names.items;
    content->name_count = draft->names.count;
    content->is_ca = draft->profile->kind == CA_KIND_SUBORDINATE;
    content->path_length = template->path_length;
    content->key_usage = template->key_usage;
    content->linted = template->linted;
    content->profile = draft->profile;
    return status;
}
