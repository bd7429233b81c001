/* Clients with certificates: what the edge asks for, hands on and keeps from session to session.
 * Trust is the auth plugin's alone, here a switch. */
#include <check.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: test\r\n\r\n"
#define GET_AS(target, token)                                                                      \
    "GET " target " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " token "\r\n\r\n"

static world_t world;
static client_tls_t shown; /* a client certificate and another one sent with it */

/* Appends the certificates of a file to another. */
static void append(const char *to, const char *from)
{
    char content[8192];
    FILE *source = fopen(from, "r");
    FILE *target = fopen(to, "a");
    size_t length;

    ck_assert_ptr_nonnull(source);
    ck_assert_ptr_nonnull(target);
    length = fread(content, 1, sizeof(content), source);
    ck_assert_uint_eq(fwrite(content, 1, length, target), length);
    (void)fclose(source);
    (void)fclose(target);
}

static void open_world(void)
{
    world_open(&world, NULL);
    world_write_certificate(world.folder, "client.pem", "client.key");
    append(world_path(&world, "client.pem"), world_path(&world, "server.pem"));
    shown = (client_tls_t){.certificate = strdup(world_path(&world, "client.pem")),
                           .key = strdup(world_path(&world, "client.key"))};
    atomic_store(&watch.trusting, 1);
}

static void close_world(void)
{
    (void)unlink(shown.certificate);
    (void)unlink(shown.key);
    free((char *)shown.certificate);
    free((char *)shown.key);
    world_close(&world);
}

/* Asks on a connection that stays open. */
static void expect_on(client_t *client, const char *request, int status, const char *body)
{
    answer_t answer;

    ck_assert_ptr_nonnull(client);
    ck_assert(client_send(client, request));
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, status);
    ck_assert_msg(strstr(answer.body, body) != NULL, "no \"%s\" in: %s", body, answer.body);
    answer_free(&answer);
}

static void expect(const char *url, const client_tls_t *tls, const char *request, int status,
                   const char *body)
{
    client_t *client = client_open_as(url, tls);

    expect_on(client, request, status, body);
    client_close(client);
}

/* No request is served: the handshake fails, which a client of TLS 1.3 sees when it reads. */
static void expect_no_handshake(const client_tls_t *tls)
{
    client_t *client = client_open_as(world.required, tls);

    if (client != NULL) {
        answer_t answer;

        (void)client_send(client, GET("/echo"));
        client_receive(client, &answer, 0);
        ck_assert_int_eq(answer.status, 0);
        answer_free(&answer);
        client_close(client);
    }
    ck_assert_int_eq(atomic_load(&watch.handled), 0);
}

