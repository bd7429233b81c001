/* Issuance: every shipped profile, what a certificate holds, request ids, validity, permissions. */
#include "world.h"

#include <openssl/x509.h>
#include <string.h>

static X509 *parse(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

static int64_t milliseconds(const ASN1_TIME *time)
{
    struct tm parts;
    ck_assert_int_eq(ASN1_TIME_to_tm(time, &parts), 1);
    return (int64_t)timegm(&parts) * 1000;
}

/* Holds the record against what OpenSSL reads from the certificate. */
static void compare_with_openssl(const signet_certificate_t *certificate)
{
    X509 *x509 = parse(certificate->der);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    unsigned char octets[20];
    unsigned char digest[32];
    ck_assert_int_eq(BN_num_bytes(number), (int)certificate->serial.length);
    BN_bn2bin(number, octets);
    ck_assert_mem_eq(octets, certificate->serial.data, certificate->serial.length);
    BN_free(number);
    ck_assert_int_eq(X509_get_version(x509), X509_VERSION_3);
    ck_assert_int_eq(milliseconds(X509_get0_notBefore(x509)), certificate->not_before);
    ck_assert_int_eq(milliseconds(X509_get0_notAfter(x509)), certificate->not_after);
    ck_assert_int_eq(X509_digest(x509, EVP_sha256(), digest, NULL), 1);
    ck_assert_mem_eq(digest, certificate->fingerprint.data, sizeof digest);
    char subject[512];
    BIO *memory = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(memory, X509_get_subject_name(x509), 0,
                       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    int length = BIO_read(memory, subject, sizeof subject);
    BIO_free(memory);
    if (length < 0)
        length = 0;
    ck_assert_int_eq(length, (int)certificate->subject.length);
    ck_assert_mem_eq(subject, certificate->subject.data, certificate->subject.length);
    /* OpenSSL encodes it as we did. */
    unsigned char *der = NULL;
    int again = i2d_X509(x509, &der);
    ck_assert_int_eq(again, (int)certificate->der.length);
    ck_assert_mem_eq(der, certificate->der.data, certificate->der.length);
    OPENSSL_free(der);
    X509_free(x509);
}

static void stored_as_answered(const signet_certificate_t *certificate)
{
    const signet_certificate_t *stored = world_get(certificate);
    ck_assert_ptr_nonnull(stored);
    ck_assert(signet_bytes_equal(stored->der, certificate->der));
    ck_assert(signet_bytes_equal(stored->fingerprint, certificate->fingerprint));
    ck_assert(signet_text_equal(stored->subject, certificate->subject));
    ck_assert(signet_text_equal(stored->profile, certificate->profile));
    ck_assert(signet_text_equal(stored->requester, certificate->requester));
    ck_assert(signet_text_equal(stored->asked, certificate->asked));
    ck_assert(signet_text_is(stored->state, SIGNET_CERTIFICATE_VALID));
    ck_assert_uint_eq(stored->name_count, certificate->name_count);
    for (uint64_t i = 0; i < stored->name_count; i++)
        ck_assert(signet_text_equal(stored->names[i], certificate->names[i]));
    ck_assert_int_eq(stored->not_after, certificate->not_after);
    ck_assert_uint_eq(stored->version, 1);
}

typedef struct sample {
    const char *profile;
    const char *authority; /* NULL: the profile's */
    const char *chain;
    const char *subject;
    const char *san;
    const char *expected; /* subject, RFC 4514 */
    uint32_t usage;       /* of OpenSSL */
    uint32_t extended;
} sample_t;

static const sample_t samples[] = {
    {"tls-server", NULL, "tls", "/O=Ignored/CN=www.a.example",
     "DNS:www.a.example,DNS:a.example,IP:192.0.2.1,IP:2001:db8::1", "CN=www.a.example",
     X509v3_KU_DIGITAL_SIGNATURE, XKU_SSL_SERVER},
    {"tls-server", NULL, "tls", "", "DNS:only.example", "CN=only.example",
     X509v3_KU_DIGITAL_SIGNATURE, XKU_SSL_SERVER},
    {"tls-client", NULL, "tls", "/CN=billing", "DNS:billing.example,URI:urn:x:1", "CN=billing",
     X509v3_KU_DIGITAL_SIGNATURE, XKU_SSL_CLIENT},
    {"device", NULL, "device", "/CN=Sensor 7/serialNumber=A-12", NULL,
     "CN=Sensor 7,serialNumber=A-12", X509v3_KU_DIGITAL_SIGNATURE, XKU_SSL_CLIENT},
    {"user", NULL, "user", "/CN=J\xc3\xbcrgen Gro\xc3\x9f", "email:J.Gross@Mail.Example",
     "CN=J\xc3\xbcrgen Gro\xc3\x9f", X509v3_KU_DIGITAL_SIGNATURE, XKU_SSL_CLIENT | XKU_SMIME},
    {"code-signing", NULL, "code-signing", "/C=DE/O=Example/CN=Release team", NULL,
     "CN=Release team,O=Example,C=DE", X509v3_KU_DIGITAL_SIGNATURE, XKU_CODE_SIGN},
    {"workload", NULL, "workload", "/CN=Ignored", "URI:spiffe://example.com/ns/a/sa/b", "",
     X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_KEY_AGREEMENT, XKU_SSL_SERVER | XKU_SSL_CLIENT},
    {"subordinate-ca", "policy", "policy", "/O=Example/CN=Another CA", NULL,
     "CN=Another CA,O=Example", X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN, 0},
    {"ocsp-responder", "root", "root", "/CN=Root responder", NULL, "CN=Root responder",
     X509v3_KU_DIGITAL_SIGNATURE, XKU_OCSP_SIGN},
};

START_TEST(every_shipped_profile_issues_what_openssl_verifies)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const sample_t *sample = &samples[i];
        const signet_certificate_t *certificate = NULL;
        signet_issue_request_t request = {.size = sizeof request,
                                          .profile = signet_text(sample->profile),
                                          .authority = signet_text(sample->authority),
                                          .csr = world_csr(NULL, sample->subject, sample->san)};
        expect_ok(world_ask(&request, &certificate));
        ck_assert_msg(signet_text_is(certificate->subject, sample->expected), "%.*s",
                      SIGNET_FORMAT(certificate->subject));
        compare_with_openssl(certificate);
        stored_as_answered(certificate);
        ck_assert(world_verifies(certificate->der, sample->chain));
        X509 *x509 = parse(certificate->der);
        int authority = (X509_get_extension_flags(x509) & EXFLAG_CA) != 0;
        ck_assert_int_eq(authority, strcmp(sample->profile, "subordinate-ca") == 0);
        ck_assert_uint_eq(X509_get_key_usage(x509), sample->usage);
        if (sample->extended != 0)
            ck_assert_uint_eq(X509_get_extended_key_usage(x509), sample->extended);
        ck_assert_ptr_nonnull(X509_get0_authority_key_id(x509));
        ck_assert_ptr_nonnull(X509_get0_subject_key_id(x509));
        X509_free(x509);
    }
    ck_assert_uint_eq(world_records("ca.intents"), 0);
}
END_TEST

