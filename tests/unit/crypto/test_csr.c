/* Requests put together octet by octet: what is refused, and what is taken for clients' sake. */
#include "cost.h"
#include "run.h"

#include <string.h>

#define OID_EXTENSION_REQUEST BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e)
#define OID_EXTENSION_REQUEST_MS BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e)
#define OID_CHALLENGE BYTES(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07)
#define OID_OTHER BYTES(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0d, 0x02, 0x03)
#define OID_SAN BYTES(0x55, 0x1d, 0x11)
#define OID_KEY_USAGE BYTES(0x55, 0x1d, 0x0f)
#define OID_CN BYTES(0x55, 0x04, 0x03)
#define NOTHING ((signet_bytes_t){NULL, 0})
#define EMPTY ((signet_bytes_t){(const uint8_t *)"", 0})

static signet_bytes_t done(signet_buffer_t *buffer)
{
    signet_bytes_t bytes;
    ck_assert_int_eq(signet_buffer_bytes(buffer, &bytes), SIGNET_OK);
    return bytes;
}

/* A value around octets. */
static signet_bytes_t wrap(signet_call_t *call, uint8_t tag, signet_bytes_t content)
{
    signet_buffer_t buffer = signet_buffer(call, content.length + 8);
    signet_der_add(&buffer, tag, content);
    return done(&buffer);
}

static signet_bytes_t join(signet_call_t *call, signet_bytes_t a, signet_bytes_t b)
{
    signet_buffer_t buffer = signet_buffer(call, a.length + b.length + 1);
    signet_buffer_add(&buffer, a.data, a.length);
    signet_buffer_add(&buffer, b.data, b.length);
    return done(&buffer);
}

/* A SEQUENCE of an OID and what follows it. */
static signet_bytes_t pair(signet_call_t *call, signet_bytes_t oid, signet_bytes_t rest)
{
    return wrap(call, SIGNET_DER_SEQUENCE, join(call, wrap(call, SIGNET_DER_OID, oid), rest));
}

static signet_bytes_t extension(signet_call_t *call, signet_bytes_t oid, signet_bytes_t value)
{
    return pair(call, oid, wrap(call, SIGNET_DER_OCTET_STRING, value));
}

/* An attribute with one value. */
static signet_bytes_t attribute(signet_call_t *call, signet_bytes_t oid, signet_bytes_t value)
{
    return pair(call, oid, wrap(call, SIGNET_DER_SET, value));
}

static signet_bytes_t request_extensions(signet_call_t *call, signet_bytes_t extensions)
{
    return attribute(call, OID_EXTENSION_REQUEST, wrap(call, SIGNET_DER_SEQUENCE, extensions));
}

/* A name of one CN. */
static signet_bytes_t name_of(signet_call_t *call, uint8_t tag, signet_bytes_t value)
{
    signet_bytes_t entry = pair(call, OID_CN, wrap(call, tag, value));
    return wrap(call, SIGNET_DER_SEQUENCE, wrap(call, SIGNET_DER_SET, entry));
}

/* A request with a signature that is none. */
static signet_bytes_t request(signet_call_t *call, signet_bytes_t name, signet_bytes_t attributes)
{
    static const uint8_t ed25519[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
    uint8_t spki[44] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, 1};
    signet_buffer_t buffer = signet_buffer(call, 0);
    uint64_t outer = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    uint64_t info = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_integer(&buffer, 0);
    signet_buffer_add(&buffer, name.data, name.length);
    signet_buffer_add(&buffer, spki, sizeof(spki));
    if (attributes.data != NULL) {
        signet_der_add(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0), attributes);
    }
    signet_der_end(&buffer, info);
    signet_buffer_add(&buffer, ed25519, sizeof(ed25519));
    signet_der_add_bits(&buffer, BYTES(1, 2, 3));
    signet_der_end(&buffer, outer);
    return done(&buffer);
}

static const signet_csr_t *accept(signet_call_t *call, signet_bytes_t der)
{
    const signet_csr_t *csr = NULL;
    int32_t status = signet_csr_parse(call, der, &csr);
    const signet_error_t *error = call->services->error(call);
    ck_assert_msg(status == SIGNET_OK, "%s", error != NULL ? error->message.data : "");
    return csr;
}

