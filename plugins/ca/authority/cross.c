#include "authority/cross.h"

#include "authority/authority_load.h"
#include "authority/lineage.h"
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
#include <signet/sdk/setting.h>

#define FILE_MAX (2 * (uint64_t)SIGNET_CSR_MAX)

static int32_t refuse(signet_call_t *call, const char *why)
{
    return signet_fail(call, SIGNET_INVALID, "cross.foreign",
                       "the foreign authority cannot be certified: %s", why);
}

/* Whether the holder of the key made what holds it. */
static int32_t check_possession(signet_call_t *call, const signet_public_key_t *key,
                                signet_text_t algorithm, signet_bytes_t message,
                                signet_bytes_t signature)
{
    int32_t status = signet_verify(call, key, algorithm, message, signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return refuse(call, "what it sent is not signed by the key that it holds; a self-signed "
                        "certificate or a request is needed");
}

static int32_t take_certificate(signet_call_t *call, signet_bytes_t der, ca_foreign_t *foreign)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = signet_x509_parse(call, der, &x509);
    if (status != SIGNET_OK)
        return status;
    if (!x509->is_ca || (x509->key_usage & SIGNET_KEY_USAGE_KEY_CERT_SIGN) == 0)
        return refuse(call, "its certificate is not one of an authority (CA:TRUE, keyCertSign)");
    if (x509->not_after <= signet_now())
        return refuse(call, "its certificate has expired");
    *foreign = (ca_foreign_t){.subject = x509->subject,
                              .attributes = x509->attributes,
                              .attribute_count = x509->attribute_count,
                              .key = x509->key,
                              .key_id = x509->subject_key_id,
                              .not_after = x509->not_after};
    return check_possession(call, &x509->key, x509->algorithm, x509->tbs, x509->signature);
}

/* A request may name its key's identifier, as the foreign authority's own certificates have it. */
static void take_key_id(const signet_csr_t *csr, ca_foreign_t *foreign)
{
    const signet_extension_t *extension =
        signet_extension_find(csr->extensions, csr->extension_count, ca_oid_subject_key_id.data,
                              ca_oid_subject_key_id.length);
    signet_der_item_t item;
    if (extension == NULL)
        return;
    signet_der_t value = signet_der(extension->value);
    if (signet_der_expect(&value, SIGNET_DER_OCTET_STRING, &item) == 0 &&
        signet_der_empty(&value) && item.content.length > 0 && item.content.length <= 64)
        foreign->key_id = item.content;
}

static int32_t take_request(signet_call_t *call, signet_bytes_t der, ca_foreign_t *foreign)
{
    const signet_csr_t *csr = NULL;
    int32_t status = signet_csr_parse(call, der, &csr);
    if (status != SIGNET_OK)
        return status;
    *foreign = (ca_foreign_t){.subject = csr->subject,
                              .attributes = csr->attributes,
                              .attribute_count = csr->attribute_count,
                              .key = csr->key};
    take_key_id(csr, foreign);
    return check_possession(call, &csr->key, csr->algorithm, csr->info, csr->signature);
}

int32_t ca_cross_read(signet_call_t *call, signet_text_t path, ca_foreign_t *foreign)
{
    signet_bytes_t file = {NULL, 0};
    signet_bytes_t der = {NULL, 0};
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status != SIGNET_OK)
        return status;
    status = signet_pem_decode(call, signet_bytes_text(file), "CERTIFICATE", &der, NULL);
    if (status == SIGNET_OK) {
        status = take_certificate(call, der, foreign);
    } else if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status =
            signet_pem_decode(call, signet_bytes_text(file), "CERTIFICATE REQUEST", &der, NULL);
        if (status == SIGNET_OK)
            status = take_request(call, der, foreign);
    }
    if (status == SIGNET_OK && foreign->attribute_count == 0)
        return refuse(call, "it has no subject");
    if (status == SIGNET_OK && foreign->key_id.length == 0)
        status = ca_key_id(call, &foreign->key, &foreign->key_id);
    return status;
}

static int32_t check_key(ca_t *ca, signet_call_t *call, const ca_profile_t *profile,
                         const ca_foreign_t *foreign)
{
    signet_bytes_t digest;
    int listed = 0;
    int32_t status = signet_key_judge(call, &foreign->key);
    if (status == SIGNET_OK && !ca_profile_permits_key(profile, foreign->key.type))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-type", "profile",
                                 "the profile \"%.*s\" does not permit keys of the type %.*s",
                                 SIGNET_FORMAT(profile->name), SIGNET_FORMAT(foreign->key.type));
    if (status == SIGNET_OK)
        status = signet_sha256(call, foreign->key.spki, &digest);
    if (status == SIGNET_OK)
        status = ca_blocklist_has(call, &ca->blocklist, &foreign->key, digest, &listed);
    if (status == SIGNET_OK && (listed || ca_blocked_keys_has(ca->blocked, digest)))
        return signet_fail(call, SIGNET_INVALID, "key.blocked",
                           "the foreign authority's key is known as compromised");
    return status;
}