/* Whoever shows no certificate can go on sending before it reads that one is wanted. */
START_TEST(a_missing_certificate_is_told)
{
    static const client_tls_t none;
    client_t *client = client_open_as(world.required, &none);
    answer_t answer;
    int i;

    ck_assert_ptr_nonnull(client);
    for (i = 0; i < 2000; i++) {
        ck_assert(client_send(client, GET("/echo")));
    }
    client_receive(client, &answer, 0);
    ck_assert_int_eq(answer.status, 0);
    ck_assert_int_eq(ERR_GET_REASON(ERR_get_error()), SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
    answer_free(&answer);
    client_close(client);
}
END_TEST

START_TEST(nothing_is_asked_for_by_default)
{
    expect(world.tls, &shown, GET("/who"), 401, "auth.credential-missing");
}
END_TEST

START_TEST(an_optional_certificate_is_a_credential)
{
    static const client_tls_t none;

    expect(world.optional, &shown, GET("/who"), 200, "cert:1+1 certificate");
    expect(world.optional, &none, GET("/who"), 401, "show a client certificate");
    expect(world.optional, &none, GET_AS("/who", "good"), 200, "token:1 token");
    ck_assert_int_eq(atomic_load(&watch.denied), 0);
    atomic_store(&watch.trusting, 0);
    expect(world.optional, &shown, GET("/who"), 401, "auth.certificate-invalid");
    ck_assert_int_eq(atomic_load(&watch.denied), 1);
    ck_assert_int_eq(atomic_load(&watch.named), 1);
    /* Public routes are open to all, and a header is what its sender wants to be judged by. */
    expect(world.optional, &shown, GET("/show/x"), 200, "/show/x");
    expect(world.optional, &shown, GET_AS("/who", "good"), 200, "token:1 token");
}
END_TEST

START_TEST(acceptable_authorities_are_named)
{
    client_t *client = client_open_as(world.optional, &shown);

    expect_on(client, GET("/who"), 200, "cert:1+1 certificate");
    ck_assert_int_eq(client_authorities(client), 1);
    client_close(client);
    client = client_open_as(world.required, &shown);
    expect_on(client, GET("/who"), 200, "cert:1+1 certificate");
    ck_assert_int_le(client_authorities(client), 0);
    client_close(client);
}
END_TEST

START_TEST(a_header_does_not_fall_back_to_the_certificate)
{
    expect(world.optional, &shown, GET_AS("/who", "wrong"), 401, "auth.token-invalid");
    expect(world.optional, &shown,
           "GET /who HTTP/1.1\r\nHost: test\r\nAuthorization: Basic eDp5\r\n\r\n", 401,
           "auth.credential-invalid");
}
END_TEST

START_TEST(a_required_certificate_must_be_trusted_for_everything)
{
    static const client_tls_t none = {.version = 0};
    static const client_tls_t old = {.version = TLS1_2_VERSION};

    expect_no_handshake(&none);
    expect_no_handshake(&old);
    expect(world.required, &shown, GET("/who"), 200, "cert:1+1 certificate");
    expect(world.required, &shown, GET_AS("/who", "good"), 200, "token:1 token");
    expect(world.required, &shown, GET("/show/x"), 200, "/show/x");
    atomic_store(&watch.trusting, 0);
    expect(world.required, &shown, GET("/who"), 401, "auth.certificate-invalid");
    expect(world.required, &shown, GET_AS("/who", "good"), 401, "auth.certificate-invalid");
    expect(world.required, &shown, GET("/show/x"), 401, "auth.certificate-invalid");
    expect(world.required, &shown, GET("/healthz"), 401, "auth.certificate-invalid");
    expect(world.required, &shown, GET("/nothing"), 404, "http.route-not-found");
}
END_TEST

/* Case 10: neither a resumed session nor an open connection remembers that a client was trusted. */
START_TEST(trust_is_judged_at_each_request)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    client_tls_t tls = shown;
    client_t *open;
    client_t *resumed;

    tls.version = versions[_i];
    open = client_open_as(world.optional, &tls);
    expect_on(open, GET("/who"), 200, "cert:1+1 certificate");
    ck_assert(!client_is_resumed(open));
    tls.session = client_session(open);
    /* The session alone: this client could not even prove its key again. */
    tls.certificate = NULL;
    resumed = client_open_as(world.optional, &tls);
    expect_on(resumed, GET("/who"), 200, "cert:1+1 certificate");
    ck_assert(client_is_resumed(resumed));
    atomic_store(&watch.trusting, 0);
    expect_on(resumed, GET("/who"), 401, "auth.certificate-invalid");
    expect_on(open, GET("/who"), 401, "auth.certificate-invalid");
    client_close(resumed);
    resumed = client_open_as(world.optional, &tls);
    expect_on(resumed, GET("/who"), 401, "auth.certificate-invalid");
    ck_assert(client_is_resumed(resumed));
    atomic_store(&watch.trusting, 1);
    expect_on(resumed, GET("/who"), 200, "cert:1+1 certificate");
    client_close(resumed);
    client_close(open);
    SSL_SESSION_free(tls.session);
}
END_TEST

