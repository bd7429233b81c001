#include "authority/ceremony.h"

#include "authority/authority_load.h"
#include "authority/lineage.h"
#include "issue/prepare.h"
#include "issue/serial.h"
#include "issue/signed.h"
#include "issue/signing.h"
#include "profile/extension.h"
#include "profile/names.h"
#include "record/record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define SECOND_MS 1000
#define FILE_MODE 0644U
#define AUTHORITY_USAGE (SIGNET_KEY_USAGE_KEY_CERT_SIGN | SIGNET_KEY_USAGE_CRL_SIGN)

static int32_t journal_pairs(ca_t *ca, signet_call_t *call, const char *event,
                             const ca_authority_t *authority, const signet_pair_t *pairs,
                             uint64_t count)
{
    signet_journal_t instance;
    int32_t status = ca_journal(ca, call, &instance);
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(authority->name));
    if (status == SIGNET_OK && object.data == NULL)
        status = SIGNET_NO_MEMORY;
    if (status != SIGNET_OK)
        return status;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(event),
                            .object = object,
                            .fields = pairs,
                            .field_count = count};
    return instance.interface->commit(instance.instance, call, NULL, 0, &entry);
}

static int32_t journal(ca_t *ca, signet_call_t *call, const char *event,
                       const ca_authority_t *authority, const char *name, signet_text_t value)
{
    const signet_pair_t pairs[] = {signet_pair("kind", authority->kind), signet_pair(name, value)};
    return journal_pairs(ca, call, event, authority, pairs, 2);
}

int32_t ca_ceremony_key(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        const signet_key_t **key)
{
    int32_t status = ca_authority_key(call, authority, key);
    if (status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), authority->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    signet_key_request_t request = {.size = sizeof request,
                                    .purposes = SIGNET_PURPOSE_CERTIFICATE | SIGNET_PURPOSE_CRL,
                                    .name = authority->key,
                                    .type = authority->key_type};
    status = keys->generate(provider->instance, call, &request, key);
    if (status == SIGNET_OK)
        status = journal(ca, call, SIGNET_EVENT_KEY_GENERATED, authority, "key", (*key)->uri);
    return status;
}

static int32_t check_pending(signet_call_t *call, const ca_authority_t *authority)
{
    if (authority->certificate.length == 0)
        return ca_authority_local(call, authority);
    return signet_fail(call, SIGNET_EXISTS, "authority.exists",
                       "the authority \"%.*s\" has a certificate already (%.*s)",
                       SIGNET_FORMAT(authority->name), SIGNET_FORMAT(authority->path));
}

/* The extensions of an authority's own certificate. */
static int32_t add_extensions(signet_call_t *call, const ca_authority_t *authority,
                              ca_content_t *content)
{
    const ca_authority_t *parent = authority->parent;
    signet_buffer_t buffer = signet_buffer(call, 1024);
    ca_extension_basic_constraints(&buffer, 1, content->path_length);
    ca_extension_key_usage(&buffer, AUTHORITY_USAGE);
    content->extension_count = 2;
    signet_buffer_add(&buffer, authority->limits.extensions.data,
                      authority->limits.extensions.length);
    content->extension_count += authority->limits.count;
    if (parent != NULL) {
        ca_extension_authority_key_id(&buffer, parent->key_id);
        content->extension_count++;
        uint64_t before = buffer.length;
        ca_extension_authority_information(&buffer, &parent->published,
                                           signet_setting(parent->setting, "aia_urls"),
                                           signet_setting(parent->setting, "ocsp_urls"));
        content->extension_count += buffer.length > before;
        before = buffer.length;
        ca_extension_crl_points(&buffer, &parent->published,
                                signet_setting(parent->setting, "crl_urls"));
        content->extension_count += buffer.length > before;
    }
    return signet_buffer_bytes(&buffer, &content->extensions);
}

static int32_t set_validity(signet_call_t *call, const ca_authority_t *authority, int64_t now,
                            ca_content_t *content)
{
    const ca_authority_t *parent = authority->parent;
    content->not_before = now - now % SECOND_MS;
    content->not_after = content->not_before + authority->validity_ms - SECOND_MS;
    content->path_length = authority->path_length;
    if (parent == NULL)
        return SIGNET_OK;
    if (content->not_after > parent->not_after)
        content->not_after = parent->not_after;
    if (content->not_before < parent->not_before)
        content->not_before = parent->not_before;
    if (parent->path_limit == 0)
        return signet_fail(call, SIGNET_INVALID, "authority.path-length",
                           "the parent \"%.*s\" may not certify authorities: its path length is 0",
                           SIGNET_FORMAT(parent->name));
    if (parent->path_limit > 0 &&
        (content->path_length < 0 || content->path_length >= parent->path_limit))
        content->path_length = parent->path_limit - 1;
    return SIGNET_OK;
}

