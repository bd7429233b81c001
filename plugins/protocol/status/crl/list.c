#include "crl/list.h"

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/der.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger ones are read from a file when they are asked for. */
#define MEMORY_MAX (UINT64_C(1) << 20)

static const uint8_t oid_number[] = {0x55, 0x1d, 0x14};

static int read_number(signet_der_t *extensions, signet_bytes_t *number)
{
    signet_der_t extension;
    signet_der_t value;
    signet_der_item_t item;
    signet_bytes_t oid;
    while (!signet_der_empty(extensions)) {
        if (signet_der_enter(extensions, SIGNET_DER_SEQUENCE, &extension) != 0 ||
            signet_der_oid(&extension, &oid) != 0)
            return -1;
        if (signet_der_peek(&extension) == SIGNET_DER_BOOLEAN &&
            signet_der_next(&extension, &item) != 0)
            return -1;
        if (signet_der_expect(&extension, SIGNET_DER_OCTET_STRING, &item) != 0)
            return -1;
        if (!signet_bytes_equal(oid, (signet_bytes_t){oid_number, sizeof oid_number}))
            continue;
        value = signet_der(item.content);
        if (signet_der_unsigned(&value, number) != 0 || number->length > STATUS_NUMBER_MAX)
            return -1;
    }
    return 0;
}

static int read_tbs(signet_der_t *tbs, status_list_head_t *head)
{
    signet_der_t outer;
    signet_der_t extensions;
    signet_der_item_t item;
    int64_t version = 0;
    if (signet_der_integer(tbs, &version) != 0 || version != 1 ||
        signet_der_expect(tbs, SIGNET_DER_SEQUENCE, &item) != 0 ||
        signet_der_expect(tbs, SIGNET_DER_SEQUENCE, &item) != 0)
        return -1;
    head->issuer = item.whole;
    if (signet_der_time(tbs, &head->this_update) != 0 ||
        signet_der_time(tbs, &head->next_update) != 0)
        return -1;
    if (signet_der_peek(tbs) == SIGNET_DER_SEQUENCE && signet_der_next(tbs, &item) != 0)
        return -1;
    if (signet_der_empty(tbs))
        return 0;
    if (signet_der_enter(tbs, SIGNET_DER_CONTEXT_CONSTRUCTED(0), &outer) != 0 ||
        signet_der_enter(&outer, SIGNET_DER_SEQUENCE, &extensions) != 0)
        return -1;
    return read_number(&extensions, &head->number);
}

int status_list_read(signet_bytes_t der, status_list_head_t *head)
{
    signet_der_t input = signet_der(der);
    signet_der_t outer;
    signet_der_t tbs;
    signet_der_item_t item;
    *head = (status_list_head_t){.this_update = 0};
    if (signet_der_enter(&input, SIGNET_DER_SEQUENCE, &outer) != 0 || !signet_der_empty(&input) ||
        signet_der_expect(&outer, SIGNET_DER_SEQUENCE, &item) != 0)
        return -1;
    head->tbs = item.whole;
    tbs = signet_der(item.content);
    if (read_tbs(&tbs, head) != 0 || signet_der_expect(&outer, SIGNET_DER_SEQUENCE, &item) != 0)
        return -1;
    head->identifier = item.whole;
    return signet_der_bits(&outer, &head->signature) == 0 && signet_der_empty(&outer) ? 0 : -1;
}

static int write_all(int file, signet_bytes_t data)
{
    for (uint64_t at = 0; at < data.length;) {
        ssize_t put = write(file, data.data + at, data.length - at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        at += (uint64_t)put;
    }
    return 0;
}

static int32_t keep(signet_call_t *call, signet_text_t folder, signet_bytes_t der,
                    status_list_t *list)
{
    if (der.length <= MEMORY_MAX) {
        list->data = malloc(der.length);
        if (list->data == NULL)
            return signet_fail_memory(call);
        memcpy(list->data, der.data, der.length);
        return SIGNET_OK;
    }
    const char *path = signet_text_string(call, folder);
    if (path == NULL)
        return signet_status(call);
    list->file = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (list->file < 0 || write_all(list->file, der) != 0)
        return signet_fail(call, SIGNET_UNAVAILABLE, "status.file",
                           "a list of %llu octets cannot be kept in the folder %s: %s",
                           (unsigned long long)der.length, path, strerror(errno));
    return SIGNET_OK;
}

status_list_t *status_list_new(signet_call_t *call, signet_text_t folder, signet_bytes_t der)
{
    status_list_head_t head;
    signet_bytes_t digest;
    if (status_list_read(der, &head) != 0) {
        (void)signet_fail(call, SIGNET_INVALID, "crl.malformed",
                          "the list is no revocation list with a number and a next update");
        return NULL;
    }
    status_list_t *list = calloc(1, sizeof *list);
    if (list == NULL) {
        (void)signet_fail_memory(call);
        return NULL;
    }
    atomic_init(&list->holders, 1);
    list->file = -1;
    list->length = der.length;
    list->this_update = head.this_update;
    list->next_update = head.next_update;
    if (head.number.length > 0)
        memcpy(list->number, head.number.data, head.number.length);
    list->number_length = head.number.length;
    int32_t status = signet_sha256(call, der, &digest);
    signet_text_t hex = status == SIGNET_OK ? signet_hex(call, digest) : (signet_text_t){NULL, 0};
    if (hex.length < sizeof list->tag && hex.data != NULL)
        memcpy(list->tag, hex.data, hex.length);
    if (hex.data == NULL || keep(call, folder, der, list) != SIGNET_OK) {
        status_list_release(list);
        return NULL;
    }
    return list;
}

status_list_t *status_list_hold(status_list_t *list)
{
    if (list != NULL)
        atomic_fetch_add_explicit(&list->holders, 1, memory_order_relaxed);
    return list;
}

void status_list_release(status_list_t *list)
{
    if (list == NULL || atomic_fetch_sub_explicit(&list->holders, 1, memory_order_acq_rel) != 1)
        return;
    if (list->file >= 0)
        close(list->file);
    free(list->data);
    free(list);
}
