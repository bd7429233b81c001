#include "profile/private_extension.h"

#include "profile/extension.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* Those below id-ce are all this authority's own. What else a certificate must never have from a
 * request or by a slip of configuration: precertificate poison and SCTs (RFC 6962), the SID and the
 * application policies of Active Directory, and those that have options of their own. */
static const char *const reserved[] = {
    "1.3.6.1.5.5.7.1.1",       "1.3.6.1.5.5.7.48.1.5",    "1.3.6.1.5.5.7.1.24",
    "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3", "1.3.6.1.4.1.311.25.2",
    "1.3.6.1.4.1.311.21.10",
};

#define IS_CERTIFICATE_EXTENSION "2.5.29."

static int is_reserved(signet_text_t dotted)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (signet_text_is(dotted, reserved[i]))
            return 1;
    }
    return signet_text_starts(dotted, IS_CERTIFICATE_EXTENSION);
}

static int is_der(signet_bytes_t value)
{
    signet_der_t der = signet_der(value);
    signet_der_item_t item;
    return signet_der_next(&der, &item) == 0 && signet_der_empty(&der);
}

static int32_t parse_oid(signet_call_t *call, const signet_setting_t *item, signet_bytes_t *oid)
{
    if (signet_oid_parse(call, item->text, oid) != SIGNET_OK) {
        call->services->clear(call);
        return signet_setting_fail(call, item, "profile.oid",
                                   "\"%.*s\" is no dotted object identifier",
                                   SIGNET_FORMAT(item->text));
    }
    if (is_reserved(item->text))
        return signet_setting_fail(call, item, "profile.extension-reserved",
                                   "the extension %.*s is made by the authority alone; use the "
                                   "option that there is for it",
                                   SIGNET_FORMAT(item->text));
    return SIGNET_OK;
}

static int has(const signet_bytes_t *oids, uint64_t count, signet_bytes_t oid)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_bytes_equal(oids[i], oid))
            return 1;
    }
    return 0;
}

/* Each OID once, whether fixed or requested. */
static int32_t add_oid(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *item,
                       signet_bytes_t *oids, uint64_t *count)
{
    signet_bytes_t oid;
    int32_t status = parse_oid(call, item, &oid);
    if (status != SIGNET_OK)
        return status;
    if (has(oids, *count, oid))
        return signet_setting_fail(call, item, "profile.extension-twice",
                                   "the extension %.*s is there twice", SIGNET_FORMAT(item->text));
    status = ca_pool_bytes(pool, call, oid, &oids[*count]);
    if (status == SIGNET_OK)
        (*count)++;
    return status;
}

int32_t ca_private_extensions_configure(ca_pool_t *pool, signet_call_t *call,
                                        const signet_setting_t *profile,
                                        ca_private_extensions_t *extensions)
{
    const signet_setting_t *fixed = signet_setting(profile, "extensions");
    const signet_setting_t *requested = signet_setting(profile, "requested_extensions");
    uint64_t fixed_count = signet_setting_count(profile, "extensions");
    uint64_t requested_count = signet_setting_count(profile, "requested_extensions");
    uint64_t count = 0;
    signet_buffer_t buffer = signet_buffer(call, 256);
    signet_bytes_t *oids =
        ca_pool_alloc(pool, call, fixed_count + requested_count + 1, sizeof *oids);
    if (oids == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < fixed_count; i++) {
        const signet_setting_t *group = signet_setting_at(fixed, i);
        const signet_setting_t *der = signet_setting(group, "der");
        signet_bytes_t value;
        int32_t status = add_oid(pool, call, signet_setting(group, "oid"), oids, &count);
        if (status != SIGNET_OK)
            return status;
        if (signet_hex_decode(call, der->text, &value) != SIGNET_OK || !is_der(value)) {
            call->services->clear(call);
            return signet_setting_fail(call, der, "profile.extension-value",
                                       "\"%.*s\" is not one DER value in hexadecimal",
                                       SIGNET_FORMAT(der->text));
        }
        ca_extension_add(&buffer, oids[i], signet_setting_integer(group, "critical", 0) != 0,
                         value);
    }
    for (uint64_t i = 0; i < requested_count; i++) {
        int32_t status = add_oid(pool, call, signet_setting_at(requested, i), oids, &count);
        if (status != SIGNET_OK)
            return status;
    }
    signet_bytes_t encoded;
    int32_t status = signet_buffer_bytes(&buffer, &encoded);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, encoded, &extensions->encoded);
    extensions->count = fixed_count;
    extensions->wanted = oids + fixed_count;
    extensions->wanted_count = requested_count;
    return status;
}

int32_t ca_private_extensions_copy(signet_call_t *call, const ca_private_extensions_t *extensions,
                                   const signet_csr_t *csr, signet_buffer_t *buffer,
                                   uint64_t *count)
{
    for (uint64_t i = 0; i < csr->extension_count; i++) {
        const signet_extension_t *asked = &csr->extensions[i];
        if (!has(extensions->wanted, extensions->wanted_count, asked->oid))
            continue;
        if (!is_der(asked->value))
            return signet_fail_field(call, SIGNET_INVALID, "csr.extension-value", "csr",
                                     "the value of the extension %.*s is not DER",
                                     SIGNET_FORMAT(signet_oid_text(call, asked->oid)));
        ca_extension_add(buffer, asked->oid, 0, asked->value);
        (*count)++;
    }
    return SIGNET_OK;
}
