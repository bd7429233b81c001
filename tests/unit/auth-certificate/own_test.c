/* Certificates of Signet's own authorities, issued by the real CA. */
#include "life.h"
#include "login.h"

#include <signet/key.h>
#include <signet/sdk/provider.h>
#include <string.h>

static const char settings[] =
    "authorities = ( { name = \"user\"; }, { name = \"tls\"; }, { name = \"code-signing\"; } );\n"
    "rules = (\n"
    "  { name = \"administrators\"; authority = \"user\"; profiles = [ \"user\" ];\n"
    "    match = ( { field = \"san.email\"; pattern = \"*@admin.example\"; } );\n"
    "    actor = \"cert:%{san.email}\"; person = \"%{san.email}\";\n"
    "    display_name = \"%{subject.CN} (%{authority})\";\n"
    "    grants = ( { role = \"administrator\"; }, { role = \"officer\"; profile = \"device\"; } );"
    "  },\n"
    "  { name = \"users\"; authority = \"user\"; profiles = [ \"user\" ];\n"
    "    actor = \"cert:%{san.email}\";\n"
    "    grants = ( { role = \"requester\"; profile = \"user\"; names = \"email:%{san.email}\"; } "
    ");"
    "  },\n"
    "  { name = \"services\"; authority = \"tls\"; actor = \"cert:service/%{subject.CN}\";\n"
    "    grants = ( { role = \"requester\"; } ); }\n"
    ");\n";

static void begin(void)
{
    world_begin("");
    ck_assert_int_eq(signet_check_open(check, "auth-certificate", "mtls", settings), SIGNET_OK);
}

static void end(void)
{
    login_end();
    world_end();
}

static int32_t login_as(const signet_certificate_t *certificate)
{
    return login_with(check, certificate->der, NULL, 0);
}

static const signet_certificate_t *issue_user(const char *name)
{
    return world_issued("user", world_csr(NULL, "/CN=A User", name));
}

START_TEST(a_certificate_becomes_an_actor)
{
    const signet_certificate_t *certificate = issue_user("email:root@admin.example");
    expect_login(login_as(certificate), "cert:root@admin.example");
    ck_assert(signet_text_is(actor->method, "certificate"));
    ck_assert(signet_text_is(actor->name, "A User (user)"));
    ck_assert(signet_text_is(actor->person, "root@admin.example"));
    ck_assert_uint_eq(actor->tenant.length, 0);
    ck_assert_uint_eq(actor->grant_count, 2);
    ck_assert(signet_text_is(actor->grants[0].role, "administrator"));
    ck_assert(signet_text_is(actor->grants[1].role, "officer"));
    ck_assert(signet_text_is(actor->grants[1].profile, "device"));
    expect_login(login_as(issue_user("email:ann@example.com")), "cert:ann@example.com");
    ck_assert_uint_eq(actor->grant_count, 1);
    ck_assert(signet_text_is(actor->grants[0].names, "email:ann@example.com"));
    ck_assert(signet_text_is(actor->name, "cert:ann@example.com"));
    ck_assert_uint_eq(actor->person.length, 0);
    certificate = world_issued("tls-client", world_csr(NULL, "/CN=payments", NULL));
    expect_login(login_as(certificate), "cert:service/payments");
}
END_TEST

/* Case 10: the verdict on a path is kept, but never that of a revocation. */
START_TEST(revocation_acts_at_once)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *changed = NULL;
    const signet_certificate_t *certificate = issue_user("email:ann@example.com");
    expect_login(login_as(certificate), "cert:ann@example.com");
    expect_login(login_as(certificate), "cert:ann@example.com");
    expect_ok(world_revoke(certificate, SIGNET_REASON_CERTIFICATE_HOLD));
    expect_refusal(login_as(certificate), "it is held");
    expect_ok(ca->release(instance, call, certificate->authority, certificate->serial, &changed));
    expect_login(login_as(certificate), "cert:ann@example.com");
    expect_ok(world_revoke(certificate, SIGNET_REASON_KEY_COMPROMISE));
    expect_refusal(login_as(certificate), "it is revoked");
    expect_refusal(login_as(certificate), "it is revoked");
}
END_TEST

/* The certificate of one of Signet's own authorities. */
static made_t authority(const char *name)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain(instance, call, signet_text(name), &chain, &count));
    const unsigned char *next = chain[0].data;
    made_t made = {d2i_X509(NULL, &next, (long)chain[0].length), NULL};
    ck_assert_ptr_nonnull(made.certificate);
    return made;
}

