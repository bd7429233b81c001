/* Renewal: same key and new key, what is refused, and when to renew. */
#include "world.h"

static int32_t renew(const signet_certificate_t *old, signet_bytes_t csr,
                     const signet_certificate_t **certificate)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    signet_renew_request_t request = {
        .size = sizeof request, .authority = old->authority, .serial = old->serial, .csr = csr};
    return ca->renew(instance, call, &request, certificate);
}

static const signet_certificate_t *first(EVP_PKEY *key)
{
    return world_issued("tls-server",
                        world_csr(key, "/CN=x.example", "DNS:x.example,IP:192.0.2.7"));
}

static EVP_PKEY *key_of(signet_bytes_t der)
{
    const uint8_t *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    EVP_PKEY *key = X509_get_pubkey(x509);
    X509_free(x509);
    return key;
}

static int same_names(const signet_certificate_t *a, const signet_certificate_t *b)
{
    int same = a->name_count == b->name_count && signet_text_equal(a->subject, b->subject);
    for (uint64_t i = 0; same && i < a->name_count; i++)
        same = signet_text_equal(a->names[i], b->names[i]);
    return same;
}

START_TEST(keeps_the_key)
{
    const signet_certificate_t *old = first(NULL);
    const signet_certificate_t *renewed = NULL;
    expect_ok(renew(old, (signet_bytes_t){NULL, 0}, &renewed));
    ck_assert(same_names(old, renewed));
    ck_assert(!signet_bytes_equal(old->serial, renewed->serial));
    EVP_PKEY *a = key_of(old->der);
    EVP_PKEY *b = key_of(renewed->der);
    ck_assert_int_eq(EVP_PKEY_eq(a, b), 1);
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
    ck_assert(world_verifies(renewed->der, "tls"));
    /* The chain of replacements. */
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_page_t *page = NULL;
    signet_certificate_query_t query = {
        .size = sizeof query,
        .limit = 10,
        .replaces = signet_format(call, "tls/%.*s", SIGNET_FORMAT(signet_hex(call, old->serial)))};
    expect_ok(inventory->query(instance, call, &query, &page));
    ck_assert_uint_eq(page->count, 1);
    ck_assert(signet_bytes_equal(page->certificates[0]->serial, renewed->serial));
    ck_assert(signet_text_equal(page->certificates[0]->replaces, query.replaces));
}
END_TEST

START_TEST(takes_a_new_key)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *old = first(NULL);
    const signet_certificate_t *renewed = NULL;
    /* The names are the predecessor's, whatever the request says. */
    expect_ok(renew(old, world_csr(key, "/CN=other.example", "DNS:other.example"), &renewed));
    ck_assert(same_names(old, renewed));
    EVP_PKEY *now = key_of(renewed->der);
    ck_assert_int_eq(EVP_PKEY_eq(key, now), 1);
    EVP_PKEY_free(now);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(refuses)
{
    const signet_bytes_t none = {NULL, 0};
    const signet_certificate_t *renewed = NULL;
    const signet_certificate_t *revoked = first(NULL);
    expect_ok(world_revoke(revoked, SIGNET_REASON_SUPERSEDED));
    expect_error(renew(revoked, none, &renewed), SIGNET_INVALID, "renewal.revoked");
    EVP_PKEY *key = world_key();
    const signet_certificate_t *leaked = first(key);
    const signet_certificate_t *twin = first(key);
    expect_ok(world_revoke(twin, SIGNET_REASON_KEY_COMPROMISE));
    expect_error(renew(leaked, none, &renewed), SIGNET_INVALID, "key.blocked");
    EVP_PKEY_free(key);
    signet_certificate_t unknown = *leaked;
    unknown.serial = (signet_bytes_t){(const uint8_t *)"\1\2", 2};
    expect_error(renew(&unknown, none, &renewed), SIGNET_NOT_FOUND, "certificate.not-found");
    /* A request without a key, and without a predecessor that has one. */
    const signet_issue_request_t bare = {.size = sizeof bare, .profile = SIGNET_TEXT("tls-server")};
    expect_error(world_ask(&bare, &renewed), SIGNET_INVALID, "csr.malformed");
    /* A predecessor of another profile lends its key to none. */
    const signet_certificate_t *old = first(NULL);
    const signet_issue_request_t other = {.size = sizeof other,
                                          .profile = SIGNET_TEXT("tls-client"),
                                          .replaces_authority = old->authority,
                                          .replaces_serial = old->serial};
    expect_error(world_ask(&other, &renewed), SIGNET_INVALID, "renewal.profile");
}
END_TEST

START_TEST(strangers_do_not_renew)
{
    uint8_t serial[20];
    const signet_certificate_t *old = first(NULL);
    ck_assert_uint_le(old->serial.length, sizeof serial);
    for (uint64_t i = 0; i < old->serial.length; i++)
        serial[i] = old->serial.data[i];
    signet_certificate_t theirs = {.size = sizeof theirs,
                                   .authority = SIGNET_TEXT("tls"),
                                   .serial = {serial, old->serial.length}};
    const signet_certificate_t *renewed = NULL;
    world_actor("stranger", "requester");
    expect_error(renew(&theirs, (signet_bytes_t){NULL, 0}, &renewed), SIGNET_NOT_FOUND,
                 "certificate.not-found");
}
END_TEST

START_TEST(says_when)
{
    const signet_certificate_t *old = world_get(first(NULL));
    int64_t life = old->not_after - old->not_before;
    ck_assert_int_eq(old->renew_from, old->not_after - life / 3);
    ck_assert_int_eq(old->renew_before, old->not_after - life / 6);
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_t *hinted = NULL;
    uint64_t before = world_entries(SIGNET_EVENT_CERTIFICATE_HINTED);
    expect_error(inventory->hint(instance, call, old->authority, old->serial, 2, 1, &hinted),
                 SIGNET_INVALID, "renewal.window");
    expect_ok(inventory->hint(instance, call, old->authority, old->serial, 1000, 2000, &hinted));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_HINTED), before + 1);
    ck_assert_int_eq(world_get(old)->renew_from, 1000);
    ck_assert_int_eq(world_get(old)->renew_before, 2000);
    /* What is revoked is renewed at once, whatever was set. */
    expect_ok(world_revoke(world_get(old), SIGNET_REASON_SUPERSEDED));
    ck_assert_int_eq(world_get(old)->renew_from, world_get(old)->revoked_at);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {keeps_the_key, takes_a_new_key, refuses, strangers_do_not_renew,
                                  says_when};
    return world_run("ca-renew", "", tests, sizeof tests / sizeof tests[0]);
}
