#include "authority/limits.h"

#include "authority/constraint.h"
#include "authority/policy.h"
#include "profile/extension.h"
#include "profile/qualifier.h"
#include "profile/usage.h"

#include <signet/sdk/der.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t parse_policy(signet_call_t *call, const signet_setting_t *setting,
                            signet_text_t text, signet_bytes_t *oid)
{
    if (signet_text_is(text, "anyPolicy")) {
        *oid = ca_any_policy;
        return SIGNET_OK;
    }
    if (signet_oid_parse(call, text, oid) == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_setting_fail(call, setting, "authority.policy",
                               "\"%.*s\" is no certificate policy: write a dotted object "
                               "identifier",
                               SIGNET_FORMAT(text));
}

static int32_t add_constraints(signet_call_t *call, const signet_setting_t *setting,
                               signet_buffer_t *buffer, uint64_t *count)
{
    signet_bytes_t value;
    int32_t status = ca_constraint_encode(call, setting, &value);
    if (status == SIGNET_OK && value.length > 0) {
        ca_extension_add(buffer, ca_oid_name_constraints, 1, value);
        (*count)++;
    }
    return status;
}

/* One "ISSUER=SUBJECT" pair; anyPolicy may be neither (RFC 5280, 4.2.1.5). */
static int32_t add_mapping(signet_call_t *call, const signet_setting_t *setting,
                           signet_buffer_t *value)
{
    signet_text_t subject;
    signet_text_t issuer = signet_text_split(setting->text, '=', &subject);
    signet_bytes_t from;
    signet_bytes_t to;
    int32_t status = parse_policy(call, setting, issuer, &from);
    if (status == SIGNET_OK)
        status = parse_policy(call, setting, subject, &to);
    if (status != SIGNET_OK)
        return status;
    if (signet_bytes_equal(from, ca_any_policy) || signet_bytes_equal(to, ca_any_policy))
        return signet_setting_fail(call, setting, "authority.policy",
                                   "anyPolicy cannot be mapped; name the policies");
    uint64_t mark = signet_der_begin(value, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(value, from);
    signet_der_add_oid(value, to);
    signet_der_end(value, mark);
    return SIGNET_OK;
}

static int32_t add_mappings(signet_call_t *call, const signet_setting_t *setting,
                            signet_buffer_t *buffer, uint64_t *count)
{
    const signet_setting_t *list = signet_setting(setting, "policy_mappings");
    if (list == NULL || list->member_count == 0)
        return SIGNET_OK;
    signet_buffer_t value = signet_buffer(call, 128);
    signet_bytes_t encoded;
    uint64_t mark = signet_der_begin(&value, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < list->member_count; i++) {
        int32_t status = add_mapping(call, signet_setting_at(list, i), &value);
        if (status != SIGNET_OK)
            return status;
    }
    signet_der_end(&value, mark);
    int32_t status = signet_buffer_bytes(&value, &encoded);
    if (status == SIGNET_OK)
        ca_extension_add(buffer, ca_oid_policy_mappings, 1, encoded);
    (*count)++;
    return status;
}

/* An INTEGER under an implicit tag. */
static int32_t add_skip(signet_call_t *call, signet_buffer_t *value, unsigned tag, int64_t number)
{
    signet_buffer_t integer = signet_buffer(call, 16);
    signet_der_add_integer(&integer, number);
    signet_bytes_t encoded;
    int32_t status = signet_buffer_bytes(&integer, &encoded);
    /* Numbers are small, so that tag and length take two octets. */
    if (status == SIGNET_OK)
        signet_der_add(value, (uint8_t)SIGNET_DER_CONTEXT(tag),
                       (signet_bytes_t){encoded.data + 2, encoded.length - 2});
    return status;
}

static int32_t add_policy_constraints(signet_call_t *call, const signet_setting_t *setting,
                                      signet_buffer_t *buffer, uint64_t *count)
{
    int64_t require = signet_setting_integer(setting, "require_explicit_policy", -1);
    int64_t inhibit = signet_setting_integer(setting, "inhibit_policy_mapping", -1);
    if (require < 0 && inhibit < 0)
        return SIGNET_OK;
    signet_buffer_t value = signet_buffer(call, 32);
    signet_bytes_t encoded;
    int32_t status = SIGNET_OK;
    uint64_t mark = signet_der_begin(&value, SIGNET_DER_SEQUENCE);
    if (require >= 0)
        status = add_skip(call, &value, 0, require);
    if (status == SIGNET_OK && inhibit >= 0)
        status = add_skip(call, &value, 1, inhibit);
    signet_der_end(&value, mark);
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&value, &encoded);
    if (status == SIGNET_OK)
        ca_extension_add(buffer, ca_oid_policy_constraints, 1, encoded);
    (*count)++;
    return status;
}

static int32_t add_inhibit_any(signet_call_t *call, const signet_setting_t *setting,
                               signet_buffer_t *buffer, uint64_t *count)
{
    int64_t skip = signet_setting_integer(setting, "inhibit_any_policy", -1);
    if (skip < 0)
        return SIGNET_OK;
    signet_buffer_t value = signet_buffer(call, 16);
    signet_bytes_t encoded;
    signet_der_add_integer(&value, skip);
    int32_t status = signet_buffer_bytes(&value, &encoded);
    if (status == SIGNET_OK)
        ca_extension_add(buffer, ca_oid_inhibit_any_policy, 1, encoded);
    (*count)++;
    return status;
}

static int32_t add_limits(signet_call_t *call, const signet_setting_t *setting,
                          signet_buffer_t *buffer, uint64_t *count)
{
    int32_t status = add_constraints(call, setting, buffer, count);
    if (status == SIGNET_OK)
        status = add_mappings(call, setting, buffer, count);
    if (status == SIGNET_OK)
        status = add_policy_constraints(call, setting, buffer, count);
    if (status == SIGNET_OK)
        status = add_inhibit_any(call, setting, buffer, count);
    return status;
}

static int32_t keep(ca_pool_t *pool, signet_call_t *call, const signet_buffer_t *buffer,
                    ca_limits_t *limits)
{
    signet_bytes_t extensions;
    int32_t status = signet_buffer_bytes(buffer, &extensions);
    return status == SIGNET_OK ? ca_pool_bytes(pool, call, extensions, &limits->extensions)
                               : status;
}

int32_t ca_limits_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *setting,
                            ca_limits_t *limits)
{
    signet_buffer_t buffer = signet_buffer(call, 256);
    limits->count = 0;
    int32_t status = add_limits(call, setting, &buffer, &limits->count);
    return status == SIGNET_OK ? keep(pool, call, &buffer, limits) : status;
}

