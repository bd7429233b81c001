/* The life of authorities: further keys, states, what each permits and refuses. */
#include "world.h"

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

static const signet_authority_interface_t *authorities(void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTHORITY_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static int32_t apply(const signet_authority_change_t *change,
                     const signet_authority_report_t **report)
{
    void *instance = NULL;
    const signet_authority_interface_t *interface = authorities(&instance);
    *report = NULL;
    return interface->change(instance, call, change, report);
}

/* Changes an authority; the status. */
static int32_t change(const char *action, const char *authority)
{
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t asked = {
        .size = sizeof asked, .action = signet_text(action), .authority = signet_text(authority)};
    int32_t status = apply(&asked, &report);
    if (status != SIGNET_PENDING)
        return status;
    /* Another person agrees; nobody agrees to what they asked for themselves. */
    void *instance = NULL;
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    instance = provider->instance;
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    char id[64];
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(call->services->error(call)->field));
    call->services->clear(call);
    expect_error(approvals->decide(instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                   SIGNET_TEXT(""), &approval),
                 SIGNET_DENIED, "approval.own");
    signet_call_t *own = call;
    call = signet_check_call(check, "token:second", "ca-administrator");
    expect_ok(approvals->decide(instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                SIGNET_TEXT(""), &approval));
    signet_check_call_end(call);
    call = own;
    return apply(&asked, &report);
}

static const signet_json_t *describe(const char *authority)
{
    void *instance = NULL;
    const signet_authority_report_t *report = NULL;
    const signet_json_t *json = NULL;
    const signet_authority_interface_t *interface = authorities(&instance);
    expect_ok(interface->generations(instance, call, signet_text(authority), &report));
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, &json));
    return json;
}

/* Fails unless the authority and its keys are in these states: "active: retired active". */
static void expect_states(const char *authority, const char *expected)
{
    const signet_json_t *json = describe(authority);
    const signet_json_t *list = signet_json_get(json, "generations");
    char states[256];
    int length = snprintf(states, sizeof states,
                          "%.*s:", SIGNET_FORMAT(signet_json_get(json, "state")->text));
    for (uint64_t i = 0; i < list->count; i++)
        length += snprintf(states + length, sizeof states - (size_t)length, " %.*s",
                           SIGNET_FORMAT(signet_json_get(&list->items[i], "state")->text));
    ck_assert_str_eq(states, expected);
}

static signet_text_t certificate_of(const char *authority, uint64_t generation, const char *member)
{
    const signet_json_t *list = signet_json_get(describe(authority), "generations");
    ck_assert_uint_ge(list->count, generation);
    const signet_json_t *pem = signet_json_get(&list->items[generation - 1], member);
    ck_assert_ptr_nonnull(pem);
    return pem->text;
}

static X509 *parse(signet_text_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.length);
    X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

static X509 *parse_der(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

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
    X509 *leaf = parse_der(certificate->der);
    X509 *root = parse_der(chain[count - 1]);
    X509_STORE_add_cert(store, root);
    for (uint64_t i = 0; i + 1 < count; i++)
        sk_X509_push(between, parse_der(chain[i]));
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
    expect_states("spare", "active: active");
    expect_ok(change("rotate", "spare"));
    expect_states("spare", "active: active prepublished");
    /* Published, but not issuing. */
    ck_assert_uint_eq(leaf()->generation, 1);
    expect_ok(change("activate", "spare"));
    expect_states("spare", "active: retired active");
    const signet_certificate_t *after = leaf();
    ck_assert_uint_eq(after->generation, 2);
    ck_assert(verifies_by_chain(before));
    ck_assert(verifies_by_chain(after));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_ROTATING), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_PREPUBLISHED), 1);

    /* Name and identifiers: the same name, each its own key, and names published apart. */
    X509 *first = parse(certificate_of("spare", 1, "certificate"));
    X509 *second = parse(certificate_of("spare", 2, "certificate"));
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
    expect_states("spare", "active: retired active");
    ck_assert_uint_eq(leaf()->generation, 2);
    expect_ok(change("rotate", "spare"));
    expect_ok(change("activate", "spare"));
    expect_states("spare", "active: retired retired active");
    ck_assert_uint_eq(leaf()->generation, 3);
    world_end();
}
END_TEST

START_TEST(a_root_links_its_keys)
{
    begin();
    expect_ok(change("rotate", "root"));
    expect_ok(change("activate", "root"));
    X509 *old_root = parse(certificate_of("root", 1, "certificate"));
    X509 *new_root = parse(certificate_of("root", 2, "certificate"));
    X509 *old_with_new = parse(certificate_of("root", 2, "old_with_new"));
    X509 *new_with_old = parse(certificate_of("root", 2, "new_with_old"));
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
    X509 *under = parse_der(certificate->der);
    X509_STORE_add_cert(store, new_root);
    sk_X509_push(between, old_with_new);
    X509 *list[8];
    for (uint64_t i = 0; i + 1 < count; i++) {
        list[i] = parse_der(chain[i]);
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
    expect_ok(change("rotate", "policy"));
    expect_ok(world_restart());
    administrator();
    X509 *policy = parse(certificate_of("policy", 2, "certificate"));
    X509 *root = parse(certificate_of("root", 2, "certificate"));
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
    expect_error(change("resume", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("activate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("import", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(change("suspend", "spare"));
    expect_states("spare", "suspended: active");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.suspended");
    expect_error(change("suspend", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(world_restart());
    administrator();
    csr = world_csr(NULL, "", "DNS:a.example");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.suspended");
    expect_ok(change("resume", "spare"));
    expect_ok(world_issue("leaf", csr, &refused));
    expect_ok(change("rotate", "spare"));
    expect_error(change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("retire", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(change("suspend", "spare"));
    expect_error(change("activate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(change("resume", "spare"));
    expect_ok(change("activate", "spare"));
    expect_ok(change("retire", "spare"));
    expect_states("spare", "retired: retired retired");
    csr = world_csr(NULL, "", "DNS:b.example");
    expect_error(world_issue("leaf", csr, &refused), SIGNET_UNAVAILABLE, "authority.retired");
    expect_error(change("retire", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("suspend", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("resume", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(change("paint", "spare"), SIGNET_INVALID, "authority.action");
    expect_error(change("suspend", "nobody"), SIGNET_NOT_FOUND, "authority.not-found");
    /* One URL for two keys. */
    expect_error(change("rotate", "tls"), SIGNET_INVALID, "authority.url-generation");
    /* Only whoever administers authorities changes them. */
    world_actor("token:officer", "officer,administrator,auditor");
    expect_error(change("suspend", "tls"), SIGNET_DENIED, "permission.authority");
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_key_is_rotated, a_root_links_its_keys,
                                  states_permit_and_refuse};
    return world_run("ca-lifecycle", NULL, tests, sizeof tests / sizeof tests[0]);
}
