#include "profile/lint.h"

#include "profile/extension.h"

#include <signet/sdk/error.h>
#include <signet/sdk/x509.h>

#define SERIAL_MAX 20U

static int32_t refuse(signet_call_t *call, const char *reason)
{
    return signet_fail(call, SIGNET_INTERNAL, reason,
                       "the certificate was not signed because it is not what was meant; this is "
                       "a defect, please report it");
}

static int extensions_unique(const signet_x509_t *x509)
{
    for (uint64_t i = 0; i < x509->extension_count; i++) {
        for (uint64_t j = 0; j < i; j++) {
            if (signet_bytes_equal(x509->extensions[i].oid, x509->extensions[j].oid))
                return 0;
        }
    }
    return 1;
}

static int32_t lint_names(signet_call_t *call, const signet_x509_t *x509,
                          const ca_content_t *content)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, ca_oid_subject_alt_name.data,
                              ca_oid_subject_alt_name.length);
    if (content->name_count == 0)
        return extension == NULL ? SIGNET_OK : refuse(call, "lint.names");
    const signet_general_name_t *names = NULL;
    uint64_t count = 0;
    if (extension == NULL)
        return refuse(call, "lint.names");
    int32_t status = signet_general_names_parse(call, extension->value, &names, &count);
    if (status != SIGNET_OK)
        return status;
    int same = count == content->name_count &&
               extension->critical == signet_bytes_equal(content->subject, ca_empty_name);
    for (uint64_t i = 0; same && i < count; i++)
        same = names[i].type == content->names[i].type &&
               signet_bytes_equal(names[i].value, content->names[i].encoded);
    return same ? SIGNET_OK : refuse(call, "lint.names");
}

int32_t ca_lint(signet_call_t *call, signet_bytes_t tbs, const ca_content_t *content,
                const ca_authority_t *issuer)
{
    const signet_x509_t *x509 = NULL;
    int32_t status = ca_template_read(call, tbs, content->identifier, &x509);
    if (status != SIGNET_OK)
        return status;
    if (!signet_bytes_equal(x509->tbs, tbs))
        return refuse(call, "lint.bytes");
    if (!signet_bytes_equal(x509->serial, content->serial) || x509->serial.length == 0 ||
        x509->serial.length > SERIAL_MAX || x509->serial.data[0] > 0x7f)
        return refuse(call, "lint.serial");
    if (!signet_bytes_equal(x509->issuer, content->issuer) ||
        !signet_bytes_equal(x509->subject, content->subject))
        return refuse(call, "lint.subject");
    if (x509->not_before != content->not_before || x509->not_after != content->not_after ||
        x509->not_before >= x509->not_after)
        return refuse(call, "lint.validity");
    if (issuer != NULL &&
        (x509->not_before < issuer->not_before || x509->not_after > issuer->not_after))
        return refuse(call, "lint.validity-of-issuer");
    if (!signet_bytes_equal(x509->key.spki, content->spki) ||
        !signet_bytes_equal(x509->subject_key_id, content->key_id))
        return refuse(call, "lint.key");
    if (x509->is_ca != content->is_ca || x509->path_length != content->path_length ||
        x509->key_usage != content->key_usage)
        return refuse(call, "lint.usage");
    if (!extensions_unique(x509) || x509->extension_count != content->extension_count +
                                                                 content->extra_count + 1 +
                                                                 (content->name_count > 0))
        return refuse(call, "lint.extensions");
    return lint_names(call, x509, content);
}
