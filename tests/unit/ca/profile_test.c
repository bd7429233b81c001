/* Profiles: what they add to certificates, what they inherit, and what they refuse. */
#include "world.h"

#include <openssl/x509.h>
#include <string.h>

static const char profiles[] =
    ", { name = \"base\"; abstract = true; authority = \"tls\"; validity = \"30d\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ];\n"
    "    dns = [ \"*.example\" ]; subject = [ \"CN=name\" ]; }\n"
    ", { name = \"middle\"; extends = \"base\"; version = 3; validity = \"20d\"; max_names = 7; }\n"
    ", { name = \"heir\"; extends = \"middle\"; max_names = 2; clip = false; }\n"
    /* Everything that a profile can put into a certificate. */
    ", { name = \"full\"; authority = \"tls\"; subject = [ \"CN=required\", \"OU={field.owner}\" "
    "];\n"
    "    dns = [ \"*\" ]; upn = [ \"*@corp.example\" ];\n"
    "    policies = [ \"1.3.6.1.4.1.99999.1\", \"1.3.6.1.4.1.99999.2\" ];\n"
    "    policy_qualifiers = ( { policy = \"1.3.6.1.4.1.99999.1\";\n"
    "        cps = \"https://pki.example/cps\"; notice = \"For tests alone\"; } );\n"
    "    aia_urls = [ \"http://own.example/ca.cer\" ]; ocsp_urls = [];\n"
    "    freshest_crl_urls = [ \"http://own.example/delta.crl\" ]; must_staple = true;\n"
    "    extensions = ( { oid = \"1.3.6.1.4.1.99999.10\"; der = \"0c0568656c6c6f\"; },\n"
    "        { oid = \"1.3.6.1.4.1.99999.11\"; der = \"0500\"; critical = true; } );\n"
    "    requested_extensions = [ \"1.3.6.1.4.1.99999.12\" ]; sid = \"optional\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"short\"; authority = \"tls\"; validity = \"24h\"; no_revocation = true;\n"
    "    dns = [ \"*\" ]; key_usage = [ \"digitalSignature\" ];\n"
    "    extended_key_usage = [ \"serverAuth\" ]; }\n"
    ", { name = \"fresh\"; authority = \"tls\"; dns = [ \"*\" ]; renewal_key = \"forbidden\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n"
    ", { name = \"own-key\"; authority = \"tls\"; subject = [ \"CN=required\" ];\n"
    "    renewal_key = \"required\"; shared_key = \"refused\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"few\"; authority = \"tls\"; subject = [ \"CN=required\" ]; max_active = 2;\n"
    "    renewal_window = \"10d\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"hardware\"; authority = \"tls\"; subject = [ \"CN=required\" ];\n"
    "    attestations = [ \"tpm\" ];\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"strict\"; authority = \"tls\"; dns = [ \"*\" ]; ip = [ \"*\" ]; strict = true;\n"
    "    subject = [ \"O=Example\" ];\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n"
    ", { name = \"agreed\"; authority = \"tls\"; subject = [ \"CN=required\" ]; approval = 2;\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"aging\"; authority = \"tls\"; dns = [ \"*\" ]; archive_after = \"10d\";\n"
    "    purge_after = \"30d\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n"
    /* Names made of the request. */
    ", { name = \"made\"; authority = \"tls\"; subject = [ \"CN={CN}.devices.example\" ];\n"
    "    add_names = [ \"dns:{CN}.devices.example\", \"upn:{UID}@corp.example\" ];\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ]; }\n"
    ", { name = \"tagged\"; authority = \"tls\"; dns = [ \"*\" ];\n"
    "    required_fields = [ \"owner\", \"tag.cost-center\" ]; sid = \"none\";\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n";

static X509 *parse(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

static int has(const X509 *x509, const char *oid)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    int index = X509_get_ext_by_OBJ(x509, object, -1);
    ASN1_OBJECT_free(object);
    return index >= 0;
}

static signet_issue_request_t ask(const char *profile, signet_bytes_t csr)
{
    return (signet_issue_request_t){
        .size = sizeof(signet_issue_request_t), .profile = signet_text(profile), .csr = csr};
}

