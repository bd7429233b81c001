/* Distinguished names: read, written, and as text (RFC 4514). */
#include "attribute_type.h"
#include "directory_string.h"
#include "malformed.h"

#include <signet/sdk/error.h>
#include <string.h>

#define ATTRIBUTES_MAX 64U

/* Names of RFC 5280 have no bound for types outside its appendix; this one is ours. */
static const signet_attribute_type_t other_type = {
    "", "", {NULL, 0}, SIGNET_DER_UTF8, 1, 256,
};

static int32_t read_attribute(signet_call_t *call, signet_der_t *set, signet_attribute_t *attribute)
{
    signet_der_t pair;
    signet_der_item_t value;
    if (signet_der_enter(set, SIGNET_DER_SEQUENCE, &pair) != 0 ||
        signet_der_oid(&pair, &attribute->oid) != 0 || signet_der_next(&pair, &value) != 0 ||
        !signet_der_empty(&pair)) {
        return signet_malformed(call, "name", "an attribute is not a type and a value");
    }
    attribute->tag = value.tag;
    return signet_directory_string(call, &value, &attribute->value);
}

int32_t signet_name_parse(signet_call_t *call, signet_bytes_t name,
                          const signet_attribute_t **attributes, uint64_t *count)
{
    signet_attribute_t found[ATTRIBUTES_MAX];
    uint64_t length = 0;
    signet_der_t whole = signet_der(name);
    signet_der_t rdns;
    if (signet_der_enter(&whole, SIGNET_DER_SEQUENCE, &rdns) != 0 || !signet_der_empty(&whole)) {
        return signet_malformed(call, "name", "it is not one SEQUENCE");
    }
    for (uint32_t rdn = 0; !signet_der_empty(&rdns); rdn++) {
        signet_der_t set;
        if (signet_der_enter(&rdns, SIGNET_DER_SET, &set) != 0 || signet_der_empty(&set)) {
            return signet_malformed(call, "name", "an RDN is not a SET of attributes");
        }
        while (!signet_der_empty(&set)) {
            if (length == ATTRIBUTES_MAX) {
                return signet_fail(call, SIGNET_TOO_LARGE, "name.too-many-attributes",
                                   "The name has more than %u attributes.", ATTRIBUTES_MAX);
            }
            found[length].rdn = rdn;
            int32_t status = read_attribute(call, &set, &found[length++]);
            if (status != SIGNET_OK) {
                return status;
            }
        }
    }
    signet_attribute_t *copy = signet_alloc(call, length, sizeof(*copy));
    if (copy == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (length != 0) {
        memcpy(copy, found, length * sizeof(*copy));
    }
    *attributes = copy;
    *count = length;
    return SIGNET_OK;
}

/* RFC 4514, 2.4: what would be taken for syntax is escaped. */
static void add_escaped(signet_buffer_t *buffer, signet_text_t value)
{
    for (uint64_t i = 0; i < value.length; i++) {
        char character = value.data[i];
        int edge =
            (character == ' ' && (i == 0 || i == value.length - 1)) || (character == '#' && i == 0);
        if (edge || (character != 0 && strchr("\"+,;<>\\", character) != NULL)) {
            signet_buffer_add_byte(buffer, '\\');
        }
        signet_buffer_add_byte(buffer, (uint8_t)character);
    }
}

/* A type without a name goes with its value's encoding in hexadecimal. What was converted is
 * shown as the UTF8String that it stands for. */
static void add_encoded(signet_call_t *call, signet_buffer_t *buffer,
                        const signet_attribute_t *attribute)
{
    int converted = attribute->tag == SIGNET_DER_TELETEX || attribute->tag == SIGNET_DER_BMP ||
                    attribute->tag == SIGNET_DER_UNIVERSAL;
    signet_buffer_t value = signet_buffer(call, attribute->value.length + 8);
    signet_der_add(&value, converted ? SIGNET_DER_UTF8 : attribute->tag,
                   signet_text_bytes(attribute->value));
    buffer->failed |= value.failed;
    signet_buffer_add_text(buffer, signet_oid_text(call, attribute->oid));
    signet_buffer_add_string(buffer, "=#");
    for (uint64_t i = 0; i < value.length; i++) {
        signet_buffer_format(buffer, "%02x", value.data[i]);
    }
}

int32_t signet_name_text(signet_call_t *call, const signet_attribute_t *attributes, uint64_t count,
                         signet_text_t *text)
{
    signet_buffer_t buffer = signet_buffer(call, 128);
    /* The last RDN comes first; attributes of one RDN keep their order. */
    uint64_t end = count;
    while (end != 0) {
        uint64_t start = end - 1;
        while (start != 0 && attributes[start - 1].rdn == attributes[end - 1].rdn) {
            start--;
        }
        for (uint64_t i = start; i < end; i++) {
            if (buffer.length != 0) {
                signet_buffer_add_byte(&buffer, i == start ? ',' : '+');
            }
            const signet_attribute_type_t *type = signet_attribute_type_of(attributes[i].oid);
            if (type == NULL) {
                add_encoded(call, &buffer, &attributes[i]);
                continue;
            }
            signet_buffer_add_string(&buffer, type->name);
            signet_buffer_add_byte(&buffer, '=');
            add_escaped(&buffer, attributes[i].value);
        }
        end = start;
    }
    return signet_buffer_text(&buffer, text);
}

/* X.680, 41.4. */
static int is_printable_string(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        char character = text.data[i];
        int letter = (character >= 'A' && character <= 'Z') ||
                     (character >= 'a' && character <= 'z') ||
                     (character >= '0' && character <= '9');
        if (!letter && (character == 0 || strchr(" '()+,-./:=?", character) == NULL)) {
            return 0;
        }
    }
    return 1;
}

