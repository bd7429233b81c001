#include "profile/extension.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/setting.h>

#define OID(name, ...)                                                                             \
    static const uint8_t name##_octets[] = {__VA_ARGS__};                                          \
    const signet_bytes_t name = {name##_octets, sizeof name##_octets}

OID(ca_oid_subject_key_id, 0x55, 0x1d, 0x0e);
OID(ca_oid_key_usage, 0x55, 0x1d, 0x0f);
OID(ca_oid_subject_alt_name, 0x55, 0x1d, 0x11);
OID(ca_oid_basic_constraints, 0x55, 0x1d, 0x13);
OID(ca_oid_name_constraints, 0x55, 0x1d, 0x1e);
OID(ca_oid_crl_points, 0x55, 0x1d, 0x1f);
OID(ca_oid_policies, 0x55, 0x1d, 0x20);
OID(ca_oid_freshest_crl, 0x55, 0x1d, 0x2e);
OID(ca_oid_no_revocation, 0x55, 0x1d, 0x38);
OID(ca_oid_tls_feature, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x18);
OID(ca_oid_sid, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x19, 0x02);
OID(ca_oid_authority_key_id, 0x55, 0x1d, 0x23);
OID(ca_oid_extended_key_usage, 0x55, 0x1d, 0x25);
OID(ca_oid_authority_information, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01);
OID(ca_oid_ocsp_no_check, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05);
OID(ca_oid_extension_request, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e);

/* Access methods of authorityInfoAccess (RFC 5280, 4.2.2.1). */
static const uint8_t method_ocsp[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01};
static const uint8_t method_issuers[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02};

/* The TLS extension status_request, which asks for a stapled OCSP answer (RFC 7633, 4). */
#define STATUS_REQUEST 5

#define GENERAL_NAME_OTHER 0
#define GENERAL_NAME_DIRECTORY 4
#define GENERAL_NAME_URI 6

/* An extension that is open: marks of its SEQUENCE and of its OCTET STRING. */
typedef struct extension_mark {
    uint64_t whole;
    uint64_t value;
} extension_mark_t;

static extension_mark_t extension_begin(signet_buffer_t *buffer, signet_bytes_t oid, int critical)
{
    extension_mark_t mark = {0};
    mark.whole = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, oid);
    if (critical)
        signet_der_add_boolean(buffer, 1);
    mark.value = signet_der_begin(buffer, SIGNET_DER_OCTET_STRING);
    return mark;
}

static void extension_end(signet_buffer_t *buffer, extension_mark_t mark)
{
    signet_der_end(buffer, mark.value);
    signet_der_end(buffer, mark.whole);
}

void ca_extension_add(signet_buffer_t *buffer, signet_bytes_t oid, int critical,
                      signet_bytes_t value)
{
    extension_mark_t mark = extension_begin(buffer, oid, critical);
    signet_buffer_add(buffer, value.data, value.length);
    extension_end(buffer, mark);
}

void ca_extension_basic_constraints(signet_buffer_t *buffer, int is_ca, int64_t path_length)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_basic_constraints, 1);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    /* cA is DEFAULT FALSE, which DER leaves out. */
    if (is_ca)
        signet_der_add_boolean(buffer, 1);
    if (is_ca && path_length >= 0)
        signet_der_add_integer(buffer, path_length);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

void ca_extension_key_usage(signet_buffer_t *buffer, uint32_t bits)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_key_usage, 1);
    signet_der_add_named_bits(buffer, bits);
    extension_end(buffer, mark);
}

void ca_extension_subject_key_id(signet_buffer_t *buffer, signet_bytes_t key_id)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_subject_key_id, 0);
    signet_der_add(buffer, SIGNET_DER_OCTET_STRING, key_id);
    extension_end(buffer, mark);
}

void ca_extension_authority_key_id(signet_buffer_t *buffer, signet_bytes_t key_id)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_authority_key_id, 0);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add(buffer, SIGNET_DER_CONTEXT(0), key_id);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

void ca_extension_extended_key_usage(signet_buffer_t *buffer, const signet_bytes_t *oids,
                                     uint64_t count)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_extended_key_usage, 0);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < count; i++)
        signet_der_add_oid(buffer, oids[i]);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

#define MARK_GENERATION "{generation}"
#define MARK_KEY_ID "{key-id}"

static signet_text_t rest_of(signet_text_t text, uint64_t offset)
{
    return (signet_text_t){text.data + offset, text.length - offset};
}

void ca_published_add(signet_buffer_t *buffer, const ca_published_t *published, signet_text_t url)
{
    uint64_t i = 0;
    while (i < url.length) {
        signet_text_t rest = rest_of(url, i);
        if (signet_text_starts(rest, MARK_GENERATION)) {
            signet_buffer_add_text(buffer, published->generation);
            i += sizeof MARK_GENERATION - 1;
        } else if (signet_text_starts(rest, MARK_KEY_ID)) {
            signet_buffer_add_text(buffer, published->key_id);
            i += sizeof MARK_KEY_ID - 1;
        } else {
            signet_buffer_add_byte(buffer, (uint8_t)url.data[i++]);
        }
    }
}