/* Refused with this status and reason, within 10 ms. */
static void refuse(signet_call_t *call, signet_bytes_t der, int32_t expected, const char *reason)
{
    const signet_csr_t *csr = NULL;
    int32_t status = SIGNET_OK;
    COST_AT_MOST_MS(10, status = signet_csr_parse(call, der, &csr));
    ck_assert_int_eq(status, expected);
    const signet_error_t *error = call->services->error(call);
    ck_assert_msg(failed_for(call, reason), "%s: %s", error->reason.data, error->message.data);
    ck_assert_ptr_null(csr);
}

static signet_bytes_t plain_name(signet_call_t *call)
{
    return name_of(call, SIGNET_DER_UTF8, BYTES('a'));
}

START_TEST(what_clients_do_is_taken)
{
    signet_call_t *call = fuzz_call();
    /* No attributes at all, and an empty set of them. */
    ck_assert_uint_eq(accept(call, request(call, plain_name(call), NOTHING))->extension_count, 0);
    ck_assert_uint_eq(accept(call, request(call, plain_name(call), EMPTY))->extension_count, 0);
    /* Attributes in no order; one that nobody knows; FALSE written out. */
    signet_bytes_t usage =
        pair(call, OID_KEY_USAGE, BYTES(0x01, 0x01, 0x00, 0x04, 0x04, 0x03, 0x02, 0x07, 0x80));
    signet_bytes_t attributes =
        join(call, attribute(call, OID_OTHER, BYTES(0x16, 0x01, '6')),
             join(call, request_extensions(call, usage),
                  attribute(call, OID_CHALLENGE, BYTES(0x13, 0x03, 'k', 'e', 'y'))));
    const signet_csr_t *csr = accept(call, request(call, plain_name(call), attributes));
    ck_assert_uint_eq(csr->extension_count, 1);
    ck_assert_int_eq(csr->extensions[0].critical, 0);
    ck_assert(signet_text_is(csr->challenge, "key"));
    /* The extensionRequest of Microsoft's older clients. */
    attributes = attribute(call, OID_EXTENSION_REQUEST_MS, wrap(call, SIGNET_DER_SEQUENCE, usage));
    csr = accept(call, request(call, plain_name(call), attributes));
    ck_assert_uint_eq(csr->extension_count, 1);
}
END_TEST

START_TEST(strings)
{
    static const struct {
        uint8_t tag;
        signet_bytes_t value;
        const char *text; /* NULL: refused */
    } cases[] = {
        {SIGNET_DER_UTF8, {(const uint8_t *)"M\xc3\xbcnchen", 8}, "M\xc3\xbcnchen"},
        {SIGNET_DER_PRINTABLE, {(const uint8_t *)"*.a_b@c", 7}, "*.a_b@c"},
        {SIGNET_DER_IA5, {(const uint8_t *)"a@b", 3}, "a@b"},
        {0x12, {(const uint8_t *)"12 3", 4}, "12 3"},
        {0x14, {(const uint8_t *)"M\xfcnchen", 7}, "M\xc3\xbcnchen"},
        {0x1e, {(const uint8_t *)"\x00M\x00\xfc\x20\xac", 6}, "M\xc3\xbc\xe2\x82\xac"},
        {0x1c, {(const uint8_t *)"\x00\x00\x00M\x00\x01\xf6\x00", 8}, "M\xf0\x9f\x98\x80"},
        {SIGNET_DER_UTF8, {(const uint8_t *)"", 0}, ""},
        {SIGNET_DER_UTF8, {(const uint8_t *)"M\xfcnchen", 7}, NULL},
        {SIGNET_DER_UTF8, {(const uint8_t *)"\xed\xa0\x80", 3}, NULL},
        {SIGNET_DER_PRINTABLE, {(const uint8_t *)"M\xc3\xbc", 3}, NULL},
        {SIGNET_DER_IA5, {(const uint8_t *)"\xfc", 1}, NULL},
        {0x12, {(const uint8_t *)"12a", 3}, NULL},
        {0x1e, {(const uint8_t *)"\x00M\x00", 3}, NULL},
        {0x1e, {(const uint8_t *)"\xd8\x3d\xde\x00", 4}, NULL},
        {0x1c, {(const uint8_t *)"\x00\x11\x00\x00", 4}, NULL},
        {0x1c, {(const uint8_t *)"\x00\x00\x00", 3}, NULL},
        {0x1a, {(const uint8_t *)"visible", 7}, NULL},
        {SIGNET_DER_OCTET_STRING, {(const uint8_t *)"x", 1}, NULL},
        {SIGNET_DER_SEQUENCE, {(const uint8_t *)"", 0}, NULL},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_bytes_t der = request(call, name_of(call, cases[i].tag, cases[i].value), NOTHING);
        if (cases[i].text == NULL) {
            refuse(call, der, SIGNET_INVALID, "name.malformed");
            continue;
        }
        const signet_csr_t *csr = accept(call, der);
        ck_assert_uint_eq(csr->attribute_count, 1);
        ck_assert_uint_eq(csr->attributes[0].tag, cases[i].tag);
        ck_assert(signet_text_is(csr->attributes[0].value, cases[i].text));
    }
}
END_TEST