static int32_t add_policies(signet_call_t *call, const signet_setting_t *setting,
                            signet_buffer_t *buffer, uint64_t *count)
{
    const signet_setting_t *list = signet_setting(setting, "policies");
    uint64_t length = list == NULL ? 0 : list->member_count;
    signet_bytes_t *oids = signet_alloc(call, length + 1, sizeof *oids);
    if (oids == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < length; i++) {
        const signet_setting_t *item = signet_setting_at(list, i);
        int32_t status = parse_policy(call, item, item->text, &oids[i]);
        if (status != SIGNET_OK)
            return status;
    }
    if (length > 0) {
        ca_qualifiers_encode(buffer, oids, NULL, length);
        (*count)++;
    }
    return SIGNET_OK;
}

static int32_t add_usages(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *setting,
                          signet_buffer_t *buffer, uint64_t *count)
{
    signet_bytes_t *oids = NULL;
    uint64_t length = 0;
    int32_t status =
        ca_usage_oids(pool, call, signet_setting(setting, "extended_key_usage"), 0, &oids, &length);
    if (status == SIGNET_OK && length > 0) {
        ca_extension_extended_key_usage(buffer, oids, length);
        (*count)++;
    }
    return status;
}

int32_t ca_limits_configure_authority(ca_pool_t *pool, signet_call_t *call,
                                      const signet_setting_t *setting, ca_limits_t *limits)
{
    signet_buffer_t buffer = signet_buffer(call, 256);
    limits->count = 0;
    int32_t status = add_limits(call, setting, &buffer, &limits->count);
    if (status == SIGNET_OK)
        status = add_policies(call, setting, &buffer, &limits->count);
    if (status == SIGNET_OK)
        status = add_usages(pool, call, setting, &buffer, &limits->count);
    return status == SIGNET_OK ? keep(pool, call, &buffer, limits) : status;
}