static int32_t fill_record(signet_call_t *call, const ca_authority_t *authority,
                           const ca_content_t *content, int64_t now, ca_record_t *record)
{
    signet_certificate_t *certificate = &record->certificate;
    const ca_authority_t *issuer = authority->parent != NULL ? authority->parent : authority;
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    signet_bytes_t common_oid = signet_attribute_oid(SIGNET_TEXT("CN"));
    signet_canonical_t name;
    certificate->size = sizeof *certificate;
    certificate->authority = issuer->name;
    certificate->serial = content->serial;
    certificate->profile = SIGNET_TEXT("authority");
    certificate->requester = call->services->actor(call)->id;
    certificate->state = SIGNET_TEXT(SIGNET_CERTIFICATE_VALID);
    certificate->not_before = content->not_before;
    certificate->not_after = content->not_after;
    certificate->issued_at = now;
    certificate->generation = issuer->generation;
    certificate->asked =
        signet_format(call, "{\"authority\":\"%.*s\"}", SIGNET_FORMAT(authority->name));
    int32_t status = signet_name_parse(call, content->subject, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &certificate->subject);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (!signet_bytes_equal(attributes[i].oid, common_oid))
            continue;
        status = ca_names_common(call, attributes[i].value, &name);
        if (status == SIGNET_OK)
            status = ca_record_names(call, &name, 1, certificate);
        break;
    }
    return status;
}

/* Readies a root to sign its own certificate: it has no other that would say what its key is. */
static int32_t prepare_root(ca_t *ca, signet_call_t *call, ca_authority_t *root,
                            const signet_key_t *key)
{
    if (root->verifier != NULL)
        return SIGNET_OK;
    signet_bytes_t spki;
    int32_t status = ca_pool_bytes(&ca->pool, call, key->public_key, &spki);
    return status == SIGNET_OK ? signet_verifier_new(call, spki, &root->verifier) : status;
}

static int32_t write_certificate(signet_call_t *call, const ca_authority_t *authority,
                                 signet_bytes_t der)
{
    signet_text_t pem = signet_pem(call, "CERTIFICATE", der);
    if (pem.data == NULL)
        return SIGNET_NO_MEMORY;
    return signet_file_write(call, authority->path, signet_text_bytes(pem), FILE_MODE);
}