START_TEST(keys_of_each_type_are_certified)
{
    EVP_PKEY *keys[] = {EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048),
                        EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    for (size_t i = 0; i < 3; i++) {
        const signet_certificate_t *certificate =
            world_issued("tls-server", world_csr(keys[i], "", "DNS:a.example"));
        X509 *x509 = parse(certificate->der);
        /* Encipherment is for RSA keys alone. */
        uint32_t expected = X509v3_KU_DIGITAL_SIGNATURE | (i == 1 ? X509v3_KU_KEY_ENCIPHERMENT : 0);
        ck_assert_uint_eq(X509_get_key_usage(x509), expected);
        X509_free(x509);
        ck_assert(world_verifies(certificate->der, "tls"));
        compare_with_openssl(certificate);
        EVP_PKEY_free(keys[i]);
    }
    EVP_PKEY *brainpool = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521");
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("tls-server", world_csr(brainpool, "", "DNS:a.example"), &none),
                 SIGNET_INVALID, "profile.key-type");
    EVP_PKEY_free(brainpool);
}
END_TEST

START_TEST(urls_of_the_authority_are_in_the_certificate)
{
    const signet_certificate_t *certificate =
        world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"));
    X509 *x509 = parse(certificate->der);
    STACK_OF(OPENSSL_STRING) *responders = X509_get1_ocsp(x509);
    ck_assert_int_eq(sk_OPENSSL_STRING_num(responders), 1);
    ck_assert_str_eq(sk_OPENSSL_STRING_value(responders, 0), "http://ocsp.example/");
    X509_email_free(responders);
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);
    ck_assert_int_eq(sk_ACCESS_DESCRIPTION_num(access), 2);
    AUTHORITY_INFO_ACCESS_free(access);
    CRL_DIST_POINTS *points = X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
    ck_assert_int_eq(sk_DIST_POINT_num(points), 1);
    const DIST_POINT *point = sk_DIST_POINT_value(points, 0);
    ck_assert_int_eq(sk_GENERAL_NAME_num(point->distpoint->name.fullname), 2);
    CRL_DIST_POINTS_free(points);
    X509_free(x509);
}
END_TEST