/* Case 69: what some readers see and others do not. */
START_TEST(control_characters)
{
    static const struct {
        uint8_t tag;
        signet_bytes_t value;
    } cases[] = {
        {SIGNET_DER_UTF8, {(const uint8_t *)"a\0b", 3}},
        {SIGNET_DER_UTF8, {(const uint8_t *)"a\r\nb", 4}},
        {SIGNET_DER_UTF8, {(const uint8_t *)"a\x1b[1mb", 6}},
        {SIGNET_DER_UTF8, {(const uint8_t *)"a\x7f", 2}},
        {SIGNET_DER_UTF8, {(const uint8_t *)"a\xc2\x85", 3}},
        {SIGNET_DER_PRINTABLE, {(const uint8_t *)"a\0", 2}},
        {SIGNET_DER_IA5, {(const uint8_t *)"a\n", 2}},
        {0x14, {(const uint8_t *)"\x1b\x41", 2}},
        {0x14, {(const uint8_t *)"\x85", 1}},
        {0x1e, {(const uint8_t *)"\x00\x61\x00\x00", 4}},
        {0x1c, {(const uint8_t *)"\x00\x00\x00\x0a", 4}},
    };
    static const signet_bytes_t names[] = {
        {(const uint8_t *)"\x82\x0b"
                          "a.example\0b",
         13},
        {(const uint8_t *)"\x82\x0b"
                          "a.exam\r\nple",
         13},
        {(const uint8_t *)"\x81\x03"
                          "a@\0",
         5},
        {(const uint8_t *)"\x86\x05"
                          "a://\n",
         7},
        {(const uint8_t *)"\x82\x02"
                          "\xc3\xbc",
         4},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        refuse(call, request(call, name_of(call, cases[i].tag, cases[i].value), NOTHING),
               SIGNET_INVALID, "name.malformed");
        call = fuzz_call();
        refuse(call,
               request(call, plain_name(call),
                       attribute(call, OID_CHALLENGE, wrap(call, cases[i].tag, cases[i].value))),
               SIGNET_INVALID, "name.malformed");
    }
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_bytes_t san = extension(call, OID_SAN, wrap(call, SIGNET_DER_SEQUENCE, names[i]));
        refuse(call, request(call, plain_name(call), request_extensions(call, san)), SIGNET_INVALID,
               "name.malformed");
    }
}
END_TEST

