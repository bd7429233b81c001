/* Certificates that were found: recorded, searched, and never taken for issued ones. */
#include "world.h"

#include <stdio.h>
#include <string.h>

static int32_t found(signet_bytes_t der, const char *place,
                     const signet_certificate_t **certificate)
{
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_found_t what = {.size = sizeof what, .der = der, .place = signet_text(place)};
    call->services->clear(call);
    return inventory->found(instance, call, SIGNET_TEXT("files"), &what, certificate);
}

static const signet_certificate_page_t *query(const signet_certificate_query_t *query)
{
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_page_t *page = NULL;
    expect_ok(inventory->query(instance, call, query, &page));
    return page;
}

/* A certificate of somebody else, made by OpenSSL, with SHA-1 and a name that has no canonical
 * form. */
static signet_bytes_t foreign(const char *name, int64_t serial)
{
    uint8_t *der = NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    ck_assert(key && x509);
    X509_set_version(x509, 2);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(x509), "CN", MBSTRING_UTF8,
                               (const unsigned char *)"Somebody, else", -1, -1, 0);
    X509V3_CTX context;
    char names[128];
    snprintf(names, sizeof names, "DNS:%s.example,DNS:not a name,IP:192.0.2.9", name);
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, names);
    ck_assert_ptr_nonnull(extension);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    ck_assert_int_gt(X509_sign(x509, key, EVP_sha1()), 0);
    int length = i2d_X509(x509, &der);
    ck_assert_int_gt(length, 0);
    signet_bytes_t copy = signet_bytes_copy(call, (signet_bytes_t){der, (uint64_t)length});
    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(key);
    return copy;
}

static int field_is(const signet_certificate_t *certificate, const char *name, const char *value)
{
    for (uint64_t i = 0; i < certificate->field_count; i++) {
        if (signet_text_is(certificate->fields[i].name, name))
            return signet_text_is(certificate->fields[i].value, value);
    }
    return 0;
}

static uint64_t events(void)
{
    signet_journal_t journal = world_journal();
    const signet_journal_query_t wanted = {
        .size = sizeof wanted, .event = SIGNET_TEXT(SIGNET_EVENT_CERTIFICATE_FOUND), .limit = 100};
    const signet_journal_page_t *page = NULL;
    expect_ok(journal.interface->query(journal.instance, call, &wanted, &page));
    return page->count;
}

START_TEST(records_where_and_when)
{
    const signet_certificate_t *certificate = NULL;
    world_actor("root", "administrator,auditor");
    signet_bytes_t der = foreign("Old", 7);
    expect_ok(found(der, "file:/etc/old.pem", &certificate));
    ck_assert(signet_text_is(certificate->state, SIGNET_CERTIFICATE_FOUND));
    ck_assert(signet_text_is(certificate->subject, "CN=Old"));
    ck_assert(field_is(certificate, "issuer", "CN=Somebody\\, else"));
    ck_assert(field_is(certificate, "source", "files"));
    ck_assert(field_is(certificate, "places", "file:/etc/old.pem"));
    ck_assert_uint_eq(certificate->name_count, 3);
    int64_t first = certificate->issued_at;
    expect_ok(found(der, "file:/srv/old.pem", &certificate));
    expect_ok(found(der, "file:/etc/\x1b[2J\n", &certificate));
    ck_assert(
        field_is(certificate, "places", "file:/etc/?[2J?\nfile:/srv/old.pem\nfile:/etc/old.pem"));
    ck_assert_int_eq(certificate->issued_at, first);
    /* The last twenty places are kept, and the event is one. */
    for (int i = 0; i < 30; i++) {
        char place[32];
        snprintf(place, sizeof place, "tls://%d", i);
        expect_ok(found(der, place, &certificate));
    }
    uint64_t version = certificate->version;
    expect_ok(found(der, "tls://29", &certificate));
    ck_assert_uint_eq(certificate->version, version + 1);
    expect_ok(found(der, "tls://29", &certificate));
    ck_assert_uint_eq(certificate->version, version + 1);
    ck_assert_uint_eq(events(), 1);
}
END_TEST

START_TEST(finds_them_by_state)
{
    const signet_certificate_t *certificate = NULL;
    world_actor("root", "administrator,auditor");
    signet_bytes_t der = foreign("Aged", 17);
    expect_ok(found(der, "file:/a", &certificate));
    expect_ok(found(foreign("Aged", 18), "file:/b", &certificate));
    signet_certificate_query_t wanted = {
        .size = sizeof wanted, .limit = 10, .state = SIGNET_TEXT(SIGNET_CERTIFICATE_FOUND)};
    ck_assert_uint_ge(query(&wanted)->count, 2);
    wanted.name = SIGNET_TEXT("cn:Aged");
    ck_assert_uint_eq(query(&wanted)->count, 2);
    wanted.name = SIGNET_TEXT("cn:aged.example");
    ck_assert_uint_eq(query(&wanted)->count, 0);
    wanted.name = SIGNET_TEXT("aged.example");
    ck_assert_uint_eq(query(&wanted)->count, 2);
    wanted.fingerprint = certificate->fingerprint;
    ck_assert_uint_eq(query(&wanted)->count, 1);
    ck_assert(!signet_bytes_equal(query(&wanted)->certificates[0]->der, der));
    wanted.fingerprint.length = 0;
    wanted.expires_before = signet_now();
    ck_assert_uint_eq(query(&wanted)->count, 0);
    wanted.expires_before = signet_now() + 2 * 86400000LL;
    wanted.expires_from = signet_now();
    ck_assert_uint_eq(query(&wanted)->count, 2);
    wanted.authority = SIGNET_TEXT("device");
    ck_assert_uint_eq(query(&wanted)->count, 0);
}
END_TEST