static int is_ia5_string(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        if ((text.data[i] & 0x80) != 0) {
            return 0;
        }
    }
    return 1;
}

static int value_fits(const signet_attribute_type_t *type, signet_text_t value)
{
    if (!signet_text_valid(value) || !signet_text_printable(value)) {
        return 0;
    }
    uint64_t characters = signet_text_characters(value);
    if (characters < type->least || characters > type->most) {
        return 0;
    }
    if (type->tag == SIGNET_DER_PRINTABLE) {
        return is_printable_string(value);
    }
    return type->tag != SIGNET_DER_IA5 || is_ia5_string(value);
}

int32_t signet_name_encode(signet_call_t *call, const signet_text_t *types,
                           const signet_text_t *values, uint64_t count, signet_bytes_t *name)
{
    signet_buffer_t buffer = signet_buffer(call, 256);
    uint64_t sequence = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < count; i++) {
        const signet_attribute_type_t *type = signet_attribute_type_named(types[i]);
        signet_bytes_t oid;
        if (type != NULL) {
            oid = type->oid;
        } else {
            int32_t status = signet_oid_parse(call, types[i], &oid);
            if (status != SIGNET_OK) {
                return status;
            }
            type = &other_type;
        }
        if (!value_fits(type, values[i])) {
            return signet_fail_field(call, SIGNET_INVALID, "name.invalid", "subject",
                                     "\"%.*s\" cannot be a value of %.*s: give %u to %u characters "
                                     "that its type allows.",
                                     SIGNET_FORMAT(values[i]), SIGNET_FORMAT(types[i]),
                                     (unsigned)type->least, (unsigned)type->most);
        }
        uint64_t set = signet_der_begin(&buffer, SIGNET_DER_SET);
        uint64_t pair = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
        signet_der_add_oid(&buffer, oid);
        signet_der_add(&buffer, type->tag, signet_text_bytes(values[i]));
        signet_der_end(&buffer, pair);
        signet_der_end(&buffer, set);
    }
    signet_der_end(&buffer, sequence);
    return signet_buffer_bytes(&buffer, name);
}
