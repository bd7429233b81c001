/* Trust across organisations: cross-certificates to and from a foreign authority. */
#include "world.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char more[] =
    ", { name = \"bridge\"; kind = \"policy\"; parent = \"root\"; subject = "
    "\"CN=Bridge,O=Example\";"
    " keys = \"fault\"; certificate = \"bridge.pem\"; excluded_dns = [ \"secret.foreign.example\" "
    "]; }"
    ", { name = \"crossed\"; kind = \"policy\"; parent = \"root\"; subject = "
    "\"CN=Crossed,O=Example\";"
    " keys = \"fault\"; certificate = \"crossed.pem\"; cross_certificates = \"cross.pem\"; }"
    ", { name = \"under\"; parent = \"crossed\"; subject = \"CN=Under,O=Example\"; keys = "
    "\"fault\";"
    " certificate = \"under.pem\"; }";

static const char profiles[] =
    ", { name = \"partner\"; kind = \"subordinate\"; authority = \"bridge\"; path_length = 0;"
    " key_types = [ \"EC-*\" ]; validity = \"1y\"; permitted_dns = [ \"foreign.example\" ];"
    " policies = [ \"1.2.3.1\" ]; policy_mappings = [ \"1.2.3.1=1.3.9.1\" ];"
    " extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"leaf\"; authority = \"under\"; subject = [ \"CN=name\" ]; dns = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }";

static EVP_PKEY *foreign_key;
static X509 *foreign_root;

static void add(X509 *x509, int nid, const char *value)
{
    X509_EXTENSION *extension = world_extension(nid, value);
    ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

/* A certificate signed by the foreign root's key. */
static X509 *certificate(X509_NAME *subject, EVP_PKEY *key, X509_NAME *issuer, int ca)
{
    static long serial = 1;
    X509 *x509 = X509_new();
    ck_assert_ptr_nonnull(x509);
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400L * 30);
    X509_set_subject_name(x509, subject);
    X509_set_issuer_name(x509, issuer);
    X509_set_pubkey(x509, key);
    add(x509, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add(x509, NID_key_usage, ca ? "critical,keyCertSign" : "critical,digitalSignature");
    return x509;
}

static X509_NAME *name_of(const char *common)
{
    X509_NAME *name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1, 0);
    return name;
}

static const char *path_of(const char *file)
{
    return signet_text_string(call, signet_format(call, "%s/%s", signet_check_folder(check), file));
}

static void write_pem(const char *file, X509 *const *list, int count)
{
    FILE *out = fopen(path_of(file), "w");
    ck_assert_ptr_nonnull(out);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(PEM_write_X509(out, list[i]), 1);
    ck_assert_int_eq(fclose(out), 0);
}

static X509 *read_pem(const char *file)
{
    FILE *in = fopen(path_of(file), "r");
    ck_assert_ptr_nonnull(in);
    X509 *x509 = PEM_read_X509(in, NULL, NULL, NULL);
    ck_assert_int_eq(fclose(in), 0);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

/* Whether OpenSSL finds a way from a leaf to one trusted certificate. */
static int verifies(X509 *leaf, X509 *trusted, X509 *const *between, int count)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *list = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, trusted);
    for (int i = 0; i < count; i++)
        sk_X509_push(list, between[i]);
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, leaf, list), 1);
    int right = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    sk_X509_free(list);
    X509_STORE_free(store);
    return right;
}

static X509 *foreign_leaf(const char *dns)
{
    char san[128];
    X509_NAME *name = name_of("leaf");
    EVP_PKEY *key = world_key();
    X509 *leaf = certificate(name, key, X509_get_subject_name(foreign_root), 0);
    snprintf(san, sizeof san, "DNS:%s", dns);
    add(leaf, NID_subject_alt_name, san);
    add(leaf, NID_ext_key_usage, "serverAuth");
    ck_assert_int_gt(X509_sign(leaf, foreign_key, EVP_sha256()), 0);
    X509_NAME_free(name);
    EVP_PKEY_free(key);
    return leaf;
}

static int32_t cross(const char *file, const char *authority, const char *profile)
{
    const char *arguments[] = {path_of(file), "--authority", authority,          "--profile",
                               profile,       "--out",       path_of("made.pem")};
    return world_command("authority cross", arguments, sizeof arguments / sizeof arguments[0]);
}