/* Case 11: right DN, wrong CA. */
START_TEST(a_look_alike_authority_is_refused)
{
    made_t own = authority("user");
    made_t other = make_authority("/CN=x", NULL);
    recipe_t recipe = {.subject = "/CN=A User",
                       .names = "email:root@admin.example",
                       .usages = "clientAuth",
                       .from = -60};
    ck_assert_int_eq(
        X509_set_subject_name(other.certificate, X509_get_subject_name(own.certificate)), 1);
    ck_assert_int_gt(X509_sign(other.certificate, other.key, EVP_sha256()), 0);
    made_t leaf = make(&recipe, &other);
    expect_refusal(login(check, &leaf, NULL), "signature");
    /* The client can send its own authority along, but nobody believes in it. */
    expect_refusal(login(check, &leaf, &other), "");
    make_free(&leaf);
    make_free(&other);
    make_free(&own);
}
END_TEST

/* Signs a certificate with the key of one of Signet's own authorities, behind the CA's back. */
static void sign_secretly(X509 *certificate, const char *name)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    const signet_key_t *key = NULL;
    OSSL_LIB_CTX *library = signet_provider_library(call);
    expect_ok(keys->find(provider->instance, call, signet_text(name), &key));
    EVP_PKEY *signer = signet_provider_key(call, library, keys, provider->instance, key->uri,
                                           SIGNET_PURPOSE_CERTIFICATE, SIGNET_TEXT("test"));
    ck_assert_ptr_nonnull(signer);
    ck_assert_int_gt(X509_sign(certificate, signer, EVP_sha256()), 0);
    EVP_PKEY_free(signer);
    signet_provider_library_free(library);
}

/* Case 11: same serial, other key; and what the CA has never issued. */
START_TEST(only_what_the_inventory_has_is_accepted)
{
    const signet_certificate_t *issued = issue_user("email:root@admin.example");
    const unsigned char *next = issued->der.data;
    made_t copy = {d2i_X509(NULL, &next, (long)issued->der.length), EVP_EC_gen("P-256")};
    expect_login(login(check, &copy, NULL), "cert:root@admin.example");
    ck_assert_int_eq(X509_set_pubkey(copy.certificate, copy.key), 1);
    sign_secretly(copy.certificate, "user");
    expect_refusal(login(check, &copy, NULL), "another certificate with this serial number");
    ASN1_INTEGER_set(X509_get_serialNumber(copy.certificate), 4711);
    sign_secretly(copy.certificate, "user");
    expect_refusal(login(check, &copy, NULL), "the inventory does not have it");
    X509_gmtime_adj(X509_getm_notAfter(copy.certificate), -1);
    sign_secretly(copy.certificate, "user");
    expect_refusal(login(check, &copy, NULL), "expired");
    make_free(&copy);
}
END_TEST

/* Case 11: wrong EKU. */
START_TEST(certificates_for_other_ends_are_refused)
{
    expect_refusal(login_as(world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"))),
                   "purpose");
    expect_refusal(login_as(world_issued("code-signing", world_csr(NULL, "/CN=Build/O=x", NULL))),
                   "purpose");
}
END_TEST

START_TEST(others_of_the_hierarchy_are_refused)
{
    made_t own = authority("user");
    /* The same root, but an authority that is not named. */
    expect_unknown(login_as(world_issued("device", world_csr(NULL, "/CN=d", NULL))));
    expect_refusal(login(check, &own, NULL), "of an authority");
    make_free(&own);
}
END_TEST

START_TEST(what_a_rule_needs_must_be_there)
{
    expect_refusal(login_as(issue_user("email:a@example.com,email:b@example.com")),
                   "san.email has several values");
    /* One of two mailboxes does not make an administrator. */
    expect_refusal(login_as(issue_user("email:a@admin.example,email:b@example.com")),
                   "san.email has several values");
}
END_TEST

START_TEST(other_kinds_are_left_to_others)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTH_INTERFACE, "mtls");
    const signet_auth_interface_t *auth = provider->interface;
    const signet_actor_t *nobody = NULL;
    signet_credential_t credential = {.size = sizeof credential};
    expect_error(auth->authenticate(provider->instance, call, &credential, &nobody),
                 SIGNET_UNSUPPORTED, "certificate.other-kind");
    credential.certificate = issue_user("email:root@admin.example")->der;
    credential.scheme = SIGNET_TEXT("bearer");
    expect_error(auth->authenticate(provider->instance, call, &credential, &nobody),
                 SIGNET_UNSUPPORTED, "certificate.other-kind");
}
END_TEST

