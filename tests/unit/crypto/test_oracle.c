/* Requests and certificates of every kind that OpenSSL makes, read by both. */
#include "oracle.h"
#include "run.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

static const struct {
    const char *type;
    const char *digest;
    int salt;
} kinds[] = {
    {SIGNET_KEY_P256, "SHA256", 0},     {SIGNET_KEY_P256, "SHA384", 0},
    {SIGNET_KEY_P384, "SHA384", 0},     {SIGNET_KEY_P521, "SHA512", 0},
    {SIGNET_KEY_RSA2048, "SHA256", 0},  {SIGNET_KEY_RSA2048, "SHA512", 0},
    {SIGNET_KEY_RSA2048, "SHA256", 32}, {SIGNET_KEY_RSA2048, "SHA384", 48},
    {SIGNET_KEY_RSA3072, "SHA512", 64}, {"RSA-2056", "SHA256", 0},
    {SIGNET_KEY_ED25519, NULL, 0},      {SIGNET_KEY_ED448, NULL, 0},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct {
    const char *subject;
    int string_type;
} subjects[] = {
    {NULL, 0},
    {"CN=a.example", 0},
    {"C=DE,ST=Bayern,L=M\xc3\xbcnchen,O=Beispiel GmbH,OU=Technik,CN=a.example", 0},
    {"CN=a,CN=b,CN=c+OU=d+O=e,DC=example,DC=com", 0},
    {"CN=wide", V_ASN1_BMPSTRING},
    {"CN=old", V_ASN1_T61STRING},
    {"serialNumber=12345,UID=x,emailAddress=a@b.example,1.2.3.4=x", V_ASN1_PRINTABLESTRING},
};

#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static const char *const name_sets[] = {
    NULL,
    "DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1",
    "email:a@b.example,URI:spiffe://a.example/"
    "x,RID:1.2.3.4,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@b",
};

#define NAME_SETS (sizeof(name_sets) / sizeof(name_sets[0]))

/* What the SDK last refused an input for. */
static const char *reason(void)
{
    signet_call_t *call = fuzz_call_current();
    const signet_error_t *error = call->services->error(call);
    return error != NULL ? error->message.data : "accepted";
}

START_TEST(requests)
{
    for (unsigned i = 0; i < KINDS * SUBJECTS * NAME_SETS; i++) {
        unsigned kind = i % KINDS;
        unsigned subject = i / KINDS % SUBJECTS;
        const make_spec_t spec = {
            .key = make_key(kinds[kind].type),
            .digest = kinds[kind].digest,
            .pss_salt = kinds[kind].salt,
            .subject = subjects[subject].subject,
            .string_type = subjects[subject].string_type,
            .names = name_sets[i / KINDS / SUBJECTS],
            .key_usage = i % 2 ? "critical,digitalSignature,keyEncipherment" : NULL,
            .constraints = i % 3 == 0 ? "CA:FALSE" : NULL,
            .challenge = i % 5 == 0 ? "s\xc3\xa9same" : NULL,
        };
        signet_call_t *call = fuzz_call();
        oracle_verdict_t verdict = oracle_csr(call, make_csr(call, &spec));
        ck_assert_msg(verdict.difference == NULL, "%s: %u", verdict.difference, i);
        ck_assert_msg(verdict.accepted, "%u: %s", i, reason());
    }
}
END_TEST