START_TEST(a_foreign_root_is_trusted_within_limits)
{
    write_pem("foreign.pem", &foreign_root, 1);
    expect_ok(cross("foreign.pem", "bridge", "partner"));
    X509 *made = read_pem("made.pem");
    X509 *bridge = read_pem("bridge.pem");
    X509 *root = read_pem("root.pem");
    X509 *between[] = {made, bridge};
    /* Name, key and key identifier are the foreign authority's own. */
    ck_assert_int_eq(
        X509_NAME_cmp(X509_get_subject_name(made), X509_get_subject_name(foreign_root)), 0);
    ck_assert_int_eq(EVP_PKEY_eq(X509_get0_pubkey(made), foreign_key), 1);
    ck_assert_int_eq(ASN1_OCTET_STRING_cmp(X509_get0_subject_key_id(made),
                                           X509_get0_subject_key_id(foreign_root)),
                     0);
    ck_assert_int_eq(X509_get_pathlen(made), 0);
    /* It need not outlive the foreign certificate. */
    ck_assert_int_eq(ASN1_TIME_compare(X509_get0_notAfter(made), X509_get0_notAfter(foreign_root)),
                     0);
    ck_assert_int_ge(X509_get_ext_by_NID(made, NID_policy_mappings, -1), 0);
    X509 *inside = foreign_leaf("www.foreign.example");
    X509 *outside = foreign_leaf("www.example");
    X509 *excluded = foreign_leaf("x.secret.foreign.example");
    ck_assert(verifies(inside, root, between, 2));
    ck_assert(!verifies(outside, root, between, 2));
    ck_assert(!verifies(excluded, root, between, 2));
    X509_free(inside);
    X509_free(outside);
    X509_free(excluded);
    X509_free(made);
    X509_free(bridge);
    X509_free(root);
    ck_assert_uint_gt(world_entries(SIGNET_EVENT_CERTIFICATE_ISSUED), 0);
}
END_TEST

START_TEST(a_request_serves_as_well)
{
    signet_bytes_t csr = world_csr(foreign_key, "/CN=Foreign Root", NULL);
    signet_text_t pem = signet_pem(call, "CERTIFICATE REQUEST", csr);
    FILE *out = fopen(path_of("foreign.csr"), "w");
    ck_assert_uint_eq(fwrite(pem.data, 1, pem.length, out), pem.length);
    ck_assert_int_eq(fclose(out), 0);
    expect_ok(cross("foreign.csr", "bridge", "partner"));
    X509 *made = read_pem("made.pem");
    ck_assert_int_eq(EVP_PKEY_eq(X509_get0_pubkey(made), foreign_key), 1);
    X509_free(made);
}
END_TEST

START_TEST(what_proves_nothing_is_refused)
{
    uint64_t signatures = fault.signatures;
    X509 *leaf = foreign_leaf("a.foreign.example");
    write_pem("leaf.pem", &leaf, 1);
    expect_error(cross("leaf.pem", "bridge", "partner"), SIGNET_INVALID, "cross.foreign");
    X509_free(leaf);
    /* An authority's certificate that another signed does not show that its holder asked. */
    X509_NAME *name = name_of("Sub");
    EVP_PKEY *key = world_key();
    X509 *sub = certificate(name, key, X509_get_subject_name(foreign_root), 1);
    ck_assert_int_gt(X509_sign(sub, foreign_key, EVP_sha256()), 0);
    write_pem("sub.pem", &sub, 1);
    expect_error(cross("sub.pem", "bridge", "partner"), SIGNET_INVALID, "cross.foreign");
    X509_free(sub);
    EVP_PKEY_free(key);
    X509_NAME_free(name);
    write_pem("foreign.pem", &foreign_root, 1);
    expect_error(cross("foreign.pem", "bridge", "tls-server"), SIGNET_INVALID, "profile.kind");
    expect_error(cross("foreign.pem", "root", "partner"), SIGNET_DENIED,
                 "profile.authority-not-permitted");
    expect_error(cross("foreign.pem", "moon", "partner"), SIGNET_NOT_FOUND, "authority.not-found");
    ck_assert_uint_eq(fault.signatures, signatures);
}
END_TEST

