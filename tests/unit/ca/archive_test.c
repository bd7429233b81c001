/* Keys that are made for requesters, kept, and recovered: handed out once, never in the clear, and
 * only after others agreed. */
#include "world.h"

#include <dirent.h>
#include <openssl/x509.h>
#include <signet/ext/draft/approval.h>
#include <stdlib.h>
#include <string.h>

#define ARCHIVE "ca.archived-keys"
#define MAIL "email:ada@example.com"

static const char profiles[] =
    ", { name = \"mail\"; authority = \"user\"; subject = [ \"CN=required\" ];\n"
    "  key_usage = [ \"keyEncipherment\", \"keyAgreement\" ]; email = [ \"*@example.com\" ];\n"
    "  extended_key_usage = [ \"emailProtection\" ]; generate_keys = true; archive = \"users\"; }\n"
    ", { name = \"mail-gone\"; authority = \"user\"; subject = [ \"CN=required\" ];\n"
    "  key_usage = [ \"keyEncipherment\", \"keyAgreement\" ]; email = [ \"*@example.com\" ];\n"
    "  extended_key_usage = [ \"emailProtection\" ]; generate_keys = true; archive = \"gone\"; }\n"
    ", { name = \"made\"; authority = \"tls\"; dns = [ \"*.example\" ]; generate_keys = true;\n"
    "  subject = [ \"CN=name\", \"O=optional\" ]; key_usage = [ \"digitalSignature\" ];\n"
    "  extended_key_usage = [ \"serverAuth\" ]; }\n"
    ", { name = \"made-agreed\"; extends = \"made\"; approval = 1; }\n";

static const char recovery_keys[] =
    "recovery_keys = (\n"
    "{ name = \"users\"; keys = \"keys\"; key = \"recovery\"; recoverers = 2; },\n"
    "{ name = \"gone\"; keys = \"keys\"; key = \"never-made\"; });\n";

static void make_recovery_key(void)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    const signet_key_t *key = NULL;
    signet_key_request_t request = {.size = sizeof request,
                                    .purposes = SIGNET_PURPOSE_DECRYPT,
                                    .name = SIGNET_TEXT("recovery"),
                                    .type = SIGNET_TEXT(SIGNET_KEY_RSA2048)};
    int32_t status = keys->find(provider->instance, call, request.name, &key);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = keys->generate(provider->instance, call, &request, &key);
    }
    expect_ok(status);
}

static signet_issue_request_t request_of(const char *profile, const char *id, const char *type)
{
    return (signet_issue_request_t){.size = sizeof(signet_issue_request_t),
                                    .request_id = signet_text(id),
                                    .profile = signet_text(profile),
                                    .generate = signet_text(type)};
}

static const signet_requested_name_t host = {.size = sizeof(signet_requested_name_t),
                                             .type = SIGNET_TEXT_INIT("dns"),
                                             .value = SIGNET_TEXT_INIT("a.example")};
static const signet_requested_name_t mailbox = {.size = sizeof(signet_requested_name_t),
                                                .type = SIGNET_TEXT_INIT("email"),
                                                .value = SIGNET_TEXT_INIT("ada@example.com")};

static int belongs(signet_bytes_t private_key, signet_bytes_t der)
{
    const uint8_t *at = private_key.data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)private_key.length);
    at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    int right = key && certificate && X509_check_private_key(certificate, key) == 1;
    EVP_PKEY_free(key);
    X509_free(certificate);
    return right;
}

START_TEST(a_key_is_handed_out_once)
{
    const char *const types[] = {"EC-P256", "RSA-2048"};
    const signet_certificate_t *certificate = NULL;
    for (size_t i = 0; i < 2; i++) {
        char id[32];
        snprintf(id, sizeof id, "once/%zu", i);
        signet_issue_request_t request = request_of("made", id, types[i]);
        request.names = &host;
        request.name_count = 1;
        request.subject = SIGNET_TEXT("O=Example\\, Inc");
        expect_ok(world_ask(&request, &certificate));
        ck_assert(belongs(certificate->private_key, certificate->der));
        ck_assert(signet_text_is(certificate->subject, "CN=a.example,O=Example\\, Inc"));
        ck_assert_ptr_null(world_get(certificate)->private_key.data);
        signet_bytes_t serial = certificate->serial;
        expect_ok(world_ask(&request, &certificate));
        ck_assert(signet_bytes_equal(certificate->serial, serial));
        ck_assert_uint_eq(certificate->private_key.length, 0);
        request.subject = SIGNET_TEXT("O=Another");
        expect_error(world_ask(&request, &certificate), SIGNET_CONFLICT, "request.id-reused");
    }
    ck_assert_uint_eq(world_records(ARCHIVE), 0);
}
END_TEST