/* A session of one listener is none of another, which may ask for less. */
START_TEST(sessions_stay_with_their_listener)
{
    client_tls_t tls = {.version = TLS1_2_VERSION};
    client_t *client = client_open_as(world.optional, &tls);

    expect_on(client, GET("/show/x"), 200, "/show/x");
    tls.session = client_session(client);
    client_close(client);
    atomic_store(&watch.handled, 0);
    expect_no_handshake(&tls);
    SSL_SESSION_free(tls.session);
}
END_TEST

START_TEST(long_chains_are_refused)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    client_tls_t tls = shown;
    int i;

    tls.version = versions[_i];
    for (i = 0; i < 6; i++) {
        append(shown.certificate, world_path(&world, "server.pem"));
    }
    expect(world.required, &tls, GET("/who"), 200, "cert:1+7 certificate");
    append(shown.certificate, world_path(&world, "server.pem"));
    atomic_store(&watch.handled, 0);
    expect_no_handshake(&tls);
}
END_TEST

static int is_edwards(const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
}

/* Writes a certificate of this many octets and more, in place of the one that is shown; frees the
 * key. */
static void write_shown(EVP_PKEY *key, int size)
{
    X509 *made = X509_new();
    ASN1_OCTET_STRING *filling = ASN1_OCTET_STRING_new();
    unsigned char *octets = calloc(1, (size_t)size);
    X509_EXTENSION *extension;
    FILE *file;

    ck_assert_ptr_nonnull(octets);
    ck_assert_int_eq(ASN1_OCTET_STRING_set(filling, octets, size), 1);
    extension = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, filling);
    ck_assert_int_eq(X509_set_version(made, X509_VERSION_3), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(made), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    ck_assert_int_eq(X509_set_pubkey(made, key), 1);
    ck_assert_int_eq(X509_add_ext(made, extension, -1), 1);
    ck_assert_int_gt(X509_sign(made, key, is_edwards(key) ? NULL : EVP_sha256()), 0);
    file = fopen(shown.certificate, "w");
    ck_assert_int_eq(PEM_write_X509(file, made), 1);
    (void)fclose(file);
    file = fopen(shown.key, "w");
    ck_assert_int_eq(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    (void)fclose(file);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(filling);
    X509_free(made);
    EVP_PKEY_free(key);
    free(octets);
}

START_TEST(large_certificates_are_refused)
{
    write_shown(EVP_EC_gen("P-256"), 31 * 1024);
    expect(world.required, &shown, GET("/who"), 200, "cert:1+0 certificate");
    write_shown(EVP_EC_gen("P-256"), 32 * 1024);
    atomic_store(&watch.handled, 0);
    expect_no_handshake(&shown);
}
END_TEST

/* Of several primes, because two so large ones take long to find. */
static EVP_PKEY *rsa(int bits, int primes)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    ck_assert_int_eq(EVP_PKEY_keygen_init(context), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits), 1);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_keygen_primes(context, primes), 1);
    ck_assert_int_eq(EVP_PKEY_generate(context, &key), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* Every type of key that Signet certifies can log in. */
START_TEST(keys_of_every_type_are_taken)
{
    static const char *const types[] = {"P-256", "P-384", "P-521", "RSA", "ED25519", "ED448"};
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    const char *type = types[_i / 2];
    client_tls_t tls = shown;

    tls.version = versions[_i % 2];
    if (type[0] == 'P') {
        write_shown(EVP_EC_gen(type), 1);
    } else if (type[0] == 'R') {
        write_shown(rsa(4096, 3), 1);
    } else {
        write_shown(EVP_PKEY_Q_keygen(NULL, NULL, type), 1);
    }
    expect(world.required, &tls, GET("/who"), 200, "cert:1+0 certificate");
}
END_TEST

/* A signature that takes long to verify would hold up a loop. */
START_TEST(costly_keys_are_refused)
{
    client_tls_t tls = shown;

    write_shown(rsa(8200, 5), 1);
    tls.version = TLS1_2_VERSION;
    expect_no_handshake(&tls);
    tls.version = TLS1_3_VERSION;
    expect_no_handshake(&tls);
}
END_TEST

/* Case 12: certificates that a header brings are not the client's. */
START_TEST(certificates_in_headers_are_ignored)
{
    static const char *const headers[] = {
        "X-Client-Cert: -----BEGIN CERTIFICATE-----MIIB",
        "X-SSL-Client-Cert: MIIB\r\nX-SSL-Client-Verify: SUCCESS",
        "Client-Cert: :MIIB:\r\nClient-Cert-Chain: :MIIB:",
        "X-Forwarded-Client-Cert: Hash=00;Subject=\"CN=admin\"",
        "X-ARR-ClientCert: MIIB",
        "Forwarded: for=127.0.0.1;by=127.0.0.1",
    };
    static const client_tls_t none;
    char request[512];
    size_t i;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        (void)snprintf(request, sizeof(request), "GET /who HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n",
                       headers[i]);
        expect(world.optional, &none, request, 401, "auth.credential-missing");
        expect(world.plain, &none, request, 401, "auth.credential-missing");
        expect(world.optional, &shown, request, 200, "cert:1+1 certificate");
    }
}
END_TEST

