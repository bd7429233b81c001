/* The life of authorities: further keys, states, what each permits and refuses. */
#include "life.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/authority.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/json.h>
#include <stdio.h>
#include <string.h>

static const char more[] =
    ", { name = \"spare\"; parent = \"policy\"; subject = \"CN=Spare CA,O=Example\"; keys = "
    "\"fault\"; certificate = \"spare.pem\"; crl_urls = [ "
    "\"http://pki.example/{generation}/{key-id}.crl\" ]; aia_urls = [ "
    "\"http://pki.example/spare-{generation}.cer\" ]; validity = \"5y\"; }";

static const char profiles[] =
    ", { name = \"leaf\"; authority = \"spare\"; subject = [ \"CN=name\" ]; dns = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }";

/* Whether a leaf verifies by the chain of the key that signed it. */
static int verifies_by_chain(const signet_certificate_t *certificate)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain_of(instance, call, certificate->authority, certificate->generation, &chain,
                           &count));
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509 *leaf = life_parse_der(certificate->der);
    X509 *root = life_parse_der(chain[count - 1]);
    X509_STORE_add_cert(store, root);
    for (uint64_t i = 0; i + 1 < count; i++)
        sk_X509_push(between, life_parse_der(chain[i]));
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, between), 1);
    int right = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(between, X509_free);
    X509_STORE_free(store);
    X509_free(leaf);
    X509_free(root);
    return right;
}

static void administrator(void)
{
    world_actor("token:ca", "ca-administrator,officer");
}

static const signet_certificate_t *leaf(void)
{
    const signet_certificate_t *issued = world_issued("leaf", world_csr(NULL, "", "DNS:a.example"));
    return world_get(issued);
}

static void begin(void)
{
    world_authorities = more;
    world_begin(profiles);
    world_create("spare");
    administrator();
}

START_TEST(a_key_is_rotated)
{
    begin();
    const signet_certificate_t *before = leaf();
    ck_assert_uint_eq(before->generation, 1);
    life_states("spare", "active: active");
    expect_ok(life_change("rotate", "spare"));
    life_states("spare", "active: active prepublished");
    /* Published, but not issuing. */
    ck_assert_uint_eq(leaf()->generation, 1);
    expect_ok(life_change("activate", "spare"));
    life_states("spare", "active: retired active");
    const signet_certificate_t *after = leaf();
    ck_assert_uint_eq(after->generation, 2);
    ck_assert(verifies_by_chain(before));
    ck_assert(verifies_by_chain(after));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_ROTATING), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_PREPUBLISHED), 1);

    /* Name and identifiers: the same name, each its own key, and names published apart. */
    X509 *first = life_parse(life_certificate("spare", 1, "certificate"));
    X509 *second = life_parse(life_certificate("spare", 2, "certificate"));
    ck_assert_int_eq(X509_NAME_cmp(X509_get_subject_name(first), X509_get_subject_name(second)), 0);
    ck_assert_int_ne(EVP_PKEY_eq(X509_get0_pubkey(first), X509_get0_pubkey(second)), 1);
    ck_assert_ptr_nonnull(memmem(before->der.data, before->der.length, "pki.example/1/", 14));
    ck_assert_ptr_nonnull(memmem(after->der.data, after->der.length, "pki.example/2/", 14));
    ck_assert_ptr_nonnull(memmem(after->der.data, after->der.length, "spare-2.cer", 11));
    X509_free(first);
    X509_free(second);

    /* All of it is there after a restart, and a second rotation follows. */
    expect_ok(world_restart());
    administrator();
    life_states("spare", "active: retired active");
    ck_assert_uint_eq(leaf()->generation, 2);
    expect_ok(life_change("rotate", "spare"));
    expect_ok(life_change("activate", "spare"));
    life_states("spare", "active: retired retired active");
    ck_assert_uint_eq(leaf()->generation, 3);
    world_end();
}
END_TEST

