#include "extension.h"

#include "malformed.h"

#include <signet/sdk/error.h>
#include <stdio.h>
#include <string.h>

static int read_extension(signet_der_t *der, signet_extension_t *extension)
{
    signet_der_t inside;
    signet_der_item_t value;
    extension->critical = 0;
    if (signet_der_enter(der, SIGNET_DER_SEQUENCE, &inside) != 0 ||
        signet_der_oid(&inside, &extension->oid) != 0) {
        return -1;
    }
    /* FALSE is the default, which DER leaves out; it is taken where written all the same, because
     * clients do so and nothing rests on it. */
    if (signet_der_peek(&inside) == SIGNET_DER_BOOLEAN &&
        signet_der_boolean(&inside, &extension->critical) != 0) {
        return -1;
    }
    if (signet_der_expect(&inside, SIGNET_DER_OCTET_STRING, &value) != 0 ||
        !signet_der_empty(&inside)) {
        return -1;
    }
    extension->value = value.content;
    return 0;
}

static int32_t fail(signet_call_t *call, const char *kind, int32_t status, const char *what,
                    const char *sentence)
{
    char reason[64];
    snprintf(reason, sizeof(reason), "%s.%s", kind, what);
    return signet_fail(call, status, reason, "%s", sentence);
}

int32_t signet_extensions_parse(signet_call_t *call, const char *kind, signet_bytes_t value,
                                const signet_extension_t **extensions, uint64_t *count)
{
    signet_extension_t found[SIGNET_CSR_MAX_EXTENSIONS];
    uint64_t length = 0;
    signet_der_t der = signet_der(value);
    signet_der_t inside;
    if (signet_der_enter(&der, SIGNET_DER_SEQUENCE, &inside) != 0 || !signet_der_empty(&der)) {
        return signet_malformed(call, kind, "its extensions are not a SEQUENCE");
    }
    while (!signet_der_empty(&inside)) {
        if (length == SIGNET_CSR_MAX_EXTENSIONS) {
            return fail(call, kind, SIGNET_TOO_LARGE, "too-many-extensions",
                        "There are too many extensions: at most 32 are read.");
        }
        if (read_extension(&inside, &found[length]) != 0) {
            return signet_malformed(call, kind, "an extension is not a type and a value");
        }
        if (signet_extension_find(found, length, found[length].oid.data,
                                  found[length].oid.length) != NULL) {
            return fail(call, kind, SIGNET_INVALID, "duplicate-extension",
                        "An extension is there twice: give each extension once.");
        }
        length++;
    }
    signet_extension_t *copy = signet_alloc(call, length, sizeof(*copy));
    if (copy == NULL) {
        return SIGNET_NO_MEMORY;
    }
    if (length != 0) {
        memcpy(copy, found, length * sizeof(*copy));
    }
    *extensions = copy;
    *count = length;
    return SIGNET_OK;
}

const signet_extension_t *signet_extension_find(const signet_extension_t *extensions,
                                                uint64_t count, const uint8_t *oid,
                                                uint64_t oid_length)
{
    const signet_bytes_t wanted = {oid, oid_length};
    for (uint64_t i = 0; i < count; i++) {
        if (signet_bytes_equal(extensions[i].oid, wanted)) {
            return &extensions[i];
        }
    }
    return NULL;
}