/* A route can require a certificate, and so can a listener for some paths; the rest is served. */
START_TEST(routes_can_require_a_certificate)
{
    static const client_tls_t none;

    atomic_store(&watch.trusting, 0);
    expect(world.optional, &none, GET("/shown"), 401, "auth.certificate-missing");
    expect(world.optional, &none, GET("/show/guarded"), 401, "auth.certificate-missing");
    expect(world.optional, &none, GET("/show/guarded/of/x"), 401, "auth.certificate-missing");
    expect(world.optional, &none, GET("/show/guarded2"), 200, "guarded2");
    expect(world.optional, &none, GET_AS("/shown-who", "good"), 401, "auth.certificate-missing");
    expect(world.tls, &none, GET_AS("/shown-who", "good"), 401, "auth.certificate-missing");
    expect(world.plain, &none, GET("/shown"), 401, "auth.certificate-missing");
    expect(world.optional, &shown, GET("/shown"), 401, "auth.certificate-invalid");
    expect(world.optional, &shown, GET("/show/guarded"), 401, "auth.certificate-invalid");
    expect(world.optional, &shown, GET_AS("/shown-who", "good"), 401, "auth.certificate-invalid");
    ck_assert_int_eq(atomic_load(&watch.handled), 1);
    atomic_store(&watch.trusting, 1);
    expect(world.optional, &shown, GET("/shown"), 200, "/shown");
    expect(world.optional, &shown, GET("/show/guarded"), 200, "guarded");
    expect(world.optional, &shown, GET_AS("/shown-who", "good"), 200, "token:1");
    expect(world.optional, &shown, GET("/shown-who"), 200, "cert:1+1");
    expect(world.optional, &shown, GET_AS("/shown-who", "wrong"), 401, "auth.token-invalid");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-certificates");
    TCase *certificates = tcase_create("certificates");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(certificates, open_world, close_world);
    tcase_add_test(certificates, a_missing_certificate_is_told);
    tcase_add_test(certificates, nothing_is_asked_for_by_default);
    tcase_add_test(certificates, an_optional_certificate_is_a_credential);
    tcase_add_test(certificates, acceptable_authorities_are_named);
    tcase_add_test(certificates, a_header_does_not_fall_back_to_the_certificate);
    tcase_add_test(certificates, a_required_certificate_must_be_trusted_for_everything);
    tcase_add_loop_test(certificates, trust_is_judged_at_each_request, 0, 2);
    tcase_add_test(certificates, sessions_stay_with_their_listener);
    tcase_add_loop_test(certificates, long_chains_are_refused, 0, 2);
    tcase_add_loop_test(certificates, keys_of_every_type_are_taken, 0, 12);
    tcase_add_test(certificates, costly_keys_are_refused);
    tcase_add_test(certificates, large_certificates_are_refused);
    tcase_add_test(certificates, certificates_in_headers_are_ignored);
    tcase_add_test(certificates, routes_can_require_a_certificate);
    suite_add_tcase(suite, certificates);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
