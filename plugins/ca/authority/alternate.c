#include "authority/alternate.h"

#include "authority/lineage.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define FILE_MAX 1048576U
#define FILE_MODE 0644U
#define CHAIN_MAX 16U

/* One chain as it is read. */
typedef struct reading {
    const signet_x509_t *certificates[CHAIN_MAX];
    uint64_t count;
} reading_t;

static int32_t refuse(signet_call_t *call, const ca_authority_t *authority, signet_text_t path,
                      const char *why)
{
    return signet_fail(call, SIGNET_INVALID, "authority.cross-certificate",
                       "the cross-certificates of the authority \"%.*s\" in %.*s cannot be used: "
                       "%s",
                       SIGNET_FORMAT(authority->name), SIGNET_FORMAT(path), why);
}

static int is_ours(const ca_authority_t *authority, const signet_x509_t *x509)
{
    return signet_bytes_equal(x509->key.spki, authority->spki) &&
           signet_bytes_equal(x509->subject, authority->subject);
}

static int is_self_issued(const signet_x509_t *x509)
{
    return signet_bytes_equal(x509->subject, x509->issuer);
}

/* Each is an authority's and signed by the next, the last by itself. */
static int32_t check(signet_call_t *call, const ca_authority_t *authority, signet_text_t path,
                     const reading_t *chain)
{
    if (chain->count < 2)
        return refuse(call, authority, path,
                      "put the certificates above it behind it, up to the foreign root's");
    for (uint64_t i = 0; i < chain->count; i++) {
        const signet_x509_t *x509 = chain->certificates[i];
        const signet_x509_t *issuer = chain->certificates[i + 1 < chain->count ? i + 1 : i];
        if (!x509->is_ca || (x509->key_usage & SIGNET_KEY_USAGE_KEY_CERT_SIGN) == 0)
            return refuse(call, authority, path, "one is not an authority's");
        if (!signet_bytes_equal(x509->issuer, issuer->subject))
            return refuse(call, authority, path,
                          "they are not in order, or the foreign root's is missing");
        int32_t status =
            signet_verify(call, &issuer->key, x509->algorithm, x509->tbs, x509->signature);
        if (status == SIGNET_DENIED) {
            call->services->clear(call);
            return refuse(call, authority, path, "a signature is wrong");
        }
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

/* The next chain of a file: from a certificate for our key to a self-signed one. */
static int32_t read_chain(signet_call_t *call, const ca_authority_t *authority, signet_text_t path,
                          signet_text_t *rest, reading_t *chain)
{
    *chain = (reading_t){.count = 0};
    for (;;) {
        signet_bytes_t der;
        const signet_x509_t *x509 = NULL;
        int32_t status = signet_pem_decode(call, *rest, "CERTIFICATE", &der, rest);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            return chain->count == 0 ? SIGNET_OK : check(call, authority, path, chain);
        }
        if (status == SIGNET_OK)
            status = signet_x509_parse(call, der, &x509);
        if (status != SIGNET_OK)
            return status;
        if (chain->count == 0 && !is_ours(authority, x509))
            return refuse(call, authority, path,
                          "the first is not for the authority's key and name");
        if (chain->count == CHAIN_MAX)
            return refuse(call, authority, path, "the chain is too long");
        chain->certificates[chain->count++] = x509;
        if (is_self_issued(x509) && chain->count > 1)
            return check(call, authority, path, chain);
    }
}

static int32_t keep(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                    const reading_t *chain)
{
    const signet_x509_t *last = chain->certificates[chain->count - 1];
    ca_alternate_t *alternate = ca_pool_alloc(&ca->pool, call, 1, sizeof *alternate);
    signet_text_t root;
    if (alternate == NULL)
        return SIGNET_NO_MEMORY;
    alternate->certificates =
        ca_pool_alloc(&ca->pool, call, chain->count, sizeof *alternate->certificates);
    if (alternate->certificates == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_name_text(call, last->attributes, last->attribute_count, &root);
    if (status == SIGNET_OK)
        status = ca_pool_text(&ca->pool, call, root, &alternate->root);
    for (uint64_t i = 0; status == SIGNET_OK && i < chain->count; i++)
        status = ca_pool_bytes(&ca->pool, call, chain->certificates[i]->der,
                               &alternate->certificates[alternate->count++]);
    if (status != SIGNET_OK)
        return status;
    /* In the order of the file. */
    ca_alternate_t **end = &authority->alternates;
    while (*end != NULL)
        end = &(*end)->next;
    *end = alternate;
    return SIGNET_OK;
}

static int is_kept(const ca_authority_t *authority, const signet_x509_t *x509)
{
    for (const ca_alternate_t *alternate = authority->alternates; alternate != NULL;
         alternate = alternate->next) {
        if (signet_bytes_equal(alternate->certificates[0], x509->der))
            return 1;
    }
    return 0;
}

int32_t ca_alternate_load(ca_t *ca, signet_call_t *call, ca_authority_t *authority)
{
    signet_text_t path = signet_setting_text(authority->setting, "cross_certificates");
    signet_bytes_t file;
    if (path.length == 0 || authority->certificate.length == 0 || authority->alternates != NULL)
        return SIGNET_OK;
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status != SIGNET_OK)
        return status;
    signet_text_t rest = signet_bytes_text(file);
    reading_t chain = {.count = 1};
    while (status == SIGNET_OK && chain.count > 0) {
        status = read_chain(call, authority, path, &rest, &chain);
        if (status == SIGNET_OK && chain.count > 0)
            status = keep(ca, call, authority, &chain);
    }
    return status;
}

/* What the authority's file holds, if it is there, and the new chain behind it. */
static int32_t append(signet_call_t *call, signet_text_t path, const reading_t *chain)
{
    signet_bytes_t file = {NULL, 0};
    signet_bytes_t whole;
    signet_buffer_t buffer = signet_buffer(call, 8192);
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status != SIGNET_OK && status != SIGNET_NOT_FOUND)
        return status;
    call->services->clear(call);
    signet_buffer_add(&buffer, file.data, file.length);
    for (uint64_t i = 0; i < chain->count; i++)
        signet_buffer_add_text(&buffer,
                               signet_pem(call, "CERTIFICATE", chain->certificates[i]->der));
    status = signet_buffer_bytes(&buffer, &whole);
    return status == SIGNET_OK ? signet_file_write(call, path, whole, FILE_MODE) : status;
}

