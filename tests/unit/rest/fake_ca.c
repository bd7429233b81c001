#include "fake_ca.h"

#include "fake_approval.h"
#include "fake_authority.h"
#include "fake_tenant.h"

#include <openssl/x509.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/pkcs12.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>

fake_ca_t fake_ca;

static const uint8_t der[] = {0x30, 0x03, 0x02, 0x01, 0x05};
static const uint8_t issuer[] = {0x30, 0x03, 0x02, 0x01, 0x06};
static const uint8_t renewed[] = {0x30, 0x03, 0x02, 0x01, 0x08};
static const uint8_t root[] = {0x30, 0x03, 0x02, 0x01, 0x07};
static const uint8_t fingerprint[32] = {0xfe, 0xed};
static const uint8_t serials[][3] = {{1, 2, 3}, {1, 2, 4}, {1, 2, 5}, {1, 2, 6}, {9, 9, 9}};

static const signet_text_t names[] = {SIGNET_TEXT_INIT("dns:www.example"),
                                      SIGNET_TEXT_INIT("ip:192.0.2.1")};

#define CERTIFICATE(in, number, in_state, why, when)                                               \
    {                                                                                              \
        .size = sizeof(signet_certificate_t), .reason = (why), .authority = SIGNET_TEXT_INIT(in),  \
        .serial = {serials[number], 3}, .der = {der, sizeof der},                                  \
        .fingerprint = {fingerprint, sizeof fingerprint},                                          \
        .subject = SIGNET_TEXT_INIT("CN=\"<b>\" \xc3\xa9"), .names = names, .name_count = 2,       \
        .profile = SIGNET_TEXT_INIT("tls-server"), .profile_version = 3,                           \
        .requester = SIGNET_TEXT_INIT("token:alice"),                                              \
        .request_id = SIGNET_TEXT_INIT("rest/token:alice/k"), .state = SIGNET_TEXT_INIT(in_state), \
        .not_before = INT64_C(1700000000000), .not_after = INT64_C(4000000000000),                 \
        .issued_at = INT64_C(1700000000123), .revoked_at = (when), .version = 1,                   \
        .asked = SIGNET_TEXT_INIT("{\"profile\":\"x\"}"),                                          \
    }

static const signet_certificate_t templates[FAKE_CERTIFICATES] = {
    CERTIFICATE("device", 0, SIGNET_CERTIFICATE_VALID, 0, 0),
    CERTIFICATE("device", 1, SIGNET_CERTIFICATE_REVOKED, 1, INT64_C(1700000100000)),
    CERTIFICATE("device", 2, SIGNET_CERTIFICATE_HELD, 6, INT64_C(1700000100000)),
    CERTIFICATE("device", 3, SIGNET_CERTIFICATE_UNKNOWN, 0, 0),
    CERTIFICATE("device", 4, SIGNET_CERTIFICATE_VALID, 0, 0),
    CERTIFICATE("tls", 4, SIGNET_CERTIFICATE_VALID, 0, 0),
};

static const signet_certificate_t *made(signet_call_t *call, int which)
{
    signet_certificate_t *certificate = signet_alloc(call, 1, sizeof *certificate);
    if (certificate == NULL)
        return NULL;
    *certificate = templates[which];
    if (which == 3) {
        certificate->der = (signet_bytes_t){NULL, 0};
        certificate->fingerprint = (signet_bytes_t){NULL, 0};
    }
    return certificate;
}

static void keep(char *place, size_t size, signet_text_t text)
{
    (void)snprintf(place, size, "%.*s", SIGNET_FORMAT(text));
}

static int32_t fail(signet_call_t *call)
{
    if (fake_ca.failure == SIGNET_PENDING)
        return signet_fail_field(call, SIGNET_PENDING, "approval.pending", "0a0b", "It waits.");
    return signet_fail_field(call, fake_ca.failure, "fake.refused", "names[0]",
                             "The fake was told to refuse.");
}