static const signet_profile_t *find_profile(const char *name)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_profile_t *const *list = NULL;
    uint64_t count = 0;
    expect_ok(ca->profiles(instance, call, &list, &count));
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_is(list[i]->name, name))
            return list[i];
    }
    ck_abort_msg("no profile %s", name);
}

START_TEST(a_profile_inherits_what_it_does_not_set)
{
    const signet_profile_t *heir = find_profile("heir");
    ck_assert_int_eq(heir->validity_ms, INT64_C(20) * 24 * 3600 * 1000);
    ck_assert_uint_eq(heir->version, 1);
    ck_assert(memmem(heir->origins.data, heir->origins.length, "inherited from middle", 21) !=
              NULL);
    ck_assert(memmem(heir->origins.data, heir->origins.length, "inherited from base", 19) != NULL);
    ck_assert(memmem(heir->origins.data, heir->origins.length, "\"wildcards\":\"default\"", 21) !=
              NULL);
    ck_assert(memmem(heir->document.data, heir->document.length, "\"max_names\":2", 13) != NULL);
    const signet_certificate_t *certificate =
        world_issued("heir", world_csr(NULL, "", "DNS:a.example"));
    ck_assert_uint_eq(certificate->profile_version, 1);
    ck_assert(signet_text_is(certificate->subject, "CN=a.example"));
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("heir", world_csr(NULL, "", "DNS:a.other"), &none), SIGNET_INVALID,
                 "profile.name-not-permitted");
    expect_error(world_issue("heir",
                             world_csr(NULL, "", "DNS:a.example,DNS:b.example,DNS:c.example"),
                             &none),
                 SIGNET_TOO_LARGE, "profile.too-many-names");
    /* What is only there to be extended is not used. */
    expect_error(world_issue("base", world_csr(NULL, "", "DNS:a.example"), &none), SIGNET_NOT_FOUND,
                 "profile.not-found");
}
END_TEST

START_TEST(origins_are_for_those_who_read_configuration)
{
    world_actor("token:r", "requester");
    ck_assert_uint_eq(find_profile("tls-server")->origins.length, 0);
    ck_assert_uint_gt(find_profile("tls-server")->document.length, 0);
}
END_TEST

