/* Hierarchies: what the certificates above limit is enforced before anything is signed, for
 * authorities and for leaves alike. */
#include "world.h"

#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define KEYS " keys = \"fault\"; validity = \"5y\"; "

static const char more[] =
    /* Limits everything for those below. */
    ", { name = \"wide\"; kind = \"policy\"; parent = \"root\"; subject = "
    "\"CN=Wide,O=Example\";" KEYS
    "certificate = \"wide.pem\"; permitted_dns = [ \"example\" ]; permitted_directory = [ "
    "\"O=Example\" ]; excluded_directory = [ \"OU=Secret,O=Example\" ];"
    " policies = [ \"1.2.3.1\", \"1.2.3.2\" ]; require_explicit_policy = 0;"
    " inhibit_any_policy = 0; extended_key_usage = [ \"serverAuth\", \"clientAuth\" ]; }"
    /* Within it, in a policy domain of its own. */
    ", { name = \"mapped\"; kind = \"policy\"; parent = \"wide\"; subject = "
    "\"CN=Mapped,O=Example\";" KEYS
    "certificate = \"mapped.pem\"; permitted_dns = [ \"b.example\" ];"
    " policies = [ \"1.2.3.1\" ]; policy_mappings = [ \"1.2.3.1=1.2.4.1\" ];"
    " inhibit_policy_mapping = 0; }"
    ", { name = \"leafy\"; parent = \"mapped\"; subject = \"CN=Leafy,O=Example\";" KEYS
    "certificate = \"leafy.pem\"; policies = [ \"1.2.4.1\" ]; }"
    /* Each of these breaks one rule. */
    ", { name = \"wider\"; parent = \"mapped\"; subject = \"CN=Wider,O=Example\";" KEYS
    "certificate = \"wider.pem\"; policies = [ \"1.2.4.1\" ]; permitted_dns = [ \"example\" ]; }"
    ", { name = \"wider-usage\"; parent = \"wide\"; subject = \"CN=Usage,O=Example\";" KEYS
    "certificate = \"usage.pem\"; policies = [ \"1.2.3.1\" ]; extended_key_usage = [ "
    "\"serverAuth\", \"codeSigning\" ]; }"
    ", { name = \"wider-policy\"; parent = \"wide\"; subject = \"CN=Policy,O=Example\";" KEYS
    "certificate = \"wider-policy.pem\"; policies = [ \"1.2.3.3\" ]; }"
    ", { name = \"no-policy\"; parent = \"wide\"; subject = \"CN=None,O=Example\";" KEYS
    "certificate = \"no-policy.pem\"; }"
    ", { name = \"any-policy\"; parent = \"wide\"; subject = \"CN=Any,O=Example\";" KEYS
    "certificate = \"any-policy.pem\"; policies = [ \"anyPolicy\" ]; }"
    ", { name = \"foreign\"; parent = \"wide\"; subject = \"CN=Foreign,O=Other\";" KEYS
    "certificate = \"foreign.pem\"; policies = [ \"1.2.3.1\" ]; }"
    ", { name = \"secret\"; parent = \"wide\"; subject = \"CN=x,OU=SECRET,O=example\";" KEYS
    "certificate = \"secret.pem\"; policies = [ \"1.2.3.1\" ]; }"
    /* Path lengths count from wherever they were set. */
    ", { name = \"one\"; kind = \"policy\"; parent = \"root\"; subject = \"CN=One,O=Example\";" KEYS
    "certificate = \"one.pem\"; path_length = 1; }"
    ", { name = \"two\"; kind = \"policy\"; parent = \"one\"; subject = \"CN=Two,O=Example\";" KEYS
    "certificate = \"two.pem\"; }"
    ", { name = \"three\"; parent = \"two\"; subject = \"CN=Three,O=Example\";" KEYS
    "certificate = \"three.pem\"; }"
    ", { name = \"public\"; kind = \"external\"; subject = \"CN=Public CA\";"
    " certificate = \"public.pem\"; }";

#define LEAF                                                                                       \
    "authority = \"leafy\"; subject = [ \"CN=name\", \"O=optional\" ]; dns = [ \"*\" ];"           \
    " key_usage = [ \"digitalSignature\" ]; "