START_TEST(keys_are_made_only_where_they_may_be)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = request_of("tls-server", "", "EC-P256");
    request.names = &host;
    request.name_count = 1;
    expect_error(world_ask(&request, &certificate), SIGNET_DENIED, "profile.generate-keys");
    request.profile = SIGNET_TEXT("made");
    request.generate = SIGNET_TEXT("RSA-1024");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "profile.key-type");
    request.generate = SIGNET_TEXT("EC-P256");
    request.subject = SIGNET_TEXT("not a name");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.subject");
    request.subject = (signet_text_t){NULL, 0};
    request.csr = world_csr(NULL, "/CN=a.example", "DNS:a.example");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.generate");
    request.generate = (signet_text_t){NULL, 0};
    request.subject = SIGNET_TEXT("O=Example");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.subject");
}
END_TEST

static const signet_approval_interface_t *approvals(void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static char matter[128];

static void expect_pending(int32_t status)
{
    ck_assert_int_eq(status, SIGNET_PENDING);
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, "approval.pending"));
    snprintf(matter, sizeof matter, "%.*s", SIGNET_FORMAT(error->field));
    call->services->clear(call);
}

static int32_t approve(void)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    return interface->decide(instance, call, signet_text(matter), SIGNET_DECISION_APPROVE,
                             SIGNET_TEXT(""), &approval);
}

static int32_t approve_as(const char *actor, const char *roles)
{
    world_actor(actor, roles);
    return approve();
}

START_TEST(an_approved_key_is_made_when_it_is_issued)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = request_of("made-agreed", "agreed/1", "EC-P256");
    request.names = &host;
    request.name_count = 1;
    world_actor("token:alice|alice", "requester");
    expect_pending(world_ask(&request, &certificate));
    expect_ok(approve_as("token:bob|bob", "officer"));
    /* By the id alone, as somebody asks who has nothing else any more. */
    signet_issue_request_t again = {.size = sizeof again, .request_id = request.request_id};
    world_actor("token:alice|alice", "requester");
    expect_ok(world_ask(&again, &certificate));
    ck_assert(belongs(certificate->private_key, certificate->der));
    expect_ok(world_ask(&request, &certificate));
    ck_assert_uint_eq(certificate->private_key.length, 0);
}
END_TEST

/* A certificate of the profile "mail", and its key; both outlive calls. */
static uint8_t secret[4096];
static signet_bytes_t kept;
static uint8_t serial_octets[64];
static signet_bytes_t serial;

static void issue_mail(void)
{
    const signet_certificate_t *certificate = NULL;
    world_actor("token:ada|ada", "requester");
    signet_issue_request_t request = request_of("mail", "", "RSA-2048");
    request.names = &mailbox;
    request.name_count = 1;
    request.subject = SIGNET_TEXT("CN=Ada Lovelace");
    expect_ok(world_ask(&request, &certificate));
    ck_assert(belongs(certificate->private_key, certificate->der));
    ck_assert_uint_le(certificate->private_key.length, sizeof secret);
    memcpy(secret, certificate->private_key.data, certificate->private_key.length);
    kept = (signet_bytes_t){secret, certificate->private_key.length};
    memcpy(serial_octets, certificate->serial.data, certificate->serial.length);
    serial = (signet_bytes_t){serial_octets, certificate->serial.length};
}

static int32_t recover(const char *reason, const signet_archived_key_t **key)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    signet_recovery_request_t request = {.size = sizeof request,
                                         .authority = SIGNET_TEXT("user"),
                                         .serial = serial,
                                         .reason = signet_text(reason)};
    *key = NULL;
    return ca->recover_key(instance, call, &request, key);
}

static void as_officer(void)
{
    world_actor("token:rita|rita", "recovery-officer");
}

