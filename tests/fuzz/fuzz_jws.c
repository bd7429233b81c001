/* The body of an ACME request: a JWS in flattened form, its header and its key. */
#include "arena.h"

#include "protocol/jws.h"

#include <signet/sdk/crypto.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signet_call_t *call = fuzz_call();
    acme_jws_t jws;
    if (acme_jws_parse(call, (signet_bytes_t){data, size}, &jws) != SIGNET_OK) {
        fuzz_require(call->services->error(call) != NULL, "an error for a refusal");
        return 0;
    }
    fuzz_require((jws.jwk != NULL) != (jws.key_id.length > 0), "either a key or its name");
    fuzz_require(jws.signed_part.length > jws.encoded.length, "what was signed holds the payload");
    fuzz_require(jws.payload.length <= jws.encoded.length, "a payload within its encoding");
    signet_public_key_t key;
    if (jws.jwk == NULL || acme_jws_key(call, jws.jwk, &key) != SIGNET_OK) {
        return 0;
    }
    signet_bytes_t thumbprint;
    fuzz_require(signet_jwk_thumbprint(call, &key, &thumbprint) == SIGNET_OK &&
                     thumbprint.length == 32,
                 "each key that is taken has a thumbprint");
    if (acme_jws_verify(call, &jws, &key) != SIGNET_OK) {
        fuzz_require(call->services->error(call) != NULL, "an error for a wrong signature");
    }
    return 0;
}
