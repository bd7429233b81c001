#include "attribute_type.h"

#define OID(...)                                                                                   \
    {                                                                                              \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define X520(arc) OID(0x55, 0x04, arc)

static const signet_attribute_type_t types[] = {
    {"CN", "2.5.4.3", X520(3), SIGNET_DER_UTF8, 1, 64},
    {"O", "2.5.4.10", X520(10), SIGNET_DER_UTF8, 1, 64},
    {"OU", "2.5.4.11", X520(11), SIGNET_DER_UTF8, 1, 64},
    {"C", "2.5.4.6", X520(6), SIGNET_DER_PRINTABLE, 2, 2},
    {"ST", "2.5.4.8", X520(8), SIGNET_DER_UTF8, 1, 128},
    {"L", "2.5.4.7", X520(7), SIGNET_DER_UTF8, 1, 128},
    {"STREET", "2.5.4.9", X520(9), SIGNET_DER_UTF8, 1, 128},
    {"postalCode", "2.5.4.17", X520(17), SIGNET_DER_UTF8, 1, 40},
    {"serialNumber", "2.5.4.5", X520(5), SIGNET_DER_PRINTABLE, 1, 64},
    {"GN", "2.5.4.42", X520(42), SIGNET_DER_UTF8, 1, 32768},
    {"SN", "2.5.4.4", X520(4), SIGNET_DER_UTF8, 1, 32768},
    {"initials", "2.5.4.43", X520(43), SIGNET_DER_UTF8, 1, 32768},
    {"generationQualifier", "2.5.4.44", X520(44), SIGNET_DER_UTF8, 1, 32768},
    {"title", "2.5.4.12", X520(12), SIGNET_DER_UTF8, 1, 64},
    {"pseudonym", "2.5.4.65", X520(65), SIGNET_DER_UTF8, 1, 128},
    {"dnQualifier", "2.5.4.46", X520(46), SIGNET_DER_PRINTABLE, 1, 64},
    {"organizationIdentifier", "2.5.4.97", X520(97), SIGNET_DER_UTF8, 1, 256},
    {"emailAddress", "1.2.840.113549.1.9.1",
     OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01), SIGNET_DER_IA5, 1, 255},
    {"UID", "0.9.2342.19200300.100.1.1",
     OID(0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01), SIGNET_DER_UTF8, 1, 256},
    {"DC", "0.9.2342.19200300.100.1.25",
     OID(0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19), SIGNET_DER_IA5, 1, 63},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

const signet_attribute_type_t *signet_attribute_type_named(signet_text_t name)
{
    for (unsigned i = 0; i < TYPES; i++) {
        if (signet_text_equal_nocase(name, signet_text(types[i].name)) ||
            signet_text_is(name, types[i].dotted)) {
            return &types[i];
        }
    }
    return NULL;
}

const signet_attribute_type_t *signet_attribute_type_of(signet_bytes_t oid)
{
    for (unsigned i = 0; i < TYPES; i++) {
        if (signet_bytes_equal(oid, types[i].oid)) {
            return &types[i];
        }
    }
    return NULL;
}

signet_bytes_t signet_attribute_oid(signet_text_t name)
{
    const signet_attribute_type_t *type = signet_attribute_type_named(name);
    return type != NULL ? type->oid : (signet_bytes_t){NULL, 0};
}
