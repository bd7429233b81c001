#include <signet/sdk/crl.h>

#include <signet/inventory.h>
#include <signet/sdk/error.h>
#include <string.h>

#define NUMBER_MAX 20U

static const uint8_t oid_reason[] = {0x55, 0x1d, 0x15};
static const uint8_t oid_invalidity[] = {0x55, 0x1d, 0x18};
static const uint8_t oid_number[] = {0x55, 0x1d, 0x14};
static const uint8_t oid_base[] = {0x55, 0x1d, 0x1b};
static const uint8_t oid_point[] = {0x55, 0x1d, 0x1c};
static const uint8_t oid_key_id[] = {0x55, 0x1d, 0x23};

#define OID(name)                                                                                  \
    (signet_bytes_t)                                                                               \
    {                                                                                              \
        (name), sizeof(name)                                                                       \
    }

/* Begins an Extension; what follows is its value, up to two ends. */
static uint64_t begin_extension(signet_buffer_t *buffer, signet_bytes_t oid, int critical,
                                uint64_t *value)
{
    uint64_t whole = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(buffer, oid);
    if (critical)
        signet_der_add_boolean(buffer, 1);
    *value = signet_der_begin(buffer, SIGNET_DER_OCTET_STRING);
    return whole;
}

static void end_extension(signet_buffer_t *buffer, uint64_t whole, uint64_t value)
{
    signet_der_end(buffer, value);
    signet_der_end(buffer, whole);
}

static void add_entry_extensions(signet_buffer_t *buffer, const signet_crl_entry_t *entry)
{
    uint64_t value = 0;
    uint64_t list = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    if (entry->reason != SIGNET_REASON_UNSPECIFIED) {
        uint8_t reason = (uint8_t)entry->reason;
        uint64_t whole = begin_extension(buffer, OID(oid_reason), 0, &value);
        signet_der_add(buffer, SIGNET_DER_ENUMERATED, (signet_bytes_t){&reason, 1});
        end_extension(buffer, whole, value);
    }
    if (entry->invalid_since != 0) {
        uint64_t whole = begin_extension(buffer, OID(oid_invalidity), 0, &value);
        signet_der_add_generalized(buffer, entry->invalid_since);
        end_extension(buffer, whole, value);
    }
    signet_der_end(buffer, list);
}

void signet_crl_add_entry(signet_buffer_t *buffer, const signet_crl_entry_t *entry)
{
    uint64_t whole = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_unsigned(buffer, entry->serial);
    signet_der_add_time(buffer, entry->revoked_at);
    if (entry->reason != SIGNET_REASON_UNSPECIFIED || entry->invalid_since != 0)
        add_entry_extensions(buffer, entry);
    signet_der_end(buffer, whole);
}

static void add_number(signet_buffer_t *buffer, signet_bytes_t oid, int critical,
                       signet_bytes_t number)
{
    uint64_t value = 0;
    uint64_t whole = begin_extension(buffer, oid, critical, &value);
    signet_der_add_unsigned(buffer, number);
    end_extension(buffer, whole, value);
}

static void add_extensions(signet_buffer_t *buffer, const signet_crl_head_t *head)
{
    uint64_t value = 0;
    uint64_t tagged = signet_der_begin(buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t list = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    uint64_t whole = begin_extension(buffer, OID(oid_key_id), 0, &value);
    uint64_t identifier = signet_der_begin(buffer, SIGNET_DER_SEQUENCE);
    signet_der_add(buffer, SIGNET_DER_CONTEXT(0), head->key_id);
    signet_der_end(buffer, identifier);
    end_extension(buffer, whole, value);
    add_number(buffer, OID(oid_number), 0, head->number);
    if (head->base.length > 0)
        add_number(buffer, OID(oid_base), 1, head->base);
    if (head->point.length > 0) {
        whole = begin_extension(buffer, OID(oid_point), 1, &value);
        signet_buffer_add(buffer, head->point.data, head->point.length);
        end_extension(buffer, whole, value);
    }
    signet_der_end(buffer, list);
    signet_der_end(buffer, tagged);
}

/* Tag and length of something of `length` octets. */
static void add_head(signet_buffer_t *buffer, uint8_t tag, uint64_t length)
{
    uint8_t octets[10] = {tag};
    unsigned count = 1;
    if (length >= 0x80) {
        unsigned width = 0;
        for (uint64_t rest = length; rest != 0; rest >>= 8)
            width++;
        octets[count++] = (uint8_t)(0x80 | width);
        for (unsigned i = width; i > 0; i--)
            octets[count++] = (uint8_t)(length >> (8 * (i - 1)));
    } else {
        octets[count++] = (uint8_t)length;
    }
    signet_buffer_add(buffer, octets, count);
}

/* At most 20 octets, the sign's included (RFC 5280, 5.2.3). */
static int number_fits(signet_bytes_t number)
{
    return number.length > 0 &&
           (number.length < NUMBER_MAX || (number.length == NUMBER_MAX && number.data[0] <= 0x7f));
}

static int32_t check_head(signet_call_t *call, const signet_crl_head_t *head)
{
    if (number_fits(head->number) && head->key_id.length > 0 &&
        head->next_update > head->this_update)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "crl.head",
                       "a revocation list needs a number of at most 20 octets, the identifier of "
                       "its issuer's key, and an end that follows its begin");
}

