#include "issue/issue.h"

#include "issue/denial.h"
#include "issue/request.h"
#include "issue/serial.h"
#include "issue/signing.h"
#include "permission.h"
#include "profile/extension.h"
#include "profile/names.h"
#include "profile/validity.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <time.h>

/* No name of a profile or an authority is longer. */
#define NAME_MAX_LENGTH 64U

/* What issuing one certificate gathers. */
typedef struct issuance {
    const signet_issue_request_t *request;
    const ca_profile_t *profile;
    ca_authority_t *authority;
    const signet_csr_t *csr;
    int64_t now;
    ca_names_t names; /* of the subjectAltName */
    ca_names_t all;   /* these, the common name and the mail address */
    ca_subject_t subject;
    uint8_t serial[CA_SERIAL_LENGTH];
    ca_content_t content;
} issuance_t;

/* Finds profile and authority, and whether the actor may use them. */
static int32_t authorise(ca_t *ca, signet_call_t *call, issuance_t *issuance)
{
    const signet_issue_request_t *request = issuance->request;
    if (request->profile.length <= NAME_MAX_LENGTH)
        issuance->profile = ca_profile_find(ca->profiles, ca->profile_count, request->profile);
    if (issuance->profile == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "profile.not-found", "profile",
                                 "there is no such profile; the list of profiles says which there "
                                 "are");
    issuance->authority = issuance->profile->authority;
    if (request->authority.length > 0)
        issuance->authority =
            ca_authority_find(ca->authorities, ca->authority_count, request->authority);
    if (issuance->authority == NULL)
        return signet_fail_field(call,
                                 request->authority.length > 0 ? SIGNET_NOT_FOUND : SIGNET_INVALID,
                                 "authority.not-found", "authority",
                                 "name the authority that is to issue; the list of authorities "
                                 "says which there are");
    /* Root and policy authorities are never permitted for end-entity profiles. */
    if (!issuance->profile->permitted[ca_authority_index(ca, issuance->authority)])
        return signet_fail_field(
            call, SIGNET_DENIED, "profile.authority-not-permitted", "authority",
            "the profile \"%.*s\" may not be used with the authority "
            "\"%.*s\"",
            SIGNET_FORMAT(issuance->profile->name), SIGNET_FORMAT(issuance->authority->name));
    return ca_permission_request(call, issuance->profile, issuance->authority);
}

/* An authority's key must not come back in another certificate; that of a subordinate is certified
 * by those above it alone. */
static int is_authority_key(const ca_t *ca, const issuance_t *issuance)
{
    int subordinate = issuance->profile->kind == CA_KIND_SUBORDINATE;
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *authority = &ca->authorities[i];
        if (signet_bytes_equal(authority->spki, issuance->csr->key.spki) &&
            (!subordinate || authority->parent != issuance->authority))
            return 1;
    }
    return 0;
}

static int32_t check_key(ca_t *ca, signet_call_t *call, issuance_t *issuance)
{
    const signet_csr_t *csr = issuance->csr;
    signet_bytes_t digest;
    int32_t status = signet_key_judge(call, &csr->key);
    if (status != SIGNET_OK)
        return status;
    if (!ca_profile_permits_key(issuance->profile, csr->key.type))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-type", "csr",
                                 "the profile \"%.*s\" does not permit keys of the type %.*s",
                                 SIGNET_FORMAT(issuance->profile->name),
                                 SIGNET_FORMAT(csr->key.type));
    if (is_authority_key(ca, issuance))
        return signet_fail_field(call, SIGNET_INVALID, "key.of-authority", "csr",
                                 "the key in the request is that of an authority");
    status = signet_sha256(call, csr->key.spki, &digest);
    if (status != SIGNET_OK)
        return status;
    if (ca_blocked_keys_has(&ca->blocked, digest))
        return signet_fail_field(call, SIGNET_INVALID, "key.blocked", "csr",
                                 "the key in the request was reported as compromised; make a new "
                                 "one");
    status = signet_verify(call, &csr->key, csr->algorithm, csr->info, csr->signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "csr.proof-of-possession", "csr",
                             "the request is not signed by the key that it holds");
}

/* Names and subject as the profile has them, within the actor's grant and the constraints of the
 * authorities. */