static int32_t issue(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                     const signet_certificate_t **certificate)
{
    (void)instance;
    fake_ca.issued++;
    if (fake_ca.failure != 0)
        return fail(call);
    keep(fake_ca.request_id, sizeof fake_ca.request_id, request->request_id);
    keep(fake_ca.profile, sizeof fake_ca.profile, request->profile);
    keep(fake_ca.authority, sizeof fake_ca.authority, request->authority);
    fake_ca.names[0] = '\0';
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *name = SIGNET_AT(signet_requested_name_t, request->names, i);
        size_t used = strlen(fake_ca.names);
        (void)snprintf(fake_ca.names + used, sizeof fake_ca.names - used, "%.*s=%.*s;",
                       SIGNET_FORMAT(name->type), SIGNET_FORMAT(name->value));
    }
    fake_ca.fields[0] = '\0';
    for (uint64_t i = 0; i < request->field_count; i++) {
        const signet_pair_t *field = SIGNET_AT(signet_pair_t, request->fields, i);
        size_t used = strlen(fake_ca.fields);
        (void)snprintf(fake_ca.fields + used, sizeof fake_ca.fields - used, "%.*s=%.*s;",
                       SIGNET_FORMAT(field->name), SIGNET_FORMAT(field->value));
    }
    fake_ca.csr_length = request->csr.length;
    if (request->csr.length > 0 && request->csr.length <= sizeof fake_ca.csr)
        memcpy(fake_ca.csr, request->csr.data, request->csr.length);
    fake_ca.not_before = request->not_before;
    fake_ca.not_after = request->not_after;
    fake_ca.validity_ms = request->validity_ms;
    keep(fake_ca.generate, sizeof fake_ca.generate, request->generate);
    keep(fake_ca.subject, sizeof fake_ca.subject, request->subject);
    const signet_certificate_t *usual = made(call, 0);
    signet_certificate_t *answer = signet_alloc(call, 1, sizeof *answer);
    if (usual == NULL || answer == NULL)
        return signet_status(call);
    *answer = *usual;
    *certificate = answer;
    signet_bytes_t spki;
    return request->generate.length > 0
               ? signet_private_key_generate(call, request->generate, &answer->private_key, &spki)
               : SIGNET_OK;
}

/* A certificate that says no more than which key it belongs to. */
static int32_t certify(signet_call_t *call, signet_bytes_t private_key, signet_bytes_t *made_der)
{
    const uint8_t *at = private_key.data;
    uint8_t *octets = NULL;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)private_key.length);
    X509 *certificate = X509_new();
    int done = key != NULL && certificate != NULL && X509_set_pubkey(certificate, key) == 1 &&
               X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
               X509_gmtime_adj(X509_getm_notAfter(certificate), 60) != NULL &&
               X509_sign(certificate, key, EVP_sha256()) > 0;
    int length = done ? i2d_X509(certificate, &octets) : 0;
    if (length > 0)
        *made_der = signet_bytes_copy(call, (signet_bytes_t){octets, (uint64_t)length});
    OPENSSL_free(octets);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return length > 0 ? SIGNET_OK : SIGNET_INTERNAL;
}

static int32_t recover_key(void *instance, signet_call_t *call,
                           const signet_recovery_request_t *request,
                           const signet_archived_key_t **recovered)
{
    (void)instance;
    signet_bytes_t spki;
    keep(fake_ca.reason_text, sizeof fake_ca.reason_text, request->reason);
    keep(fake_ca.recovery_id, sizeof fake_ca.recovery_id, request->request_id);
    keep(fake_ca.recovered, sizeof fake_ca.recovered,
         signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(request->authority),
                       SIGNET_FORMAT(signet_hex(call, request->serial))));
    if (fake_ca.failure != 0)
        return fail(call);
    signet_archived_key_t *key = signet_alloc(call, 1, sizeof *key);
    if (key == NULL)
        return signet_status(call);
    key->size = sizeof *key;
    key->authority = SIGNET_TEXT("imported");
    *recovered = key;
    int32_t status =
        signet_private_key_generate(call, SIGNET_TEXT(SIGNET_KEY_P256), &key->private_key, &spki);
    return status == SIGNET_OK ? certify(call, key->private_key, &key->certificate) : status;
}

static int32_t archived_keys(void *instance, signet_call_t *call,
                             const signet_archived_key_query_t *query,
                             const signet_archived_key_page_t **page)
{
    static const uint8_t serial[] = {1, 2, 3};
    static const signet_text_t mailbox[] = {SIGNET_TEXT_INIT("email:ada@example.com")};
    static const signet_archived_key_t key = {.size = sizeof key,
                                              .authority = SIGNET_TEXT_INIT("user"),
                                              .serial = {serial, sizeof serial},
                                              .subject = SIGNET_TEXT_INIT("CN=Ada"),
                                              .names = mailbox,
                                              .name_count = 1,
                                              .profile = SIGNET_TEXT_INIT("mail"),
                                              .requester = SIGNET_TEXT_INIT("token:ada"),
                                              .recovery_key = SIGNET_TEXT_INIT("users"),
                                              .not_after = INT64_C(1700000000000),
                                              .archived_at = INT64_C(1690000000000)};
    static const signet_archived_key_t *const keys[] = {&key};
    static const signet_archived_key_page_t found = {
        .size = sizeof found, .keys = keys, .count = 1, .cursor = SIGNET_TEXT_INIT("more")};
    static const signet_archived_key_page_t last = {.size = sizeof last, .keys = keys, .count = 1};
    (void)instance;
    keep(fake_ca.query_name, sizeof fake_ca.query_name, query->name);
    keep(fake_ca.query_cursor, sizeof fake_ca.query_cursor, query->cursor);
    fake_ca.key_query = *query;
    if (fake_ca.failure != 0)
        return fail(call);
    if (fake_ca.keys_end && query->cursor.length > 0)
        return signet_fail(call, SIGNET_DENIED, "fake.refused", "No more than that.");
    *page = query->cursor.length > 0 ? &last : &found;
    return SIGNET_OK;
}

