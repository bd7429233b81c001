#include "issue/replay.h"

#include "authority/distinguished.h"
#include "authority/lineage.h"
#include "profile/draft.h"
#include "profile/extension.h"
#include "profile/lint.h"
#include "profile/required_field.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <string.h>

#define ASKED_MAX 65536U

/* The attributes of a subject as text; those of the certificate where it cannot be read back. */
static int32_t read_subject(signet_call_t *call, signet_text_t text, const signet_x509_t *x509,
                            signet_csr_t *csr)
{
    signet_bytes_t name;
    const signet_setting_t setting = {.size = sizeof setting, .text = text};
    csr->attributes = x509->attributes;
    csr->attribute_count = x509->attribute_count;
    if (text.length == 0) {
        csr->attribute_count = 0;
        return SIGNET_OK;
    }
    int32_t status = ca_distinguished_encode(call, &setting, &name);
    if (status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return status == SIGNET_OK
               ? signet_name_parse(call, name, &csr->attributes, &csr->attribute_count)
               : SIGNET_OK;
}

/* Names as they were asked for, where the record has them; else those of the certificate. */
static int32_t read_names(signet_call_t *call, const signet_json_t *asked,
                          const signet_x509_t *x509, signet_issue_request_t *request,
                          signet_csr_t *csr)
{
    const signet_json_t *list = signet_json_get(asked, "names");
    uint64_t count = list == NULL ? 0 : list->count;
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, ca_oid_subject_alt_name.data,
                              ca_oid_subject_alt_name.length);
    if (count == 0 && extension != NULL && signet_json_get(asked, "names_added") == NULL)
        return signet_general_names_parse(call, extension->value, &csr->names, &csr->name_count);
    signet_requested_name_t *names = signet_alloc(call, count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        names[i].size = sizeof names[i];
        names[i].type = signet_text_split(list->items[i].text, ':', &names[i].value);
    }
    request->names = names;
    request->name_count = count;
    return SIGNET_OK;
}

static int32_t read_time(signet_call_t *call, const signet_json_t *asked, const char *name,
                         int64_t *time)
{
    const signet_json_t *value = signet_json_get(asked, name);
    return value == NULL ? SIGNET_OK : signet_time_parse(call, value->text, time);
}

static int32_t read_request(signet_call_t *call, const ca_record_t *record,
                            const signet_x509_t *x509, signet_issue_request_t *request,
                            signet_csr_t *csr)
{
    const signet_json_t *asked = NULL;
    signet_text_t subject = {NULL, 0};
    signet_text_t document = record->certificate.asked;
    int32_t status = signet_json_parse(call, signet_text_bytes(document), ASKED_MAX, &asked);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, asked, "subject", &subject);
    if (status == SIGNET_OK)
        status = read_subject(call, subject, x509, csr);
    if (status == SIGNET_OK)
        status = read_names(call, asked, x509, request, csr);
    if (status == SIGNET_OK)
        status = read_time(call, asked, "not_before", &request->not_before);
    if (status == SIGNET_OK)
        status = read_time(call, asked, "not_after", &request->not_after);
    if (status == SIGNET_OK)
        status = signet_json_get_integer(call, asked, "validity_ms", &request->validity_ms);
    csr->key = x509->key;
    csr->extensions = x509->extensions;
    csr->extension_count = x509->extension_count;
    return status;
}

static int32_t take_fields(signet_call_t *call, const ca_record_t *record, ca_draft_t *draft)
{
    const signet_certificate_t *certificate = &record->certificate;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < certificate->field_count; i++)
        status = ca_field_add(call, &draft->fields, certificate->fields[i].name,
                              certificate->fields[i].value);
    return status;
}

/* What the configuration makes of it. */
static int32_t rebuild(ca_t *ca, signet_call_t *call, const ca_record_t *record, ca_draft_t *draft,
                       signet_bytes_t *tbs)
{
    const signet_certificate_t *certificate = &record->certificate;
    draft->profile = ca_profile_find(ca->profiles, ca->profile_count, certificate->profile);
    draft->authority =
        ca_authority_find(ca->authorities, ca->authority_count, certificate->authority);
    if (draft->profile == NULL)
        return signet_fail(call, SIGNET_NOT_FOUND, "profile.not-found",
                           "there is no such profile any more");
    if (draft->authority == NULL || draft->authority->certificate.length == 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found",
                           "there is no such authority any more");
    /* With the key that signed it, which its identifiers and times depend on. */
    if (ca_lineage_authority(ca, call, certificate->authority, certificate->generation,
                             &draft->authority) != SIGNET_OK)
        return signet_status(call);
    if (!draft->profile->permitted[ca_authority_index(ca, draft->authority)])
        return signet_fail(call, SIGNET_DENIED, "profile.authority-not-permitted",
                           "the profile may not be used with the authority any more");
    if (!ca_profile_permits_key(draft->profile, draft->csr->key.type))
        return signet_fail(call, SIGNET_INVALID, "profile.key-type",
                           "keys of the type %.*s are not permitted any more",
                           SIGNET_FORMAT(draft->csr->key.type));
    int32_t status = take_fields(call, record, draft);
    if (status == SIGNET_OK)
        status = ca_fields_present(call, draft->profile, &draft->fields);
    if (status == SIGNET_OK)
        status = ca_draft_names(call, draft);
    if (status == SIGNET_OK)
        status = ca_draft_content(call, draft);
    if (status == SIGNET_OK)
        status = ca_template_build(call, &draft->content, tbs);
    return status == SIGNET_OK ? ca_lint(call, *tbs, &draft->content, draft->authority) : status;
}