static int32_t check_names(signet_call_t *call, issuance_t *issuance)
{
    const ca_profile_t *profile = issuance->profile;
    int32_t status =
        ca_names_collect(call, profile, issuance->csr, issuance->request, &issuance->names);
    ca_subject_request_t request = {.attributes = issuance->csr->attributes,
                                    .attribute_count = issuance->csr->attribute_count,
                                    .common_name = issuance->names.common_name,
                                    .names_replaced = issuance->names.replaced,
                                    .names = issuance->names.items,
                                    .name_count = issuance->names.count};
    if (status == SIGNET_OK)
        status = ca_subject_build(call, profile->rules, profile->rule_count, &request,
                                  &issuance->subject);
    if (status == SIGNET_OK)
        status = ca_names_with_subject(call, profile, &issuance->names, &issuance->subject,
                                       &issuance->all);
    if (status != SIGNET_OK)
        return status;
    if (issuance->subject.name.length == ca_empty_name.length &&
        (issuance->names.count == 0 || profile->kind == CA_KIND_SUBORDINATE))
        return signet_fail_field(call, SIGNET_INVALID, "profile.subject-required", "csr",
                                 "the certificate would have neither a subject nor a name");
    status = ca_permission_names(call, profile, issuance->authority, &issuance->all);
    if (status == SIGNET_OK)
        status = ca_names_check(call, issuance->authority, &issuance->all);
    return status;
}

static int32_t fill_content(ca_t *ca, signet_call_t *call, issuance_t *issuance)
{
    ca_authority_t *authority = issuance->authority;
    ca_content_t *content = &issuance->content;
    const ca_template_t *template = ca_profile_template(
        issuance->profile, ca_authority_index(ca, authority), &issuance->csr->key);
    int32_t status = ca_validity(call, issuance->profile, authority, issuance->request,
                                 issuance->now, &content->not_before, &content->not_after);
    if (status == SIGNET_OK && issuance->profile->kind == CA_KIND_SUBORDINATE &&
        authority->path_limit == 0)
        return signet_fail_field(call, SIGNET_INVALID, "authority.path-length", "authority",
                                 "the authority \"%.*s\" may not certify authorities: its path "
                                 "length is 0",
                                 SIGNET_FORMAT(authority->name));
    if (status == SIGNET_OK)
        status = ca_serial_new(call, issuance->now, issuance->serial);
    if (status == SIGNET_OK)
        status = ca_key_id(call, &issuance->csr->key, &content->key_id);
    content->serial = (signet_bytes_t){issuance->serial, sizeof issuance->serial};
    content->identifier = authority->identifier;
    content->issuer = authority->subject;
    content->subject = issuance->subject.name;
    content->spki = issuance->csr->key.spki;
    content->extensions = template->extensions;
    content->extension_count = template->extension_count;
    content->names = issuance->names.items;
    content->name_count = issuance->names.count;
    content->is_ca = issuance->profile->kind == CA_KIND_SUBORDINATE;
    content->path_length = template->path_length;
    content->key_usage = template->key_usage;
    return status;
}

/* One text, which could not be made where it has no data. */
static void add_asked(signet_json_writer_t *writer, signet_text_t text)
{
    writer->buffer.failed = writer->buffer.failed || text.data == NULL;
    signet_json_text(writer, NULL, text);
}

/* What was asked, beside what is issued: the request's subject and names, extensions that were
 * left out, and times. */
static int32_t describe_asked(signet_call_t *call, const issuance_t *issuance, signet_text_t *json)
{
    const signet_issue_request_t *request = issuance->request;
    const signet_csr_t *csr = issuance->csr;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t subject = {NULL, 0};
    int32_t status = signet_name_text(call, csr->attributes, csr->attribute_count, &subject);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "subject", subject);
    signet_json_text(&writer, "key_type", csr->key.type);
    signet_json_begin_array(&writer, "extensions");
    for (uint64_t i = 0; i < csr->extension_count; i++)
        add_asked(&writer, signet_oid_text(call, csr->extensions[i].oid));
    signet_json_end_array(&writer);
    signet_json_begin_array(&writer, "names");
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *name = SIGNET_AT(signet_requested_name_t, request->names, i);
        add_asked(&writer, signet_format(call, "%.*s:%.*s", SIGNET_FORMAT(name->type),
                                         SIGNET_FORMAT(name->value)));
    }
    signet_json_end_array(&writer);
    if (request->not_before != 0)
        signet_json_time(&writer, "not_before", request->not_before);
    if (request->not_after != 0)
        signet_json_time(&writer, "not_after", request->not_after);
    if (SIGNET_HAS(request, validity_ms))
        signet_json_integer(&writer, "validity_ms", request->validity_ms);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, json);
}

