#include "authority/constraint.h"

#include "authority/distinguished.h"

#include <arpa/inet.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define IP4_LENGTH 4U
#define IP6_LENGTH 16U

typedef struct constraint_option {
    const char *permitted;
    const char *excluded;
    uint8_t type;
} constraint_option_t;

static const constraint_option_t constraint_options[] = {
    {"permitted_dns", "excluded_dns", CA_GENERAL_DNS},
    {"permitted_ip", "excluded_ip", CA_GENERAL_IP},
    {"permitted_email", "excluded_email", CA_GENERAL_EMAIL},
    {"permitted_uri", "excluded_uri", CA_GENERAL_URI},
    {"permitted_directory", "excluded_directory", CA_GENERAL_DIRECTORY},
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

/* A host, a domain with a leading dot, or a mailbox. */
static int32_t check_text(signet_call_t *call, const signet_setting_t *setting)
{
    signet_text_t text = setting->text;
    if (text.length == 0)
        return signet_setting_fail(call, setting, "ca.constraint", "a constraint is empty");
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~' || text.data[i] == '*')
            return signet_setting_fail(call, setting, "ca.constraint",
                                       "\"%.*s\" is no constraint; write it like example.com, "
                                       "without '*'",
                                       SIGNET_FORMAT(text));
    }
    return SIGNET_OK;
}

static int32_t add_subtree(signet_call_t *call, signet_buffer_t *buffer, uint8_t type,
                           const signet_setting_t *setting)
{
    signet_bytes_t base = signet_text_bytes(setting->text);
    uint8_t tag = (uint8_t)SIGNET_DER_CONTEXT(type);
    int32_t status = SIGNET_OK;
    if (type == CA_GENERAL_IP) {
        status = ca_range_encode(call, setting, &base);
    } else if (type == CA_GENERAL_DIRECTORY) {
        /* A Name is a CHOICE, whose tag is explicit. */
        tag = (uint8_t)SIGNET_DER_CONTEXT_CONSTRUCTED(type);
        status = ca_distinguished_encode(call, setting, &base);
    } else {
        status = check_text(call, setting);
    }
    if (status != SIGNET_OK)
        return status;
    uint64_t mark = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add(buffer, tag, base);
    signet_der_end(buffer, mark);
    return SIGNET_OK;
}

/* The subtrees of one side: tag 0 permitted, 1 excluded. */
static int32_t add_side(signet_call_t *call, signet_buffer_t *buffer, int excluded,
                        const signet_setting_t *setting)
{
    uint64_t mark =
        signet_der_begin(buffer, (uint8_t)SIGNET_DER_CONTEXT_CONSTRUCTED(excluded ? 1 : 0));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const constraint_option_t *option = &constraint_options[i];
        const signet_setting_t *list =
            signet_setting(setting, excluded ? option->excluded : option->permitted);
        for (uint64_t j = 0; list != NULL && j < list->member_count; j++) {
            int32_t status = add_subtree(call, buffer, option->type, signet_setting_at(list, j));
            if (status != SIGNET_OK)
                return status;
        }
    }
    signet_der_end(buffer, mark);
    return SIGNET_OK;
}

static int has_side(const signet_setting_t *setting, int excluded)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const constraint_option_t *option = &constraint_options[i];
        if (signet_setting_count(setting, excluded ? option->excluded : option->permitted) > 0)
            return 1;
    }
    return 0;
}

int32_t ca_constraint_encode(signet_call_t *call, const signet_setting_t *setting,
                             signet_bytes_t *value)
{
    *value = (signet_bytes_t){NULL, 0};
    if (!has_side(setting, 0) && !has_side(setting, 1))
        return SIGNET_OK;
    signet_buffer_t buffer = signet_buffer(call, 256);
    uint64_t mark = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    for (int excluded = 0; excluded <= 1; excluded++) {
        if (!has_side(setting, excluded))
            continue;
        int32_t status = add_side(call, &buffer, excluded, setting);
        if (status != SIGNET_OK)
            return status;
    }
    signet_der_end(&buffer, mark);
    return signet_buffer_bytes(&buffer, value);
}

static int32_t malformed(signet_call_t *call)
{
    return signet_fail(call, SIGNET_INVALID, "authority.constraint-malformed",
                       "the name constraints of the certificate are not as RFC 5280, 4.2.1.10, "
                       "has them");
}

/* An address and a mask of leading ones. */
static int is_range(signet_bytes_t range)
{
    uint64_t length = range.length / 2;
    int ended = 0;
    if (range.length != 2 * (uint64_t)IP4_LENGTH && range.length != 2 * (uint64_t)IP6_LENGTH)
        return 0;
    for (uint64_t i = 0; i < length * 8; i++) {
        int bit = (range.data[length + i / 8] & (0x80 >> (i % 8))) != 0;
        if (bit && ended)
            return 0;
        ended = ended || !bit;
    }
    return 1;
}

static int is_ascii(signet_bytes_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return 0;
    }
    return 1;
}

