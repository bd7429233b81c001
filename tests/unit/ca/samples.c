/* Writes a certificate of each shipped profile into a folder, DER, one file each; and one of a
 * profile that puts all it can into a certificate. For linters that are not ours. */
#include "world.h"

#include <stdio.h>

static const char profiles[] =
    ", { name = \"everything\"; authority = \"tls\"; dns = [ \"*\" ]; subject = [ \"CN=name\" ];\n"
    "    policies = [ \"1.3.6.1.4.1.99999.1\" ]; must_staple = true;\n"
    "    policy_qualifiers = ( { policy = \"1.3.6.1.4.1.99999.1\"; cps = "
    "\"https://pki.example/cps\"; "
    "} );\n"
    "    freshest_crl_urls = [ \"http://pki.example/delta.crl\" ];\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n"
    ", { name = \"unrevoked\"; authority = \"tls\"; dns = [ \"*\" ]; subject = [ \"CN=name\" ];\n"
    "    validity = \"24h\"; no_revocation = true;\n"
    "    key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }\n";

static const struct {
    const char *profile;
    const char *authority;
    const char *subject;
    const char *san;
} samples[] = {
    {"tls-server", "", "", "DNS:www.a.example,IP:192.0.2.1,IP:2001:db8::1"},
    {"tls-client", "", "/CN=billing", "DNS:billing.example"},
    {"device", "", "/CN=Sensor 7/serialNumber=A-12", "DNS:sensor.example"},
    {"user", "", "/CN=A Person", "email:person@mail.example"},
    {"code-signing", "", "/C=DE/O=Example/CN=Release team", NULL},
    {"workload", "", "", "URI:spiffe://example.com/ns/a"},
    {"subordinate-ca", "policy", "/O=Example/CN=Another CA", NULL},
    {"ocsp-responder", "tls", "/CN=TLS responder", NULL},
    {"everything", "", "", "DNS:www.a.example"},
    {"unrevoked", "", "", "DNS:www.a.example"},
};

static const char *folder;

START_TEST(write_samples)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        char path[4096];
        const signet_certificate_t *certificate = NULL;
        signet_issue_request_t request = {.size = sizeof request,
                                          .profile = signet_text(samples[i].profile),
                                          .authority = signet_text(samples[i].authority),
                                          .csr =
                                              world_csr(NULL, samples[i].subject, samples[i].san)};
        expect_ok(world_ask(&request, &certificate));
        snprintf(path, sizeof path, "%s/%s.der", folder, samples[i].profile);
        FILE *file = fopen(path, "wb");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(certificate->der.data, 1, (size_t)certificate->der.length, file),
                          certificate->der.length);
        ck_assert_int_eq(fclose(file), 0);
    }
}
END_TEST

int main(int count, char **arguments)
{
    const TTest *const tests[] = {write_samples};
    folder = count == 2 ? arguments[1] : ".";
    return world_run("ca-samples", profiles, tests, 1);
}