int32_t ca_ceremony_content(signet_call_t *call, const ca_authority_t *authority,
                            signet_bytes_t spki, int64_t now, ca_content_t *content)
{
    const ca_authority_t *issuer = authority->parent != NULL ? authority->parent : authority;
    uint8_t *serial = signet_alloc(call, CA_SERIAL_LENGTH, 1);
    signet_public_key_t key;
    *content = (ca_content_t){.identifier = issuer->identifier,
                              .issuer = issuer->subject,
                              .subject = authority->subject,
                              .spki = spki,
                              .is_ca = 1,
                              .key_usage = AUTHORITY_USAGE};
    if (serial == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_public_key_parse(call, spki, &key);
    if (status == SIGNET_OK)
        status = ca_key_id(call, &key, &content->key_id);
    if (status == SIGNET_OK)
        status = ca_serial_new(call, now, serial);
    content->serial = (signet_bytes_t){serial, CA_SERIAL_LENGTH};
    if (status == SIGNET_OK)
        status = set_validity(call, authority, now, content);
    return status == SIGNET_OK ? add_extensions(call, authority, content) : status;
}

/* A key that may be in other hands gets no certificate any more, by whomever. */
static int32_t check_blocked(ca_t *ca, signet_call_t *call, signet_bytes_t spki)
{
    signet_public_key_t key;
    int32_t status = signet_public_key_parse(call, spki, &key);
    return status == SIGNET_OK ? ca_prepare_blocked(ca, call, &key) : status;
}

int32_t ca_ceremony_certify(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            const signet_key_t *key, const signet_issue_request_t *request,
                            ca_record_t *record)
{
    ca_authority_t *issuer = authority->parent != NULL ? authority->parent : authority;
    int64_t now = signet_now();
    ca_content_t content;
    signet_bytes_t digest = {NULL, 0};
    int32_t status = check_blocked(ca, call, key->public_key);
    if (status == SIGNET_OK)
        status = ca_ceremony_content(call, authority, key->public_key, now, &content);
    if (status == SIGNET_OK)
        status = fill_record(call, authority, &content, now, record);
    if (status == SIGNET_OK && issuer == authority)
        status = prepare_root(ca, call, authority, key);
    if (status == SIGNET_OK && request != NULL)
        status = signet_sha256(call, request->csr, &digest);
    if (status != SIGNET_OK)
        return status;
    if (request != NULL)
        record->certificate.request_id = request->request_id;
    ca_signing_t signing = {.authority = issuer,
                            .self = issuer == authority,
                            .regardless = issuer == authority,
                            .key_uri = issuer == authority ? key->uri : issuer->key_uri,
                            .content = &content,
                            .record = record,
                            .request = request,
                            .request_digest = digest};
    return ca_signing_run(ca, call, &signing);
}

int32_t ca_ceremony_link(ca_t *ca, signet_call_t *call, ca_authority_t *issuer,
                         const ca_authority_t *subject, const signet_issue_request_t *request,
                         ca_record_t *record)
{
    const ca_authority_t *older = issuer->generation < subject->generation ? issuer : subject;
    int64_t now = signet_now();
    ca_content_t content;
    signet_bytes_t digest;
    signet_buffer_t buffer = signet_buffer(call, 1024);
    int32_t status = ca_ceremony_content(call, subject, subject->spki, now, &content);
    /* Each until the older key ends: by then nobody needs a way from one to the other. */
    content.identifier = issuer->identifier;
    content.not_before = subject->not_before;
    content.not_after = older->not_after;
    if (status == SIGNET_OK && content.not_after <= content.not_before)
        return signet_fail(call, SIGNET_INVALID, "authority.expired",
                           "the certificate of the authority \"%.*s\" has expired; make a new "
                           "authority instead of a new key",
                           SIGNET_FORMAT(issuer->name));
    signet_buffer_add(&buffer, content.extensions.data, content.extensions.length);
    ca_extension_authority_key_id(&buffer, issuer->key_id);
    content.extension_count++;
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&buffer, &content.extensions);
    if (status == SIGNET_OK)
        status = fill_record(call, subject, &content, now, record);
    if (status == SIGNET_OK)
        status = signet_sha256(call, request->csr, &digest);
    if (status != SIGNET_OK)
        return status;
    record->certificate.generation = issuer->generation;
    record->certificate.request_id = request->request_id;
    /* Of one and the same authority: its limits bind what is below it, not itself. */
    ca_signing_t signing = {.authority = issuer,
                            .self = 1,
                            .key_uri = issuer->key_uri,
                            .content = &content,
                            .record = record,
                            .request = request,
                            .request_digest = digest};
    return ca_signing_run(ca, call, &signing);
}

int32_t ca_ceremony_create(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    const signet_key_t *key = NULL;
    ca_record_t record = {0};
    int32_t status = check_pending(call, authority);
    if (status == SIGNET_OK && authority->parent != NULL)
        authority->parent = ca_authority_now(authority->parent);
    if (status == SIGNET_OK && authority->parent != NULL)
        status = ca_authority_ready(call, authority->parent, signet_now());
    if (status == SIGNET_OK)
        status = ca_ceremony_key(ca, call, authority, &key);
    /* What an authority issued is on record in its own tenant. */
    if (status == SIGNET_OK && authority->parent != NULL)
        status = call->services->set_tenant(call, authority->parent->tenant);
    if (status == SIGNET_OK)
        status = ca_ceremony_certify(ca, call, authority, key, NULL, &record);
    if (status == SIGNET_OK)
        status = call->services->set_tenant(call, authority->tenant);
    if (status == SIGNET_OK)
        status = write_certificate(call, authority, record.certificate.der);
    if (status == SIGNET_OK)
        status = journal(ca, call, SIGNET_EVENT_AUTHORITY_CREATED, authority, "serial",
                         signet_hex(call, record.certificate.serial));
    return status == SIGNET_OK ? ca_refresh(ca, call, authority) : status;
}

