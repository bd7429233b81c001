#include "authority/distinguished.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

int ca_distinguished_value(signet_text_t value)
{
    if (value.length == 0 || !signet_text_valid(value))
        return 0;
    for (uint64_t i = 0; i < value.length; i++) {
        uint8_t octet = (uint8_t)value.data[i];
        if (octet < 0x20 || octet == 0x7f)
            return 0;
        /* U+0080 to U+009F are control characters too. */
        if (octet == 0xc2 && i + 1 < value.length && (uint8_t)value.data[i + 1] < 0xa0)
            return 0;
    }
    return 1;
}

static signet_text_t trim(signet_text_t text)
{
    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* The part up to the next ',' that no '\' stands before; moves `text` behind it. */
static signet_text_t next_part(signet_text_t *text)
{
    uint64_t length = 0;
    while (length < text->length && text->data[length] != ',')
        length += text->data[length] == '\\' && length + 1 < text->length ? 2 : 1;
    signet_text_t part = {text->data, length};
    uint64_t skip = length < text->length ? length + 1 : length;
    text->data += skip;
    text->length -= skip;
    return part;
}

static int32_t unescape(signet_call_t *call, signet_text_t part, signet_text_t *value)
{
    char *data = signet_alloc(call, part.length + 1, 1);
    if (data == NULL)
        return SIGNET_NO_MEMORY;
    uint64_t length = 0;
    for (uint64_t i = 0; i < part.length; i++) {
        if (part.data[i] == '\\' && i + 1 < part.length)
            i++;
        data[length++] = part.data[i];
    }
    *value = (signet_text_t){data, length};
    return SIGNET_OK;
}

int32_t ca_distinguished_encode(signet_call_t *call, const signet_setting_t *setting,
                                signet_bytes_t *name)
{
    signet_text_t types[CA_NAME_MAX_ATTRIBUTES];
    signet_text_t values[CA_NAME_MAX_ATTRIBUTES];
    uint64_t count = 0;
    signet_text_t rest = setting->text;
    while (rest.length > 0) {
        signet_text_t value;
        signet_text_t part = next_part(&rest);
        signet_text_t type = trim(signet_text_split(part, '=', &value));
        if (count == CA_NAME_MAX_ATTRIBUTES)
            return signet_setting_fail(call, setting, "ca.subject",
                                       "the name has more than %u attributes",
                                       CA_NAME_MAX_ATTRIBUTES);
        /* Encoded least specific first: fill from the end. */
        uint64_t index = CA_NAME_MAX_ATTRIBUTES - 1 - count;
        types[index] = type;
        int32_t status = unescape(call, trim(value), &values[index]);
        if (status != SIGNET_OK)
            return status;
        if (signet_attribute_oid(type).length == 0 || !ca_distinguished_value(values[index]))
            return signet_setting_fail(call, setting, "ca.subject",
                                       "\"%.*s\" is not TYPE=VALUE with a type such as CN, O, OU, "
                                       "C, ST, L or a dotted OID",
                                       SIGNET_FORMAT(part));
        count++;
    }
    if (count == 0)
        return signet_setting_fail(call, setting, "ca.subject",
                                   "the subject is empty; write it like CN=Device CA,O=Example");
    uint64_t first = CA_NAME_MAX_ATTRIBUTES - count;
    if (signet_name_encode(call, types + first, values + first, count, name) != SIGNET_OK) {
        call->services->clear(call);
        return signet_setting_fail(call, setting, "ca.subject",
                                   "a value of the name \"%.*s\" is too long or not of the "
                                   "attribute's type (C: two letters)",
                                   SIGNET_FORMAT(setting->text));
    }
    return SIGNET_OK;
}

/* A value as it compares: ASCII letters in lower case, runs of spaces as one, none at the ends. */
static int32_t fold(signet_call_t *call, signet_text_t value, signet_text_t *folded)
{
    char *data = signet_alloc(call, value.length + 1, 1);
    uint64_t length = 0;
    if (data == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        if (c == ' ' && (length == 0 || data[length - 1] == ' '))
            continue;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        data[length++] = c;
    }
    if (length > 0 && data[length - 1] == ' ')
        length--;
    *folded = (signet_text_t){data, length};
    return SIGNET_OK;
}

/* The attributes of one RDN. */
typedef struct rdn {
    const signet_attribute_t *attributes;
    uint64_t count;
} rdn_t;

static rdn_t find_rdn(const signet_attribute_t *attributes, uint64_t count, uint32_t index)
{
    rdn_t rdn = {NULL, 0};
    for (uint64_t i = 0; i < count; i++) {
        if (attributes[i].rdn != index)
            continue;
        if (rdn.count++ == 0)
            rdn.attributes = &attributes[i];
    }
    return rdn;
}

/* Whether an RDN holds an attribute. */
static int32_t holds(signet_call_t *call, const rdn_t *rdn, const signet_attribute_t *wanted,
                     int *found)
{
    signet_text_t value;
    int32_t status = fold(call, wanted->value, &value);
    *found = 0;
    for (uint64_t i = 0; status == SIGNET_OK && !*found && i < rdn->count; i++) {
        signet_text_t other;
        if (!signet_bytes_equal(rdn->attributes[i].oid, wanted->oid))
            continue;
        status = fold(call, rdn->attributes[i].value, &other);
        *found = status == SIGNET_OK && signet_text_equal(value, other);
    }
    return status;
}

int32_t ca_distinguished_within(signet_call_t *call, signet_bytes_t name, signet_bytes_t base,
                                int *within)
{
    const signet_attribute_t *attributes = NULL;
    const signet_attribute_t *base_attributes = NULL;
    uint64_t count = 0;
    uint64_t base_count = 0;
    int32_t status = signet_name_parse(call, name, &attributes, &count);
    *within = 1;
    if (status == SIGNET_OK)
        status = signet_name_parse(call, base, &base_attributes, &base_count);
    /* The attributes of one RDN are a set: as many, and each of the base's among them. */
    for (uint64_t i = 0; status == SIGNET_OK && *within && i < base_count; i++) {
        uint32_t index = base_attributes[i].rdn;
        rdn_t rdn = find_rdn(attributes, count, index);
        *within = rdn.count == find_rdn(base_attributes, base_count, index).count;
        if (*within)
            status = holds(call, &rdn, &base_attributes[i], within);
    }
    return status;
}
