#include "edge/identity.h"

#include <stdlib.h>

/* Adds the encoding of a certificate at `*end`, which has room for it. */
static signet_bytes_t add(const X509 *certificate, uint8_t **end)
{
    const uint8_t *begin = *end;
    int length = i2d_X509(certificate, end);

    return (signet_bytes_t){begin, length > 0 ? (uint64_t)length : 0};
}

static size_t measure(const X509 *certificate)
{
    int length = i2d_X509(certificate, NULL);

    return length > 0 ? (size_t)length : 0;
}

edge_identity_t *edge_identity_new(const X509 *certificate, const STACK_OF(X509) * chain)
{
    int count = chain != NULL ? sk_X509_num(chain) : 0;
    size_t size = measure(certificate);
    edge_identity_t *identity;
    uint8_t *end;
    int i;

    if (size == 0 || count >= EDGE_IDENTITY_CHAIN) {
        return NULL;
    }
    for (i = 0; i < count; i++) {
        size += measure(sk_X509_value(chain, i));
    }
    identity = calloc(1, sizeof(*identity) + size);
    if (identity == NULL) {
        return NULL;
    }
    end = identity->data;
    identity->uses = 1;
    identity->certificate = add(certificate, &end);
    for (i = 0; i < count; i++) {
        identity->chain[identity->chain_count++] = add(sk_X509_value(chain, i), &end);
    }
    return identity;
}

edge_identity_t *edge_identity_hold(edge_identity_t *identity)
{
    if (identity != NULL) {
        identity->uses++;
    }
    return identity;
}

void edge_identity_release(edge_identity_t *identity)
{
    if (identity != NULL && --identity->uses == 0) {
        free(identity);
    }
}
