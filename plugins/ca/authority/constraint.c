#include "authority/constraint.h"

#include <arpa/inet.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define TYPE_EMAIL 1
#define TYPE_DNS 2
#define TYPE_URI 6
#define TYPE_IP 7
#define IP4_LENGTH 4U
#define IP6_LENGTH 16U

typedef struct constraint_option {
    const char *permitted;
    const char *excluded;
    uint8_t type;
} constraint_option_t;

static const constraint_option_t constraint_options[] = {
    {"permitted_dns", "excluded_dns", TYPE_DNS},
    {"permitted_ip", "excluded_ip", TYPE_IP},
    {"permitted_email", "excluded_email", TYPE_EMAIL},
    {"permitted_uri", "excluded_uri", TYPE_URI},
};

#define OPTION_COUNT (sizeof constraint_options / sizeof constraint_options[0])

/* The number behind the '/', at most `limit`; -1 where it is none. */
static int prefix_length(signet_text_t text, int limit)
{
    int number = 0;
    if (text.length == 0 || text.length > 3)
        return -1;
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = number * 10 + (text.data[i] - '0');
    }
    return number <= limit ? number : -1;
}

int32_t ca_range_encode(signet_call_t *call, const signet_setting_t *setting, signet_bytes_t *range)
{
    signet_text_t rest;
    const char *address = signet_text_string(call, signet_text_split(setting->text, '/', &rest));
    uint8_t *octets = signet_alloc(call, 2, IP6_LENGTH);
    if (address == NULL || octets == NULL)
        return signet_status(call);
    uint64_t length = strchr(address, ':') != NULL ? IP6_LENGTH : IP4_LENGTH;
    int bits = prefix_length(rest, (int)length * 8);
    if (bits < 0 || inet_pton(length == IP6_LENGTH ? AF_INET6 : AF_INET, address, octets) != 1)
        return signet_setting_fail(call, setting, "ca.range",
                                   "\"%.*s\" is no range of addresses; write it like "
                                   "192.0.2.0/24 or 2001:db8::/32",
                                   SIGNET_FORMAT(setting->text));
    for (int i = 0; i < bits; i++)
        octets[length + (uint64_t)i / 8] |= (uint8_t)(0x80 >> (i % 8));
    for (uint64_t i = 0; i < length; i++)
        octets[i] &= octets[length + i];
    *range = (signet_bytes_t){octets, 2 * length};
    return SIGNET_OK;
}

static int32_t add_subtree(signet_call_t *call, signet_buffer_t *buffer, uint8_t type,
                           const signet_setting_t *setting)
{
    signet_bytes_t base = signet_text_bytes(setting->text);
    if (type == TYPE_IP) {
        int32_t status = ca_range_encode(call, setting, &base);
        if (status != SIGNET_OK)
            return status;
    }
    if (base.length == 0)
        return signet_setting_fail(call, setting, "ca.constraint", "a constraint is empty");
    for (uint64_t i = 0; type != TYPE_IP && i < base.length; i++) {
        if (base.data[i] <= ' ' || base.data[i] > '~' || base.data[i] == '*')
            return signet_setting_fail(call, setting, "ca.constraint",
                                       "\"%.*s\" is no constraint; write it like example.com, "
                                       "without '*'",
                                       SIGNET_FORMAT(setting->text));
    }
    uint64_t mark = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add(buffer, (uint8_t)SIGNET_DER_CONTEXT(type), base);
    signet_der_end(buffer, mark);
    return SIGNET_OK;
}

/* The subtrees of one side: tag 0 permitted, 1 excluded. */
static int32_t add_side(signet_call_t *call, signet_buffer_t *buffer, int excluded,
                        const signet_setting_t *authority)
{
    uint64_t mark =
        signet_der_begin(buffer, (uint8_t)SIGNET_DER_CONTEXT_CONSTRUCTED(excluded ? 1 : 0));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const constraint_option_t *option = &constraint_options[i];
        const signet_setting_t *list =
            signet_setting(authority, excluded ? option->excluded : option->permitted);
        for (uint64_t j = 0; list != NULL && j < list->member_count; j++) {
            int32_t status = add_subtree(call, buffer, option->type, signet_setting_at(list, j));
            if (status != SIGNET_OK)
                return status;
        }
    }
    signet_der_end(buffer, mark);
    return SIGNET_OK;
}

