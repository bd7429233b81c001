#include "profile/template.h"

#include "profile/extension.h"

#define TBS_CAPACITY 2048U
#define VERSION_3 2

static const uint8_t empty_name[] = {SIGNET_DER_SEQUENCE, 0};
const signet_bytes_t ca_empty_name = {empty_name, sizeof empty_name};

static void add_whole(signet_buffer_t *buffer, signet_bytes_t der)
{
    signet_buffer_add(buffer, der.data, der.length);
}

static void add_extensions(signet_buffer_t *buffer, const ca_content_t *content)
{
    uint64_t tagged = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(3));
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    add_whole(buffer, content->extensions);
    ca_extension_subject_key_id(buffer, content->key_id);
    if (content->name_count > 0)
        ca_extension_subject_alt_name(buffer, content->names, content->name_count,
                                      signet_bytes_equal(content->subject, ca_empty_name));
    add_whole(buffer, content->extra);
    signet_der_end(buffer, sequence);
    signet_der_end(buffer, tagged);
}

int32_t ca_template_build(signet_call_t *call, const ca_content_t *content, signet_bytes_t *tbs)
{
    signet_buffer_t buffer = signet_buffer(call, TBS_CAPACITY);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    uint64_t version = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    signet_der_add_integer(&buffer, VERSION_3);
    signet_der_end(&buffer, version);
    signet_der_add_unsigned(&buffer, content->serial);
    add_whole(&buffer, content->identifier);
    add_whole(&buffer, content->issuer);
    uint64_t validity = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_time(&buffer, content->not_before);
    signet_der_add_time(&buffer, content->not_after);
    signet_der_end(&buffer, validity);
    add_whole(&buffer, content->subject);
    add_whole(&buffer, content->spki);
    add_extensions(&buffer, content);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, tbs);
}

int32_t ca_template_join(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                         signet_bytes_t signature, signet_bytes_t *certificate)
{
    signet_buffer_t buffer =
        signet_buffer(call, tbs.length + identifier.length + signature.length + 32);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    add_whole(&buffer, tbs);
    add_whole(&buffer, identifier);
    signet_der_add_bits(&buffer, signature);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, certificate);
}

int32_t ca_template_read(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                         const signet_x509_t **x509)
{
    static const uint8_t nothing[] = {0};
    signet_bytes_t whole;
    int32_t status =
        ca_template_join(call, tbs, identifier, (signet_bytes_t){nothing, sizeof nothing}, &whole);
    return status == SIGNET_OK ? signet_x509_parse(call, whole, x509) : status;
}