START_TEST(a_key_is_recovered_once_by_enough_persons)
{
    const signet_archived_key_t *key = NULL;
    uint64_t recovered = world_entries("key.recovered");
    issue_mail();
    as_officer();
    expect_error(recover("", &key), SIGNET_INVALID, "recovery.reason");
    expect_error(recover("two\nlines", &key), SIGNET_INVALID, "recovery.reason");
    expect_pending(recover("CASE-1: laptop lost", &key));
    /* Not by the one who asks, with whatever credential, nor by other roles, nor by one alone. */
    expect_error(approve_as("token:rita2|rita", "recovery-officer"), SIGNET_DENIED, "approval.own");
    expect_error(approve_as("token:olga|olga", "officer"), SIGNET_NOT_FOUND, "approval.not-found");
    expect_ok(approve_as("token:rob|rob", "recovery-officer"));
    as_officer();
    expect_pending(recover("CASE-1: laptop lost", &key));
    expect_error(approve_as("token:rob2|rob", "recovery-officer"), SIGNET_DENIED,
                 "approval.decided-already");
    expect_ok(approve_as("token:rosa|rosa", "recovery-officer"));
    /* Another officer cannot take what was agreed for the first. */
    world_actor("token:rex|rex", "recovery-officer");
    expect_pending(recover("CASE-1: laptop lost", &key));
    ck_assert_uint_eq(world_entries("key.recovered"), recovered);

    as_officer();
    expect_ok(recover("CASE-1: laptop lost", &key));
    ck_assert(signet_bytes_equal(key->private_key, kept));
    ck_assert(belongs(key->private_key, key->certificate));
    ck_assert_uint_eq(world_entries("key.recovered"), recovered + 1);
    expect_error(recover("CASE-1: laptop lost", &key), SIGNET_CONFLICT, "approval.done");
    ck_assert_ptr_null(key);
    expect_pending(recover("CASE-2: again", &key));
}
END_TEST

START_TEST(others_recover_nothing)
{
    const signet_archived_key_t *key = NULL;
    issue_mail();
    expect_error(recover("my own", &key), SIGNET_DENIED, "permission.recover");
    world_actor("token:officer", "officer");
    expect_error(recover("curious", &key), SIGNET_DENIED, "permission.recover");
    world_actor("token:audit", "recovery-officer,auditor");
    expect_error(recover("curious", &key), SIGNET_DENIED, "permission.recover");
    world_actor("token:eve", "requester");
    expect_error(recover("curious", &key), SIGNET_NOT_FOUND, "certificate.not-found");
    as_officer();
    serial_octets[5] ^= 1;
    expect_error(recover("none such", &key), SIGNET_NOT_FOUND, "certificate.not-found");
}
END_TEST

/* Reads the archived record, changes one thing, and puts it back. */
static void change_record(const char *field, const char *value, const char *member)
{
    signet_store_t store = world_store();
    const signet_record_t *stored = NULL;
    signet_text_t key = signet_format(call, "user/%.*s", SIGNET_FORMAT(signet_hex(call, serial)));
    expect_ok(store.interface->get(store.instance, call, SIGNET_TEXT(ARCHIVE), key, &stored));
    signet_field_t fields[16];
    for (uint64_t i = 0; i < stored->field_count; i++) {
        fields[i] = *SIGNET_AT(signet_field_t, stored->fields, i);
        if (field && signet_text_is(fields[i].name, field))
            fields[i].text = signet_text(value);
    }
    signet_bytes_t body = signet_bytes_copy(call, stored->body);
    if (member) {
        char *at = memmem(body.data, body.length, member, strlen(member));
        ck_assert_ptr_nonnull(at);
        at += strlen(member) + 12;
        *at = *at == 'A' ? 'B' : 'A';
    }
    signet_change_t change =
        signet_put(ARCHIVE, key, stored->version, fields, stored->field_count, body);
    expect_ok(store.interface->commit(store.instance, call, &change, 1));
}

static void agree(const char *reason)
{
    const signet_archived_key_t *key = NULL;
    as_officer();
    expect_pending(recover(reason, &key));
    expect_ok(approve_as("token:rob|rob", "recovery-officer"));
    expect_ok(approve_as("token:rosa|rosa", "recovery-officer"));
    as_officer();
}