static void say(signet_buffer_t *buffer, const char *what, signet_text_t which)
{
    if (buffer->length > 0)
        signet_buffer_add_string(buffer, ", ");
    signet_buffer_format(buffer, "%s%s%.*s", what, which.length > 0 ? " " : "",
                         SIGNET_FORMAT(which));
}

static void compare_extensions(signet_call_t *call, const signet_x509_t *before,
                               const signet_x509_t *after, signet_buffer_t *buffer)
{
    for (uint64_t i = 0; i < before->extension_count; i++) {
        const signet_extension_t *was = &before->extensions[i];
        const signet_extension_t *is = signet_extension_find(
            after->extensions, after->extension_count, was->oid.data, was->oid.length);
        if (is == NULL)
            say(buffer, "without extension", signet_oid_text(call, was->oid));
        else if (is->critical != was->critical || !signet_bytes_equal(is->value, was->value))
            say(buffer, "other extension", signet_oid_text(call, was->oid));
    }
    for (uint64_t i = 0; i < after->extension_count; i++) {
        const signet_extension_t *is = &after->extensions[i];
        if (signet_extension_find(before->extensions, before->extension_count, is->oid.data,
                                  is->oid.length) == NULL)
            say(buffer, "new extension", signet_oid_text(call, is->oid));
    }
}

static int32_t compare(signet_call_t *call, const signet_x509_t *before, const ca_draft_t *draft,
                       signet_bytes_t tbs, signet_text_t *detail)
{
    const signet_text_t none = {NULL, 0};
    const signet_x509_t *after = NULL;
    int32_t status = ca_template_read(call, tbs, draft->content.identifier, &after);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t buffer = signet_buffer(call, 256);
    if (!signet_bytes_equal(before->issuer, after->issuer) ||
        !signet_text_equal(before->algorithm, after->algorithm))
        say(&buffer, "another issuer or algorithm", none);
    if (!signet_bytes_equal(before->subject, after->subject))
        say(&buffer, "another subject", none);
    if (before->not_before != after->not_before)
        say(&buffer, "valid from", signet_time_text(call, after->not_before));
    if (before->not_after != after->not_after)
        say(&buffer, "valid until", signet_time_text(call, after->not_after));
    compare_extensions(call, before, after, &buffer);
    if (buffer.length == 0)
        say(&buffer, "extensions in another order", none);
    return signet_buffer_text(&buffer, detail);
}

int32_t ca_replay(ca_t *ca, signet_call_t *call, const ca_record_t *record, int *outcome,
                  signet_text_t *detail)
{
    const signet_certificate_t *certificate = &record->certificate;
    const signet_x509_t *x509 = NULL;
    signet_issue_request_t request = {.size = sizeof request, .profile = certificate->profile};
    signet_csr_t csr = {0};
    signet_bytes_t tbs = {NULL, 0};
    ca_draft_t draft = {.request = &request,
                        .csr = &csr,
                        .now = certificate->issued_at,
                        .requester = certificate->requester};
    int32_t status = signet_x509_parse(call, certificate->der, &x509);
    if (status == SIGNET_OK)
        status = read_request(call, record, x509, &request, &csr);
    if (status != SIGNET_OK)
        return status;
    if (certificate->serial.length == sizeof draft.serial)
        memcpy(draft.serial, certificate->serial.data, sizeof draft.serial);
    status = rebuild(ca, call, record, &draft, &tbs);
    if (status == SIGNET_NO_MEMORY)
        return status;
    if (status != SIGNET_OK) {
        const signet_error_t *error = call->services->error(call);
        *outcome = CA_REPLAY_REFUSED;
        *detail = error != NULL ? error->message : SIGNET_TEXT("");
        return SIGNET_OK;
    }
    *outcome = signet_bytes_equal(tbs, x509->tbs) ? CA_REPLAY_SAME : CA_REPLAY_DIFFERENT;
    return *outcome == CA_REPLAY_SAME ? SIGNET_OK : compare(call, x509, &draft, tbs, detail);
}