int ca_published_check(signet_text_t url, int *marked)
{
    *marked = 0;
    for (uint64_t i = 0; i < url.length; i++) {
        signet_text_t rest = rest_of(url, i);
        if (signet_text_starts(rest, MARK_GENERATION))
            i += sizeof MARK_GENERATION - 2;
        else if (signet_text_starts(rest, MARK_KEY_ID))
            i += sizeof MARK_KEY_ID - 2;
        else if (url.data[i] == '{' || url.data[i] == '}')
            return 0;
        else
            continue;
        *marked = 1;
    }
    return 1;
}

static void add_uri(signet_buffer_t *buffer, const ca_published_t *published, signet_text_t uri)
{
    uint64_t mark = signet_der_begin(buffer, SIGNET_DER_CONTEXT(GENERAL_NAME_URI));
    ca_published_add(buffer, published, uri);
    signet_der_end(buffer, mark);
}

static void add_access(signet_buffer_t *buffer, const ca_published_t *published,
                       signet_bytes_t method, const signet_setting_t *urls)
{
    for (uint64_t i = 0; urls != NULL && i < urls->member_count; i++) {
        uint64_t access = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
        signet_der_add_oid(buffer, method);
        add_uri(buffer, published, signet_setting_at(urls, i)->text);
        signet_der_end(buffer, access);
    }
}

static int has_urls(const signet_setting_t *urls)
{
    return urls != NULL && urls->member_count > 0;
}

void ca_extension_authority_information(signet_buffer_t *buffer, const ca_published_t *published,
                                        const signet_setting_t *issuers,
                                        const signet_setting_t *responders)
{
    if (!has_urls(issuers) && !has_urls(responders))
        return;
    extension_mark_t mark = extension_begin(buffer, ca_oid_authority_information, 0);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    add_access(buffer, published, (signet_bytes_t){method_ocsp, sizeof method_ocsp}, responders);
    add_access(buffer, published, (signet_bytes_t){method_issuers, sizeof method_issuers}, issuers);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

static void add_points(signet_buffer_t *buffer, const ca_published_t *published, signet_bytes_t oid,
                       const signet_setting_t *urls)
{
    if (!has_urls(urls))
        return;
    extension_mark_t mark = extension_begin(buffer, oid, 0);
    uint64_t points = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    /* One point, reachable by each of the URLs (RFC 5280, 4.2.1.13). */
    uint64_t point = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    uint64_t name = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t full = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    for (uint64_t i = 0; i < urls->member_count; i++)
        add_uri(buffer, published, signet_setting_at(urls, i)->text);
    signet_der_end(buffer, full);
    signet_der_end(buffer, name);
    signet_der_end(buffer, point);
    signet_der_end(buffer, points);
    extension_end(buffer, mark);
}

void ca_extension_crl_points(signet_buffer_t *buffer, const ca_published_t *published,
                             const signet_setting_t *urls)
{
    add_points(buffer, published, ca_oid_crl_points, urls);
}

void ca_extension_freshest_crl(signet_buffer_t *buffer, const ca_published_t *published,
                               const signet_setting_t *urls)
{
    add_points(buffer, published, ca_oid_freshest_crl, urls);
}

uint8_t ca_general_name_tag(uint8_t type)
{
    int constructed = type == GENERAL_NAME_OTHER || type == GENERAL_NAME_DIRECTORY;
    return (uint8_t)(constructed ? SIGNET_DER_CONTEXT_CONSTRUCTED(type) : SIGNET_DER_CONTEXT(type));
}

void ca_extension_subject_alt_name(signet_buffer_t *buffer, const signet_canonical_t *names,
                                   uint64_t count, int critical)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_subject_alt_name, critical);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    for (uint64_t i = 0; i < count; i++)
        signet_der_add(buffer, ca_general_name_tag(names[i].type), names[i].encoded);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

void ca_extension_tls_feature(signet_buffer_t *buffer)
{
    extension_mark_t mark = extension_begin(buffer, ca_oid_tls_feature, 0);
    uint64_t sequence = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_integer(buffer, STATUS_REQUEST);
    signet_der_end(buffer, sequence);
    extension_end(buffer, mark);
}

void ca_extension_sid(signet_buffer_t *buffer, signet_text_t sid)
{
    static const uint8_t type[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x19, 0x02, 0x01};
    extension_mark_t mark = extension_begin(buffer, ca_oid_sid, 0);
    uint64_t names = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    uint64_t other = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(GENERAL_NAME_OTHER));
    signet_der_add_oid(buffer, (signet_bytes_t){type, sizeof type});
    uint64_t value = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    signet_der_add(buffer, SIGNET_DER_OCTET_STRING, signet_text_bytes(sid));
    signet_der_end(buffer, value);
    signet_der_end(buffer, other);
    signet_der_end(buffer, names);
    extension_end(buffer, mark);
}

int32_t ca_key_id(signet_call_t *call, const signet_public_key_t *key, signet_bytes_t *key_id)
{
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, key->bits, &digest);
    if (status != SIGNET_OK)
        return status;
    *key_id = (signet_bytes_t){digest.data, CA_KEY_ID_LENGTH};
    return SIGNET_OK;
}
