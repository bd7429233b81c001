/* What a foreign authority's certificate says about those below it: name constraints, policies,
 * usages. The input is flags and pieces, each with a length before it, that become extensions of an
 * authority and of a certificate below it. */
#include "arena.h"

#include "authority/bounds.h"
#include "profile/extension.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PIECES 6U

/* The next piece: two octets of length, then so many. */
static signet_bytes_t next_piece(signet_bytes_t *rest)
{
    signet_bytes_t piece = {rest->data, 0};
    if (rest->length < 2)
        return piece;
    uint64_t length = (uint64_t)rest->data[0] << 8 | rest->data[1];
    piece.data = rest->data + 2;
    piece.length = length < rest->length - 2 ? length : rest->length - 2;
    rest->data += 2 + piece.length;
    rest->length -= 2 + piece.length;
    return piece;
}

/* A certificate with those of the extensions whose piece is not empty. */
static signet_x509_t certificate(signet_call_t *call, signet_bytes_t *rest, int is_ca)
{
    const signet_bytes_t oids[PIECES] = {
        is_ca ? ca_oid_name_constraints : ca_oid_subject_alt_name,
        ca_oid_policies,
        ca_oid_policy_mappings,
        ca_oid_policy_constraints,
        ca_oid_inhibit_any_policy,
        ca_oid_extended_key_usage,
    };
    static const uint8_t issuer[] = {0x30, 0x00};
    signet_extension_t *extensions = signet_alloc(call, PIECES, sizeof *extensions);
    signet_x509_t x509 = {.issuer = {issuer, sizeof issuer},
                          .extensions = extensions,
                          .is_ca = is_ca,
                          .path_length = -1};
    for (unsigned i = 0; i < PIECES; i++) {
        signet_bytes_t piece = next_piece(rest);
        if (piece.length > 0)
            extensions[x509.extension_count++] =
                (signet_extension_t){.oid = oids[i], .value = piece};
    }
    x509.subject = next_piece(rest);
    if (signet_name_parse(call, x509.subject, &x509.attributes, &x509.attribute_count) != SIGNET_OK)
        call->services->clear(call);
    return x509;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    signet_bytes_t rest = {data, size};
    ca_pool_t pool = {NULL};
    ca_bounds_t above;
    if (size == 0)
        return 0;
    rest.data++;
    rest.length--;
    signet_x509_t authority = certificate(call, &rest, 1);
    signet_x509_t below = certificate(call, &rest, data[0] & 1);
    if (ca_bounds_take(&pool, call, NULL, &authority, &above) == SIGNET_OK) {
        int32_t foreign = ca_bounds_check(call, &above, &below, 0);
        call->services->clear(call);
        /* What is to be signed here is held to more, never to less. */
        if (foreign != SIGNET_OK && ca_bounds_check(call, &above, &below, 1) == SIGNET_OK)
            abort();
    }
    ca_pool_free(&pool);
    return 0;
}
