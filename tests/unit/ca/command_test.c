/* The local commands: ceremonies on one host and across an air gap, and issuing without a host. */
#include "world.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static signet_text_t path_of(const char *file)
{
    return signet_format(call, "%s/%s", signet_check_folder(check), file);
}

static const char *path_string(const char *file)
{
    return signet_text_string(call, path_of(file));
}

static signet_text_t state_of(const char *authority)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_authority_t *const *authorities = NULL;
    uint64_t count = 0;
    expect_ok(ca->authorities(instance, call, &authorities, &count));
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_is(authorities[i]->name, authority))
            return authorities[i]->state;
    }
    ck_abort_msg("no authority %s", authority);
    return (signet_text_t){NULL, 0};
}

START_TEST(authorities_are_created_from_the_root_down)
{
    world_open("");
    const char *policy = "policy";
    const char *root = "root";
    expect_error(world_command("authority create", &policy, 1), SIGNET_UNAVAILABLE,
                 "authority.pending");
    world_create("root");
    ck_assert(signet_text_is(state_of("root"), SIGNET_AUTHORITY_ACTIVE));
    world_create("policy");
    expect_error(world_command("authority create", &root, 1), SIGNET_EXISTS, "authority.exists");
    const char *moon = "moon";
    expect_error(world_command("authority create", &moon, 1), SIGNET_NOT_FOUND,
                 "authority.not-found");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_CREATED), 2);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_KEY_GENERATED), 2);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_ISSUED), 2);
    /* Their own certificates had their intents and are on record. */
    ck_assert_uint_eq(fault.signatures, 2);
    ck_assert_int_eq(fault.intent_before_signature, 2);
    ck_assert_uint_eq(world_records("ca.certificates"), 2);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    struct stat about;
    ck_assert_int_eq(stat(path_string("root.pem"), &about), 0);
    FILE *file = fopen(path_string("policy.pem"), "r");
    X509 *x509 = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    ck_assert_ptr_nonnull(x509);
    ck_assert_int_eq((int)X509_get_pathlen(x509), 1);
    ck_assert_uint_eq(X509_get_key_usage(x509), X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN);
    X509_free(x509);
    expect_ok(world_restart());
    ck_assert(signet_text_is(state_of("policy"), SIGNET_AUTHORITY_ACTIVE));
    world_end();
}
END_TEST

START_TEST(an_authority_is_certified_across_an_air_gap)
{
    world_open("");
    world_create("root");
    world_create("policy");
    const char *request[] = {"user", "--out", path_string("user.csr")};
    expect_ok(world_command("authority request", request, 3));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_REQUESTED), 1);
    ck_assert(signet_text_is(state_of("user"), SIGNET_AUTHORITY_PENDING));
    const char *wrong[] = {"--csr",     request[2], "--authority", "policy",
                           "--profile", "device",   "--out",       path_string("signed.pem")};
    expect_error(world_command("authority sign", wrong, 8), SIGNET_INVALID, "profile.kind");
    const char *sign[] = {"--csr",  request[2], "--authority",
                          "policy", "--out",    path_string("signed.pem")};
    expect_ok(world_command("authority sign", sign, 6));
    /* For another authority it is refused, whose key it is not for. */
    const char *other[] = {"device", sign[5]};
    world_create("tls");
    const char *key[] = {"device", "--out", path_string("device.csr")};
    expect_ok(world_command("authority request", key, 3));
    expect_error(world_command("authority import", other, 2), SIGNET_INVALID,
                 "authority.key-mismatch");
    ck_assert(signet_text_is(state_of("device"), SIGNET_AUTHORITY_PENDING));
    const char *import[] = {"user", sign[5]};
    expect_ok(world_command("authority import", import, 2));
    ck_assert(signet_text_is(state_of("user"), SIGNET_AUTHORITY_ACTIVE));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_ACTIVATED), 1);
    const signet_certificate_t *certificate =
        world_issued("user", world_csr(NULL, "/CN=x", "email:a@b.example"));
    ck_assert(world_verifies(certificate->der, "user"));
    expect_ok(world_restart());
    world_end();
}
END_TEST

static void write_request(const char *file, signet_bytes_t csr, int as_pem)
{
    signet_text_t pem = signet_pem(call, "CERTIFICATE REQUEST", csr);
    FILE *stream = fopen(file, "w");
    ck_assert_ptr_nonnull(stream);
    const void *data = as_pem ? (const void *)pem.data : csr.data;
    size_t length = as_pem ? pem.length : csr.length;
    ck_assert_uint_eq(fwrite(data, 1, length, stream), length);
    ck_assert_int_eq(fclose(stream), 0);
}

START_TEST(a_certificate_is_issued_without_a_host)
{
    world_open("");
    world_create("root");
    world_create("policy");
    world_create("tls");
    const char *file = path_string("host.csr");
    for (int as_pem = 0; as_pem <= 1; as_pem++) {
        write_request(file, world_csr(NULL, "", "DNS:localhost,IP:127.0.0.1"), as_pem);
        const char *issue[] = {
            "--profile", "tls-server", "--csr", file, "--out", path_string("host.pem"), "--chain"};
        expect_ok(world_command("ca issue", issue, 7));
    }
    /* The leaf, its issuer and the policy authority; the root stays out. */
    FILE *stream = fopen(path_string("host.pem"), "r");
    int count = 0;
    for (X509 *x509 = NULL; (x509 = PEM_read_X509(stream, NULL, NULL, NULL)) != NULL; count++)
        X509_free(x509);
    fclose(stream);
    ck_assert_int_eq(count, 3);
    /* All rules apply. */
    signet_call_t *officer = call;
    call = signet_check_call(check, "uid:1000", "auditor");
    const char *issue[] = {"--profile", "tls-server", "--csr", file, "--out", "x.pem"};
    expect_error(world_command("ca issue", issue, 6), SIGNET_DENIED, "permission.profile");
    signet_check_call_end(call);
    call = officer;
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {authorities_are_created_from_the_root_down,
                                  an_authority_is_certified_across_an_air_gap,
                                  a_certificate_is_issued_without_a_host};
    return world_run("ca-command", NULL, tests, sizeof tests / sizeof tests[0]);
}