/* The base of a subtree: whether it is well-formed, and whether it can be checked. */
static int32_t check_base(signet_call_t *call, const signet_der_item_t *base, ca_subtree_t *subtree)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    int32_t status = SIGNET_OK;
    switch (base->tag) {
    case SIGNET_DER_CONTEXT(CA_GENERAL_EMAIL):
    case SIGNET_DER_CONTEXT(CA_GENERAL_DNS):
    case SIGNET_DER_CONTEXT(CA_GENERAL_URI):
        return is_ascii(base->content) ? SIGNET_OK : malformed(call);
    case SIGNET_DER_CONTEXT(CA_GENERAL_IP):
        return is_range(base->content) ? SIGNET_OK : malformed(call);
    case SIGNET_DER_CONTEXT_CONSTRUCTED(CA_GENERAL_DIRECTORY):
        status = signet_name_parse(call, base->content, &attributes, &count);
        if (status != SIGNET_INVALID)
            return status;
        call->services->clear(call);
        subtree->unknown = 1;
        return SIGNET_OK;
    default:
        subtree->unknown = 1;
        return (base->tag & 0xc0) == SIGNET_DER_CONTEXT(0) ? SIGNET_OK : malformed(call);
    }
}

/* One GeneralSubtree. */
static int32_t parse_subtree(ca_pool_t *pool, signet_call_t *call, signet_der_t *side, int excluded,
                             ca_subtree_t *subtree)
{
    signet_der_t inside;
    signet_der_item_t base;
    if (signet_der_enter(side, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_next(&inside, &base) != 0)
        return malformed(call);
    subtree->excluded = excluded;
    /* A minimum other than 0, or a maximum: RFC 5280 has none, and nobody knows what it means. */
    subtree->unknown = !signet_der_empty(&inside);
    subtree->base.type = base.tag & 0x1f;
    int32_t status = check_base(call, &base, subtree);
    return status == SIGNET_OK ? ca_pool_bytes(pool, call, base.content, &subtree->base.value)
                               : status;
}

int32_t ca_constraint_parse(ca_pool_t *pool, signet_call_t *call, signet_bytes_t value,
                            ca_constraint_t *constraint)
{
    signet_der_t outer = signet_der(value);
    signet_der_t sequence;
    if (signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &sequence) != 0 || !signet_der_empty(&outer))
        return malformed(call);
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
            return malformed(call);
        while (!signet_der_empty(&side)) {
            int32_t status = parse_subtree(pool, call, &side, excluded,
                                           &constraint->subtrees[constraint->count]);
            if (status != SIGNET_OK)
                return status;
            constraint->count++;
        }
    }
    return signet_der_empty(&sequence) && constraint->count > 0 ? SIGNET_OK : malformed(call);
}

int ca_constraint_mentions(const ca_constraint_t *constraint, uint8_t type)
{
    for (uint64_t i = 0; i < constraint->count; i++) {
        if (constraint->subtrees[i].base.type == type)
            return 1;
    }
    return 0;
}

int ca_constraint_permits(const ca_constraint_t *constraint, const signet_canonical_t *name)
{
    int restricted = 0;
    int permitted = 0;
    for (uint64_t i = 0; i < constraint->count; i++) {
        const ca_subtree_t *subtree = &constraint->subtrees[i];
        if (subtree->base.type != name->type)
            continue;
        if (subtree->unknown)
            return 0;
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

/* Whether a base lies in a subtree of the same type. */
static int32_t lies_within(signet_call_t *call, const signet_general_name_t *base,
                           const ca_subtree_t *subtree, int *within)
{
    if (base->type == CA_GENERAL_DIRECTORY)
        return ca_distinguished_within(call, base->value, subtree->base.value, within);
    *within = signet_constraint_within(base, &subtree->base);
    return SIGNET_OK;
}

/* Whether all below a base is permitted. */
static int32_t permits_base(signet_call_t *call, const ca_constraint_t *constraint,
                            const signet_general_name_t *base, int *permitted)
{
    int restricted = 0;
    int found = 0;
    *permitted = 0;
    for (uint64_t i = 0; i < constraint->count; i++) {
        const ca_subtree_t *subtree = &constraint->subtrees[i];
        int within = 0;
        if (subtree->base.type != base->type)
            continue;
        if (subtree->unknown)
            return SIGNET_OK;
        int32_t status = lies_within(call, base, subtree, &within);
        if (status != SIGNET_OK)
            return status;
        if (subtree->excluded && within)
            return SIGNET_OK;
        restricted = restricted || !subtree->excluded;
        found = found || (within && !subtree->excluded);
    }
    *permitted = !restricted || found;
    return SIGNET_OK;
}

int32_t ca_constraint_permits_directory(signet_call_t *call, const ca_constraint_t *constraint,
                                        signet_bytes_t name, int *permitted)
{
    signet_general_name_t base = {.type = CA_GENERAL_DIRECTORY, .value = name};
    return permits_base(call, constraint, &base, permitted);
}

int32_t ca_constraint_permits_subtree(signet_call_t *call, const ca_constraint_t *constraint,
                                      const ca_subtree_t *subtree, int *permitted)
{
    return permits_base(call, constraint, &subtree->base, permitted);
}