static int has_side(const signet_setting_t *authority, int excluded)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const constraint_option_t *option = &constraint_options[i];
        if (signet_setting_count(authority, excluded ? option->excluded : option->permitted) > 0)
            return 1;
    }
    return 0;
}

int32_t ca_constraint_encode(signet_call_t *call, const signet_setting_t *authority,
                             signet_bytes_t *value)
{
    *value = (signet_bytes_t){NULL, 0};
    if (!has_side(authority, 0) && !has_side(authority, 1))
        return SIGNET_OK;
    signet_buffer_t buffer = signet_buffer(call, 256);
    uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    for (int excluded = 0; excluded <= 1; excluded++) {
        if (!has_side(authority, excluded))
            continue;
        int32_t status = add_side(call, &buffer, excluded, authority);
        if (status != SIGNET_OK)
            return status;
    }
    signet_der_end(&buffer, mark);
    return signet_buffer_bytes(&buffer, value);
}

static int32_t unsupported(signet_call_t *call)
{
    return signet_fail(call, SIGNET_UNSUPPORTED, "authority.constraint-unsupported",
                       "the certificate has name constraints that cannot be checked here (another "
                       "type than dns, ip, email and uri, or a minimum or maximum)");
}

/* One GeneralSubtree. */
static int32_t parse_subtree(ca_pool_t *pool, signet_call_t *call, signet_der_t *side, int excluded,
                             ca_subtree_t *subtree)
{
    signet_der_t inside;
    signet_der_item_t base;
    if (signet_der_enter(side, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_next(&inside, &base) != 0 || !signet_der_empty(&inside))
        return unsupported(call);
    subtree->excluded = excluded;
    subtree->base.type = base.tag & 0x1f;
    uint64_t length = base.content.length;
    switch (base.tag) {
    case SIGNET_DER_CONTEXT(TYPE_EMAIL):
    case SIGNET_DER_CONTEXT(TYPE_DNS):
    case SIGNET_DER_CONTEXT(TYPE_URI):
        break;
    case SIGNET_DER_CONTEXT(TYPE_IP):
        if (length != 2 * (uint64_t)IP4_LENGTH && length != 2 * (uint64_t)IP6_LENGTH)
            return unsupported(call);
        break;
    default:
        return unsupported(call);
    }
    return ca_pool_bytes(pool, call, base.content, &subtree->base.value);
}

int32_t ca_constraint_parse(ca_pool_t *pool, signet_call_t *call, signet_bytes_t value,
                            ca_constraint_t *constraint)
{
    signet_der_t outer = signet_der(value);
    signet_der_t sequence;
    if (signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &sequence) != 0 || !signet_der_empty(&outer))
        return unsupported(call);
    /* No subtree is shorter than four octets, which bounds their number. */
    constraint->subtrees =
        ca_pool_alloc(pool, call, value.length / 4 + 1, sizeof *constraint->subtrees);
    if (constraint->subtrees == NULL)
        return SIGNET_NO_MEMORY;
    constraint->count = 0;
    for (int excluded = 0; excluded <= 1; excluded++) {
        uint8_t tag = (uint8_t)SIGNET_DER_CONTEXT_CONSTRUCTED(excluded);
        signet_der_t side;
        if (signet_der_peek(&sequence) != tag)
            continue;
        if (signet_der_enter(&sequence, tag, &side) != 0)
            return unsupported(call);
        while (!signet_der_empty(&side)) {
            int32_t status = parse_subtree(pool, call, &side, excluded,
                                           &constraint->subtrees[constraint->count]);
            if (status != SIGNET_OK)
                return status;
            constraint->count++;
        }
    }
    return signet_der_empty(&sequence) ? SIGNET_OK : unsupported(call);
}

int ca_constraint_permits(const ca_constraint_t *constraint, const signet_canonical_t *name)
{
    int restricted = 0;
    int permitted = 0;
    for (uint64_t i = 0; i < constraint->count; i++) {
        const ca_subtree_t *subtree = &constraint->subtrees[i];
        if (subtree->base.type != name->type)
            continue;
        if (subtree->excluded) {
            if (signet_name_meets(name, &subtree->base))
                return 0;
        } else {
            restricted = 1;
            permitted = permitted || signet_name_within(name, &subtree->base);
        }
    }
    return !restricted || permitted;
}