START_TEST(a_damaged_record_yields_no_key)
{
    const char *const members[] = {"\"ciphertext\"", "\"nonce\"", "\"wrapped\""};
    const signet_archived_key_t *key = NULL;
    uint64_t recovered = world_entries("key.recovered");
    for (size_t i = 0; i < 3; i++) {
        issue_mail();
        agree("damaged");
        change_record(NULL, NULL, members[i]);
        expect_error(recover("damaged", &key), SIGNET_CORRUPT, "archive.record");
        /* The approval is not used up: what is restored can be recovered. */
        change_record(NULL, NULL, members[i]);
    }
    issue_mail();
    agree("moved");
    change_record("profile", "made", NULL);
    expect_error(recover("moved", &key), SIGNET_CORRUPT, "archive.record");
    change_record("recovery_key", "gone", NULL);
    expect_error(recover("moved", &key), SIGNET_UNAVAILABLE, "archive.recovery-key");
    change_record("recovery_key", "forgotten", NULL);
    expect_error(recover("moved", &key), SIGNET_UNAVAILABLE, "archive.recovery-key");
    ck_assert_uint_eq(world_entries("key.recovered"), recovered);
}
END_TEST

START_TEST(nothing_is_issued_that_cannot_be_archived)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t records = world_records("ca.certificates");
    signet_issue_request_t request = request_of("mail-gone", "", "EC-P256");
    request.names = &mailbox;
    request.name_count = 1;
    request.subject = SIGNET_TEXT("CN=Ada Lovelace");
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "archive.recovery-key");
    ck_assert_uint_eq(world_records("ca.certificates"), records);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    expect_error(
        world_issue("mail", world_csr(NULL, "/CN=Ada", "email:ada@example.com"), &certificate),
        SIGNET_INVALID, "profile.archive");
}
END_TEST

/* Whether any file of the world holds these octets. */
static int written(const void *octets, size_t length)
{
    const char *folder = signet_check_folder(check);
    DIR *files = opendir(folder);
    int found = 0;
    int looked = 0;
    ck_assert_ptr_nonnull(files);
    for (struct dirent *entry = readdir(files); entry; entry = readdir(files)) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_type == DT_REG ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        char *content = malloc(64 << 20);
        ck_assert_ptr_nonnull(content);
        size_t size = fread(content, 1, 64 << 20, file);
        found = found || memmem(content, size, octets, length) != NULL;
        looked += size > 0;
        free(content);
        fclose(file);
    }
    closedir(files);
    ck_assert_int_gt(looked, 0);
    return found;
}

START_TEST(no_key_is_written_in_the_clear)
{
    const signet_archived_key_t *key = NULL;
    issue_mail();
    agree("canary");
    expect_ok(recover("canary", &key));
    /* The private exponent and primes lie behind the modulus and the public exponent. */
    const uint8_t *canary = secret + kept.length / 2;
    signet_text_t text = signet_base64(call, kept);
    signet_text_t hex = signet_hex(call, (signet_bytes_t){canary, 32});
    ck_assert(written("ca.archived-keys", 16));
    ck_assert(!written(canary, 32));
    ck_assert(!written(text.data + text.length / 2, 40));
    ck_assert(!written(hex.data, hex.length));
    ck_assert(!signet_check_logged(check, signet_text_string(call, hex)));
}
END_TEST

static EVP_PKEY *imported_key;

static signet_bytes_t foreign(const char *usage)
{
    uint8_t *octets = NULL;
    X509 *made = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"Ada", -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 17);
    X509_gmtime_adj(X509_getm_notBefore(made), -86400);
    X509_gmtime_adj(X509_getm_notAfter(made), -60);
    X509_set_pubkey(made, imported_key);
    X509_EXTENSION *names = world_extension(NID_subject_alt_name, "email:ada@example.com");
    X509_add_ext(made, names, -1);
    X509_EXTENSION_free(names);
    if (usage) {
        X509_EXTENSION *extension = world_extension(NID_key_usage, usage);
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
    }
    ck_assert_int_gt(X509_sign(made, imported_key, EVP_sha256()), 0);
    int length = i2d_X509(made, &octets);
    signet_bytes_t der = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_free(octets);
    X509_free(made);
    return der;
}

static int32_t import(signet_bytes_t private_key, signet_bytes_t certificate,
                      const signet_archived_key_t **key)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    signet_key_import_t request = {.size = sizeof request,
                                   .profile = SIGNET_TEXT("mail"),
                                   .private_key = private_key,
                                   .certificate = certificate};
    return ca->import_key(instance, call, &request, key);
}