START_TEST(every_extension_of_a_profile_is_in_the_certificate)
{
    STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(list, world_extension(NID_subject_alt_name,
                                                 "DNS:a.example,otherName:1.3.6.1.4.1.311.20.2.3;"
                                                 "UTF8:joe@corp.example"));
    sk_X509_EXTENSION_push(list, world_extension_der("1.3.6.1.4.1.99999.12", 1, "\x0c\x02hi", 4));
    sk_X509_EXTENSION_push(list, world_extension_der("1.3.6.1.4.1.99999.13", 0, "\x05\x00", 2));
    const signet_pair_t fields[] = {
        {.size = sizeof fields[0],
         .name = SIGNET_TEXT_INIT("owner"),
         .value = SIGNET_TEXT_INIT("Web team")},
        {.size = sizeof fields[0],
         .name = SIGNET_TEXT_INIT("sid"),
         .value = SIGNET_TEXT_INIT("S-1-5-21-1-2-3-1105")},
    };
    signet_issue_request_t request = ask("full", world_csr_with(NULL, "/CN=joe", list));
    request.fields = fields;
    request.field_count = 2;
    const signet_certificate_t *certificate = NULL;
    expect_ok(world_ask(&request, &certificate));
    ck_assert(signet_text_is(certificate->subject, "CN=joe,OU=Web team"));
    ck_assert(world_verifies(certificate->der, "tls") == 0); /* an unknown critical extension */
    int upn = 0;
    for (uint64_t i = 0; i < certificate->name_count; i++)
        upn = upn || signet_text_is(certificate->names[i], "upn:joe@corp.example");
    ck_assert(upn);
    X509 *x509 = parse(certificate->der);
    static const char *const expected[] = {"1.3.6.1.4.1.99999.10",
                                           "1.3.6.1.4.1.99999.11",
                                           "1.3.6.1.4.1.99999.12",
                                           "1.3.6.1.4.1.311.25.2",
                                           "1.3.6.1.5.5.7.1.24",
                                           "2.5.29.46",
                                           "2.5.29.31",
                                           "2.5.29.32",
                                           "1.3.6.1.5.5.7.1.1"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_msg(has(x509, expected[i]), "%s", expected[i]);
    ck_assert(!has(x509, "1.3.6.1.4.1.99999.13"));
    /* Its own URLs, and no OCSP where the profile says none. */
    ck_assert_ptr_null(X509_get1_ocsp(x509));
    CERTIFICATEPOLICIES *policies = X509_get_ext_d2i(x509, NID_certificate_policies, NULL, NULL);
    ck_assert_int_eq(sk_POLICYINFO_num(policies), 2);
    ck_assert_int_eq(sk_POLICYQUALINFO_num(sk_POLICYINFO_value(policies, 0)->qualifiers), 2);
    CERTIFICATEPOLICIES_free(policies);
    TLS_FEATURE *features = X509_get_ext_d2i(x509, NID_tlsfeature, NULL, NULL);
    ck_assert_ptr_nonnull(features);
    TLS_FEATURE_free(features);
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    ck_assert_int_eq(sk_GENERAL_NAME_num(names), 2);
    GENERAL_NAMES_free(names);
    X509_free(x509);
    /* Fields are kept and found. */
    const signet_certificate_t *stored = world_get(certificate);
    ck_assert_uint_eq(stored->field_count, 2);
    ck_assert(signet_text_is(stored->fields[0].value, "Web team"));
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    signet_certificate_query_t query = {
        .size = sizeof query, .limit = 10, .owner = SIGNET_TEXT("Web team")};
    const signet_certificate_page_t *page = NULL;
    expect_ok(inventory->query(instance, call, &query, &page));
    ck_assert_uint_eq(page->count, 1);
}
END_TEST

START_TEST(no_revocation_leaves_out_where_status_is_learned)
{
    X509 *x509 = parse(world_issued("short", world_csr(NULL, "", "DNS:a.example"))->der);
    ck_assert(has(x509, "2.5.29.56"));
    ck_assert(!has(x509, "2.5.29.31"));
    ck_assert(!has(x509, "2.5.29.46"));
    ck_assert_ptr_null(X509_get1_ocsp(x509));
    ck_assert(has(x509, "1.3.6.1.5.5.7.1.1")); /* the issuer's certificate is still named */
    X509_free(x509);
}
END_TEST

START_TEST(names_are_made_of_parts_of_the_request)
{
    const signet_certificate_t *certificate =
        world_issued("made", world_csr(NULL, "/CN=sensor-7/UID=s7", NULL));
    ck_assert(signet_text_is(certificate->subject, "CN=sensor-7.devices.example"));
    ck_assert_uint_eq(certificate->name_count, 3);
    ck_assert(signet_text_is(certificate->names[0], "dns:sensor-7.devices.example"));
    ck_assert(signet_text_is(certificate->names[1], "upn:s7@corp.example"));
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("made", world_csr(NULL, "/CN=sensor-7", NULL), &none), SIGNET_INVALID,
                 "profile.substitute-missing");
}
END_TEST

/* Case 76. */
START_TEST(a_part_that_could_make_another_name_is_refused)
{
    static const char *const values[] = {"*",   "a,b", "a\\/b", "a\nb", "a=b",
                                         "a+b", "a;b", "{CN}",  "a\"b", " a"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        EVP_PKEY *key = world_key();
        X509_REQ *req = X509_REQ_new();
        X509_NAME *name = X509_REQ_get_subject_name(req);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)values[i], -1,
                                   -1, 0);
        X509_NAME_add_entry_by_txt(name, "UID", MBSTRING_UTF8, (const unsigned char *)"u", -1, -1,
                                   0);
        X509_REQ_set_pubkey(req, key);
        ck_assert_int_gt(X509_REQ_sign(req, key, EVP_sha256()), 0);
        unsigned char *der = NULL;
        int length = i2d_X509_REQ(req, &der);
        ck_assert_int_gt(length, 0);
        signet_bytes_t csr = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
        const signet_certificate_t *none = NULL;
        int32_t status = world_issue("made", csr, &none);
        const signet_error_t *error = call->services->error(call);
        ck_assert_msg(status == SIGNET_INVALID, "%s", values[i]);
        ck_assert_msg(signet_text_is(error->reason, "profile.substitute-value") ||
                          signet_text_starts(error->reason, "csr.") ||
                          signet_text_starts(error->reason, "name."),
                      "%s: %.*s", values[i], SIGNET_FORMAT(error->reason));
        call->services->clear(call);
        OPENSSL_free(der);
        X509_REQ_free(req);
        EVP_PKEY_free(key);
    }
}
END_TEST

