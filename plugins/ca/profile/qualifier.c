#include "profile/qualifier.h"

#include "profile/extension.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* The upper bound of an explicit text (RFC 5280, 4.2.1.4). */
#define NOTICE_MAX 200U
#define CPS_MAX 1024U

/* id-qt-cps and id-qt-unotice. */
static const uint8_t qualifier_cps[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01};
static const uint8_t qualifier_notice[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x02};

/* The place of the policy that a group names; `count` where it is none of them. */
static uint64_t find(signet_call_t *call, signet_text_t dotted, const signet_bytes_t *policies,
                     uint64_t count)
{
    signet_bytes_t oid = {NULL, 0};
    if (signet_oid_parse(call, dotted, &oid) != SIGNET_OK)
        call->services->clear(call);
    uint64_t i = 0;
    while (i < count && !signet_bytes_equal(policies[i], oid))
        i++;
    return i;
}

/* Characters of UTF-8, none of them a control character. */
static int is_notice(signet_text_t text)
{
    uint64_t characters = 0;
    if (!signet_text_valid(text))
        return 0;
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        if (octet < 0x20 || octet == 0x7f)
            return 0;
        characters += (octet & 0xc0) != 0x80;
    }
    return characters <= NOTICE_MAX;
}

static int is_cps(signet_text_t text)
{
    int right = text.length <= CPS_MAX &&
                (signet_text_starts(text, "http://") || signet_text_starts(text, "https://"));
    for (uint64_t i = 0; i < text.length; i++)
        right = right && text.data[i] > ' ' && text.data[i] <= '~';
    return right;
}

static int32_t take_qualifier(signet_call_t *call, const signet_setting_t *group,
                              const signet_bytes_t *policies, uint64_t count,
                              ca_qualifier_t *qualifiers)
{
    const signet_setting_t *named = signet_setting(group, "policy");
    uint64_t index = find(call, named->text, policies, count);
    ca_qualifier_t *policy = &qualifiers[index];
    if (index == count || policy->cps.length > 0 || policy->notice.length > 0)
        return signet_setting_fail(call, named, "profile.policy-qualifier",
                                   "%.*s is not one of the profile's policies, or has qualifiers "
                                   "already",
                                   SIGNET_FORMAT(named->text));
    policy->cps = signet_setting_text(group, "cps");
    policy->notice = signet_setting_text(group, "notice");
    if (policy->cps.length > 0 && !is_cps(policy->cps))
        return signet_setting_fail(call, signet_setting(group, "cps"), "profile.policy-qualifier",
                                   "\"%.*s\" is no http or https URL in ASCII",
                                   SIGNET_FORMAT(policy->cps));
    if (!is_notice(policy->notice))
        return signet_setting_fail(
            call, signet_setting(group, "notice"), "profile.policy-qualifier",
            "the notice has more than %u characters or control characters", NOTICE_MAX);
    return SIGNET_OK;
}

int32_t ca_qualifiers_configure(ca_pool_t *pool, signet_call_t *call,
                                const signet_setting_t *profile, const signet_bytes_t *policies,
                                uint64_t count, ca_qualifier_t **qualifiers)
{
    const signet_setting_t *list = signet_setting(profile, "policy_qualifiers");
    uint64_t qualified = signet_setting_count(profile, "policy_qualifiers");
    *qualifiers = ca_pool_alloc(pool, call, count + 1, sizeof **qualifiers);
    int32_t status = *qualifiers == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < qualified; i++)
        status = take_qualifier(call, signet_setting_at(list, i), policies, count, *qualifiers);
    return status;
}

/* One PolicyQualifierInfo, whose qualifier the caller appends before it ends it. */
static uint64_t begin_qualifier(signet_buffer_t *buffer, signet_bytes_t oid)
{
    uint64_t information = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, oid);
    return information;
}

/* One PolicyInformation. */
static void encode(signet_buffer_t *buffer, signet_bytes_t policy, const ca_qualifier_t *qualifier)
{
    uint64_t information = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, policy);
    if (qualifier != NULL && (qualifier->cps.length > 0 || qualifier->notice.length > 0)) {
        uint64_t qualifiers = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
        if (qualifier->cps.length > 0) {
            uint64_t mark =
                begin_qualifier(buffer, (signet_bytes_t){qualifier_cps, sizeof qualifier_cps});
            signet_der_add(buffer, SIGNET_DER_IA5, signet_text_bytes(qualifier->cps));
            signet_der_end(buffer, mark);
        }
        if (qualifier->notice.length > 0) {
            uint64_t mark = begin_qualifier(
                buffer, (signet_bytes_t){qualifier_notice, sizeof qualifier_notice});
            uint64_t notice = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
            signet_der_add(buffer, SIGNET_DER_UTF8, signet_text_bytes(qualifier->notice));
            signet_der_end(buffer, notice);
            signet_der_end(buffer, mark);
        }
        signet_der_end(buffer, qualifiers);
    }
    signet_der_end(buffer, information);
}

void ca_qualifiers_encode(signet_buffer_t *buffer, const signet_bytes_t *policies,
                          const ca_qualifier_t *qualifiers, uint64_t count)
{
    if (count == 0)
        return;
    signet_buffer_t value = signet_buffer(buffer->call, 256);
    uint64_t sequence = signet_der_begin(&value, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < count; i++)
        encode(&value, policies[i], qualifiers == NULL ? NULL : &qualifiers[i]);
    signet_der_end(&value, sequence);
    buffer->failed |= value.failed;
    ca_extension_add(buffer, ca_oid_policies, 0, (signet_bytes_t){value.data, value.length});
}