static int32_t import(const char *file)
{
    const char *arguments[] = {"crossed", path_of(file)};
    return world_command("authority import-cross", arguments, 2);
}

static const signet_chain_t *const *chains_of(const char *authority, uint64_t *count)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_chain_t *const *chains = NULL;
    expect_ok(ca->chains(instance, call, signet_text(authority), &chains, count));
    return chains;
}

static X509 *parse(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

START_TEST(a_foreign_cross_certificate_is_another_way_up)
{
    uint64_t count = 0;
    X509 *ours = read_pem("crossed.pem");
    X509 *made = certificate(X509_get_subject_name(ours), X509_get0_pubkey(ours),
                             X509_get_subject_name(foreign_root), 1);
    ck_assert_int_gt(X509_sign(made, foreign_key, EVP_sha256()), 0);
    X509 *both[] = {made, foreign_root};
    X509 *reversed[] = {foreign_root, made};
    X509 *wrong[] = {ours, foreign_root};
    write_pem("one.pem", both, 1);
    expect_error(import("one.pem"), SIGNET_INVALID, "authority.cross-certificate");
    write_pem("one.pem", reversed, 2);
    expect_error(import("one.pem"), SIGNET_INVALID, "authority.cross-certificate");
    write_pem("one.pem", wrong, 2);
    expect_error(import("one.pem"), SIGNET_INVALID, "authority.cross-certificate");
    chains_of("under", &count);
    ck_assert_uint_eq(count, 1);
    write_pem("one.pem", both, 2);
    expect_ok(import("one.pem"));
    expect_error(import("one.pem"), SIGNET_EXISTS, "authority.exists");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_CROSSED), 1);
    /* It is there after a restart, and a leaf verifies for those who trust the foreign root. */
    ck_assert_int_eq(world_restart(), SIGNET_OK);
    world_actor("token:officer", "officer");
    const signet_chain_t *const *chains = chains_of("under", &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(chains[0]->certificate_count, 3);
    ck_assert_uint_eq(chains[1]->certificate_count, 3);
    ck_assert(signet_text_is(chains[1]->root, "CN=Foreign Root"));
    const signet_certificate_t *issued = world_issued("leaf", world_csr(NULL, "", "DNS:a.example"));
    X509 *leaf = parse(issued->der);
    X509 *under = parse(chains[1]->certificates[0]);
    X509 *across = parse(chains[1]->certificates[1]);
    X509 *between[] = {under, across};
    ck_assert(verifies(leaf, foreign_root, between, 2));
    ck_assert(world_verifies(issued->der, "under"));
    chains_of("tls", &count);
    ck_assert_uint_eq(count, 1);
    X509_free(leaf);
    X509_free(under);
    X509_free(across);
    X509_free(made);
    X509_free(ours);
}
END_TEST

START_TEST(the_hierarchy_is_made)
{
    static const char *const names[] = {"bridge", "crossed", "under"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        world_create(names[i]);
    foreign_key = world_key();
    X509_NAME *name = name_of("Foreign Root");
    foreign_root = certificate(name, foreign_key, name, 1);
    X509V3_CTX context;
    X509V3_set_ctx(&context, foreign_root, foreign_root, NULL, NULL, 0);
    X509_EXTENSION *identifier =
        X509V3_EXT_conf_nid(NULL, &context, NID_subject_key_identifier, "hash");
    ck_assert_int_eq(X509_add_ext(foreign_root, identifier, -1), 1);
    X509_EXTENSION_free(identifier);
    ck_assert_int_gt(X509_sign(foreign_root, foreign_key, EVP_sha256()), 0);
    X509_NAME_free(name);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_hierarchy_is_made,
        a_foreign_root_is_trusted_within_limits,
        a_request_serves_as_well,
        what_proves_nothing_is_refused,
        a_foreign_cross_certificate_is_another_way_up,
    };
    world_authorities = more;
    int result = world_run("ca-cross", profiles, tests, sizeof tests / sizeof tests[0]);
    X509_free(foreign_root);
    EVP_PKEY_free(foreign_key);
    return result;
}
