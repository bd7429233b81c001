/* Case 74: name constraints of the authority and of those above it, for each type of name. */
#include "world.h"

#include <openssl/x509v3.h>

typedef struct name {
    const char *san;
    int permitted;
} name_t;

static const name_t names[] = {
    {"DNS:narrow.example", 1},
    {"DNS:a.b.narrow.example", 1},
    {"DNS:notnarrow.example", 0},
    {"DNS:narrow.example.org", 0},
    {"DNS:secret.narrow.example", 0},
    {"DNS:x.secret.narrow.example", 0},
    {"DNS:*.narrow.example", 0}, /* it stands for secret.narrow.example too */
    {"DNS:*.a.narrow.example", 1},
    {"DNS:narrow.example,DNS:b.example", 0},
    {"IP:192.0.2.1", 1},
    {"IP:192.0.2.7", 0},
    {"IP:192.0.3.1", 0},
    {"IP:2001:db8::1", 1},
    {"IP:2001:db9::1", 0},
    {"email:a@narrow.example", 1},
    {"email:a@sub.narrow.example", 0},
    {"email:root@narrow.example", 0},
    {"email:a@b.example", 0},
    {"URI:https://a.narrow.example/x", 1},
    {"URI:https://narrow.example/x", 0},
    {"URI:https://secret.narrow.example/", 0},
    {"URI:https://b.example/", 0},
};

START_TEST(case_74_names_outside_are_refused_before_signing)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const signet_certificate_t *certificate = NULL;
        uint64_t signatures = fault.signatures;
        int32_t status = world_issue("any", world_csr(NULL, "/CN=x", names[i].san), &certificate);
        ck_assert_msg((status == SIGNET_OK) == names[i].permitted, "%s: %d", names[i].san, status);
        if (names[i].permitted) {
            ck_assert_msg(world_verifies(certificate->der, "narrow"), "%s", names[i].san);
        } else {
            expect_error(status, SIGNET_INVALID, "authority.name-constraint");
            ck_assert_uint_eq(fault.signatures, signatures);
        }
    }
}
END_TEST

START_TEST(case_74_a_common_name_like_a_host_is_one)
{
    const signet_certificate_t *certificate = NULL;
    expect_error(world_issue("any", world_csr(NULL, "/CN=b.example", NULL), &certificate),
                 SIGNET_INVALID, "authority.name-constraint");
    world_issued("any", world_csr(NULL, "/CN=a.narrow.example", NULL));
    world_issued("any", world_csr(NULL, "/CN=A person", NULL));
}
END_TEST

START_TEST(case_74_a_mail_address_in_the_subject_counts)
{
    const signet_certificate_t *certificate = NULL;
    expect_error(
        world_issue("mail", world_csr(NULL, "/CN=x/emailAddress=a@b.example", NULL), &certificate),
        SIGNET_INVALID, "authority.name-constraint");
    world_issued("mail", world_csr(NULL, "/CN=x/emailAddress=a@narrow.example", NULL));
}
END_TEST

START_TEST(the_authority_carries_its_constraints)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain(instance, call, SIGNET_TEXT("narrow"), &chain, &count));
    const unsigned char *next = chain[0].data;
    X509 *x509 = d2i_X509(NULL, &next, (long)chain[0].length);
    int critical = 0;
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_name_constraints, &critical, NULL);
    ck_assert_ptr_nonnull(constraints);
    ck_assert_int_eq(critical, 1);
    ck_assert_int_eq(sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees), 5);
    ck_assert_int_eq(sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees), 4);
    NAME_CONSTRAINTS_free(constraints);
    X509_free(x509);
}
END_TEST

static const char profiles[] =
    ", { name = \"any\"; requesters = [ \"officer\" ]; authority = \"narrow\"; subject = [ "
    "\"CN=optional\" ]; dns = [ \"*\" ];"
    " ip = [ \"*\" ]; email = [ \"*\" ]; uri = [ \"*\" ]; wildcards = true;"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"clientAuth\" ]; }"
    ", { name = \"mail\"; authority = \"narrow\"; email = [ \"*\" ];"
    " subject = [ \"CN=optional\", \"emailAddress=optional\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"emailProtection\" ]; }";

int main(void)
{
    const TTest *const tests[] = {
        case_74_names_outside_are_refused_before_signing,
        case_74_a_common_name_like_a_host_is_one,
        case_74_a_mail_address_in_the_subject_counts,
        the_authority_carries_its_constraints,
    };
    return world_run("ca-constraint", profiles, tests, sizeof tests / sizeof tests[0]);
}