/* Case 70, as far as a request goes: an address of 5 octets. */
START_TEST(alternative_names)
{
    static const struct {
        signet_bytes_t value;
        int accepted;
    } cases[] = {
        {{(const uint8_t *)"\x87\x04\x01\x02\x03\x04", 6}, 1},
        {{(const uint8_t *)"\x87\x05\x01\x02\x03\x04\x05", 7}, 0},
        {{(const uint8_t *)"\x87\x00", 2}, 0},
        {{(const uint8_t *)"\x88\x03\x55\x1d\x11", 5}, 1},
        {{(const uint8_t *)"\x88\x03\x55\x1d\x91", 5}, 0},
        {{(const uint8_t *)"\x88\x00", 2}, 0},
        {{(const uint8_t *)"\xa0\x09\x06\x03\x55\x1d\x11\xa0\x02\x05\x00", 11}, 1},
        {{(const uint8_t *)"\xa0\x07\x06\x03\x55\x1d\x11\xa0\x00", 9}, 0},
        {{(const uint8_t *)"\xa0\x05\x06\x03\x55\x1d\x11", 7}, 0},
        {{(const uint8_t *)"\xa0\x0b\x06\x03\x55\x1d\x11\xa0\x04\x05\x00\x05\x00", 13}, 0},
        {{(const uint8_t *)"\xa4\x02\x30\x00", 4}, 1},
        {{(const uint8_t *)"\xa4\x04\x30\x02\x31\x00", 6}, 0},
        {{(const uint8_t *)"\xa4\x00", 2}, 0},
        {{(const uint8_t *)"\xa3\x00", 2}, 0},
        {{(const uint8_t *)"\x89\x00", 2}, 0},
        {{(const uint8_t *)"\xa2\x03\x82\x01\x61", 5}, 0},
        {{(const uint8_t *)"", 0}, 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        const signet_csr_t *csr = NULL;
        signet_bytes_t san =
            extension(call, OID_SAN, wrap(call, SIGNET_DER_SEQUENCE, cases[i].value));
        signet_bytes_t der = request(call, plain_name(call), request_extensions(call, san));
        int32_t status = signet_csr_parse(call, der, &csr);
        ck_assert_msg((status == SIGNET_OK) == cases[i].accepted, "%u", i);
        ck_assert(cases[i].accepted ? csr->name_count == 1 : failed_for(call, "name.malformed"));
    }
}
END_TEST

/* `depth` SEQUENCEs, one inside the other. */
static signet_bytes_t nest(signet_call_t *call, int depth)
{
    static uint8_t memory[50000];
    uint64_t length = 0;
    for (int i = 0; i < depth; i++) {
        uint8_t *end = memory + sizeof(memory) - length;
        unsigned header = length < 128 ? 2 : length < 256 ? 3 : 4;
        uint8_t *at = end - header;
        at[0] = SIGNET_DER_SEQUENCE;
        at[1] = header == 2 ? (uint8_t)length : (uint8_t)(0x80 + header - 2);
        if (header == 3) {
            at[2] = (uint8_t)length;
        } else if (header == 4) {
            at[2] = (uint8_t)(length >> 8);
            at[3] = (uint8_t)length;
        }
        length += header;
    }
    return signet_bytes_copy(call, (signet_bytes_t){memory + sizeof(memory) - length, length});
}

/* Case 64. */
START_TEST(not_der)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t good = request(call, plain_name(call), NOTHING);
    refuse(call, join(call, good, BYTES(0x00)), SIGNET_INVALID, "csr.malformed");
    call = fuzz_call();
    refuse(call, nest(call, 10000), SIGNET_INVALID, "csr.malformed");
    call = fuzz_call();
    refuse(call, request(call, nest(call, 10000), NOTHING), SIGNET_INVALID, "name.malformed");
    call = fuzz_call();
    refuse(call, request(call, plain_name(call), attribute(call, OID_OTHER, nest(call, 10000))),
           SIGNET_INVALID, "csr.malformed");
    call = fuzz_call();
    signet_bytes_t other = wrap(
        call, 0xa0,
        join(call, wrap(call, SIGNET_DER_OID, OID_OTHER), wrap(call, 0xa0, nest(call, 10000))));
    signet_bytes_t san = extension(call, OID_SAN, wrap(call, SIGNET_DER_SEQUENCE, other));
    refuse(call, request(call, plain_name(call), request_extensions(call, san)), SIGNET_INVALID,
           "name.malformed");
    /* Sixteen levels are still taken where any value may stand. */
    call = fuzz_call();
    accept(call, request(call, plain_name(call), attribute(call, OID_OTHER, nest(call, 16))));
    refuse(call, request(call, plain_name(call), attribute(call, OID_OTHER, nest(call, 17))),
           SIGNET_INVALID, "csr.malformed");
    static const signet_bytes_t heads[] = {
        {(const uint8_t *)"\x30\x80\x30\x80\x02\x01\x00\x00\x00\x00\x00", 11},
        {(const uint8_t *)"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff\x30\x03\x02\x01\x00", 15},
        {(const uint8_t *)"\x30\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00\x30\x03\x02\x01", 15},
        {(const uint8_t *)"\x30\x84\xff\xff\xff\xff\x30\x03\x02\x01\x00", 11},
        {(const uint8_t *)"", 0},
        {(const uint8_t *)"\x30", 1},
        {(const uint8_t *)"\x30\x00", 2},
    };
    for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        call = fuzz_call();
        refuse(call, heads[i], SIGNET_INVALID, "csr.malformed");
    }
    /* Cut off anywhere. */
    call = fuzz_call();
    good = request(call, plain_name(call), NOTHING);
    for (uint64_t length = 0; length < good.length; length++) {
        const signet_csr_t *csr = NULL;
        signet_bytes_t cut = signet_bytes_copy(call, (signet_bytes_t){good.data, length});
        ck_assert_int_eq(signet_csr_parse(call, cut, &csr), SIGNET_INVALID);
    }
}
END_TEST