static const char profiles[] =
    ", { name = \"good\"; " LEAF "policies = [ \"1.2.4.1\" ]; extended_key_usage = [ "
    "\"serverAuth\" ]; }"
    ", { name = \"usage\"; " LEAF "policies = [ \"1.2.4.1\" ]; extended_key_usage = [ "
    "\"codeSigning\" ]; }"
    ", { name = \"no-policy\"; " LEAF "extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"issuers-policy\"; " LEAF "policies = [ \"1.2.3.1\" ]; extended_key_usage = [ "
    "\"serverAuth\" ]; }"
    ", { name = \"outer\"; authority = \"public\"; subject = [ \"CN=name\" ]; dns = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"below\"; kind = \"subordinate\"; authority = \"leafy\"; path_length = 0;"
    " subject = [ \"CN=required\", \"O=required\" ]; policies = [ \"1.2.4.1\" ];"
    " permitted_dns = [ \"x.b.example\" ]; permitted_ip = [ \"192.0.2.0/24\" ]; }"
    ", { name = \"below-wider\"; kind = \"subordinate\"; authority = \"leafy\";"
    " subject = [ \"CN=required\", \"O=required\" ]; policies = [ \"1.2.4.1\" ];"
    " permitted_dns = [ \"x.b.example\", \"c.example\" ]; }";

static void refuse_to_create(const char *authority, const char *reason)
{
    uint64_t signatures = fault.signatures;
    expect_error(world_command("authority create", &authority, 1), SIGNET_INVALID, reason);
    ck_assert_uint_eq(fault.signatures, signatures);
}

START_TEST(authorities_lie_within_those_above)
{
    refuse_to_create("wider", "authority.constraint-wider");
    refuse_to_create("wider-usage", "authority.usage");
    refuse_to_create("wider-policy", "authority.policy");
    refuse_to_create("no-policy", "authority.policy");
    refuse_to_create("any-policy", "authority.policy");
    refuse_to_create("foreign", "authority.name-constraint");
    refuse_to_create("secret", "authority.name-constraint");
    refuse_to_create("three", "authority.path-length");
}
END_TEST

static void refuse_to_issue(const char *profile, const char *subject, const char *san,
                            const char *reason)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t signatures = fault.signatures;
    expect_error(world_issue(profile, world_csr(NULL, subject, san), &certificate), SIGNET_INVALID,
                 reason);
    ck_assert_uint_eq(fault.signatures, signatures);
}

START_TEST(leaves_lie_within_all_above)
{
    refuse_to_issue("usage", "/O=Example", "DNS:x.b.example", "authority.usage");
    refuse_to_issue("no-policy", "/O=Example", "DNS:x.b.example", "authority.policy");
    refuse_to_issue("issuers-policy", "/O=Example", "DNS:x.b.example", "authority.policy");
    refuse_to_issue("good", "/O=Other", "DNS:x.b.example", "authority.name-constraint");
    refuse_to_issue("good", "", "DNS:x.b.example", "authority.name-constraint");
    refuse_to_issue("good", "/O=Example", "DNS:c.example", "authority.name-constraint");
    const signet_certificate_t *certificate =
        world_issued("good", world_csr(NULL, "/O=Example", "DNS:x.b.example"));
    ck_assert(world_verifies(certificate->der, "leafy"));
}
END_TEST

/* The chain as OpenSSL sees it with its policy tree on: the leaf's policy is valid, mapped. */
START_TEST(policies_verify_explicitly)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    const signet_certificate_t *certificate =
        world_issued("good", world_csr(NULL, "/O=Example", "DNS:y.b.example"));
    expect_ok(ca->chain(instance, call, SIGNET_TEXT("leafy"), &chain, &count));
    ck_assert_uint_eq(count, 4);
    X509_STORE *trusted = X509_STORE_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    for (uint64_t i = 0; i < count; i++) {
        const unsigned char *next = chain[i].data;
        X509 *x509 = d2i_X509(NULL, &next, (long)chain[i].length);
        if (i + 1 == count) {
            X509_STORE_add_cert(trusted, x509);
            X509_free(x509);
        } else {
            sk_X509_push(between, x509);
        }
    }
    const unsigned char *next = certificate->der.data;
    X509 *leaf = d2i_X509(NULL, &next, (long)certificate->der.length);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    ck_assert_int_eq(X509_STORE_CTX_init(context, trusted, leaf, between), 1);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK |
                                          X509_V_FLAG_EXPLICIT_POLICY);
    X509_VERIFY_PARAM_add0_policy(X509_STORE_CTX_get0_param(context), OBJ_txt2obj("anyPolicy", 0));
    ck_assert_msg(X509_verify_cert(context) == 1, "%s",
                  X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
    X509_STORE_CTX_free(context);
    X509_free(leaf);
    sk_X509_pop_free(between, X509_free);
    X509_STORE_free(trusted);
}
END_TEST