START_TEST(fields_that_a_profile_wants_must_be_given)
{
    signet_pair_t fields[] = {
        {.size = sizeof fields[0],
         .name = SIGNET_TEXT_INIT("owner"),
         .value = SIGNET_TEXT_INIT("Web team")},
        {.size = sizeof fields[0],
         .name = SIGNET_TEXT_INIT("tag.cost-center"),
         .value = SIGNET_TEXT_INIT("4711")},
    };
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = ask("tagged", world_csr(NULL, "", "DNS:a.example"));
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.field-required");
    request.fields = fields;
    request.field_count = 1;
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.field-required");
    request.field_count = 2;
    expect_ok(world_ask(&request, &certificate));
    ck_assert_uint_eq(world_get(certificate)->field_count, 2);
}
END_TEST

START_TEST(only_an_officer_says_whose_sid_it_is)
{
    const signet_pair_t fields[] = {{.size = sizeof fields[0],
                                     .name = SIGNET_TEXT_INIT("sid"),
                                     .value = SIGNET_TEXT_INIT("S-1-5-21-1-2-3-500")}};
    const signet_certificate_t *none = NULL;
    world_actor("token:r", "requester");
    signet_issue_request_t request = ask("full", world_csr(NULL, "/CN=a", "DNS:a.example"));
    request.fields = fields;
    request.field_count = 1;
    expect_error(world_ask(&request, &none), SIGNET_DENIED, "permission.sid");
}
END_TEST

START_TEST(a_role_must_say_which_names_where_the_profile_wants_it)
{
    const signet_certificate_t *none = NULL;
    world_actor("token:r", "requester");
    expect_error(world_issue("tls-client", world_csr(NULL, "/CN=billing", NULL), &none),
                 SIGNET_DENIED, "permission.names");
    world_actor("token:officer", "officer");
    world_issued("tls-client", world_csr(NULL, "/CN=billing", NULL));
}
END_TEST

