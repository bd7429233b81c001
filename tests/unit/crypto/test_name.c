/* Names in their canonical form, names inside constraints, distinguished names as text and DER. */
#include "run.h"

#include <signet/sdk/name.h>
#include <string.h>

typedef struct name_case {
    const char *type;
    const char *value;
    const char *text; /* NULL: refused */
} name_case_t;

static void check(const name_case_t *cases, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        signet_call_t *call = fuzz_call();
        signet_canonical_t name;
        signet_canonical_t again;
        int32_t status =
            signet_name_canonical(call, cases[i].type, signet_text(cases[i].value), &name);
        const signet_error_t *error = call->services->error(call);
        if (cases[i].text == NULL) {
            ck_assert_msg(status == SIGNET_INVALID, "%s %s", cases[i].type, cases[i].value);
            ck_assert(failed_for(call, "name.invalid"));
            continue;
        }
        ck_assert_msg(status == SIGNET_OK, "%s", error != NULL ? error->message.data : "");
        ck_assert_msg(signet_text_is(name.text, cases[i].text), "%s", name.text.data);
        /* A canonical name is its own canonical form. */
        ck_assert_int_eq(signet_name_canonical(call, cases[i].type, name.value, &again), SIGNET_OK);
        ck_assert(signet_text_equal(name.text, again.text));
        ck_assert(signet_bytes_equal(name.encoded, again.encoded));
        if (name.type != 0xff) {
            const signet_general_name_t general = {name.type, name.encoded};
            ck_assert_int_eq(signet_name_from_general(call, &general, &again), SIGNET_OK);
            ck_assert(signet_text_equal(name.text, again.text));
        }
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

#define LABEL63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"

/* Cases 69 and 72. */
START_TEST(dns)
{
    static const name_case_t cases[] = {
        {"dns", "a.example", "dns:a.example"},
        {"dns", "A.Example", "dns:a.example"},
        {"dns", "localhost", "dns:localhost"},
        {"dns", "*.a.example", "dns:*.a.example"},
        {"dns", "*.A.EXAMPLE", "dns:*.a.example"},
        {"dns", "1a.2b", "dns:1a.2b"},
        {"dns", "m\xc3\xbcnchen.example", "dns:xn--mnchen-3ya.example"},
        {"dns", "M\xc3\x9cNCHEN.example", "dns:xn--mnchen-3ya.example"},
        {"dns", "mu\xcc\x88nchen.example", "dns:xn--mnchen-3ya.example"},
        {"dns", "xn--mnchen-3ya.example", "dns:xn--mnchen-3ya.example"},
        {"dns", "XN--MNCHEN-3YA.example", "dns:xn--mnchen-3ya.example"},
        {"dns", "fa\xc3\x9f.example", "dns:xn--fa-hia.example"},
        {"dns", "*.m\xc3\xbcnchen.example", "dns:*.xn--mnchen-3ya.example"},
        {"dns", LABEL63 ".example", "dns:" LABEL63 ".example"},
        {"dns", "", NULL},
        {"dns", ".", NULL},
        {"dns", "example.com.", NULL},
        {"dns", ".example.com", NULL},
        {"dns", "a..example", NULL},
        {"dns", LABEL63 "d.example", NULL},
        {"dns", "*", NULL},
        {"dns", "*.", NULL},
        {"dns", "*.example", NULL},
        {"dns", "*.*.x", NULL},
        {"dns", "*.*.x.example", NULL},
        {"dns", "f*.x.example", NULL},
        {"dns", "*f.x.example", NULL},
        {"dns", "a.*.example", NULL},
        {"dns", "**.x.example", NULL},
        {"dns", "a_b.example", NULL},
        {"dns", "-a.example", NULL},
        {"dns", "a-.example", NULL},
        {"dns", "ab--c.example", NULL},
        {"dns", "a b.example", NULL},
        {"dns", "a.example ", NULL},
        {"dns", "a\n.example", NULL},
        {"dns", "a.example:443", NULL},
        {"dns", "a/b.example", NULL},
        {"dns", "a@b.example", NULL},
        {"dns", "192.0.2.1", NULL},
        {"dns", "a.1", NULL},
        {"dns", "2001:db8::1", NULL},
        {"dns", "\xff.example", NULL},
        /* Punycode that is broken, decodes to ASCII, is not in its one form, or too long. */
        {"dns", "xn--a.example", NULL},
        {"dns", "xn--.example", NULL},
        {"dns", "xn--abc-.example", NULL},
        {"dns", "xn--99999999.example", NULL},
        {"dns", "xn--mnchen-3y\xc3\xa4.example", NULL},
        {"dns", "xn--fa-hia.xn--x.example", NULL},
        {"dns", "xn--" LABEL63 ".example", NULL},
        /* Emoji, and a joiner where IDNA 2008 has none. */
        {"dns", "\xf0\x9f\x92\xa9.example", NULL},
        {"dns", "xn--ls8h.example", NULL},
        {"dns",
         "a\xe2\x80\x8d"
         "b.example",
         NULL},
    };
    CHECK(cases);
    /* 253 octets fit, 254 do not. */
    char text[300];
    for (int i = 0; i < 254; i++) {
        text[i] = i % 50 == 49 ? '.' : 'a';
    }
    for (unsigned length = 253; length <= 254; length++) {
        signet_canonical_t name;
        int32_t status =
            signet_name_canonical(fuzz_call(), "dns", (signet_text_t){text, length}, &name);
        ck_assert_int_eq(status, length == 253 ? SIGNET_OK : SIGNET_INVALID);
    }
    /* A NUL within. */
    signet_canonical_t name;
    ck_assert_int_eq(
        signet_name_canonical(fuzz_call(), "dns", (signet_text_t){"a.example\0.b", 12}, &name),
        SIGNET_INVALID);
    ck_assert_int_eq(signet_name_canonical(fuzz_call(), "x400", SIGNET_TEXT("a"), &name),
                     SIGNET_UNSUPPORTED);
}
END_TEST

/* Case 70. */
START_TEST(addresses)
{
    static const name_case_t cases[] = {
        {"ip", "192.0.2.1", "ip:192.0.2.1"},
        {"ip", "2001:DB8:0:0:0:0:0:1", "ip:2001:db8::1"},
        {"ip", "2001:db8:0:0:1:0:0:1", "ip:2001:db8::1:0:0:1"},
        {"ip", "2001:db8:0:1:1:1:1:1", "ip:2001:db8:0:1:1:1:1:1"},
        {"ip", "::", "ip:::"},
        {"ip", "::ffff:192.0.2.1", "ip:::ffff:192.0.2.1"},
        {"ip", "", NULL},
        {"ip", "192.0.2", NULL},
        {"ip", "192.0.2.256", NULL},
        {"ip", "192.0.02.1", NULL},
        {"ip", "192.0.2.1.5", NULL},
        {"ip", "192.0.2.0/24", NULL},
        {"ip", "0xc0000201", NULL},
        {"ip", "fe80::1%eth0", NULL},
        {"ip", "[::1]", NULL},
        {"ip", " ::1", NULL},
        {"ip", "a.example", NULL},
        {"ip", "1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7", NULL},
    };
    CHECK(cases);
    const signet_general_name_t five = {7, BYTES(1, 2, 3, 4, 5)};
    const signet_general_name_t none = {7, {NULL, 0}};
    signet_canonical_t name;
    signet_call_t *call = fuzz_call();
    ck_assert_int_eq(signet_name_from_general(call, &five, &name), SIGNET_INVALID);
    ck_assert(failed_for(call, "name.invalid"));
    ck_assert_int_eq(signet_name_from_general(fuzz_call(), &none, &name), SIGNET_INVALID);
    const signet_general_name_t as_dns = {2, {(const uint8_t *)"192.0.2.1", 9}};
    ck_assert_int_eq(signet_name_from_general(fuzz_call(), &as_dns, &name), SIGNET_INVALID);
    const signet_general_name_t unicode = {2, {(const uint8_t *)"m\xc3\xbcnchen.example", 16}};
    ck_assert_int_eq(signet_name_from_general(fuzz_call(), &unicode, &name), SIGNET_INVALID);
    const signet_general_name_t directory = {4, BYTES(0x30, 0x00)};
    ck_assert_int_eq(signet_name_from_general(fuzz_call(), &directory, &name), SIGNET_UNSUPPORTED);
}
END_TEST

#define LOCAL64 LABEL63 "d"

/* Case 71. */
START_TEST(mailboxes_and_uris)
{
    static const name_case_t cases[] = {
        {"email", "A.b+c@Example.ORG", "email:A.b+c@example.org"},
        {"email", "a@m\xc3\xbcnchen.example", "email:a@xn--mnchen-3ya.example"},
        {"email", LOCAL64 "@a.example", "email:" LOCAL64 "@a.example"},
        {"email", LOCAL64 "e@a.example", NULL},
        {"email", "a@", NULL},
        {"email", "@a.example", NULL},
        {"email", "a", NULL},
        {"email", "", NULL},
        {"email", "a@b@c.example", NULL},
        {"email", "a@.example", NULL},
        {"email", "a@b.example.", NULL},
        {"email", "a@*.b.example", NULL},
        {"email", "a@192.0.2.1", NULL},
        {"email", ".a@b.example", NULL},
        {"email", "a.@b.example", NULL},
        {"email", "a..b@b.example", NULL},
        {"email", "\"a b\"@b.example", NULL},
        {"email", "a b@b.example", NULL},
        {"email", "\xc3\xbc@b.example", NULL},
        {"email", "a\r\n@b.example", NULL},
        {"uri", "HTTPS://A.Example/X?y=%2F#z", "uri:https://a.example/X?y=%2F#z"},
        {"uri", "https://a.example", "uri:https://a.example"},
        {"uri", "https://a.example:8443/", "uri:https://a.example:8443/"},
        {"uri", "https://192.0.2.1/", "uri:https://192.0.2.1/"},
        {"uri", "https://[2001:DB8::1]:443/", "uri:https://[2001:db8::1]:443/"},
        {"uri", "https://m\xc3\xbcnchen.example/", NULL},
        {"uri", "spiffe://trust.example/ns/a/sa/b", "uri:spiffe://trust.example/ns/a/sa/b"},
        {"uri", "URN:uuid:f81d4fae", "uri:urn:uuid:f81d4fae"},
        {"uri", "sip:a@b.example", "uri:sip:a@b.example"},
        {"uri", "https:///x", NULL},
        {"uri", "https://", NULL},
        {"uri", "https:x", NULL},
        {"uri", "file:///x", NULL},
        {"uri", "file:/x", NULL},
        {"uri", "urn:", NULL},
        {"uri", "//a.example/", NULL},
        {"uri", "/x", NULL},
        {"uri", "", NULL},
        {"uri", "a.example/x", NULL},
        {"uri", "1http://a.example", NULL},
        {"uri", "https://u@a.example/", NULL},
        {"uri", "https://u:p@a.example/", NULL},
        {"uri", "https://a.example:/", NULL},
        {"uri", "https://a.example:0/", NULL},
        {"uri", "https://a.example:65536/", NULL},
        {"uri", "https://a.example:4x/", NULL},
        {"uri", "https://:443/", NULL},
        {"uri", "https://[::1/", NULL},
        {"uri", "https://[192.0.2.1]/", NULL},
        {"uri", "https://[::1]x/", NULL},
        {"uri", "https://::1/", NULL},
        {"uri", "https://*.a.example/", NULL},
        {"uri", "https://a%2eexample/", NULL},
        {"uri", "https://a.example/%2", NULL},
        {"uri", "https://a.example/%zz", NULL},
        {"uri", "https://a.example/ x", NULL},
        {"uri", "https://a.example/<", NULL},
        {"uri", "https://a.example\\x", NULL},
        {"cn", "Jos\xc3\xa9 D.", "cn:Jos\xc3\xa9 D."},
        {"cn", "", NULL},
        {"cn", " a", NULL},
        {"cn", "a ", NULL},
        {"cn", "a\nb", NULL},
        {"cn", "\xff", NULL},
        {"cn", LABEL63 "de", NULL},
    };
    CHECK(cases);
}
END_TEST

static signet_general_name_t constraint_of(uint8_t type, const char *value, uint64_t length)
{
    return (signet_general_name_t){type, {(const uint8_t *)value, length}};
}

START_TEST(constraints)
{
    static const struct {
        const char *type;
        const char *name;
        const char *constraint;
        int within;
        int meets;
    } cases[] = {
        {"dns", "example.com", "example.com", 1, 1},
        {"dns", "a.example.com", "EXAMPLE.com", 1, 1},
        {"dns", "a.b.example.com", "example.com", 1, 1},
        {"dns", "aexample.com", "example.com", 0, 0},
        {"dns", "example.com", ".example.com", 0, 1},
        {"dns", "a.example.com", ".example.com", 1, 1},
        {"dns", "example.com", "a.example.com", 0, 0},
        {"dns", "example.com", "", 1, 1},
        {"dns", "example.com", ".", 0, 0},
        {"dns", "*.example.com", "example.com", 1, 1},
        {"dns", "*.example.com", "a.example.com", 0, 1},
        {"dns", "*.example.com", "b.other.com", 0, 0},
        {"dns", "*.a.example.com", "a.example.com", 1, 1},
        {"email", "a@example.com", "example.com", 1, 1},
        {"email", "a@b.example.com", "example.com", 0, 0},
        {"email", "a@b.example.com", ".example.com", 1, 1},
        {"email", "a@example.com", ".example.com", 0, 0},
        {"email", "a@example.com", "a@Example.com", 1, 1},
        {"email", "A@example.com", "a@example.com", 0, 1},
        {"email", "a@example.com", "", 0, 1},
        {"uri", "https://example.com/", "", 0, 1},
        {"uri", "https://example.com/x", "example.com", 1, 1},
        {"uri", "https://a.example.com/x", "example.com", 0, 0},
        {"uri", "https://a.example.com:8/x", ".example.com", 1, 1},
        {"uri", "https://192.0.2.1/", "192.0.2.1", 0, 1},
        {"uri", "https://[::1]/", "[::1]", 0, 1},
        {"uri", "urn:example.com", "example.com", 0, 1},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_canonical_t name;
        ck_assert_int_eq(
            signet_name_canonical(fuzz_call(), cases[i].type, signet_text(cases[i].name), &name),
            SIGNET_OK);
        signet_general_name_t constraint =
            constraint_of(name.type, cases[i].constraint, strlen(cases[i].constraint));
        ck_assert_msg(signet_name_within(&name, &constraint) == cases[i].within, "%s in %s",
                      cases[i].name, cases[i].constraint);
        ck_assert_msg(signet_name_meets(&name, &constraint) == cases[i].meets, "%s meets %s",
                      cases[i].name, cases[i].constraint);
        constraint.type = 4;
        ck_assert(!signet_name_within(&name, &constraint));
        ck_assert(!signet_name_meets(&name, &constraint));
    }
}
END_TEST

/* Constraints of one authority inside those of the authority above. */
START_TEST(nested_constraints)
{
    static const struct {
        uint8_t type;
        const char *inner;
        const char *outer;
        int within;
    } cases[] = {
        {2, "example.com", "example.com", 1},
        {2, "a.example.com", "Example.com", 1},
        {2, "example.com", "a.example.com", 0},
        {2, "aexample.com", "example.com", 0},
        {2, ".example.com", "example.com", 1},
        {2, ".example.com", ".example.com", 1},
        {2, "example.com", ".example.com", 0},
        {2, ".a.example.com", ".example.com", 1},
        {2, "example.com", "", 1},
        {2, "", "example.com", 0},
        {1, "a@example.com", "a@example.com", 1},
        {1, "a@example.com", "example.com", 1},
        {1, "a@b.example.com", "example.com", 0},
        {1, "a@b.example.com", ".example.com", 1},
        {1, "example.com", "a@example.com", 0},
        {1, "example.com", "example.com", 1},
        {1, "example.com", ".example.com", 0},
        {1, ".example.com", "example.com", 0},
        {1, ".b.example.com", ".example.com", 1},
        {6, "a.example.com", ".example.com", 1},
        {6, "a.example.com", "example.com", 0},
        {6, ".example.com", ".example.com", 1},
        {6, ".example.com", "example.com", 0},
        {8, "same", "same", 1},
        {8, "same", "other", 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const signet_general_name_t inner =
            constraint_of(cases[i].type, cases[i].inner, strlen(cases[i].inner));
        const signet_general_name_t outer =
            constraint_of(cases[i].type, cases[i].outer, strlen(cases[i].outer));
        ck_assert_msg(signet_constraint_within(&inner, &outer) == cases[i].within, "%s in %s",
                      cases[i].inner, cases[i].outer);
    }
    const signet_general_name_t wide = constraint_of(7, "\xc0\x00\x02\x00\xff\xff\xff\x00", 8);
    const signet_general_name_t narrow = constraint_of(7, "\xc0\x00\x02\x40\xff\xff\xff\xc0", 8);
    ck_assert(signet_constraint_within(&narrow, &wide));
    ck_assert(!signet_constraint_within(&wide, &narrow));
    const signet_general_name_t other = constraint_of(2, "example.com", 11);
    ck_assert(!signet_constraint_within(&other, &wide));
}
END_TEST

#define V6_NETWORK                                                                                 \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0"

/* Case 70: an address outside its network. */
START_TEST(networks)
{
    static const struct {
        const char *address;
        const char *constraint;
        uint64_t length;
        int within;
    } cases[] = {
        {"192.0.2.7", "\xc0\x00\x02\x00\xff\xff\xff\x00", 8, 1},
        {"192.0.3.7", "\xc0\x00\x02\x00\xff\xff\xff\x00", 8, 0},
        {"192.0.2.7", "\x00\x00\x00\x00\x00\x00\x00\x00", 8, 1},
        {"192.0.2.7", "\xc0\x00\x02\x00\xff\xff\xff", 7, 0},
        {"192.0.2.7", "", 0, 0},
        {"2001:db8::1", "\xc0\x00\x02\x00\xff\xff\xff\x00", 8, 0},
        {"2001:db8::1", V6_NETWORK, 32, 1},
        {"2001:db9::1", V6_NETWORK, 32, 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_canonical_t name;
        ck_assert_int_eq(
            signet_name_canonical(fuzz_call(), "ip", signet_text(cases[i].address), &name),
            SIGNET_OK);
        const signet_general_name_t constraint =
            constraint_of(7, cases[i].constraint, cases[i].length);
        ck_assert_int_eq(signet_name_within(&name, &constraint), cases[i].within);
    }
}
END_TEST

/* Encodes, reads again and writes as text. */
static signet_text_t round_trip(signet_call_t *call, const signet_text_t *types,
                                const signet_text_t *values, uint64_t count)
{
    signet_bytes_t encoded;
    const signet_attribute_t *attributes = NULL;
    uint64_t attribute_count = 0;
    signet_text_t text;
    ck_assert_int_eq(signet_name_encode(call, types, values, count, &encoded), SIGNET_OK);
    ck_assert_int_eq(signet_name_parse(call, encoded, &attributes, &attribute_count), SIGNET_OK);
    ck_assert_uint_eq(attribute_count, count);
    for (uint64_t i = 0; i < count; i++) {
        ck_assert(signet_text_equal(attributes[i].value, values[i]));
        ck_assert_uint_eq(attributes[i].rdn, i);
    }
    ck_assert_int_eq(signet_name_text(call, attributes, attribute_count, &text), SIGNET_OK);
    return text;
}

START_TEST(distinguished_names)
{
    const signet_text_t types[] = {SIGNET_TEXT("C"),    SIGNET_TEXT("O"),   SIGNET_TEXT("OU"),
                                   SIGNET_TEXT("cn"),   SIGNET_TEXT("UID"), SIGNET_TEXT("2.5.4.12"),
                                   SIGNET_TEXT("1.2.3")};
    const signet_text_t values[] = {SIGNET_TEXT("DE"),
                                    SIGNET_TEXT("Example, Inc."),
                                    SIGNET_TEXT(" a+b=\"c\\;<>"),
                                    SIGNET_TEXT("#J\xc3\xbcrgen "),
                                    SIGNET_TEXT("u1"),
                                    SIGNET_TEXT("Dr."),
                                    SIGNET_TEXT("x")};
    signet_call_t *call = fuzz_call();
    ck_assert(signet_text_is(round_trip(call, types, values, 7),
                             "1.2.3=#0c0178,title=Dr.,UID=u1,CN=\\#J\xc3\xbcrgen\\ ,"
                             "OU=\\ a\\+b=\\\"c\\\\\\;\\<\\>,O=Example\\, Inc.,C=DE"));
    ck_assert_uint_eq(round_trip(call, types, values, 0).length, 0);
    ck_assert_uint_eq(signet_attribute_oid(SIGNET_TEXT("1.2.3")).length, 0);
    ck_assert(signet_bytes_equal(signet_attribute_oid(SIGNET_TEXT("2.5.4.3")), BYTES(0x55, 4, 3)));
    ck_assert(signet_bytes_equal(signet_attribute_oid(SIGNET_TEXT("CN")), BYTES(0x55, 4, 3)));
}
END_TEST

START_TEST(attributes_out_of_bounds)
{
    static const struct {
        const char *type;
        const char *value;
        int accepted;
    } cases[] = {
        {"CN", LOCAL64, 1},
        {"CN", LOCAL64 "x", 0},
        {"CN", LABEL63 "\xc3\xbc", 1}, /* characters count, not octets */
        {"CN", "", 0},
        {"CN", "a\nb", 0},
        {"CN", "\xff", 0},
        {"C", "DE", 1},
        {"C", "D", 0},
        {"C", "DEU", 0},
        {"C", "\xc3\xbc\xc3\xbc", 0},
        {"serialNumber", "A-1 (x)", 1},
        {"serialNumber", "a_b", 0},
        {"emailAddress", "a@b.example", 1},
        {"emailAddress", "\xc3\xbc@b.example", 0},
        {"2.5.4.3", LOCAL64 "x", 0},
        {"nothing", "x", 0},
        {"1.2", "x", 1},
        {"1.40.1", "x", 0},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const signet_text_t type = signet_text(cases[i].type);
        const signet_text_t value = signet_text(cases[i].value);
        signet_bytes_t encoded;
        int32_t status = signet_name_encode(fuzz_call(), &type, &value, 1, &encoded);
        ck_assert_msg(status == (cases[i].accepted ? SIGNET_OK : SIGNET_INVALID), "%s=%s",
                      cases[i].type, cases[i].value);
    }
}
END_TEST

/* RDNs of several attributes, in text as '+'. */
START_TEST(compound_rdns)
{
    const make_spec_t spec = {
        .key = make_key(SIGNET_KEY_P256), .digest = "SHA256", .subject = "C=DE,CN=a+O=e,CN=b"};
    signet_call_t *call = fuzz_call();
    const signet_csr_t *csr = NULL;
    signet_text_t text;
    ck_assert_int_eq(signet_csr_parse(call, make_csr(call, &spec), &csr), SIGNET_OK);
    ck_assert_int_eq(signet_name_text(call, csr->attributes, csr->attribute_count, &text),
                     SIGNET_OK);
    ck_assert_msg(signet_text_is(text, "CN=b,CN=a+O=e,C=DE"), "%s", text.data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("name");
    TCase *test = tcase_create("name");
    tcase_add_test(test, dns);
    tcase_add_test(test, addresses);
    tcase_add_test(test, mailboxes_and_uris);
    tcase_add_test(test, constraints);
    tcase_add_test(test, nested_constraints);
    tcase_add_test(test, networks);
    tcase_add_test(test, distinguished_names);
    tcase_add_test(test, attributes_out_of_bounds);
    tcase_add_test(test, compound_rdns);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