/* Case 65. */
START_TEST(giant_oids)
{
    static uint8_t giant[60000];
    memset(giant, 0x81, sizeof(giant));
    giant[0] = 0x2b;
    giant[sizeof(giant) - 1] = 0x01;
    const uint64_t lengths[] = {12, 64, 65, 60000};
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const signet_bytes_t oid = {giant + sizeof(giant) - lengths[i], lengths[i]};
        signet_call_t *call = fuzz_call();
        signet_bytes_t entry = pair(call, oid, BYTES(0x0c, 0x01, 'a'));
        signet_bytes_t name = wrap(call, SIGNET_DER_SEQUENCE, wrap(call, SIGNET_DER_SET, entry));
        refuse(call, request(call, name, NOTHING), SIGNET_INVALID, "name.malformed");
        call = fuzz_call();
        refuse(call, request(call, plain_name(call), attribute(call, oid, BYTES(0x05, 0x00))),
               SIGNET_INVALID, "csr.malformed");
        call = fuzz_call();
        signet_bytes_t one = extension(call, oid, BYTES(0x05, 0x00));
        refuse(call, request(call, plain_name(call), request_extensions(call, one)), SIGNET_INVALID,
               "csr.malformed");
        call = fuzz_call();
        signet_bytes_t id = wrap(call, SIGNET_DER_SEQUENCE, wrap(call, 0x88, oid));
        signet_bytes_t san = extension(call, OID_SAN, id);
        refuse(call, request(call, plain_name(call), request_extensions(call, san)), SIGNET_INVALID,
               "name.malformed");
        call = fuzz_call();
        signet_bytes_t value = wrap(call, SIGNET_DER_OID, oid);
        refuse(call, request(call, plain_name(call), attribute(call, OID_OTHER, value)),
               SIGNET_INVALID, "csr.malformed");
    }
}
END_TEST

/* Case 75. */
START_TEST(duplicates)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t usage = extension(call, OID_KEY_USAGE, BYTES(0x03, 0x02, 0x07, 0x80));
    signet_bytes_t twice = join(call, usage, usage);
    refuse(call, request(call, plain_name(call), request_extensions(call, twice)), SIGNET_INVALID,
           "csr.duplicate-extension");
    call = fuzz_call();
    usage = extension(call, OID_KEY_USAGE, BYTES(0x03, 0x02, 0x07, 0x80));
    signet_bytes_t first = request_extensions(call, usage);
    refuse(call, request(call, plain_name(call), join(call, first, first)), SIGNET_INVALID,
           "csr.duplicate-extension-request");
    call = fuzz_call();
    first = request_extensions(call, EMPTY);
    signet_bytes_t second =
        attribute(call, OID_EXTENSION_REQUEST_MS, wrap(call, SIGNET_DER_SEQUENCE, EMPTY));
    refuse(call, request(call, plain_name(call), join(call, first, second)), SIGNET_INVALID,
           "csr.duplicate-extension-request");
    call = fuzz_call();
    first = attribute(
        call, OID_EXTENSION_REQUEST,
        join(call, wrap(call, SIGNET_DER_SEQUENCE, EMPTY), wrap(call, SIGNET_DER_SEQUENCE, EMPTY)));
    refuse(call, request(call, plain_name(call), first), SIGNET_INVALID, "csr.malformed");
    call = fuzz_call();
    first = attribute(call, OID_CHALLENGE, BYTES(0x0c, 0x01, 'x'));
    refuse(call, request(call, plain_name(call), join(call, first, first)), SIGNET_INVALID,
           "csr.duplicate-challenge");
}
END_TEST