START_TEST(a_key_is_certified_once_where_the_profile_wants_it)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *none = NULL;
    const signet_certificate_t *first = world_issued("fresh", world_csr(key, "", "DNS:a.example"));
    expect_error(world_issue("fresh", world_csr(key, "", "DNS:a.example"), &none), SIGNET_INVALID,
                 "profile.key-reused");
    signet_issue_request_t request = ask("fresh", world_csr(key, "", "DNS:a.example"));
    request.replaces_authority = first->authority;
    request.replaces_serial = first->serial;
    expect_error(world_ask(&request, &none), SIGNET_INVALID, "profile.key-reused");
    request.csr = world_csr(NULL, "", "DNS:a.example");
    expect_ok(world_ask(&request, &none));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_key_of_another_subject_is_refused)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *none = NULL;
    world_issued("own-key", world_csr(key, "/CN=a", NULL));
    const signet_certificate_t *again = world_issued("own-key", world_csr(key, "/CN=a", NULL));
    expect_error(world_issue("own-key", world_csr(key, "/CN=b", NULL), &none), SIGNET_INVALID,
                 "profile.key-of-another");
    /* What is renewed with the same key is. */
    signet_issue_request_t request = ask("own-key", world_csr(NULL, "/CN=a", NULL));
    request.replaces_authority = again->authority;
    request.replaces_serial = again->serial;
    expect_error(world_ask(&request, &none), SIGNET_INVALID, "profile.key-changed");
    request.csr = world_csr(key, "/CN=a", NULL);
    expect_ok(world_ask(&request, &none));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(a_subject_has_only_so_many_certificates)
{
    const signet_certificate_t *none = NULL;
    const signet_certificate_t *first = world_issued("few", world_csr(NULL, "/CN=f", NULL));
    world_issued("few", world_csr(NULL, "/CN=f", NULL));
    expect_error(world_issue("few", world_csr(NULL, "/CN=f", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    world_issued("few", world_csr(NULL, "/CN=g", NULL));
    /* The one that is renewed does not count, but it may not be renewed so early. */
    signet_issue_request_t request = ask("few", world_csr(NULL, "/CN=f", NULL));
    request.replaces_authority = first->authority;
    request.replaces_serial = first->serial;
    expect_error(world_ask(&request, &none), SIGNET_INVALID, "profile.renewal-early");
    expect_ok(world_revoke(first, SIGNET_REASON_SUPERSEDED));
    world_issued("few", world_csr(NULL, "/CN=f", NULL));
}
END_TEST

START_TEST(a_key_must_be_attested_where_the_profile_wants_it)
{
    EVP_PKEY *key = world_key();
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    ck_assert_int_gt(length, 0);
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = ask("hardware", world_csr(key, "/CN=laptop", NULL));
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.attestation-required");
    request.attestation = SIGNET_TEXT("apple");
    request.attested_key = (signet_bytes_t){der, (uint64_t)length};
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.attestation-required");
    request.attestation = SIGNET_TEXT("tpm");
    expect_ok(world_ask(&request, &certificate));
    /* An attestation of another key is none. */
    request.csr = world_csr(NULL, "/CN=laptop", NULL);
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.attestation-required");
    OPENSSL_free(der);
    EVP_PKEY_free(key);
}
END_TEST

/* Case 80. */
START_TEST(what_changed_after_the_lint_is_not_signed)
{
    const signet_certificate_t *none = NULL;
    /* The journal keeps the first denial of each requester and minute. */
    world_actor("token:another-officer", "officer");
    signet_bytes_t csr = world_csr(NULL, "", "DNS:a.example");
    uint64_t issued = world_records("ca.certificates");
    uint64_t denied = world_entries(SIGNET_EVENT_CERTIFICATE_DENIED);
    memset(&fault, 0, sizeof fault);
    fault.change = 1;
    expect_error(world_issue("tls-server", csr, &none), SIGNET_INTERNAL, "lint.changed");
    ck_assert_uint_eq(fault.signatures, 0);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    ck_assert_uint_eq(world_records("ca.certificates"), issued);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_DENIED), denied + 1);
    world_issued("tls-server", csr);
}
END_TEST

START_TEST(a_strict_server_has_hosts_and_addresses_alone)
{
    world_issued("strict", world_csr(NULL, "", "DNS:a.example,IP:192.0.2.1"));
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("strict", world_csr(NULL, "/CN=x", NULL), &none), SIGNET_INVALID,
                 "lint.strict-name");
}
END_TEST

START_TEST(a_preview_says_what_would_be_issued)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_preview_t *preview = NULL;
    uint64_t issued = world_records("ca.certificates");
    uint64_t denied = world_entries(SIGNET_EVENT_CERTIFICATE_DENIED);
    signet_issue_request_t request = ask("tls-server", world_csr(NULL, "", "DNS:a.example"));
    expect_ok(ca->preview(instance, call, &request, &preview));
    ck_assert(signet_text_is(preview->subject, "CN=a.example"));
    ck_assert(memmem(preview->text.data, preview->text.length, "DNS:a.example", 13) != NULL);
    ck_assert(memmem(preview->text.data, preview->text.length, "TLS Web Server", 14) != NULL);
    const signet_certificate_t *certificate = NULL;
    expect_ok(world_ask(&request, &certificate));
    /* But for the serial the octets are the same, and the times within the same second or so. */
    ck_assert_int_eq(preview->not_after - preview->not_before,
                     certificate->not_after - certificate->not_before);
    ck_assert_uint_eq(preview->approvals, 0);
    signet_issue_request_t waiting = ask("agreed", world_csr(NULL, "/CN=a", NULL));
    expect_ok(ca->preview(instance, call, &waiting, &preview));
    ck_assert_uint_eq(preview->approvals, 2);
    request.csr = world_csr(NULL, "", "DNS:*.example");
    expect_error(ca->preview(instance, call, &request, &preview), SIGNET_INVALID, "name.invalid");
    ck_assert_uint_eq(world_records("ca.certificates"), issued + 1);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_DENIED), denied);
}
END_TEST

static void must_reopen(const char *settings)
{
    static int is_open;
    if (is_open)
        signet_check_close(check, "ca-new");
    int32_t status = signet_check_open(check, "ca", "ca-new", settings);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(status == SIGNET_OK, "%.*s",
                  SIGNET_FORMAT(error ? error->message : (signet_text_t){0}));
    is_open = 1;
}