/* A planted certificate with the issuer and serial of nobody's or of ours is no issued one. */
START_TEST(never_passes_for_issued)
{
    const signet_certificate_t *certificate = NULL;
    const signet_certificate_t *issued =
        world_issued("device", world_csr(NULL, "/CN=one", "DNS:one.example"));
    signet_call_t *officer = call;
    call = signet_check_call(check, "root", "administrator,auditor");
    expect_ok(found(foreign("Planted", 7), "file:/a", &certificate));
    signet_certificate_query_t wanted = {.size = sizeof wanted, .limit = 10};
    wanted.fingerprint = certificate->fingerprint;
    ck_assert_uint_eq(query(&wanted)->count, 0);
    wanted.fingerprint.length = 0;
    wanted.name = SIGNET_TEXT("cn:Planted");
    ck_assert_uint_eq(query(&wanted)->count, 0);
    /* One of ours stays as it is; what was found says that it is ours. */
    expect_ok(found(issued->der, "file:/b", &certificate));
    ck_assert(signet_text_is(certificate->state, SIGNET_CERTIFICATE_FOUND));
    ck_assert_uint_eq(certificate->authority.length, 0);
    ck_assert_uint_eq(certificate->fields[4].value.length,
                      issued->authority.length + 1 + 2 * issued->serial.length);
    wanted.name = SIGNET_TEXT("dns:one.example");
    const signet_certificate_page_t *page = query(&wanted);
    ck_assert_uint_eq(page->count, 1);
    ck_assert(signet_text_is(page->certificates[0]->state, SIGNET_CERTIFICATE_VALID));
    signet_check_call_end(call);
    call = officer;
}
END_TEST

START_TEST(refuses_others_and_nonsense)
{
    const signet_certificate_t *certificate = NULL;
    signet_bytes_t der = foreign("Old", 7);
    world_actor("token:a", "requester,officer,auditor");
    ck_assert_int_eq(found(der, "file:/a", &certificate), SIGNET_DENIED);
    world_actor("root", "administrator");
    der = foreign("Old", 7);
    ck_assert_int_eq(found(der, "", &certificate), SIGNET_INVALID);
    der.length--;
    ck_assert_int_eq(found(der, "file:/a", &certificate), SIGNET_INVALID);
    der.length = 0;
    ck_assert_int_eq(found(der, "file:/a", &certificate), SIGNET_INVALID);
    static uint8_t large[70000];
    ck_assert_int_eq(found((signet_bytes_t){large, sizeof large}, "file:/a", &certificate),
                     SIGNET_TOO_LARGE);
}
END_TEST

/* From files to the inventory. */
START_TEST(a_scan_fills_the_inventory)
{
    char path[512];
    world_actor("root", "administrator,auditor");
    for (int i = 0; i < 230; i++) {
        signet_bytes_t der = foreign("Scanned", 100 + i);
        snprintf(path, sizeof path, "%s/found-%d.der", signet_check_folder(check), i);
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(der.data, 1, der.length, file), der.length);
        ck_assert_int_eq(fclose(file), 0);
    }
    expect_ok(signet_check_open(check, "discovery-files", "files",
                                "places = ({ path = \".\"; names = [\"found-*\"]; depth = 0; });"));
    expect_ok(signet_check_open(check, "lifecycle-discovery", "scan", "discovery = \"files\";"));
    expect_ok(signet_check_run_job(check, "scan", "discover"));
    ck_assert_int_eq(
        signet_check_metric(check, "signet_discovery_found_total", "discovery=\"scan\""), 230);
    signet_certificate_query_t wanted = {.size = sizeof wanted,
                                         .limit = 1000,
                                         .state = SIGNET_TEXT(SIGNET_CERTIFICATE_FOUND),
                                         .name = SIGNET_TEXT("cn:Scanned")};
    ck_assert_uint_eq(query(&wanted)->count, 230);
    expect_ok(signet_check_run_job(check, "scan", "discover"));
    ck_assert_uint_eq(query(&wanted)->count, 230);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        records_where_and_when,      finds_them_by_state,        never_passes_for_issued,
        refuses_others_and_nonsense, a_scan_fills_the_inventory,
    };
    return world_run("ca-found", "", tests, sizeof tests / sizeof tests[0]);
}