START_TEST(keys_of_others_are_handed_in)
{
    uint8_t *octets = NULL;
    const signet_archived_key_t *key = NULL;
    imported_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(imported_key);
    int length = i2d_PKCS8_PRIV_KEY_INFO(info, &octets);
    PKCS8_PRIV_KEY_INFO_free(info);
    signet_bytes_t own = {octets, (uint64_t)length};
    issue_mail();
    expect_error(import(own, foreign("digitalSignature,keyEncipherment"), &key), SIGNET_INVALID,
                 "archive.signing-key");
    expect_error(import(own, foreign(NULL), &key), SIGNET_INVALID, "archive.signing-key");
    expect_error(import(kept, foreign("keyEncipherment"), &key), SIGNET_INVALID,
                 "archive.key-mismatch");
    uint64_t archived = world_entries("key.archived");
    signet_bytes_t certificate = foreign("keyEncipherment");
    expect_ok(import(own, certificate, &key));
    ck_assert(signet_text_is(key->authority, "imported"));
    ck_assert_uint_eq(world_entries("key.archived"), archived + 1);
    expect_error(import(own, certificate, &key), SIGNET_EXISTS, "archive.exists");

    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    memcpy(serial_octets, key->serial.data, key->serial.length);
    signet_recovery_request_t request = {.size = sizeof request,
                                         .authority = SIGNET_TEXT("imported"),
                                         .serial = {serial_octets, key->serial.length},
                                         .reason = SIGNET_TEXT("old mail")};
    as_officer();
    expect_pending(ca->recover_key(instance, call, &request, &key));
    expect_ok(approve_as("token:rob|rob", "recovery-officer"));
    expect_ok(approve_as("token:rosa|rosa", "recovery-officer"));
    as_officer();
    expect_ok(ca->recover_key(instance, call, &request, &key));
    ck_assert(signet_bytes_equal(key->private_key, own));
    OPENSSL_free(octets);
    EVP_PKEY_free(imported_key);
}
END_TEST

static uint64_t history(const char *name)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_archived_key_page_t *page = NULL;
    signet_archived_key_query_t query = {
        .size = sizeof query, .descending = 1, .name = signet_text(name), .limit = 1000};
    expect_ok(ca->archived_keys(instance, call, &query, &page));
    for (uint64_t i = 0; i < page->count; i++) {
        ck_assert_uint_eq(page->keys[i]->private_key.length, 0);
        ck_assert(i == 0 || page->keys[i]->archived_at <= page->keys[i - 1]->archived_at);
    }
    return page->count;
}

START_TEST(the_history_of_a_name_is_listed)
{
    as_officer();
    uint64_t before = history(MAIL);
    issue_mail();
    issue_mail();
    as_officer();
    ck_assert_uint_eq(history(MAIL), before + 2);
    ck_assert_uint_eq(history("ada@example.com"), before + 2);
    ck_assert_uint_eq(history("dns:ada@example.com"), 0);
    ck_assert_uint_eq(history("bob@example.com"), 0);
    world_actor("token:ada|ada", "requester");
    ck_assert_uint_ge(history(MAIL), 2);
    world_actor("token:eve", "requester");
    ck_assert_uint_eq(history(MAIL), 0);
}
END_TEST

/* The same records under another tenant, as someone with the store could put them. */
static void move_records(const char *tenant)
{
    const char *const collections[] = {"ca.certificates", ARCHIVE};
    signet_store_t store = world_store();
    signet_text_t key = signet_format(call, "user/%.*s", SIGNET_FORMAT(signet_hex(call, serial)));
    for (size_t i = 0; i < 2; i++) {
        const signet_record_t *stored = NULL;
        expect_ok(call->services->set_tenant(call, SIGNET_TEXT("")));
        expect_ok(
            store.interface->get(store.instance, call, signet_text(collections[i]), key, &stored));
        signet_change_t change = signet_put(collections[i], key, SIGNET_VERSION_ANY, stored->fields,
                                            stored->field_count, stored->body);
        expect_ok(call->services->set_tenant(call, signet_text(tenant)));
        expect_ok(store.interface->commit(store.instance, call, &change, 1));
    }
}

/* One of a tenant, whoever that is in another. */
static void as_other(const char *actor)
{
    world_actor(actor, "recovery-officer");
    expect_ok(call->services->set_tenant(call, SIGNET_TEXT("other")));
}