static void replay(const char *instance, const char *profile, signet_text_t *output)
{
    const char *const arguments[] = {"--profile", profile, "--since", "1h"};
    expect_ok(
        signet_check_command(check, call, instance, "policy replay", arguments, 4, 0, output));
}

static int says(signet_text_t output, const char *words)
{
    return memmem(output.data, output.length, words, strlen(words)) != NULL;
}

#define REPLAYED                                                                                   \
    "store = \"fault\"; journal = \"fault\"; authorities = (\n"                                    \
    "{ name = \"root\"; kind = \"root\"; subject = \"CN=Test Root,O=Example,C=DE\";\n"             \
    "  key_type = \"EC-P384\"; keys = \"fault\"; certificate = \"root.pem\"; },\n"                 \
    "{ name = \"policy\"; kind = \"policy\"; subject = \"CN=Test Policy CA,O=Example\";\n"         \
    "  parent = \"root\"; keys = \"fault\"; certificate = \"policy.pem\"; },\n"                    \
    "{ name = \"tls\"; subject = \"CN=Test TLS CA,O=Example\"; parent = \"policy\";\n"             \
    "  keys = \"fault\"; certificate = \"tls.pem\";\n"                                             \
    "  aia_urls = [ \"http://pki.example/tls.cer\" ];\n"                                           \
    "  crl_urls = [ \"http://pki.example/tls.crl\", \"http://b.example/tls.crl\" ];\n"             \
    "  ocsp_urls = [ \"http://ocsp.example/\" ]; } );\n"                                           \
    "profiles = ( { name = \"heir\"; authority = \"tls\"; max_names = 2; subject = [ \"CN=name\" " \
    "];"                                                                                           \
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ];"

START_TEST(a_replay_shows_what_would_have_been_different)
{
    signet_text_t output;
    world_issued("heir", world_csr(NULL, "", "DNS:replayed.example,DNS:second.example"));
    /* Names that the profile adds, and fields, come out as they were. */
    world_issued("made", world_csr(NULL, "/CN=sensor-8/UID=s8", NULL));
    static const char *const same[] = {"heir", "made", "full", "tagged", "short", "tls-server"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        replay("ca", same[i], &output);
        ck_assert_msg(says(output, " 0 would be refused, 0 would be different"), "%s: %.*s",
                      same[i], SIGNET_FORMAT(output));
        ck_assert(!says(output, "\n0 certificates"));
    }
    must_reopen(REPLAYED " dns = [ \"*.example\" ]; validity = \"10d\"; must_staple = true; } );");
    replay("ca-new", "heir", &output);
    ck_assert(says(output, "different"));
    ck_assert(says(output, "valid until"));
    ck_assert(says(output, "new extension 1.3.6.1.5.5.7.1.24"));
    ck_assert(says(output, " 0 would be refused"));
    must_reopen(REPLAYED " dns = [ \"*.other\" ]; validity = \"20d\"; } );");
    replay("ca-new", "heir", &output);
    ck_assert(says(output, "refused"));
    ck_assert(says(output, "does not permit the name"));
    signet_check_close(check, "ca-new");
}
END_TEST

/* A record as if it had been issued so many days ago for one day. */
static void write_old(const signet_certificate_t *certificate, const char *key, int64_t days,
                      const char *state)
{
    signet_store_t store = world_store();
    int64_t end = signet_now() - days * INT64_C(86400000);
    signet_field_t fields[4] = {signet_field_text("profile", SIGNET_TEXT("aging")),
                                signet_field_time("not_after", end),
                                signet_field_bytes("fingerprint", certificate->fingerprint)};
    uint64_t count = 3;
    if (state != NULL)
        fields[count++] = signet_field_text("state", signet_text(state));
    signet_change_t change = signet_put("ca.certificates", signet_text(key), SIGNET_VERSION_ABSENT,
                                        fields, count, certificate->der);
    expect_ok(store.interface->commit(store.instance, call, &change, 1));
}

static int is_there(const char *collection, const char *key)
{
    signet_store_t store = world_store();
    const signet_record_t *stored = NULL;
    int32_t status = store.interface->get(store.instance, call, signet_text(collection),
                                          signet_text(key), &stored);
    call->services->clear(call);
    return status == SIGNET_OK;
}