int32_t signet_crl_frame(signet_call_t *call, const signet_crl_head_t *head,
                         uint64_t entries_length, signet_bytes_t *before, signet_bytes_t *after)
{
    signet_buffer_t inside = signet_buffer(call, 512);
    signet_buffer_t entries = signet_buffer(call, 16);
    signet_buffer_t extensions = signet_buffer(call, 256);
    signet_buffer_t whole = signet_buffer(call, 512);
    int32_t status = check_head(call, head);
    if (status != SIGNET_OK)
        return status;
    signet_der_add_integer(&inside, 1);
    signet_buffer_add(&inside, head->identifier.data, head->identifier.length);
    signet_buffer_add(&inside, head->issuer.data, head->issuer.length);
    signet_der_add_time(&inside, head->this_update);
    signet_der_add_time(&inside, head->next_update);
    if (entries_length > 0)
        add_head(&entries, SIGNET_DER_SEQUENCE, entries_length);
    add_extensions(&extensions, head);
    add_head(&whole, SIGNET_DER_SEQUENCE,
             inside.length + entries.length + entries_length + extensions.length);
    whole.failed = whole.failed || inside.failed || entries.failed;
    signet_buffer_add(&whole, inside.data, inside.length);
    signet_buffer_add(&whole, entries.data, entries.length);
    status = signet_buffer_bytes(&whole, before);
    return status == SIGNET_OK ? signet_buffer_bytes(&extensions, after) : status;
}

int32_t signet_crl_tbs(signet_call_t *call, const signet_crl_head_t *head, signet_bytes_t entries,
                       signet_bytes_t *tbs)
{
    signet_bytes_t before = {NULL, 0};
    signet_bytes_t after = {NULL, 0};
    int32_t status = signet_crl_frame(call, head, entries.length, &before, &after);
    if (status != SIGNET_OK)
        return status;
    signet_buffer_t whole = signet_buffer(call, before.length + entries.length + after.length);
    signet_buffer_add(&whole, before.data, before.length);
    signet_buffer_add(&whole, entries.data, entries.length);
    signet_buffer_add(&whole, after.data, after.length);
    return signet_buffer_bytes(&whole, tbs);
}

int32_t signet_crl_join(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                        signet_bytes_t signature, signet_bytes_t *der)
{
    signet_buffer_t buffer =
        signet_buffer(call, tbs.length + identifier.length + signature.length + 32);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_buffer_add(&buffer, tbs.data, tbs.length);
    signet_buffer_add(&buffer, identifier.data, identifier.length);
    signet_der_add_bits(&buffer, signature);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, der);
}

int32_t signet_crl_point(signet_call_t *call, signet_text_t url, int only_users,
                         int only_authorities, signet_bytes_t *value)
{
    static const uint8_t yes = 0xff;
    signet_buffer_t buffer = signet_buffer(call, url.length + 32);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    if (url.length > 0) {
        uint64_t point = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
        uint64_t name = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
        signet_der_add(&buffer, SIGNET_DER_CONTEXT(6), signet_text_bytes(url));
        signet_der_end(&buffer, name);
        signet_der_end(&buffer, point);
    }
    if (only_users)
        signet_der_add(&buffer, SIGNET_DER_CONTEXT(1), (signet_bytes_t){&yes, 1});
    if (only_authorities)
        signet_der_add(&buffer, SIGNET_DER_CONTEXT(2), (signet_bytes_t){&yes, 1});
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, value);
}

int signet_crl_number_compare(signet_bytes_t a, signet_bytes_t b)
{
    while (a.length > 0 && a.data[0] == 0) {
        a.data++;
        a.length--;
    }
    while (b.length > 0 && b.data[0] == 0) {
        b.data++;
        b.length--;
    }
    if (a.length != b.length)
        return a.length < b.length ? -1 : 1;
    return a.length == 0 ? 0 : memcmp(a.data, b.data, (size_t)a.length);
}

int32_t signet_crl_number_next(signet_call_t *call, signet_bytes_t number, signet_bytes_t *next)
{
    uint8_t *octets = signet_alloc(call, number.length + 1, 1);
    if (octets == NULL)
        return SIGNET_NO_MEMORY;
    if (number.length > 0)
        memcpy(octets + 1, number.data, (size_t)number.length);
    uint64_t at = number.length;
    while (++octets[at] == 0 && at > 0)
        at--;
    uint64_t skip = 0;
    while (skip < number.length && octets[skip] == 0)
        skip++;
    *next = (signet_bytes_t){octets + skip, number.length + 1 - skip};
    if (number_fits(*next))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_TOO_LARGE, "crl.number",
                       "the number of the revocation list cannot grow beyond 20 octets");
}