static int32_t import_key(void *instance, signet_call_t *call, const signet_key_import_t *request,
                          const signet_archived_key_t **archived)
{
    const signet_archived_key_page_t *page = NULL;
    signet_archived_key_query_t query = {.size = sizeof query};
    if (request->private_key.length == 0 || request->certificate.length == 0)
        return SIGNET_INTERNAL;
    keep(fake_ca.import_profile, sizeof fake_ca.import_profile, request->profile);
    int32_t status = archived_keys(instance, call, &query, &page);
    if (status == SIGNET_OK && page != NULL)
        *archived = page->keys[0];
    return status;
}

static int32_t find(signet_call_t *call, signet_text_t authority, signet_bytes_t serial,
                    const signet_certificate_t **certificate)
{
    for (int i = 0; i < FAKE_CERTIFICATES; i++)
        if (signet_text_equal(templates[i].authority, authority) &&
            signet_bytes_equal(templates[i].serial, serial)) {
            *certificate = made(call, i);
            return *certificate != NULL ? SIGNET_OK : signet_status(call);
        }
    return signet_fail(call, SIGNET_NOT_FOUND, "certificate.not-found", "There is none.");
}

static int32_t revoke(void *instance, signet_call_t *call, const signet_revoke_request_t *request,
                      const signet_certificate_t **certificate)
{
    (void)instance;
    if (fake_ca.failure != 0)
        return fail(call);
    keep(fake_ca.revoked_authority, sizeof fake_ca.revoked_authority, request->authority);
    keep(fake_ca.comment, sizeof fake_ca.comment, request->comment);
    fake_ca.reason = request->reason;
    fake_ca.invalid_since = request->invalid_since;
    return find(call, request->authority, request->serial, certificate);
}