START_TEST(expired_certificates_are_archived_and_purged)
{
    const signet_certificate_t *certificate =
        world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"));
    write_old(certificate, "tls/01", 5, NULL);       /* neither */
    write_old(certificate, "tls/02", 15, "revoked"); /* archived */
    write_old(certificate, "tls/03", 40, NULL);      /* purged */
    write_old(certificate, "tls/04", -5, "revoked"); /* not expired: kept whatever is said */
    expect_ok(signet_check_run_job(check, "ca", "retention"));
    ck_assert(is_there("ca.certificates", "tls/01"));
    ck_assert(!is_there("ca.certificates", "tls/02"));
    ck_assert(is_there("ca.archive", "tls/02"));
    ck_assert(!is_there("ca.certificates", "tls/03"));
    ck_assert(!is_there("ca.archive", "tls/03"));
    ck_assert(is_there("ca.certificates", "tls/04"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_ARCHIVED), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_PURGED), 1);
    /* What is archived can still be read. */
    const signet_certificate_t archived = {.size = sizeof archived,
                                           .authority = SIGNET_TEXT_INIT("tls"),
                                           .serial = {(const uint8_t *)"\x02", 1}};
    ck_assert_ptr_nonnull(world_get(&archived));
    expect_ok(signet_check_run_job(check, "ca", "retention"));
    ck_assert(is_there("ca.archive", "tls/02"));
}
END_TEST

START_TEST(a_practice_statement_is_written_from_the_configuration)
{
    signet_text_t output;
    expect_ok(signet_check_command(check, call, "ca", "cps", NULL, 0, 0, &output));
    ck_assert(says(output, "## 1. Introduction"));
    ck_assert(says(output, "## 9. Other business and legal matters"));
    ck_assert(says(output, "| tls | issuing | policy | CN=Test TLS CA,O=Example | EC-P256 |"));
    ck_assert(says(output, "- **tls-server**: 90 days"));
    ck_assert(!says(output, "**base**"));
}
END_TEST

typedef struct fault_of_profile {
    const char *settings;
    const char *reason;
} fault_of_profile_t;

#define SIGNS "key_usage = [ \"digitalSignature\" ]; "
#define CLIENT SIGNS "extended_key_usage = [ \"clientAuth\" ]; "
#define ANY SIGNS "extended_key_usage = [ \"anyExtendedKeyUsage\" ]; "
#define AGENT SIGNS "extended_key_usage = [ \"1.3.6.1.4.1.311.20.2.1\" ]; "
#define LOGON SIGNS "extended_key_usage = [ \"smartcardLogon\" ]; "
#define USAGE "key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ];"