START_TEST(rubbish_is_refused)
{
    signet_bytes_t der = signet_bytes_copy(call, issue_user("email:root@admin.example")->der);
    expect_refusal(login_with(check, (signet_bytes_t){der.data, 1}, NULL, 0), "");
    expect_refusal(login_with(check, (signet_bytes_t){der.data, der.length - 1}, NULL, 0), "");
    for (uint64_t i = 0; i < der.length; i += 7) {
        uint8_t *octet = (uint8_t *)(uintptr_t)&der.data[i];
        *octet ^= 0x20;
        ck_assert_int_ne(login_with(check, der, NULL, 0), SIGNET_OK);
        ck_assert_ptr_null(actor);
        *octet ^= 0x20;
    }
    expect_login(login_with(check, der, NULL, 0), "cert:root@admin.example");
}
END_TEST

/* However little memory there is, nobody gets in by it, and nothing is remembered wrongly. */
START_TEST(without_memory_nobody_gets_in)
{
    const signet_certificate_t *good = issue_user("email:root@admin.example");
    const signet_certificate_t *bad = issue_user("email:gone@admin.example");
    int32_t status = SIGNET_NO_MEMORY;
    expect_ok(world_revoke(bad, SIGNET_REASON_SUPERSEDED));
    for (uint64_t nth = 1; status != SIGNET_OK; nth++) {
        ck_assert_uint_lt(nth, 2000);
        signet_check_fail_alloc(check, nth);
        status = login_as(good);
        ck_assert_int_eq(status == SIGNET_OK, actor != NULL);
        signet_check_fail_alloc(check, nth);
        ck_assert_int_ne(login_as(bad), SIGNET_OK);
        signet_check_fail_alloc(check, 0);
    }
    expect_login(login_as(good), "cert:root@admin.example");
}
END_TEST

START_TEST(authorities_must_exist)
{
    ck_assert_int_eq(signet_check_open(check, "auth-certificate", "wrong",
                                       "authorities = ( { name = \"nobody\"; } );"),
                     SIGNET_NOT_FOUND);
    ck_assert(signet_text_is(signet_check_error(check)->reason, "certificate.authority-unknown"));
}
END_TEST

/* Nobody gets in with it, in whatever words. */
static void expect_nobody(const signet_certificate_t *certificate)
{
    int32_t status = login_as(certificate);
    ck_assert(status == SIGNET_UNAUTHENTICATED || status == SIGNET_UNSUPPORTED);
    ck_assert_ptr_null(actor);
}

/* Certificates of all keys are accepted, but of a compromised one; a state that may be wrong stops
 * all of them. */
START_TEST(the_life_of_the_authority_counts)
{
    signet_call_t *officer = call;
    const signet_certificate_t *first = issue_user("email:ann@example.com");
    call = signet_check_call(check, "token:ca", "ca-administrator,officer");
    expect_ok(life_change("rotate", "user"));
    expect_ok(life_change("activate", "user"));
    const signet_certificate_t *second = issue_user("email:bob@example.com");
    ck_assert_uint_eq(world_get(second)->generation, 2);
    expect_login(login_as(first), "cert:ann@example.com");
    expect_login(login_as(second), "cert:bob@example.com");
    expect_login(login_as(first), "cert:ann@example.com");
    expect_ok(life_change("suspend", "user"));
    expect_nobody(first);
    expect_nobody(second);
    expect_ok(life_change("resume", "user"));
    expect_login(login_as(first), "cert:ann@example.com");
    /* Compromised: nothing; with a key in place of those, what that one signs. */
    const signet_authority_report_t *report = NULL;
    const signet_authority_change_t asked = {.size = sizeof asked,
                                             .action = SIGNET_TEXT(SIGNET_CHANGE_COMPROMISED),
                                             .authority = SIGNET_TEXT("user"),
                                             .comment = SIGNET_TEXT("stolen")};
    expect_ok(life_agreed(&asked, &report));
    expect_nobody(first);
    expect_ok(life_change("activate", "user"));
    const signet_certificate_t *third = issue_user("email:cyd@example.com");
    expect_nobody(first);
    expect_nobody(second);
    expect_login(login_as(third), "cert:cyd@example.com");
    /* What a retired one issued is good until it expires. */
    expect_ok(life_change("retire", "user"));
    expect_login(login_as(third), "cert:cyd@example.com");
    signet_check_call_end(call);
    call = officer;
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_certificate_becomes_an_actor,
        revocation_acts_at_once,
        a_look_alike_authority_is_refused,
        only_what_the_inventory_has_is_accepted,
        certificates_for_other_ends_are_refused,
        others_of_the_hierarchy_are_refused,
        what_a_rule_needs_must_be_there,
        other_kinds_are_left_to_others,
        rubbish_is_refused,
        without_memory_nobody_gets_in,
        authorities_must_exist,
        /* The last: the authority is not the same afterwards. */
        the_life_of_the_authority_counts,
    };
    Suite *suite = suite_create("auth-certificate-own");
    TCase *tcase = tcase_create("own");
    tcase_set_timeout(tcase, 0);
    tcase_add_unchecked_fixture(tcase, begin, end);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