static int32_t revoke_by_key(void *instance, signet_call_t *call, signet_bytes_t whole,
                             const signet_revoke_request_t *request,
                             const signet_certificate_t **certificate)
{
    (void)instance;
    (void)whole;
    if (fake_ca.failure != 0)
        return fail(call);
    fake_ca.reason = request->reason;
    keep(fake_ca.actor, sizeof fake_ca.actor, call->services->actor(call)->id);
    *certificate = made(call, 0);
    return *certificate != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t renew(void *instance, signet_call_t *call, const signet_renew_request_t *request,
                     const signet_certificate_t **certificate)
{
    (void)instance;
    if (fake_ca.failure != 0)
        return fail(call);
    keep(fake_ca.request_id, sizeof fake_ca.request_id, request->request_id);
    fake_ca.csr_length = request->csr.length;
    fake_ca.validity_ms = request->validity_ms;
    return find(call, request->authority, request->serial, certificate);
}

static int32_t hint(void *instance, signet_call_t *call, signet_text_t authority,
                    signet_bytes_t serial, int64_t from, int64_t before,
                    const signet_certificate_t **certificate)
{
    (void)instance;
    fake_ca.not_before = from;
    fake_ca.not_after = before;
    return find(call, authority, serial, certificate);
}

static const uint8_t bulk_digest[32] = {1};

static int32_t revoke_many(void *instance, signet_call_t *call,
                           const signet_bulk_request_t *request, const signet_bulk_t **bulk)
{
    signet_bulk_t *made_bulk = signet_alloc(call, 1, sizeof *made_bulk);
    const signet_certificate_t **list = signet_alloc(call, 1, sizeof *list);
    (void)instance;
    if (fake_ca.failure != 0)
        return fail(call);
    if (made_bulk == NULL || list == NULL)
        return signet_status(call);
    int ordered = request->expected.length > 0;
    list[0] = made(call, 0);
    fake_ca.reason = request->reason;
    fake_ca.query = *request->select;
    *made_bulk = (signet_bulk_t){.size = sizeof *made_bulk,
                                 .reason = request->reason,
                                 .id = ordered ? SIGNET_TEXT("0a0b") : (signet_text_t){NULL, 0},
                                 .state = ordered ? SIGNET_TEXT(SIGNET_BULK_RUNNING)
                                                  : SIGNET_TEXT(SIGNET_BULK_PREVIEW),
                                 .requester = call->services->actor(call)->id,
                                 .comment = request->comment,
                                 .digest = {bulk_digest, sizeof bulk_digest},
                                 .count = 1,
                                 .created = INT64_C(1700000000123),
                                 .certificates = list,
                                 .certificate_count = 1};
    *bulk = made_bulk;
    return SIGNET_OK;
}

static int32_t bulk(void *instance, signet_call_t *call, signet_text_t id,
                    const signet_bulk_t **found)
{
    static const signet_bulk_t one = {.size = sizeof one,
                                      .id = SIGNET_TEXT_INIT("0a0b"),
                                      .state = SIGNET_TEXT_INIT(SIGNET_BULK_DONE),
                                      .requester = SIGNET_TEXT_INIT("token:boss"),
                                      .digest = {bulk_digest, sizeof bulk_digest},
                                      .count = 1,
                                      .done = 1,
                                      .created = INT64_C(1700000000123)};
    (void)instance;
    if (!signet_text_is(id, "0a0b"))
        return signet_fail(call, SIGNET_NOT_FOUND, "bulk.not-found", "There is none.");
    *found = &one;
    return SIGNET_OK;
}

static int32_t release(void *instance, signet_call_t *call, signet_text_t authority,
                       signet_bytes_t serial, const signet_certificate_t **certificate)
{
    (void)instance;
    if (fake_ca.failure != 0)
        return fail(call);
    return find(call, authority, serial, certificate);
}

static int32_t authorities(void *instance, signet_call_t *call,
                           const signet_authority_t *const **all, uint64_t *count)
{
    static const signet_authority_t device = {.size = sizeof device,
                                              .name = SIGNET_TEXT_INIT("device"),
                                              .kind = SIGNET_TEXT_INIT("issuing"),
                                              .state = SIGNET_TEXT_INIT("active"),
                                              .parent = SIGNET_TEXT_INIT("root"),
                                              .certificate = {issuer, sizeof issuer},
                                              .subject = SIGNET_TEXT_INIT("CN=Device"),
                                              .key_type = SIGNET_TEXT_INIT("EC-P256"),
                                              .not_after = INT64_C(4000000000000)};
    static const signet_authority_t next = {.size = sizeof next,
                                            .name = SIGNET_TEXT_INIT("next"),
                                            .kind = SIGNET_TEXT_INIT("root"),
                                            .state = SIGNET_TEXT_INIT("pending"),
                                            .subject = SIGNET_TEXT_INIT("CN=Next"),
                                            .key_type = SIGNET_TEXT_INIT("EC-P384")};
    static const signet_authority_t *const both[] = {&device, &next};
    (void)instance;
    (void)call;
    *all = both;
    *count = 2;
    return SIGNET_OK;
}

static int32_t chain(void *instance, signet_call_t *call, signet_text_t authority,
                     const signet_bytes_t **certificates, uint64_t *count)
{
    static const signet_bytes_t before[] = {{issuer, sizeof issuer}, {root, sizeof root}};
    static const signet_bytes_t after[] = {{renewed, sizeof renewed}, {root, sizeof root}};
    (void)instance;
    if (!signet_text_is(authority, "device") && !signet_text_is(authority, "tls"))
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found", "There is none.");
    *certificates = fake_ca.renewed ? after : before;
    *count = 2;
    return SIGNET_OK;
}

static int32_t chains(void *instance, signet_call_t *call, signet_text_t authority,
                      const signet_chain_t *const **all, uint64_t *count)
{
    static const signet_bytes_t own[] = {{issuer, sizeof issuer}, {root, sizeof root}};
    static const signet_bytes_t crossed[] = {{issuer, sizeof issuer}, {renewed, sizeof renewed}};
    static const signet_chain_t ways[] = {{.size = sizeof ways[0],
                                           .root = SIGNET_TEXT_INIT("CN=Root"),
                                           .certificates = own,
                                           .certificate_count = 2},
                                          {.size = sizeof ways[0],
                                           .root = SIGNET_TEXT_INIT("CN=Other Root"),
                                           .certificates = crossed,
                                           .certificate_count = 2}};
    static const signet_chain_t *const list[] = {&ways[0], &ways[1]};
    (void)instance;
    if (!signet_text_is(authority, "device"))
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.not-found", "There is none.");
    *all = list;
    *count = 2;
    return SIGNET_OK;
}

static int32_t profiles(void *instance, signet_call_t *call, const signet_profile_t *const **all,
                        uint64_t *count)
{
    static const signet_profile_t server = {
        .size = sizeof server,
        .name = SIGNET_TEXT_INIT("tls-server"),
        .description = SIGNET_TEXT_INIT("Servers."),
        .authority = SIGNET_TEXT_INIT("device"),
        .version = 3,
        .validity_ms = INT64_C(7776000000),
        .document = SIGNET_TEXT_INIT("{\"name\":\"tls-server\",\"key_usage\":[\"signature\"]}"),
        .origins = SIGNET_TEXT_INIT("{\"name\":\"a.cfg:1\",\"key_usage\":\"default\"}")};
    static const signet_profile_t *const one[] = {&server};
    (void)instance;
    (void)call;
    *all = one;
    *count = 1;
    return SIGNET_OK;
}

static int32_t preview(void *instance, signet_call_t *call, const signet_issue_request_t *request,
                       const signet_preview_t **made_up)
{
    static const signet_text_t preview_names[] = {SIGNET_TEXT_INIT("dns:www.example")};
    static signet_preview_t one = {.size = sizeof one,
                                   .profile_version = 3,
                                   .authority = SIGNET_TEXT_INIT("device"),
                                   .subject = SIGNET_TEXT_INIT("CN=www.example"),
                                   .names = preview_names,
                                   .name_count = 1,
                                   .not_before = INT64_C(1700000000000),
                                   .not_after = INT64_C(4000000000000),
                                   .tbs = {issuer, sizeof issuer},
                                   .text = SIGNET_TEXT_INIT("Certificate:\n")};
    (void)instance;
    if (fake_ca.failure != 0)
        return fail(call);
    one.profile = request->profile;
    *made_up = &one;
    return SIGNET_OK;
}

static int32_t get(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate)
{
    (void)instance;
    return find(call, authority, serial, certificate);
}

/* Pages in the order of the templates; the cursor is the next one's number after "p.". */
static int32_t query(void *instance, signet_call_t *call, const signet_certificate_query_t *asked,
                     const signet_certificate_page_t **page)
{
    (void)instance;
    fake_ca.query = *asked;
    keep(fake_ca.query_name, sizeof fake_ca.query_name, asked->name);
    keep(fake_ca.query_cursor, sizeof fake_ca.query_cursor, asked->cursor);
    signet_certificate_page_t *answer = signet_alloc(call, 1, sizeof *answer);
    const signet_certificate_t **found = signet_alloc(call, FAKE_CERTIFICATES, sizeof(void *));
    if (answer == NULL || found == NULL)
        return signet_status(call);
    int i = asked->cursor.length == 3 ? asked->cursor.data[2] - '0' : 0;
    answer->size = sizeof *answer;
    answer->certificates = found;
    for (; i < FAKE_CERTIFICATES && answer->count < asked->limit; i++)
        if ((asked->serial.length == 0 || signet_bytes_equal(asked->serial, templates[i].serial)) &&
            (asked->authority.length == 0 ||
             signet_text_equal(asked->authority, templates[i].authority))) {
            found[answer->count] = made(call, i);
            if (found[answer->count++] == NULL)
                return signet_status(call);
        }
    if (i < FAKE_CERTIFICATES)
        answer->cursor = signet_format(call, "p.%d", i);
    *page = answer;
    return SIGNET_OK;
}

static const signet_ca_interface_t ca = {.size = sizeof ca,
                                         .issue = issue,
                                         .revoke = revoke,
                                         .release = release,
                                         .authorities = authorities,
                                         .chain = chain,
                                         .profiles = profiles,
                                         .revoke_by_key = revoke_by_key,
                                         .revoke_many = revoke_many,
                                         .bulk = bulk,
                                         .renew = renew,
                                         .import_key = import_key,
                                         .recover_key = recover_key,
                                         .archived_keys = archived_keys,
                                         .preview = preview,
                                         .chains = chains};
static const signet_inventory_interface_t inventory = {
    .size = sizeof inventory, .get = get, .query = query, .hint = hint};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_CA_INTERFACE),
     .vtable = &ca},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE),
     .vtable = &inventory},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_APPROVAL_INTERFACE),
     .vtable = &fake_approvals},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_AUTHORITY_INTERFACE),
     .vtable = &fake_authorities},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_TENANT_INTERFACE),
     .vtable = &fake_tenants},
};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)host;
    (void)call;
    *instance = &fake_ca;
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    (void)instance;
}

const signet_plugin_t fake_ca_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("fake-ca"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("A CA of made-up certificates."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = open_instance,
    .close = close_instance,
};