/* Case 77. */
START_TEST(too_much)
{
    static uint8_t large[1U << 20];
    signet_call_t *call = fuzz_call();
    large[0] = 0x30;
    large[1] = 0x83;
    large[2] = 0x0f;
    large[3] = 0xff;
    large[4] = 0xfb;
    refuse(call, (signet_bytes_t){large, sizeof(large)}, SIGNET_TOO_LARGE, "csr.too-large");
    const unsigned counts[] = {SIGNET_CSR_MAX_NAMES, SIGNET_CSR_MAX_NAMES + 1, 10000};
    for (unsigned i = 0; i < 3; i++) {
        call = fuzz_call();
        signet_buffer_t names = signet_buffer(call, 0);
        for (unsigned j = 0; j < counts[i]; j++) {
            signet_der_add(&names, SIGNET_DER_CONTEXT(2), BYTES('a'));
        }
        signet_bytes_t san =
            extension(call, OID_SAN, wrap(call, SIGNET_DER_SEQUENCE, done(&names)));
        signet_bytes_t der = request(call, plain_name(call), request_extensions(call, san));
        if (i == 0) {
            ck_assert_uint_eq(accept(call, der)->name_count, SIGNET_CSR_MAX_NAMES);
        } else {
            refuse(call, der, SIGNET_TOO_LARGE, "name.too-many");
        }
    }
    call = fuzz_call();
    signet_buffer_t extensions = signet_buffer(call, 0);
    signet_buffer_t attributes = signet_buffer(call, 0);
    signet_buffer_t entries = signet_buffer(call, 0);
    for (uint8_t i = 0; i < 100; i++) {
        signet_bytes_t one = extension(call, BYTES(0x55, i), BYTES(0x05, 0x00));
        signet_buffer_add(&extensions, one.data, one.length);
        one = attribute(call, BYTES(0x55, i), BYTES(0x05, 0x00));
        signet_buffer_add(&attributes, one.data, one.length);
        one = wrap(call, SIGNET_DER_SET, pair(call, OID_CN, BYTES(0x0c, 0x01, 'a')));
        signet_buffer_add(&entries, one.data, one.length);
    }
    refuse(call, request(call, plain_name(call), request_extensions(call, done(&extensions))),
           SIGNET_TOO_LARGE, "csr.too-many-extensions");
    call->services->clear(call);
    refuse(call, request(call, plain_name(call), done(&attributes)), SIGNET_TOO_LARGE,
           "csr.too-many-attributes");
    call->services->clear(call);
    refuse(call, request(call, wrap(call, SIGNET_DER_SEQUENCE, done(&entries)), NOTHING),
           SIGNET_TOO_LARGE, "name.too-many-attributes");
}
END_TEST

/* Reading a request may cost little beside the 60 µs of its verification. */
START_TEST(speed)
{
    const make_spec_t spec = {
        .key = make_key(SIGNET_KEY_P256),
        .digest = "SHA256",
        .subject = "C=DE,O=Example,CN=a.example",
        .names = "DNS:a.example,DNS:b.example",
    };
    signet_call_t *call = fuzz_call();
    signet_bytes_t made = make_csr(call, &spec);
    uint8_t copy[2048];
    memcpy(copy, made.data, made.length);
    int64_t begin = cost_now_us();
    for (int i = 0; i < 10000; i++) {
        accept(fuzz_call(), (signet_bytes_t){copy, made.length});
    }
    /* 10 µs each: far above what is measured, far below what OpenSSL's reader takes. */
    ck_assert_int_le(cost_now_us() - begin, 10 * 10000 * COST_FACTOR);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csr");
    TCase *test = tcase_create("csr");
    tcase_add_test(test, what_clients_do_is_taken);
    tcase_add_test(test, strings);
    tcase_add_test(test, control_characters);
    tcase_add_test(test, alternative_names);
    tcase_add_test(test, not_der);
    tcase_add_test(test, giant_oids);
    tcase_add_test(test, duplicates);
    tcase_add_test(test, too_much);
    tcase_add_test(test, speed);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