START_TEST(certificates)
{
    static const int64_t begins[] = {0, INT64_C(1700000000000), INT64_C(2524607999000),
                                     INT64_C(2524608000000), INT64_C(-631152000000)};
    static const char *const constraints[] = {NULL, "critical,CA:TRUE", "CA:TRUE,pathlen:0",
                                              "critical,CA:TRUE,pathlen:300", "CA:FALSE"};
    static const char *const usages[] = {NULL, "critical,keyCertSign,cRLSign",
                                         "digitalSignature,decipherOnly", "encipherOnly"};
    for (unsigned i = 0; i < KINDS * SUBJECTS * 3; i++) {
        unsigned kind = i % KINDS;
        unsigned subject = i / KINDS % SUBJECTS;
        const make_spec_t spec = {
            .key = make_key(kinds[kind].type),
            .digest = kinds[kind].digest,
            .pss_salt = kinds[kind].salt,
            .subject = subjects[subject].subject,
            .string_type = subjects[subject].string_type,
            .names = name_sets[i % NAME_SETS],
            .key_usage = usages[i % 4],
            .constraints = constraints[i % 5],
        };
        signet_call_t *call = fuzz_call();
        oracle_verdict_t verdict =
            oracle_x509(call, make_certificate(call, &spec, begins[i % 5], (int)(i * 37)));
        ck_assert_msg(verdict.difference == NULL, "%s: %u", verdict.difference, i);
        ck_assert_msg(verdict.accepted, "%u: %s", i, reason());
    }
}
END_TEST

/* Every octet of a request and of a certificate changed in turn: both must go on agreeing. */
START_TEST(changed_octets)
{
    static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};
    const make_spec_t spec = {
        .key = make_key(SIGNET_KEY_P256),
        .digest = "SHA256",
        .subject = "C=DE,O=Example+OU=x,CN=a.example",
        .names = name_sets[1],
        .key_usage = "critical,keyCertSign",
        .constraints = "critical,CA:TRUE,pathlen:1",
        .challenge = NULL,
    };
    signet_call_t *call = fuzz_call();
    signet_bytes_t originals[] = {make_csr(call, &spec),
                                  make_certificate(call, &spec, INT64_C(1700000000000), 90)};
    for (int kind = 0; kind < 2; kind++) {
        uint8_t copy[2048];
        uint64_t length = originals[kind].length;
        ck_assert_uint_le(length, sizeof(copy));
        memcpy(copy, originals[kind].data, length);
        for (uint64_t i = 0; i < length * sizeof(masks); i++) {
            uint8_t mask = masks[i % sizeof(masks)];
            copy[i / sizeof(masks)] ^= mask;
            const signet_bytes_t changed = {copy, length};
            oracle_verdict_t verdict =
                kind == 0 ? oracle_csr(fuzz_call(), changed) : oracle_x509(fuzz_call(), changed);
            copy[i / sizeof(masks)] ^= mask;
            ck_assert_msg(verdict.difference == NULL, "%s: octet %u ^ %02x of kind %d: %s",
                          verdict.difference, (unsigned)(i / sizeof(masks)), mask, kind, reason());
        }
        if (kind == 0) {
            /* The arena of the originals went with the first input. */
            call = fuzz_call();
            originals[1] = make_certificate(call, &spec, INT64_C(1700000000000), 90);
        }
    }
}
END_TEST

/* RSA keys of any size and exponent are read; their type says the size. */
START_TEST(key_types)
{
    static const struct {
        const char *type;
        const char *read_as; /* NULL: refused */
    } cases[] = {
        {SIGNET_KEY_P256, "EC-P256"}, {SIGNET_KEY_RSA2048, "RSA-2048"},
        {"RSA-2056", "RSA-2056"},     {"RSA-1024", "RSA-1024"},
        {"EC-secp256k1", NULL},       {"EC-brainpoolP256r1", NULL},
        {"EC-P-224", NULL},           {"X25519", NULL},
        {SIGNET_KEY_ED448, "ED448"},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        signet_bytes_t spki = make_spki(call, make_key(cases[i].type));
        int32_t status = signet_public_key_parse(call, spki, &key);
        if (cases[i].read_as == NULL) {
            ck_assert_int_eq(status, SIGNET_INVALID);
            ck_assert(failed_for(call, "key.unsupported"));
        } else {
            ck_assert_int_eq(status, SIGNET_OK);
            ck_assert(signet_text_is(key.type, cases[i].read_as));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oracle");
    TCase *test = tcase_create("oracle");
    OBJ_create("1.2.3.4", "testAttribute", "testAttribute");
    tcase_set_timeout(test, 100);
    tcase_add_test(test, requests);
    tcase_add_test(test, certificates);
    tcase_add_test(test, changed_octets);
    tcase_add_test(test, key_types);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