static int32_t fill_record(signet_call_t *call, const issuance_t *issuance, ca_record_t *record)
{
    signet_certificate_t *certificate = &record->certificate;
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    certificate->size = sizeof *certificate;
    certificate->authority = issuance->authority->name;
    certificate->profile = issuance->profile->name;
    certificate->profile_version = issuance->profile->version;
    certificate->requester = call->services->actor(call)->id;
    certificate->request_id = issuance->request->request_id;
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    certificate->not_before = issuance->content.not_before;
    certificate->not_after = issuance->content.not_after;
    certificate->issued_at = issuance->now;
    certificate->serial = signet_bytes_copy(call, issuance->content.serial);
    if (certificate->serial.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_name_parse(call, issuance->subject.name, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &certificate->subject);
    if (status == SIGNET_OK)
        status = ca_record_names(call, issuance->all.items, issuance->all.count, certificate);
    if (status == SIGNET_OK)
        status = describe_asked(call, issuance, &certificate->asked);
    return status;
}

/* Everything up to the point where something is decided for good. */
static int32_t prepare(ca_t *ca, signet_call_t *call, issuance_t *issuance)
{
    int32_t status = ca_authority_ready(call, issuance->authority, issuance->now);
    if (status == SIGNET_OK)
        status = signet_csr_parse(call, issuance->request->csr, &issuance->csr);
    if (status == SIGNET_OK)
        status = check_key(ca, call, issuance);
    if (status == SIGNET_OK)
        status = check_names(call, issuance);
    if (status == SIGNET_OK)
        status = fill_content(ca, call, issuance);
    return status;
}

/* Answers what the same request was answered before, if there is a request id. */
static int32_t repeat(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                      signet_bytes_t *digest, ca_record_t **record)
{
    signet_store_t store;
    *record = NULL;
    if (request->request_id.length == 0)
        return SIGNET_OK;
    if (request->request_id.length > CA_REQUEST_ID_MAX || !signet_text_valid(request->request_id))
        return signet_fail_field(call, SIGNET_INVALID, "request.id", "request_id",
                                 "a request id is at most %u octets of UTF-8", CA_REQUEST_ID_MAX);
    int32_t status = ca_request_digest(call, request, digest);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    return status == SIGNET_OK ? ca_request_find(call, &store, request, *digest, record) : status;
}

static int32_t issue(ca_t *ca, signet_call_t *call, const signet_issue_request_t *request,
                     const signet_certificate_t **certificate)
{
    issuance_t issuance = {.request = request, .now = signet_now()};
    signet_bytes_t digest = {NULL, 0};
    ca_record_t *record = NULL;
    int32_t status = authorise(ca, call, &issuance);
    if (status == SIGNET_OK && request->csr.length > SIGNET_CSR_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "csr.too-large", "csr",
                                 "the request is larger than %u octets", SIGNET_CSR_MAX);
    if (status == SIGNET_OK)
        status = repeat(ca, call, request, &digest, &record);
    if (status != SIGNET_OK)
        return status;
    if (record == NULL) {
        record = signet_alloc(call, 1, sizeof *record);
        if (record == NULL)
            return SIGNET_NO_MEMORY;
        status = prepare(ca, call, &issuance);
        if (status == SIGNET_OK)
            status = fill_record(call, &issuance, record);
        if (status != SIGNET_OK)
            return status;
        ca_signing_t signing = {.authority = issuance.authority,
                                .key_uri = issuance.authority->key_uri,
                                .content = &issuance.content,
                                .record = record,
                                .request = request->request_id.length > 0 ? request : NULL,
                                .request_digest = digest};
        status = ca_signing_run(ca, call, &signing);
    }
    if (status == SIGNET_OK)
        *certificate = &record->certificate;
    return status;
}

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int32_t ca_issue(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                 const signet_certificate_t **certificate)
{
    ca_t *ca = instance;
    int64_t begun = microseconds();
    int32_t status = issue(ca, call, request, certificate);
    if (status == SIGNET_OK)
        ca->host->services->record(ca->host, ca->duration_metric, microseconds() - begun);
    else if (status == SIGNET_DENIED || status == SIGNET_INVALID || status == SIGNET_TOO_LARGE ||
             status == SIGNET_NOT_FOUND)
        ca_denial_issue(ca, call, request);
    return status;
}
