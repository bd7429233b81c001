#include "profile/lint.h"

#include "profile/extension.h"
#include "profile/names.h"

#include <signet/sdk/error.h>
#include <signet/sdk/x509.h>

/* 64 bits of a random number and more (Baseline Requirements, 7.1). */
#define SERIAL_MIN 9U
#define SERIAL_MAX 20U

static int32_t refuse(signet_call_t *call, const char *reason)
{
    return signet_fail(call, SIGNET_INTERNAL, reason,
                       "the certificate was not signed because it is not what was meant; this is "
                       "a defect, please report it");
}

/* What the request can cause, other than a mismatch. */
static int32_t object(signet_call_t *call, const char *reason, const char *message)
{
    return signet_fail_field(call, SIGNET_INVALID, reason, "csr", "%s", message);
}

/* The unchanging extensions come first, as they were found right when the profile was compiled;
 * behind them stand those of this certificate alone. The reader takes no extension twice. */
static int extensions_meant(const signet_x509_t *x509, const ca_content_t *content)
{
    uint64_t count =
        content->extension_count + content->extra_count + 1 + (content->name_count > 0);
    if (x509->extension_count != count)
        return 0;
    for (uint64_t i = 0; content->linted != NULL && i < content->extension_count; i++) {
        const signet_extension_t *is = &x509->extensions[i];
        const signet_extension_t *meant = &content->linted[i];
        if (is->critical != meant->critical || !signet_bytes_equal(is->oid, meant->oid) ||
            !signet_bytes_equal(is->value, meant->value))
            return 0;
    }
    return 1;
}

/* Whether each attribute of the subject is of a type that the profile has a rule for, and one that
 * is fixed has its value. */
static int subject_meant(const signet_x509_t *x509, const ca_profile_t *profile)
{
    for (uint64_t i = 0; i < x509->attribute_count; i++) {
        const signet_attribute_t *attribute = &x509->attributes[i];
        int found = 0;
        for (uint64_t j = 0; !found && j < profile->rule_count; j++) {
            const ca_subject_rule_t *rule = &profile->rules[j];
            found = signet_bytes_equal(rule->oid, attribute->oid) &&
                    (rule->kind != CA_SUBJECT_FIXED ||
                     signet_text_equal(rule->value, attribute->value));
        }
        if (!found)
            return 0;
    }
    return 1;
}

/* What the profile promises of each certificate, and the strict set asks of a server's. */
static int32_t lint_profile(signet_call_t *call, const signet_x509_t *x509,
                            const ca_content_t *content)
{
    const ca_profile_t *profile = content->profile;
    if (!content->outlives && x509->not_after - x509->not_before >= profile->validity_ms)
        return refuse(call, "lint.profile-validity");
    if (!subject_meant(x509, profile))
        return refuse(call, "lint.profile-subject");
    if (!profile->strict_server)
        return SIGNET_OK;
    if (content->name_count == 0)
        return object(call, "lint.strict-name", "a server's certificate needs a name");
    for (uint64_t i = 0; i < content->name_count; i++) {
        const signet_canonical_t *name = &content->names[i];
        if (name->type != CA_NAME_DNS && name->type != CA_NAME_IP)
            return object(call, "lint.strict-name",
                          "a server's certificate may hold host names and addresses alone");
    }
    return SIGNET_OK;
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
    if (!signet_bytes_equal(x509->serial, content->serial) || x509->serial.length < SERIAL_MIN ||
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
    if (!extensions_meant(x509, content))
        return refuse(call, "lint.extensions");
    /* A name nowhere, or an authority's nowhere in its subject (RFC 5280, 4.1.2.6). */
    if (x509->attribute_count == 0 && (content->name_count == 0 || x509->is_ca))
        return refuse(call, "lint.subject");
    if (content->profile != NULL) {
        status = lint_profile(call, x509, content);
        if (status != SIGNET_OK)
            return status;
    }
    return lint_names(call, x509, content);
}