static int32_t journal(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                       const signet_x509_t *x509)
{
    signet_journal_t instance;
    int32_t status = ca_journal(ca, call, &instance);
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(authority->name));
    signet_text_t serial = signet_hex(call, x509->serial);
    if (status == SIGNET_OK && (object.data == NULL || serial.data == NULL))
        status = SIGNET_NO_MEMORY;
    if (status != SIGNET_OK)
        return status;
    signet_pair_t fields[] = {signet_pair("serial", serial)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_AUTHORITY_CROSSED),
                            .object = object,
                            .fields = fields,
                            .field_count = 1};
    return instance.interface->commit(instance.instance, call, NULL, 0, &entry);
}

int32_t ca_alternate_import(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_text_t path)
{
    signet_text_t kept = signet_setting_text(authority->setting, "cross_certificates");
    signet_bytes_t file;
    reading_t chain;
    if (authority->certificate.length == 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "authority.pending",
                           "the authority \"%.*s\" has no certificate yet",
                           SIGNET_FORMAT(authority->name));
    if (kept.length == 0)
        return signet_fail(call, SIGNET_INVALID, "authority.cross-certificate",
                           "the authority \"%.*s\" has no file for cross-certificates; set its "
                           "option cross_certificates",
                           SIGNET_FORMAT(authority->name));
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status != SIGNET_OK)
        return status;
    signet_text_t rest = signet_bytes_text(file);
    status = read_chain(call, authority, path, &rest, &chain);
    if (status == SIGNET_OK && chain.count == 0)
        return refuse(call, authority, path, "there is no certificate in it");
    if (status == SIGNET_OK && is_kept(authority, chain.certificates[0]))
        return signet_fail(call, SIGNET_EXISTS, "authority.exists",
                           "the authority \"%.*s\" has this cross-certificate already",
                           SIGNET_FORMAT(authority->name));
    if (status == SIGNET_OK)
        status = append(call, kept, &chain);
    if (status == SIGNET_OK)
        status = keep(ca, call, authority, &chain);
    return status == SIGNET_OK ? journal(ca, call, authority, chain.certificates[0]) : status;
}

/* From `first` up to, but without, `crossed`, and from there the other way. */
static int32_t describe(signet_call_t *call, const ca_authority_t *first,
                        const ca_authority_t *crossed, const ca_alternate_t *alternate,
                        const signet_chain_t **described)
{
    uint64_t own = 0;
    uint64_t other = alternate != NULL ? alternate->count : 0;
    for (const ca_authority_t *at = first; at != crossed; at = at->parent)
        own++;
    signet_chain_t *chain = signet_alloc(call, 1, sizeof *chain);
    signet_bytes_t *certificates = signet_alloc(call, own + other + 1, sizeof *certificates);
    if (chain == NULL || certificates == NULL)
        return SIGNET_NO_MEMORY;
    *chain = (signet_chain_t){.size = sizeof *chain, .certificates = certificates};
    for (const ca_authority_t *at = first; at != crossed; at = at->parent) {
        certificates[chain->certificate_count++] = at->certificate;
        chain->root = at->subject_text;
    }
    for (uint64_t i = 0; i < other; i++)
        certificates[chain->certificate_count++] = alternate->certificates[i];
    if (alternate != NULL)
        chain->root = alternate->root;
    *described = chain;
    return SIGNET_OK;
}

int32_t ca_alternate_chains(void *instance, signet_call_t *call, signet_text_t name,
                            const signet_chain_t *const **chains, uint64_t *count)
{
    const ca_t *ca = instance;
    ca_authority_t *home = ca_tenant_authority(ca, call, name);
    uint64_t most = 1;
    if (home == NULL || home->certificate.length == 0)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.not-found", "authority",
                                 "there is no authority \"%.*s\" with a certificate",
                                 SIGNET_FORMAT(name));
    const ca_authority_t *first = ca_authority_now(home);
    for (const ca_authority_t *at = first; at != NULL; at = at->parent) {
        for (const ca_alternate_t *other = at->alternates; other != NULL; other = other->next)
            most++;
    }
    const signet_chain_t **list = signet_alloc(call, most, sizeof(const signet_chain_t *));
    if (list == NULL)
        return SIGNET_NO_MEMORY;
    uint64_t length = 0;
    int32_t status = describe(call, first, NULL, NULL, &list[length++]);
    for (const ca_authority_t *at = first; at != NULL; at = at->parent) {
        for (const ca_alternate_t *other = at->alternates; status == SIGNET_OK && other != NULL;
             other = other->next)
            status = describe(call, first, at, other, &list[length++]);
    }
    *chains = list;
    *count = length;
    return status;
}