START_TEST(an_issuance_is_two_commits_and_the_intent_comes_first)
{
    signet_bytes_t csr = world_csr(NULL, "", "DNS:a.example");
    uint64_t issued = world_entries(SIGNET_EVENT_CERTIFICATE_ISSUED);
    memset(&fault, 0, sizeof fault);
    world_issued("tls-server", csr);
    ck_assert_uint_eq(fault.store_commits, 1);
    ck_assert_uint_eq(fault.journal_commits, 1);
    ck_assert_uint_eq(fault.store_reads, 0);
    ck_assert_uint_eq(fault.signatures, 1);
    ck_assert_int_eq(fault.intent_before_signature, 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_ISSUED), issued + 1);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
}
END_TEST

START_TEST(the_same_request_id_answers_the_first_certificate)
{
    const signet_certificate_t *first = NULL;
    const signet_certificate_t *second = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .request_id = SIGNET_TEXT("rest/abc"),
                                      .profile = SIGNET_TEXT("tls-server"),
                                      .csr = world_csr(NULL, "", "DNS:a.example")};
    expect_ok(world_ask(&request, &first));
    memset(&fault, 0, sizeof fault);
    expect_ok(world_ask(&request, &second));
    ck_assert_uint_eq(fault.signatures, 0);
    ck_assert(signet_bytes_equal(first->der, second->der));
    ck_assert(signet_text_is(second->request_id, "rest/abc"));
    request.csr = world_csr(NULL, "", "DNS:a.example");
    expect_error(world_ask(&request, &second), SIGNET_CONFLICT, "request.id-reused");
    ck_assert_uint_eq(fault.signatures, 0);
}
END_TEST

START_TEST(a_request_id_belongs_to_who_used_it)
{
    const signet_certificate_t *certificate = NULL;
    signet_call_t *first = call;
    signet_issue_request_t request = {.size = sizeof request,
                                      .request_id = SIGNET_TEXT("rest/def"),
                                      .profile = SIGNET_TEXT("tls-server"),
                                      .csr = world_csr(NULL, "", "DNS:a.example")};
    expect_ok(world_ask(&request, &certificate));
    call = signet_check_call(check, "token:other", "requester");
    expect_error(world_ask(&request, &certificate), SIGNET_CONFLICT, "request.id-reused");
    signet_check_call_end(call);
    call = first;
}
END_TEST

START_TEST(names_may_be_asked_for_beside_the_request)
{
    const signet_certificate_t *certificate = NULL;
    const signet_requested_name_t names[] = {
        {.size = sizeof names[0],
         .type = SIGNET_TEXT_INIT("dns"),
         .value = SIGNET_TEXT_INIT("B\xc3\xbc"
                                   "cher.Example")},
        {.size = sizeof names[0],
         .type = SIGNET_TEXT_INIT("ip"),
         .value = SIGNET_TEXT_INIT("2001:DB8:0::1")},
        {.size = sizeof names[0],
         .type = SIGNET_TEXT_INIT("dns"),
         .value = SIGNET_TEXT_INIT("xn--bcher-kva.example")},
    };
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("tls-server"),
                                      .csr = world_csr(NULL, "/CN=in.csr", "DNS:in.csr.example"),
                                      .names = names,
                                      .name_count = 3};
    expect_ok(world_ask(&request, &certificate));
    ck_assert_uint_eq(certificate->name_count, 3);
    ck_assert(signet_text_is(certificate->names[0], "dns:xn--bcher-kva.example"));
    ck_assert(signet_text_is(certificate->names[1], "ip:2001:db8::1"));
    ck_assert(signet_text_is(certificate->names[2], "cn:xn--bcher-kva.example"));
    compare_with_openssl(certificate);
    const signet_requested_name_t odd = {
        .size = sizeof odd, .type = SIGNET_TEXT_INIT("oid"), .value = SIGNET_TEXT_INIT("1.2.3")};
    request.names = &odd;
    request.name_count = 1;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.name-type");
}
END_TEST