START_TEST(subordinates_from_requests_carry_their_profile_s_limits)
{
    const signet_certificate_t *certificate =
        world_issued("below", world_csr(NULL, "/O=Example/CN=Below", NULL));
    ck_assert(world_verifies(certificate->der, "leafy"));
    const unsigned char *next = certificate->der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)certificate->der.length);
    int critical = 0;
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_name_constraints, &critical, NULL);
    ck_assert_ptr_nonnull(constraints);
    ck_assert_int_eq(critical, 1);
    ck_assert_int_eq(sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees), 2);
    NAME_CONSTRAINTS_free(constraints);
    X509_free(x509);
    refuse_to_issue("below-wider", "/O=Example/CN=Wider", NULL, "authority.constraint-wider");
    refuse_to_issue("below", "/O=Other/CN=Below", NULL, "authority.name-constraint");
}
END_TEST

START_TEST(a_restart_takes_every_limit_back)
{
    ck_assert_int_eq(world_restart(), SIGNET_OK);
    world_actor("token:officer", "officer");
    refuse_to_issue("usage", "/O=Example", "DNS:x.b.example", "authority.usage");
    world_issued("good", world_csr(NULL, "/O=Example", "DNS:x.b.example"));
}
END_TEST

START_TEST(external_authorities_are_named_and_answer_unsupported)
{
    const signet_certificate_t *certificate = NULL;
    const char *name = "public";
    expect_error(world_issue("outer", world_csr(NULL, "/O=Example", "DNS:a.example"), &certificate),
                 SIGNET_UNSUPPORTED, "authority.external");
    expect_error(world_command("authority create", &name, 1), SIGNET_UNSUPPORTED,
                 "authority.external");
}
END_TEST

static const char *const refused[][2] = {
    {"kind = \"external\"; parent = \"root\";", "authority.external"},
    {"parent = \"root\"; policies = [ \"nonsense\" ];", "authority.policy"},
    {"parent = \"root\"; policy_mappings = [ \"1.2.3\" ];", "authority.policy"},
    {"parent = \"root\"; policy_mappings = [ \"anyPolicy=1.2.3\" ];", "authority.policy"},
    {"parent = \"root\"; permitted_directory = [ \"nonsense\" ];", "ca.subject"},
    {"parent = \"root\"; permitted_dns = [ \"*.example\" ];", "ca.constraint"},
    {"parent = \"root\"; permitted_ip = [ \"192.0.2.0/33\" ];", "ca.range"},
    {"parent = \"root\"; extended_key_usage = [ \"anyExtendedKeyUsage\" ];", "profile.any-usage"},
};

START_TEST(wrong_limits_are_refused_at_their_line)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char line[512];
        signet_check_t *alone = signet_check_begin();
        snprintf(line, sizeof line,
                 "authorities = ( { name = \"root\"; kind = \"root\"; subject = \"CN=R\"; "
                 "certificate = \"r.pem\"; }, { name = \"x\"; subject = \"CN=X\"; certificate = "
                 "\"x.pem\"; %s } );",
                 refused[i][0]);
        ck_assert_int_eq(signet_check_open(alone, "store-sqlite", "store", "path = \"s.db\";"),
                         SIGNET_OK);
        int32_t status = signet_check_open(alone, "ca", "ca", line);
        const signet_error_t *error = signet_check_error(alone);
        ck_assert_msg(status == SIGNET_INVALID && error != NULL &&
                          signet_text_is(error->reason, refused[i][1]),
                      "%s: %d %.*s: %.*s", refused[i][0], status,
                      SIGNET_FORMAT(error ? error->reason : (signet_text_t){0}),
                      SIGNET_FORMAT(error ? error->message : (signet_text_t){0}));
        signet_check_end(alone);
    }
}
END_TEST

static void create(void)
{
    static const char *const names[] = {"wide", "mapped", "leafy", "one", "two"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        world_create(names[i]);
}

START_TEST(authorities_are_made_within_limits)
{
    create();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        authorities_are_made_within_limits,
        authorities_lie_within_those_above,
        leaves_lie_within_all_above,
        policies_verify_explicitly,
        subordinates_from_requests_carry_their_profile_s_limits,
        external_authorities_are_named_and_answer_unsupported,
        a_restart_takes_every_limit_back,
        wrong_limits_are_refused_at_their_line,
    };
    world_authorities = more;
    return world_run("ca-hierarchy", profiles, tests, sizeof tests / sizeof tests[0]);
}