START_TEST(a_tenant_recovers_nothing_of_another)
{
    const signet_archived_key_t *key = NULL;
    uint64_t recovered = world_entries("key.recovered");
    issue_mail();
    agree("CASE-9: theirs");
    as_other("token:rita|rita");
    expect_error(recover("CASE-9: theirs", &key), SIGNET_NOT_FOUND, "certificate.not-found");
    serial_octets[5] ^= 1;
    expect_error(recover("CASE-9: theirs", &key), SIGNET_NOT_FOUND, "certificate.not-found");
    serial_octets[5] ^= 1;
    ck_assert_uint_eq(history(MAIL), 0);
    /* The key opens in no other tenant, not even with its records there and enough persons. */
    move_records("other");
    expect_pending(recover("CASE-9: moved", &key));
    as_other("token:rob|rob");
    expect_ok(approve());
    as_other("token:rosa|rosa");
    expect_ok(approve());
    as_other("token:rita|rita");
    expect_error(recover("CASE-9: moved", &key), SIGNET_CORRUPT, "archive.record");
    ck_assert_ptr_null(key);
    /* Where it belongs, it does. */
    as_officer();
    expect_ok(recover("CASE-9: theirs", &key));
    ck_assert(signet_bytes_equal(key->private_key, kept));
    ck_assert_uint_eq(world_entries("key.recovered"), recovered + 1);
}
END_TEST

/* The configuration of another CA is refused. */
static void refuse_settings(const char *options, const char *reason)
{
    char text[2048];
    snprintf(text, sizeof text,
             "authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\";\n"
             "  certificate = \"r.pem\"; }, { name = \"i\"; subject = \"CN=I\";\n"
             "  certificate = \"i.pem\"; parent = \"r\"; } );\n"
             "recovery_keys = ( { name = \"users\"; keys = \"keys\"; key = \"k\"; %s );\n",
             options);
    ck_assert_int_eq(signet_check_open(check, "ca", "other", text), SIGNET_INVALID);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(signet_text_is(error->reason, reason), "%.*s: %.*s", SIGNET_FORMAT(error->reason),
                  SIGNET_FORMAT(error->message));
}

#define MAIL_PROFILE                                                                               \
    "} ); profiles = ( { name = \"m\"; authority = \"i\"; subject = [ \"CN=required\" ];\n"        \
    "extended_key_usage = [ \"emailProtection\" ]; email = [ \"*@example.com\" ]; "

START_TEST(mistakes_in_the_configuration_are_named)
{
    refuse_settings(MAIL_PROFILE "archive = \"users\";\n"
                                 "key_usage = [ \"keyEncipherment\", \"digitalSignature\" ]; }",
                    "profile.archive-signing");
    refuse_settings(MAIL_PROFILE "archive = \"users\";\n"
                                 "key_usage = [ \"keyEncipherment\", \"nonRepudiation\" ]; }",
                    "profile.archive-signing");
    refuse_settings(MAIL_PROFILE "archive = \"others\"; key_usage = [ \"keyEncipherment\" ]; }",
                    "profile.archive");
    refuse_settings(MAIL_PROFILE "archive = \"users\"; key_usage = [ \"keyEncipherment\" ];\n"
                                 "purge_after = \"30d\"; }",
                    "profile.archive-purge");
    refuse_settings("roles = [ \"requester\" ]; }", "archive.roles");
    refuse_settings("roles = [ \"auditor\" ]; }", "archive.roles");
}
END_TEST

static void begin(void)
{
    world_settings = recovery_keys;
    world_begin(profiles);
    make_recovery_key();
}

static void begin_test(void)
{
    world_actor("token:officer", "officer");
}

int main(void)
{
    const TTest *const tests[] = {a_key_is_handed_out_once,
                                  keys_are_made_only_where_they_may_be,
                                  an_approved_key_is_made_when_it_is_issued,
                                  a_key_is_recovered_once_by_enough_persons,
                                  others_recover_nothing,
                                  a_damaged_record_yields_no_key,
                                  a_tenant_recovers_nothing_of_another,
                                  nothing_is_issued_that_cannot_be_archived,
                                  no_key_is_written_in_the_clear,
                                  keys_of_others_are_handed_in,
                                  the_history_of_a_name_is_listed,
                                  mistakes_in_the_configuration_are_named};
    Suite *suite = suite_create("archive");
    TCase *tcase = tcase_create("archive");
    tcase_set_timeout(tcase, 0);
    tcase_add_unchecked_fixture(tcase, begin, world_end);
    tcase_add_checked_fixture(tcase, begin_test, NULL);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