START_TEST(a_common_name_must_be_among_the_names_of_a_server)
{
    const signet_certificate_t *certificate = NULL;
    expect_error(world_issue("tls-server", world_csr(NULL, "/CN=bank.example", "DNS:a.example"),
                             &certificate),
                 SIGNET_INVALID, "profile.common-name");
    expect_error(world_issue("tls-server", world_csr(NULL, "/CN=a.example", NULL), &certificate),
                 SIGNET_INVALID, "profile.name-required");
    expect_error(world_issue("device", world_csr(NULL, "/O=x", NULL), &certificate), SIGNET_INVALID,
                 "profile.subject-required");
}
END_TEST

#define SPAN 1000

START_TEST(validity_is_clipped_to_the_issuer_or_refused)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_authority_t *const *list = NULL;
    uint64_t count = 0;
    int64_t limit = 0;
    expect_ok(ca->authorities(instance, call, &list, &count));
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_is(list[i]->name, "device"))
            limit = list[i]->not_after;
    }
    signet_bytes_t csr = world_csr(NULL, "/CN=x", NULL);
    const signet_certificate_t *certificate = world_issued("device", csr);
    /* The device CA is valid for 60 days, its profile asks for a year. */
    ck_assert_int_eq(certificate->not_after, limit);
    ck_assert(world_verifies(certificate->der, "device"));
    expect_error(world_issue("whole", csr, &certificate), SIGNET_INVALID,
                 "profile.validity-exceeds-issuer");
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("whole"),
                                      .csr = csr,
                                      .not_after = limit + SPAN};
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID,
                 "profile.validity-exceeds-issuer");
    request.not_after = limit;
    expect_ok(world_ask(&request, &certificate));
    ck_assert_int_eq(certificate->not_after, limit);
    /* Both ends are included: 100 days are 8,640,000 seconds. */
    request.profile = SIGNET_TEXT("long");
    request.not_after = 0;
    request.not_before = signet_now() + SPAN;
    expect_ok(world_ask(&request, &certificate));
    ck_assert_int_eq(certificate->not_after - certificate->not_before,
                     INT64_C(100) * 24 * 3600 * 1000 - SPAN);
    compare_with_openssl(certificate);
    /* Not before the issuer's own notBefore, although the profile's backdate reaches further. */
    certificate = world_issued("long", csr);
    ck_assert(world_verifies(certificate->der, "tls"));
    ck_assert_int_gt(certificate->not_before, signet_now() - 600 * SPAN);
    request.not_before = 0;
    request.not_after = signet_now() - 1000;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.validity");
    request.not_after = 0;
    request.not_before = signet_now() - 2 * 3600 * 1000;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.validity");
    request.not_before = INT64_MAX;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.validity");
    request.not_before = 0;
    request.not_after = INT64_MAX;
    expect_ok(world_ask(&request, &certificate));
    request.not_after = INT64_MIN;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.validity");
}
END_TEST

#define LAST_OF_2049 INT64_C(2524607999000)

START_TEST(dates_around_2050_are_encoded_as_they_must_be)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("far"),
                                      .csr = world_csr(NULL, "/CN=x", NULL)};
    for (int i = 0; i < 2; i++) {
        request.not_after = LAST_OF_2049 + i * SPAN;
        expect_ok(world_ask(&request, &certificate));
        ck_assert_int_eq(certificate->not_after, request.not_after);
        compare_with_openssl(certificate);
        X509 *x509 = parse(certificate->der);
        ck_assert_int_eq(ASN1_STRING_type(X509_get0_notAfter(x509)),
                         i == 0 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME);
        X509_free(x509);
        ck_assert(world_verifies(certificate->der, "root"));
    }
}
END_TEST

