#include "ocsp/request.h"

static const uint8_t oid_sha1[] = {0x2b, 0x0e, 0x03, 0x02, 0x1a};
static const uint8_t oid_sha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
static const uint8_t oid_nonce[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02};

#define SHA1_LENGTH 20U
#define SHA256_LENGTH 32U

static int is_oid(signet_bytes_t oid, const uint8_t *known, uint64_t length)
{
    return signet_bytes_equal(oid, (signet_bytes_t){known, length});
}

static int read_nonce(signet_bytes_t value, signet_bytes_t *nonce)
{
    signet_der_t inside = signet_der(value);
    signet_der_item_t item;
    if (nonce->length > 0 || signet_der_expect(&inside, SIGNET_DER_OCTET_STRING, &item) != 0 ||
        !signet_der_empty(&inside) || item.content.length == 0 ||
        item.content.length > STATUS_OCSP_NONCE_MAX)
        return -1;
    *nonce = item.content;
    return 0;
}

/* Extensions; `nonce` is NULL where none of them means anything here. */
static int read_extensions(signet_der_t *der, signet_bytes_t *nonce)
{
    signet_der_t list;
    signet_der_t extension;
    signet_der_item_t item;
    signet_bytes_t oid;
    if (signet_der_enter(der, SIGNET_DER_SEQUENCE, &list) != 0 || !signet_der_empty(der) ||
        signet_der_empty(&list))
        return -1;
    while (!signet_der_empty(&list)) {
        int critical = 0;
        if (signet_der_enter(&list, SIGNET_DER_SEQUENCE, &extension) != 0 ||
            signet_der_oid(&extension, &oid) != 0 ||
            (signet_der_peek(&extension) == SIGNET_DER_BOOLEAN &&
             signet_der_boolean(&extension, &critical) != 0) ||
            signet_der_expect(&extension, SIGNET_DER_OCTET_STRING, &item) != 0 ||
            !signet_der_empty(&extension))
            return -1;
        if (nonce != NULL && is_oid(oid, oid_nonce, sizeof oid_nonce)) {
            if (read_nonce(item.content, nonce) != 0)
                return -1;
        } else if (critical) {
            return -1;
        }
    }
    return 0;
}

/* AlgorithmIdentifier of a hash; its parameters are absent or NULL. */
static int read_hash(signet_der_t *der, unsigned *hash)
{
    signet_der_t inside;
    signet_der_item_t item;
    signet_bytes_t oid;
    if (signet_der_enter(der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_oid(&inside, &oid) != 0)
        return -1;
    if (!signet_der_empty(&inside) && (signet_der_expect(&inside, SIGNET_DER_NULL, &item) != 0 ||
                                       item.content.length != 0 || !signet_der_empty(&inside)))
        return -1;
    *hash = is_oid(oid, oid_sha1, sizeof oid_sha1)       ? 0U
            : is_oid(oid, oid_sha256, sizeof oid_sha256) ? 1U
                                                         : 2U;
    return 0;
}

/* A serial of any size, even one that no certificate can have: then it is left empty. */
static int read_serial(signet_der_t *der, signet_bytes_t *serial)
{
    signet_der_t before = *der;
    signet_der_item_t item;
    if (signet_der_expect(der, SIGNET_DER_INTEGER, &item) != 0 || item.content.length == 0)
        return -1;
    if (signet_der_unsigned(&before, serial) != 0 || serial->length > 20)
        *serial = (signet_bytes_t){NULL, 0};
    return 0;
}

static int read_id(signet_der_t *list, status_certificate_id_t *id)
{
    signet_der_t request;
    signet_der_t inside;
    signet_der_t extensions;
    signet_der_item_t item;
    if (signet_der_enter(list, SIGNET_DER_SEQUENCE, &request) != 0 ||
        signet_der_expect(&request, SIGNET_DER_SEQUENCE, &item) != 0)
        return -1;
    id->whole = item.whole;
    inside = signet_der(item.content);
    if (read_hash(&inside, &id->hash) != 0 ||
        signet_der_expect(&inside, SIGNET_DER_OCTET_STRING, &item) != 0)
        return -1;
    id->name_hash = item.content;
    if (signet_der_expect(&inside, SIGNET_DER_OCTET_STRING, &item) != 0)
        return -1;
    id->key_hash = item.content;
    uint64_t length = id->hash == 0 ? SHA1_LENGTH : SHA256_LENGTH;
    if (read_serial(&inside, &id->serial) != 0 || !signet_der_empty(&inside) ||
        (id->hash < 2 && (id->name_hash.length != length || id->key_hash.length != length)))
        return -1;
    if (signet_der_empty(&request))
        return 0;
    if (signet_der_enter(&request, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &extensions) != 0 ||
        !signet_der_empty(&request))
        return -1;
    return read_extensions(&extensions, NULL);
}

static int read_tbs(signet_der_t *tbs, status_ocsp_request_t *request)
{
    signet_der_t inside;
    signet_der_item_t item;
    int64_t version = 0;
    if (signet_der_peek(tbs) == SIGNET_DER_CONTEXT_CONSTRUCTED(0) &&
        (signet_der_enter(tbs, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &inside) != 0 ||
         signet_der_integer(&inside, &version) != 0 || version != 0 || !signet_der_empty(&inside)))
        return -1;
    if (signet_der_peek(tbs) == SIGNET_DER_CONTEXT_CONSTRUCTED(1) &&
        signet_der_next(tbs, &item) != 0)
        return -1;
    if (signet_der_enter(tbs, SIGNET_DER_SEQUENCE, &inside) != 0 || signet_der_empty(&inside))
        return -1;
    while (!signet_der_empty(&inside)) {
        if (request->count == STATUS_OCSP_MAX ||
            read_id(&inside, &request->ids[request->count]) != 0)
            return -1;
        request->count++;
    }
    if (signet_der_empty(tbs))
        return 0;
    if (signet_der_enter(tbs, SIGNET_DER_CONTEXT_CONSTRUCTED(2), &inside) != 0 ||
        !signet_der_empty(tbs))
        return -1;
    return read_extensions(&inside, &request->nonce);
}

int status_ocsp_request_read(signet_bytes_t der, status_ocsp_request_t *request)
{
    signet_der_t input = signet_der(der);
    signet_der_t outer;
    signet_der_t tbs;
    signet_der_item_t item;
    request->count = 0;
    request->nonce = (signet_bytes_t){NULL, 0};
    if (signet_der_enter(&input, SIGNET_DER_SEQUENCE, &outer) != 0 || !signet_der_empty(&input) ||
        signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &tbs) != 0 || read_tbs(&tbs, request) != 0)
        return -1;
    if (signet_der_empty(&outer))
        return 0;
    return signet_der_expect(&outer, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &item) == 0 &&
                   signet_der_empty(&outer)
               ? 0
               : -1;
}