START_TEST(a_root_links_its_keys)
{
    begin();
    expect_ok(life_change("rotate", "root"));
    expect_ok(life_change("activate", "root"));
    X509 *old_root = life_parse(life_certificate("root", 1, "certificate"));
    X509 *new_root = life_parse(life_certificate("root", 2, "certificate"));
    X509 *old_with_new = life_parse(life_certificate("root", 2, "old_with_new"));
    X509 *new_with_old = life_parse(life_certificate("root", 2, "new_with_old"));
    ck_assert_int_eq(X509_verify(old_with_new, X509_get0_pubkey(new_root)), 1);
    ck_assert_int_eq(X509_verify(new_with_old, X509_get0_pubkey(old_root)), 1);
    ck_assert_int_eq(EVP_PKEY_eq(X509_get0_pubkey(old_with_new), X509_get0_pubkey(old_root)), 1);
    ck_assert_int_eq(EVP_PKEY_eq(X509_get0_pubkey(new_with_old), X509_get0_pubkey(new_root)), 1);
    /* Who trusts the new root alone verifies what the old one's authorities issued. */
    const signet_certificate_t *certificate = leaf();
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->chain_of(instance, call, certificate->authority, 1, &chain, &count));
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    X509 *under = life_parse_der(certificate->der);
    X509_STORE_add_cert(store, new_root);
    sk_X509_push(between, old_with_new);
    X509 *list[8];
    for (uint64_t i = 0; i + 1 < count; i++) {
        list[i] = life_parse_der(chain[i]);
        sk_X509_push(between, list[i]);
    }
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, under, between), 1);
    ck_assert_int_eq(X509_verify_cert(context), 1);
    X509_STORE_CTX_free(context);
    sk_X509_free(between);
    X509_STORE_free(store);
    for (uint64_t i = 0; i + 1 < count; i++)
        X509_free(list[i]);
    X509_free(under);
    X509_free(old_root);
    X509_free(new_root);
    X509_free(old_with_new);
    X509_free(new_with_old);
    /* An authority below gets its next certificate from the new key. */
    expect_ok(life_change("rotate", "policy"));
    expect_ok(world_restart());
    administrator();
    X509 *policy = life_parse(life_certificate("policy", 2, "certificate"));
    X509 *root = life_parse(life_certificate("root", 2, "certificate"));
    ck_assert_int_eq(X509_verify(policy, X509_get0_pubkey(root)), 1);
    X509_free(policy);
    X509_free(root);
    world_end();
}
END_TEST

