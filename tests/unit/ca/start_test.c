/* What keeps the CA from starting: certificates and keys that do not belong together. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path_of(const char *file)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", signet_check_folder(check), file);
    return path;
}

static void write_file(const char *file, const void *content, size_t length)
{
    FILE *stream = fopen(path_of(file), "w");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(content, 1, length, stream), length);
    ck_assert_int_eq(fclose(stream), 0);
}

static void copy_file(const char *from, const char *to)
{
    static char content[65536];
    FILE *stream = fopen(path_of(from), "r");
    ck_assert_ptr_nonnull(stream);
    size_t length = fread(content, 1, sizeof content, stream);
    fclose(stream);
    write_file(to, content, length);
}

static void refuses_start(int32_t status, const char *reason, const char *part)
{
    ck_assert_int_eq(world_restart(), status);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(signet_text_is(error->reason, reason), "%.*s: %.*s", SIGNET_FORMAT(error->reason),
                  SIGNET_FORMAT(error->message));
    ck_assert_msg(memmem(error->message.data, error->message.length, part, strlen(part)) != NULL,
                  "\"%.*s\" does not name %s", SIGNET_FORMAT(error->message), part);
}

START_TEST(case_106_key_and_certificate_do_not_match)
{
    world_begin("");
    copy_file("device.pem", "tls.pem");
    refuses_start(SIGNET_INVALID, "authority.key-mismatch", "tls.pem");
    world_end();
}
END_TEST

START_TEST(case_106_two_keys_match)
{
    world_begin("");
    fault.fail_find = SIGNET_CONFLICT;
    refuses_start(SIGNET_CONFLICT, "test.fault", "");
    expect_ok(world_restart());
    world_end();
}
END_TEST

START_TEST(the_key_is_gone)
{
    world_begin("");
    fault.fail_find = SIGNET_NOT_FOUND;
    refuses_start(SIGNET_NOT_FOUND, "test.fault", "");
    world_end();
}
END_TEST

START_TEST(certificates_that_are_none_of_the_authority)
{
    world_begin("");
    static const char garbage[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    write_file("tls.pem", garbage, sizeof garbage - 1);
    refuses_start(SIGNET_INVALID, "certificate.malformed", "");
    /* The root's certificate was not issued by the policy authority, and is of another type. */
    copy_file("root.pem", "tls.pem");
    refuses_start(SIGNET_INVALID, "authority.certificate", "tls.pem");
    copy_file("policy.pem", "tls.pem");
    refuses_start(SIGNET_INVALID, "authority.certificate", "tls.pem");
    world_end();
    world_begin("");
    /* A leaf is no authority. */
    signet_text_t pem = signet_pem(call, "CERTIFICATE",
                                   world_issued("device", world_csr(NULL, "/CN=x", NULL))->der);
    write_file("tls.pem", pem.data, pem.length);
    refuses_start(SIGNET_INVALID, "authority.certificate", "CA:TRUE");
    world_end();
}
END_TEST

START_TEST(a_parent_without_a_certificate)
{
    world_begin("");
    ck_assert_int_eq(unlink(path_of("policy.pem")), 0);
    refuses_start(SIGNET_INVALID, "authority.certificate", "parent");
    world_end();
}
END_TEST

START_TEST(without_certificates_everything_is_pending)
{
    world_open("");
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_authority_t *const *authorities = NULL;
    uint64_t count = 0;
    expect_ok(ca->authorities(instance, call, &authorities, &count));
    for (uint64_t i = 0; i < count; i++)
        ck_assert(signet_text_is(authorities[i]->state, SIGNET_AUTHORITY_PENDING));
    const signet_certificate_t *certificate = NULL;
    expect_error(world_issue("device", world_csr(NULL, "/CN=x", NULL), &certificate),
                 SIGNET_UNAVAILABLE, "authority.pending");
    world_end();
}
END_TEST

typedef struct mistake {
    const char *settings;
    const char *reason;
} mistake_t;

#define ROOT "{ name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r.pem\"; }"
#define ISSUING "{ name = \"i\"; subject = \"CN=I\"; certificate = \"i.pem\"; parent = \"r\"; }"
#define USAGE "key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"clientAuth\" ];"
#define PROFILE(text) "authorities = ( " ROOT ", " ISSUING " ); profiles = ( { " text " } );"