START_TEST(only_who_may_gets_a_certificate)
{
    const signet_certificate_t *certificate = NULL;
    signet_bytes_t csr = world_csr(NULL, "/CN=x", "DNS:a.example");
    signet_bytes_t code = world_csr(NULL, "/CN=x", NULL);
    signet_call_t *officer = call;
    call = signet_check_call(check, "token:auditor", "auditor");
    expect_error(world_issue("tls-client", csr, &certificate), SIGNET_DENIED, "permission.profile");
    signet_check_call_end(call);
    call = signet_check_call(check, "token:requester", "requester@device");
    expect_error(world_issue("tls-client", csr, &certificate), SIGNET_DENIED, "permission.profile");
    expect_error(world_issue("code-signing", code, &certificate), SIGNET_DENIED,
                 "permission.profile");
    signet_check_call_end(call);
    call = signet_check_call(check, "", "");
    expect_error(world_issue("tls-client", csr, &certificate), SIGNET_DENIED, "permission.profile");
    signet_check_call_end(call);
    call = officer;
    expect_error(world_issue("nothing", csr, &certificate), SIGNET_NOT_FOUND, "profile.not-found");
    /* Each refusal left something in the journal. */
    ck_assert_uint_ge(world_entries(SIGNET_EVENT_CERTIFICATE_DENIED), 4);
    ck_assert_uint_eq(fault.signatures, 0);
}
END_TEST

START_TEST(root_and_policy_authorities_issue_no_end_entity_certificates)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("device"),
                                      .csr = world_csr(NULL, "/CN=x", NULL)};
    static const char *const names[] = {"root", "policy", "tls"};
    for (size_t i = 0; i < 3; i++) {
        request.authority = signet_text(names[i]);
        expect_error(world_ask(&request, &certificate), SIGNET_DENIED,
                     "profile.authority-not-permitted");
    }
    request.profile = SIGNET_TEXT("subordinate-ca");
    request.authority = (signet_text_t){NULL, 0};
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "authority.not-found");
    /* The path length of an issuing authority is 0. */
    request.authority = SIGNET_TEXT("tls");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "authority.path-length");
    request.authority = SIGNET_TEXT("moon");
    expect_error(world_ask(&request, &certificate), SIGNET_NOT_FOUND, "authority.not-found");
}
END_TEST

/* Profiles beside the shipped ones. */
static const char profiles[] =
    ", { name = \"whole\"; requesters = [ \"officer\" ]; authority = \"device\"; subject = [ "
    "\"CN=required\" ];"
    " validity = \"1y\"; clip = false; key_usage = [ \"digitalSignature\" ];"
    " extended_key_usage = [ \"clientAuth\" ]; }"
    ", { name = \"long\"; requesters = [ \"officer\" ]; authority = \"tls\"; subject = [ "
    "\"CN=required\" ];"
    " validity = \"100d\"; backdate = \"1h\"; key_usage = [ \"digitalSignature\" ];"
    " extended_key_usage = [ \"clientAuth\" ]; }"
    ", { name = \"far\"; authority = \"root\"; kind = \"ocsp-responder\";"
    " subject = [ \"CN=required\" ]; validity = \"30y\";"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"OCSPSigning\" ]; }";

int main(void)
{
    const TTest *const tests[] = {
        every_shipped_profile_issues_what_openssl_verifies,
        keys_of_each_type_are_certified,
        urls_of_the_authority_are_in_the_certificate,
        an_issuance_is_two_commits_and_the_intent_comes_first,
        the_same_request_id_answers_the_first_certificate,
        a_request_id_belongs_to_who_used_it,
        names_may_be_asked_for_beside_the_request,
        a_common_name_must_be_among_the_names_of_a_server,
        validity_is_clipped_to_the_issuer_or_refused,
        dates_around_2050_are_encoded_as_they_must_be,
        only_who_may_gets_a_certificate,
        root_and_policy_authorities_issue_no_end_entity_certificates,
    };
    return world_run("ca-issue", profiles, tests, sizeof tests / sizeof tests[0]);
}
