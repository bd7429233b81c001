#include "name_rule.h"

#include "directory_string.h"

#include <signet/sdk/error.h>
#include <string.h>

#define CN_MAX_CHARACTERS 64U
#define SHOWN_MAX_LENGTH 128U
#define UNKNOWN_TYPE 0xfe

/* The user principal name of Active Directory, 1.3.6.1.4.1.311.20.2.3. */
static const uint8_t user_principal_name[] = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                              0x82, 0x37, 0x14, 0x02, 0x03};

static const struct {
    const char *name;
    uint8_t type;
} types[] = {
    {"dns", SIGNET_NAME_DNS}, {"ip", SIGNET_NAME_IP}, {"email", SIGNET_NAME_EMAIL},
    {"uri", SIGNET_NAME_URI}, {"cn", SIGNET_NAME_CN}, {"upn", SIGNET_NAME_OTHER},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

const char *signet_name_rule_cn(signet_text_t value)
{
    if (!signet_text_valid(value) || !signet_text_printable(value)) {
        return "it holds a control character or is not UTF-8";
    }
    uint64_t characters = signet_text_characters(value);
    if (characters == 0 || characters > CN_MAX_CHARACTERS) {
        return "it does not have 1 to 64 characters";
    }
    if (value.data[0] == ' ' || value.data[value.length - 1] == ' ') {
        return "it begins or ends with a space";
    }
    return NULL;
}

/* Fails with the value and the rule; what is not printable ASCII is shown as '?'. */
static int32_t refuse(signet_call_t *call, const char *type, signet_text_t value, const char *rule)
{
    char shown[SHOWN_MAX_LENGTH];
    unsigned length = 0;
    for (; length < value.length && length < sizeof(shown); length++) {
        char character = value.data[length];
        shown[length] = '?';
        if (character >= 0x20 && character < 0x7f) {
            shown[length] = character;
        }
    }
    return signet_fail(call, SIGNET_INVALID, "name.invalid",
                       "The %s name \"%.*s\" is not valid: %s.", type, (int)length, shown, rule);
}

/* Puts the parts of a canonical name together. */
static int32_t complete(signet_call_t *call, const char *type, uint8_t number, signet_text_t value,
                        signet_bytes_t encoded, signet_canonical_t *name)
{
    name->text = signet_format(call, "%s:%.*s", type, SIGNET_FORMAT(value));
    if (value.data == NULL || encoded.data == NULL || name->text.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    uint64_t prefix = strlen(type) + 1;
    name->type = number;
    name->value = (signet_text_t){name->text.data + prefix, name->text.length - prefix};
    name->encoded = number == SIGNET_NAME_IP || number == SIGNET_NAME_OTHER
                        ? encoded
                        : signet_text_bytes(name->value);
    return SIGNET_OK;
}

/* The content of an OtherName: its type and the principal as UTF8String. */
static signet_bytes_t encode_principal(signet_call_t *call, signet_text_t principal)
{
    signet_buffer_t buffer = signet_buffer(call, principal.length + 32);
    signet_bytes_t content = {NULL, 0};
    signet_der_add_oid(&buffer, (signet_bytes_t){user_principal_name, sizeof(user_principal_name)});
    uint64_t tagged = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    signet_der_add(&buffer, SIGNET_DER_UTF8, signet_text_bytes(principal));
    signet_der_end(&buffer, tagged);
    (void)signet_buffer_bytes(&buffer, &content);
    return content;
}

/* The principal in the content of an OtherName. */
static int read_principal(signet_bytes_t content, signet_text_t *principal)
{
    signet_der_t der = signet_der(content);
    signet_der_t inside;
    signet_der_item_t value;
    signet_bytes_t oid;
    if (signet_der_oid(&der, &oid) != 0 ||
        !signet_bytes_equal(oid,
                            (signet_bytes_t){user_principal_name, sizeof(user_principal_name)}) ||
        signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &inside) != 0 ||
        !signet_der_empty(&der) || signet_der_expect(&inside, SIGNET_DER_UTF8, &value) != 0 ||
        !signet_der_empty(&inside)) {
        return -1;
    }
    *principal = signet_bytes_text(value.content);
    return 0;
}

int32_t signet_name_canonical(signet_call_t *call, const char *type, signet_text_t value,
                              signet_canonical_t *name)
{
    uint8_t number = UNKNOWN_TYPE;
    const char *rule = NULL;
    signet_text_t canonical = value;
    signet_bytes_t encoded = signet_text_bytes(value);
    for (unsigned i = 0; i < TYPES; i++) {
        if (strcmp(types[i].name, type) == 0) {
            number = types[i].type;
        }
    }
    switch (number) {
    case SIGNET_NAME_DNS:
        rule = signet_name_rule_dns(call, value, 1, &canonical);
        break;
    case SIGNET_NAME_IP:
        rule = signet_name_rule_ip(call, value, &canonical, &encoded);
        break;
    case SIGNET_NAME_EMAIL:
        rule = signet_name_rule_email(call, value, &canonical);
        break;
    case SIGNET_NAME_URI:
        rule = signet_name_rule_uri(call, value, &canonical);
        break;
    case SIGNET_NAME_CN:
        rule = signet_name_rule_cn(value);
        break;
    case SIGNET_NAME_OTHER:
        /* A principal is written like a mailbox. */
        rule = signet_name_rule_email(call, value, &canonical);
        encoded = rule == NULL ? encode_principal(call, canonical) : encoded;
        break;
    default:
        return signet_fail(call, SIGNET_UNSUPPORTED, "name.unsupported",
                           "\"%s\" is not a type of name: use dns, ip, email, uri, upn or cn.",
                           type);
    }
    if (rule != NULL) {
        return refuse(call, type, value, rule);
    }
    return complete(call, type, number, canonical, encoded, name);
}

/* An address as octets. */
static int32_t from_octets(signet_call_t *call, signet_bytes_t octets, signet_canonical_t *name)
{
    const uint8_t *o = octets.data;
    signet_text_t text = {NULL, 0};
    if (octets.length == 4) {
        text = signet_format(call, "%u.%u.%u.%u", o[0], o[1], o[2], o[3]);
    } else if (octets.length == 16) {
        text = signet_format(call, "%x:%x:%x:%x:%x:%x:%x:%x", o[0] << 8 | o[1], o[2] << 8 | o[3],
                             o[4] << 8 | o[5], o[6] << 8 | o[7], o[8] << 8 | o[9],
                             o[10] << 8 | o[11], o[12] << 8 | o[13], o[14] << 8 | o[15]);
    } else {
        return refuse(call, "ip", signet_text("(octets)"), "it has neither 4 nor 16 octets");
    }
    return text.data != NULL ? signet_name_canonical(call, "ip", text, name) : SIGNET_NO_MEMORY;
}

int32_t signet_name_from_general(signet_call_t *call, const signet_general_name_t *general,
                                 signet_canonical_t *name)
{
    if (general->type == SIGNET_NAME_IP) {
        return from_octets(call, general->value, name);
    }
    signet_text_t principal;
    if (general->type == SIGNET_NAME_OTHER && read_principal(general->value, &principal) == 0) {
        return signet_name_canonical(call, "upn", principal, name);
    }
    for (unsigned i = 0; i < TYPES; i++) {
        if (types[i].type != general->type || general->type == SIGNET_NAME_OTHER) {
            continue;
        }
        signet_text_t value = signet_bytes_text(general->value);
        for (uint64_t j = 0; j < value.length; j++) {
            if ((value.data[j] & 0x80) != 0) {
                return refuse(call, types[i].name, value, "it is not an IA5String");
            }
        }
        return signet_name_canonical(call, types[i].name, value, name);
    }
    return signet_fail(call, SIGNET_UNSUPPORTED, "name.unsupported",
                       "Alternative names of type %u are not supported: use dns, ip, email, uri or "
                       "a user principal name.",
                       general->type);
}