static const mistake_t mistakes[] = {
    {"authorities = ( { name = \"a/b\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "} );",
     "authority.name"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"Moon=R\"; certificate = \"r\"; "
     "} );",
     "ca.subject"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"C=Germany\"; certificate = "
     "\"r\"; } );",
     "ca.subject"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"\"; certificate = \"r\"; } );",
     "ca.subject"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "parent = \"r\"; } );",
     "authority.parent"},
    {"authorities = ( { name = \"i\"; subject = \"CN=R\"; certificate = \"r\"; } );",
     "authority.parent"},
    {"authorities = ( { name = \"i\"; subject = \"CN=I\"; certificate = \"i\"; parent = \"j\"; }, "
     "{ name = \"j\"; subject = \"CN=J\"; certificate = \"j\"; parent = \"i\"; } );",
     "authority.parent"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "algorithm = \"RSA-PKCS1-SHA256\"; } );",
     "authority.algorithm"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "crl_urls = [ \"file:///x\" ]; } );",
     "authority.url"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "permitted_ip = [ \"10.0.0.0/33\" ]; } );",
     "ca.range"},
    {"authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = \"r\"; "
     "permitted_dns = [ \"*.example\" ]; } );",
     "ca.constraint"},
    {PROFILE("name = \"p\"; authority = \"r\"; " USAGE), "profile.authority-kind"},
    {PROFILE("name = \"p\"; authority = \"x\"; " USAGE), "profile.authority"},
    {PROFILE("name = \"p\"; authorities = [ \"x\" ]; " USAGE), "profile.authority"},
    {PROFILE("name = \"p\"; key_usage = [ \"digitalSignature\" ];"), "profile.usage"},
    {PROFILE("name = \"p\"; key_usage = [ \"keyCertSign\" ]; extended_key_usage = [ "
             "\"clientAuth\" ];"),
     "profile.key-usage"},
    {PROFILE("name = \"p\"; key_usage = [ \"everything\" ];"), "profile.key-usage"},
    {PROFILE("name = \"p\"; key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ "
             "\"anyExtendedKeyUsage\" ];"),
     "profile.danger"},
    {PROFILE("name = \"p\"; key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ "
             "\"2.5.29.37.0\" ];"),
     "profile.danger"},
    {PROFILE("name = \"p\"; policies = [ \"1.2.x\" ]; " USAGE), "profile.oid"},
    {PROFILE("name = \"p\"; subject = [ \"CN\" ]; " USAGE), "profile.subject"},
    {PROFILE("name = \"p\"; subject = [ \"O=name\" ]; " USAGE), "profile.subject"},
    {PROFILE("name = \"p\"; ip = [ \"10.0.0.0/x\" ]; " USAGE), "ca.range"},
    {PROFILE("name = \"p\"; validity = \"1h\"; backdate = \"1h\"; " USAGE), "profile.validity"},
    {PROFILE("name = \"p\"; subject = [ \"CN=required\" ]; key_usage = [ \"digitalSignature\" ]; "
             "extended_key_usage = [ \"serverAuth\" ];"),
     "profile.common-name"},
};

START_TEST(mistakes_in_the_configuration_are_named)
{
    world_open("");
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        int32_t status = signet_check_open(check, "ca", "wrong", mistakes[i].settings);
        const signet_error_t *error = signet_check_error(check);
        ck_assert_msg(status == SIGNET_INVALID, "%s: %d", mistakes[i].settings, status);
        ck_assert_msg(signet_text_is(error->reason, mistakes[i].reason), "%s: %.*s: %.*s",
                      mistakes[i].settings, SIGNET_FORMAT(error->reason),
                      SIGNET_FORMAT(error->message));
    }
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        case_106_key_and_certificate_do_not_match,
        case_106_two_keys_match,
        the_key_is_gone,
        certificates_that_are_none_of_the_authority,
        a_parent_without_a_certificate,
        without_certificates_everything_is_pending,
        mistakes_in_the_configuration_are_named,
    };
    return world_run("ca-start", NULL, tests, sizeof tests / sizeof tests[0]);
}
