#include "identity.h"

#include <signet/sdk/error.h>
#include <string.h>

#define VALUE_MAX 256U

/* id-on-permanentIdentifier, 1.3.6.1.5.5.7.8.3; id-on-hardwareModuleName, 1.3.6.1.5.5.7.8.4. */
static const uint8_t permanent_identifier[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x03};
static const uint8_t hardware_module[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x04};
static const uint8_t alternative_name[] = {0x55, 0x1d, 0x11};

const char *acme_identity_type(signet_text_t type)
{
    if (signet_text_is(type, ACME_PERMANENT_IDENTIFIER)) {
        return ACME_PERMANENT_IDENTIFIER;
    }
    return signet_text_is(type, ACME_HARDWARE_MODULE) ? ACME_HARDWARE_MODULE : NULL;
}

/* Control characters are in no serial number, and lists of devices hold one to a line. */
static int is_serial(signet_text_t serial)
{
    for (uint64_t i = 0; i < serial.length; i++) {
        if ((uint8_t)serial.data[i] < 0x20 || serial.data[i] == 0x7f) {
            return 0;
        }
    }
    return serial.length > 0 && signet_text_valid(serial);
}

int acme_identity_valid(signet_call_t *call, const char *type, signet_text_t value)
{
    signet_text_t oid = {NULL, 0};
    signet_bytes_t encoded;
    signet_text_t serial = signet_text_split(value, '/', &oid);
    int has_oid = serial.length < value.length;
    if (value.length > VALUE_MAX || !is_serial(serial)) {
        return 0;
    }
    if (!has_oid) {
        return strcmp(type, ACME_PERMANENT_IDENTIFIER) == 0;
    }
    int valid = signet_oid_parse(call, oid, &encoded) == SIGNET_OK &&
                signet_text_equal(signet_oid_text(call, encoded), oid);
    call->services->clear(call);
    return valid;
}

static int is_oid(signet_bytes_t oid, const uint8_t *wanted, uint64_t length)
{
    return signet_bytes_equal(oid, (signet_bytes_t){wanted, length});
}

/* PermanentIdentifier: both parts are optional, and one without a value is of no use here. */
static int read_permanent(signet_der_t *inside, signet_text_t *serial, signet_bytes_t *oid)
{
    signet_der_item_t item;
    if (signet_der_expect(inside, SIGNET_DER_UTF8, &item) != 0) {
        return -1;
    }
    *serial = signet_bytes_text(item.content);
    return signet_der_empty(inside) ? 0 : signet_der_oid(inside, oid);
}

/* HardwareModuleName: type and serial number. */
static int read_module(signet_der_t *inside, signet_text_t *serial, signet_bytes_t *oid)
{
    signet_der_item_t item;
    if (signet_der_oid(inside, oid) != 0 ||
        signet_der_expect(inside, SIGNET_DER_OCTET_STRING, &item) != 0) {
        return -1;
    }
    *serial = signet_bytes_text(item.content);
    return 0;
}

static int32_t malformed(signet_call_t *call)
{
    return signet_fail(call, SIGNET_INVALID, "acme.malformed",
                       "A permanent identifier or name of a hardware module is malformed.");
}

int32_t acme_identity_from_name(signet_call_t *call, const signet_general_name_t *name,
                                acme_identity_t *identity)
{
    signet_der_t der = signet_der(name->value);
    signet_der_t explicit_tag;
    signet_der_t inside;
    signet_bytes_t form;
    signet_bytes_t oid = {NULL, 0};
    signet_text_t serial = {NULL, 0};
    if (name->type != 0 || signet_der_oid(&der, &form) != 0) {
        return SIGNET_NOT_FOUND;
    }
    int permanent = is_oid(form, permanent_identifier, sizeof permanent_identifier);
    if (!permanent && !is_oid(form, hardware_module, sizeof hardware_module)) {
        return SIGNET_NOT_FOUND;
    }
    if (signet_der_enter(&der, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &explicit_tag) != 0 ||
        !signet_der_empty(&der) ||
        signet_der_enter(&explicit_tag, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        !signet_der_empty(&explicit_tag) ||
        (permanent ? read_permanent(&inside, &serial, &oid)
                   : read_module(&inside, &serial, &oid)) != 0 ||
        !signet_der_empty(&inside) || !is_serial(serial) ||
        memchr(serial.data, '/', serial.length) != NULL) {
        return malformed(call);
    }
    identity->type = permanent ? ACME_PERMANENT_IDENTIFIER : ACME_HARDWARE_MODULE;
    identity->value = serial;
    if (oid.length > 0) {
        signet_text_t dotted = signet_oid_text(call, oid);
        identity->value =
            signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(serial), SIGNET_FORMAT(dotted));
    }
    return identity->value.data != NULL ? SIGNET_OK : signet_status(call);
}

int32_t acme_identities_of(signet_call_t *call, const signet_x509_t *certificate,
                           acme_identities_t *identities)
{
    const signet_general_name_t *names = NULL;
    uint64_t count = 0;
    const signet_extension_t *extension =
        signet_extension_find(certificate->extensions, certificate->extension_count,
                              alternative_name, sizeof alternative_name);
    int32_t status = extension != NULL
                         ? signet_general_names_parse(call, extension->value, &names, &count)
                         : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (identities->count == ACME_ATTEST_IDENTITIES_MAX) {
            return malformed(call);
        }
        acme_identity_t *next = &identities->items[identities->count];
        int32_t found = acme_identity_from_name(call, &names[i], next);
        if (found == SIGNET_OK) {
            identities->count++;
        } else if (found != SIGNET_NOT_FOUND) {
            status = found;
        }
    }
    return status;
}

int acme_identities_have(const acme_identities_t *identities, signet_text_t type,
                         signet_text_t value)
{
    for (uint64_t i = 0; i < identities->count; i++) {
        if (signet_text_is(type, identities->items[i].type) &&
            signet_text_equal(value, identities->items[i].value)) {
            return 1;
        }
    }
    return 0;
}