/* CertificationRequestInfo (RFC 2986, 4.1), asking for what an authority needs. */
static int32_t encode_info(signet_call_t *call, const ca_authority_t *authority,
                           const signet_key_t *key, signet_bytes_t *info)
{
    signet_buffer_t buffer = signet_buffer(call, 1024);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_integer(&buffer, 0);
    signet_buffer_add(&buffer, authority->subject.data, authority->subject.length);
    signet_buffer_add(&buffer, key->public_key.data, key->public_key.length);
    uint64_t attributes = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t attribute = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(&buffer, ca_oid_extension_request);
    uint64_t values = signet_der_begin(&buffer, SIGNET_DER_SET);
    uint64_t extensions = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    ca_extension_basic_constraints(&buffer, 1, authority->path_length);
    ca_extension_key_usage(&buffer, AUTHORITY_USAGE);
    signet_der_end(&buffer, extensions);
    signet_der_end(&buffer, values);
    signet_der_end(&buffer, attribute);
    signet_der_end(&buffer, attributes);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, info);
}

static int32_t sign_info(signet_call_t *call, const ca_authority_t *authority,
                         const signet_key_t *key, signet_bytes_t info, signet_bytes_t *signature)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), authority->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    signet_text_t intent = signet_format(call, "request:%.*s", SIGNET_FORMAT(authority->name));
    if (intent.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_sign_request_t request = {.size = sizeof request,
                                     .purpose = SIGNET_PURPOSE_CERTIFICATE,
                                     .uri = key->uri,
                                     .algorithm = authority->algorithm,
                                     .message = info,
                                     .intent = intent};
    signet_public_key_t public_key;
    int32_t status = keys->sign(provider->instance, call, &request, signature);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, key->public_key, &public_key);
    if (status == SIGNET_OK)
        status = signet_verify(call, &public_key, authority->algorithm, info, *signature);
    return status;
}

/* A request is signed like a certificate, and so has its entry too. */
static int32_t journal_request(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                               const signet_key_t *key, signet_bytes_t info)
{
    signet_pair_t pairs[2 + CA_SIGNED_PAIRS] = {signet_pair("kind", authority->kind),
                                                signet_pair("key", key->uri)};
    uint64_t count = 2;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), authority->keys);
    if (provider == NULL)
        return signet_status(call);
    int32_t status = ca_signed_pairs(call, provider, info, pairs, &count);
    return status == SIGNET_OK
               ? journal_pairs(ca, call, SIGNET_EVENT_AUTHORITY_REQUESTED, authority, pairs, count)
               : status;
}

int32_t ca_ceremony_csr(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        const signet_key_t *key, signet_bytes_t *csr)
{
    signet_bytes_t info = {NULL, 0};
    signet_bytes_t signature = {NULL, 0};
    int32_t status = encode_info(call, authority, key, &info);
    if (status == SIGNET_OK)
        status = sign_info(call, authority, key, info, &signature);
    /* A request has the shape of a certificate: what is signed, the algorithm, the signature. */
    if (status == SIGNET_OK)
        status = ca_template_join(call, info, authority->identifier, signature, csr);
    if (status == SIGNET_OK)
        status = journal_request(ca, call, authority, key, info);
    return status;
}

int32_t ca_ceremony_request(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_bytes_t *csr)
{
    const signet_key_t *key = NULL;
    int32_t status = check_pending(call, authority);
    if (status == SIGNET_OK)
        status = ca_ceremony_key(ca, call, authority, &key);
    if (status == SIGNET_OK)
        status = ca_ceremony_csr(ca, call, authority, key, csr);
    return status;
}

int32_t ca_ceremony_import(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                           signet_text_t path)
{
    const signet_x509_t *x509 = NULL;
    signet_text_t uri;
    int32_t status = check_pending(call, authority);
    if (status == SIGNET_OK)
        status = ca_certificate_read(call, path, &x509);
    if (status == SIGNET_OK)
        status = ca_authority_check(call, authority, x509);
    if (status == SIGNET_OK && authority->keys.length > 0)
        status = ca_authority_check_key(call, authority, x509, &uri);
    if (status == SIGNET_OK)
        status = check_blocked(ca, call, x509->key.spki);
    if (status == SIGNET_OK)
        status = write_certificate(call, authority, x509->der);
    if (status == SIGNET_OK)
        status = journal(ca, call, SIGNET_EVENT_AUTHORITY_ACTIVATED, authority, "serial",
                         signet_hex(call, x509->serial));
    return status == SIGNET_OK ? ca_refresh(ca, call, authority) : status;
}