static const fault_of_profile_t faults[] = {
    {"extends = \"nobody\";", "profile.extends"},
    {"extends = \"bad\";", "profile.extends"},
    {USAGE "policy_qualifiers = ( { policy = \"1.2.3\"; notice = \"x\"; } );",
     "profile.policy-qualifier"},
    {USAGE "extensions = ( { oid = \"2.5.29.15\"; der = \"0500\"; } );",
     "profile.extension-reserved"},
    {USAGE "requested_extensions = [ \"1.3.6.1.4.1.311.25.2\" ];", "profile.extension-reserved"},
    {USAGE "requested_extensions = [ \"1.3.6.1.4.1.311.21.10\" ];", "profile.extension-reserved"},
    {USAGE "extensions = ( { oid = \"1.2.3\"; der = \"05\"; } );", "profile.extension-value"},
    {USAGE "requested_extensions = [ \"1.2.3\", \"1.2.3\" ];", "profile.extension-twice"},
    {USAGE "add_names = [ \"dns:{nothing}.example\" ];", "profile.substitute"},
    {USAGE "add_names = [ \"dns:{CN.example\" ];", "profile.substitute"},
    {USAGE "add_names = [ \"host:{CN}\" ];", "profile.add-names"},
    {USAGE "required_fields = [ \"size\" ];", "profile.required-fields"},
    {USAGE "crl_urls = [ \"ftp://x/\" ];", "authority.url"},
    {USAGE "strict = true; validity = \"1y\";", "profile.strict"},
    {USAGE "strict = true; backdate = \"72h\";", "profile.strict"},
    {USAGE "strict = true; uri = [ \"*\" ];", "profile.strict"},
    {USAGE "strict = true; key_types = [ \"DSA-2048\" ];", "profile.strict"},
    /* Case 78. */
    {CLIENT "subject = [ \"CN=required\" ];", "profile.danger"},
    {CLIENT "subject = [ \"CN=fixed\" ]; email = [ \"*\" ];", "profile.danger"},
    {ANY, "profile.danger"},
    {AGENT "requesters = [ \"requester\" ];", "profile.danger"},
    {AGENT, "profile.danger"},
    {LOGON "requesters = [ \"officer\" ];", "profile.danger"},
    {USAGE "policies = [ \"1.3.6.1.4.1.311.21.8.1.2\" ];", "profile.danger"},
    {USAGE "policies = [ \"1.2.3.4\" ];", "profile.danger"},
    {USAGE "no_revocation = true; validity = \"30d\";", "profile.danger"},
    {USAGE "overrides = ( { finding = \"any-usage\"; reason = \"x\"; } );",
     "profile.override-unused"},
    {CLIENT "subject = [ \"CN=required\" ]; overrides = ( { finding = \"client-subject\"; reason = "
            "\"\"; } );",
     "profile.override-reason"},
    /* The same, said to be safe: what comes then is another fault. */
    {CLIENT "subject = [ \"CN=required\" ]; overrides = ( { finding = \"client-subject\"; reason = "
            "\"a closed network\"; } );",
     NULL},
    {ANY "overrides = ( { finding = \"any-usage\"; reason = \"old gateways\"; }, { finding = "
         "\"client-subject\"; reason = \"old gateways\"; } ); dns = [ \"*\" ];",
     NULL},
};

START_TEST(what_makes_no_sense_is_refused_at_its_line)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char settings[2048];
        snprintf(settings, sizeof settings,
                 "store = \"fault\"; journal = \"fault\"; authorities = ( { name = \"tls\"; "
                 "subject = \"CN=x\"; certificate = \"x.pem\"; "
                 "parent = \"root\"; }, { name = \"root\"; kind = \"root\"; subject = \"CN=r\"; "
                 "certificate = \"r.pem\"; } ); group_policies = [ \"1.2.3.4\" ]; profiles = ( { "
                 "name = \"bad\"; %s } );",
                 faults[i].settings);
        int32_t status = signet_check_open(check, "ca", "ca-bad", settings);
        const signet_error_t *error = signet_check_error(check);
        if (faults[i].reason == NULL) {
            ck_assert_msg(status == SIGNET_OK, "%s: %.*s", faults[i].settings,
                          SIGNET_FORMAT(error ? error->message : (signet_text_t){0}));
            signet_check_close(check, "ca-bad");
            continue;
        }
        ck_assert_msg(status == SIGNET_INVALID, "%s", faults[i].settings);
        ck_assert_msg(signet_text_is(error->reason, faults[i].reason), "%s: %.*s",
                      faults[i].settings, SIGNET_FORMAT(error->message));
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_profile_inherits_what_it_does_not_set,
        origins_are_for_those_who_read_configuration,
        every_extension_of_a_profile_is_in_the_certificate,
        no_revocation_leaves_out_where_status_is_learned,
        names_are_made_of_parts_of_the_request,
        a_part_that_could_make_another_name_is_refused,
        fields_that_a_profile_wants_must_be_given,
        only_an_officer_says_whose_sid_it_is,
        a_role_must_say_which_names_where_the_profile_wants_it,
        a_key_is_certified_once_where_the_profile_wants_it,
        a_key_of_another_subject_is_refused,
        a_subject_has_only_so_many_certificates,
        a_key_must_be_attested_where_the_profile_wants_it,
        what_changed_after_the_lint_is_not_signed,
        a_strict_server_has_hosts_and_addresses_alone,
        a_preview_says_what_would_be_issued,
        a_replay_shows_what_would_have_been_different,
        a_practice_statement_is_written_from_the_configuration,
        expired_certificates_are_archived_and_purged,
        what_makes_no_sense_is_refused_at_its_line,
    };
    return world_run("ca-profile", profiles, tests, sizeof tests / sizeof tests[0]);
}