START_TEST(states_permit_and_refuse)
{
    begin();
    const signet_certificate_t *refused = NULL;
    signet_bytes_t csr = world_csr(NULL, "", "DNS:a.example");
    expect_error(life_change("resume", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("activate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("import", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(life_change("suspend", "spare"));
    life_states("spare", "suspended: active");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.suspended");
    expect_error(life_change("suspend", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(world_restart());
    administrator();
    csr = world_csr(NULL, "", "DNS:a.example");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.suspended");
    expect_ok(life_change("resume", "spare"));
    expect_ok(world_issue("leaf", csr, &refused));
    expect_ok(life_change("rotate", "spare"));
    expect_error(life_change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("retire", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(life_change("suspend", "spare"));
    expect_error(life_change("activate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(life_change("resume", "spare"));
    expect_ok(life_change("activate", "spare"));
    expect_ok(life_change("retire", "spare"));
    life_states("spare", "retired: retired retired");
    csr = world_csr(NULL, "", "DNS:b.example");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.retired");
    expect_error(life_change("retire", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("suspend", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("resume", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("paint", "spare"), SIGNET_INVALID, "authority.action");
    expect_error(life_change("suspend", "nobody"), SIGNET_NOT_FOUND, "authority.not-found");
    /* One URL for two keys. */
    expect_error(life_change("rotate", "tls"), SIGNET_INVALID, "authority.url-generation");
    /* Only whoever administers authorities changes them. */
    world_actor("token:officer", "officer,administrator,auditor");
    expect_error(life_change("suspend", "tls"), SIGNET_DENIED, "permission.authority");
    world_end();
}
END_TEST

static int32_t rotate_to(const char *authority, const char *type)
{
    const signet_authority_report_t *report = NULL;
    const signet_authority_change_t asked = {.size = sizeof asked,
                                             .action = SIGNET_TEXT(SIGNET_CHANGE_ROTATE),
                                             .authority = signet_text(authority),
                                             .key_type = signet_text(type)};
    return life_agreed(&asked, &report);
}

static int key_is(const char *authority, uint64_t generation, const char *algorithm, int bits)
{
    X509 *x509 = life_parse(life_certificate(authority, generation, "certificate"));
    int right = EVP_PKEY_is_a(X509_get0_pubkey(x509), algorithm) &&
                EVP_PKEY_get_bits(X509_get0_pubkey(x509)) == bits;
    X509_free(x509);
    return right;
}

START_TEST(a_key_of_another_type_follows)
{
    begin();
    expect_error(rotate_to("spare", "DSA-1024"), SIGNET_INVALID, "authority.key-type");
    life_states("spare", "active: active");
    const signet_certificate_t *before = leaf();
    expect_ok(rotate_to("spare", SIGNET_KEY_RSA3072));
    ck_assert(key_is("spare", 2, "RSA", 3072));
    expect_ok(life_change("activate", "spare"));
    ck_assert(verifies_by_chain(before));
    ck_assert(verifies_by_chain(leaf()));
    expect_ok(world_restart());
    administrator();
    const signet_certificate_t *after = leaf();
    ck_assert_uint_eq(after->generation, 2);
    ck_assert(verifies_by_chain(after));
    /* Without a word it is of the configured type again. */
    expect_ok(life_change("rotate", "spare"));
    ck_assert(key_is("spare", 3, "EC", 256));
    expect_ok(life_change("activate", "spare"));
    ck_assert(verifies_by_chain(leaf()));
    /* One that is on its way keeps its type. */
    expect_ok(life_change("suspend", "policy"));
    expect_ok(rotate_to("spare", SIGNET_KEY_P384));
    expect_error(rotate_to("spare", SIGNET_KEY_P521), SIGNET_CONFLICT, "authority.key-type");
    expect_ok(world_restart());
    administrator();
    expect_ok(life_change("resume", "policy"));
    expect_ok(life_change("rotate", "spare"));
    ck_assert(key_is("spare", 4, "EC", 384));
    /* A root's links are signed by keys of two types. */
    expect_ok(rotate_to("root", SIGNET_KEY_RSA4096));
    X509 *new_root = life_parse(life_certificate("root", 2, "certificate"));
    X509 *old_root = life_parse(life_certificate("root", 1, "certificate"));
    X509 *old_with_new = life_parse(life_certificate("root", 2, "old_with_new"));
    X509 *new_with_old = life_parse(life_certificate("root", 2, "new_with_old"));
    ck_assert_int_eq(X509_verify(old_with_new, X509_get0_pubkey(new_root)), 1);
    ck_assert_int_eq(X509_verify(new_with_old, X509_get0_pubkey(old_root)), 1);
    X509_free(new_root);
    X509_free(old_root);
    X509_free(old_with_new);
    X509_free(new_with_old);
    world_end();
}
END_TEST

/* An authority whose keys are elsewhere gets a further one by its certificate alone. */
START_TEST(an_offline_authority_gets_a_further_key)
{
    begin();
    const signet_certificate_t *made = NULL;
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t asked = {.size = sizeof asked,
                                       .action = SIGNET_TEXT(SIGNET_CHANGE_IMPORT),
                                       .authority = SIGNET_TEXT("spare")};
    expect_ok(world_profiles_replace("keys = \"fault\"; certificate = \"spare.pem\";",
                                     "certificate = \"spare.pem\";"));
    administrator();
    life_states("spare", "offline: active");
    const signet_issue_request_t request = {.size = sizeof request,
                                            .profile = SIGNET_TEXT("subordinate-ca"),
                                            .authority = SIGNET_TEXT("policy"),
                                            .csr = world_csr(NULL, "/CN=Spare CA/O=Example", NULL)};
    expect_ok(world_ask(&request, &made));
    asked.certificate = made->der;
    expect_ok(life_apply(&asked, &report));
    life_states("spare", "offline: active prepublished");
    expect_error(life_apply(&asked, &report), SIGNET_CONFLICT, "authority.state");
    expect_ok(life_change("activate", "spare"));
    life_states("spare", "offline: retired active");
    expect_ok(world_restart());
    administrator();
    life_states("spare", "offline: retired active");
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_key_is_rotated, a_root_links_its_keys, states_permit_and_refuse,
                                  a_key_of_another_type_follows,
                                  an_offline_authority_gets_a_further_key};
    return world_run("ca-lifecycle", NULL, tests, sizeof tests / sizeof tests[0]);
}