static int32_t check_profile(const ca_t *ca, signet_call_t *call, const ca_authority_t *issuer,
                             const ca_profile_t *profile)
{
    if (profile->kind != CA_KIND_SUBORDINATE)
        return signet_fail_field(call, SIGNET_INVALID, "profile.kind", "profile",
                                 "the profile \"%.*s\" is not for authorities; use one with kind = "
                                 "\"subordinate\"",
                                 SIGNET_FORMAT(profile->name));
    if (!profile->permitted[ca_authority_index(ca, issuer)])
        return signet_fail_field(call, SIGNET_DENIED, "profile.authority-not-permitted",
                                 "authority",
                                 "the profile \"%.*s\" may not be used with the authority "
                                 "\"%.*s\"",
                                 SIGNET_FORMAT(profile->name), SIGNET_FORMAT(issuer->name));
    return ca_permission_request(call, profile, issuer);
}

static int32_t fill_record(signet_call_t *call, const ca_authority_t *issuer,
                           const ca_profile_t *profile, const ca_foreign_t *foreign,
                           const ca_content_t *content, ca_record_t *record)
{
    signet_certificate_t *certificate = &record->certificate;
    signet_bytes_t common_oid = signet_attribute_oid(SIGNET_TEXT("CN"));
    signet_canonical_t name;
    certificate->size = sizeof *certificate;
    certificate->authority = issuer->name;
    certificate->serial = content->serial;
    certificate->profile = profile->name;
    certificate->profile_version = profile->version;
    certificate->requester = call->services->actor(call)->id;
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    certificate->not_before = content->not_before;
    certificate->not_after = content->not_after;
    certificate->issued_at = signet_now();
    certificate->generation = issuer->generation;
    certificate->asked = SIGNET_TEXT("{\"cross\":true}");
    int32_t status = signet_name_text(call, foreign->attributes, foreign->attribute_count,
                                      &certificate->subject);
    for (uint64_t i = 0; status == SIGNET_OK && i < foreign->attribute_count; i++) {
        if (!signet_bytes_equal(foreign->attributes[i].oid, common_oid))
            continue;
        status = ca_names_common(call, foreign->attributes[i].value, &name);
        if (status == SIGNET_OK)
            status = ca_record_names(call, &name, 1, certificate);
        break;
    }
    return status;
}

int32_t ca_cross_content(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_profile_t *profile, const ca_foreign_t *foreign,
                         ca_content_t *content)
{
    int64_t now = signet_now();
    const signet_issue_request_t request = {.size = sizeof request};
    uint8_t *serial = signet_alloc(call, CA_SERIAL_LENGTH, 1);
    if (serial == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_authority_ready(call, issuer, now);
    if (status == SIGNET_OK)
        status = check_profile(ca, call, issuer, profile);
    if (status == SIGNET_OK)
        status = check_key(ca, call, profile, foreign);
    if (status != SIGNET_OK)
        return status;
    const ca_template_t *template = ca_profile_template(profile, issuer, &foreign->key);
    *content = (ca_content_t){.serial = {serial, CA_SERIAL_LENGTH},
                              .identifier = issuer->identifier,
                              .issuer = issuer->subject,
                              .subject = foreign->subject,
                              .spki = foreign->key.spki,
                              .key_id = foreign->key_id,
                              .extensions = template->extensions,
                              .extension_count = template->extension_count,
                              .is_ca = 1,
                              .path_length = template->path_length,
                              .key_usage = template->key_usage};
    status = ca_serial_new(call, now, serial);
    if (status == SIGNET_OK)
        status = ca_validity(call, profile, issuer, &request, now, &content->not_before,
                             &content->not_after);
    /* It need not outlive what it stands beside. */
    if (foreign->not_after > 0 && foreign->not_after < content->not_after)
        content->not_after = foreign->not_after;
    return status;
}

int32_t ca_cross_certify(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_profile_t *profile, const ca_foreign_t *foreign,
                         ca_record_t *record)
{
    ca_content_t content;
    issuer = ca_authority_now(issuer);
    int32_t status = ca_cross_content(ca, call, issuer, profile, foreign, &content);
    if (status == SIGNET_OK)
        status = fill_record(call, issuer, profile, foreign, &content, record);
    if (status != SIGNET_OK)
        return status;
    ca_signing_t signing = {
        .authority = issuer, .key_uri = issuer->key_uri, .content = &content, .record = record};
    return ca_signing_run(ca, call, &signing);
}
