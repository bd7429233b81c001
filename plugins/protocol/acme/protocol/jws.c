#include "jws.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <string.h>

#include "acme.h"
#include "problem.h"

static int32_t malformed(signet_call_t *call, const char *what)
{
    return acme_fail(call, "malformed", "The body is no JSON Web Signature of ACME: %s.", what);
}

/* An error of a reader as ACME's, with the reader's words. */
static int32_t as_malformed(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_NO_MEMORY || error == NULL) {
        return status;
    }
    signet_text_t message = error->message;
    call->services->clear(call);
    return acme_fail(call, "malformed", "%.*s", SIGNET_FORMAT(message));
}

static int32_t member(signet_call_t *call, const signet_json_t *object, const char *name,
                      signet_text_t *text, signet_bytes_t *octets)
{
    const signet_json_t *found = signet_json_get(object, name);
    if (found == NULL || found->kind != SIGNET_JSON_TEXT) {
        return malformed(call, "protected, payload and signature are texts");
    }
    *text = found->text;
    int32_t status = signet_base64url_decode(call, found->text, octets);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return malformed(call, "its parts are base64url without padding");
}

static int32_t read_header(signet_call_t *call, signet_bytes_t text, acme_jws_t *jws)
{
    const signet_json_t *header = NULL;
    int32_t status = signet_json_parse(call, text, ACME_BODY_MAX, &header);
    if (status != SIGNET_OK) {
        return as_malformed(call, status);
    }
    if (header->kind != SIGNET_JSON_OBJECT) {
        return malformed(call, "the protected header is an object");
    }
    if (signet_json_get(header, "crit") != NULL || signet_json_get(header, "b64") != NULL) {
        return malformed(call, "no critical extension is known here");
    }
    if (signet_json_get_text(call, header, "alg", &jws->algorithm) != SIGNET_OK ||
        signet_json_get_text(call, header, "nonce", &jws->nonce) != SIGNET_OK ||
        signet_json_get_text(call, header, "url", &jws->url) != SIGNET_OK ||
        signet_json_get_text(call, header, "kid", &jws->key_id) != SIGNET_OK) {
        return as_malformed(call, signet_status(call));
    }
    jws->jwk = signet_json_get(header, "jwk");
    if ((jws->jwk != NULL) == (jws->key_id.length > 0)) {
        return malformed(call, "the protected header has either jwk or kid");
    }
    return SIGNET_OK;
}

int32_t acme_jws_read(signet_call_t *call, const signet_json_t *object, acme_jws_t *jws)
{
    static const char *const members[] = {"protected", "payload", "signature"};
    signet_text_t head = {NULL, 0};
    signet_text_t tail = {NULL, 0};
    signet_bytes_t header = {NULL, 0};
    *jws = (acme_jws_t){0};
    if (object->kind != SIGNET_JSON_OBJECT) {
        return malformed(call, "it is an object");
    }
    int32_t status = signet_json_only(call, object, members, 3);
    if (status != SIGNET_OK) {
        return as_malformed(call, status);
    }
    status = member(call, object, "protected", &head, &header);
    if (status == SIGNET_OK) {
        status = member(call, object, "payload", &jws->encoded, &jws->payload);
    }
    if (status == SIGNET_OK) {
        status = member(call, object, "signature", &tail, &jws->signature);
    }
    if (status == SIGNET_OK) {
        status = read_header(call, header, jws);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t part =
        signet_format(call, "%.*s.%.*s", SIGNET_FORMAT(head), SIGNET_FORMAT(jws->encoded));
    jws->signed_part = signet_text_bytes(part);
    return part.data != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
}

int32_t acme_jws_parse(signet_call_t *call, signet_bytes_t text, acme_jws_t *jws)
{
    const signet_json_t *object = NULL;
    int32_t status = signet_json_parse(call, text, ACME_BODY_MAX, &object);
    return status == SIGNET_OK ? acme_jws_read(call, object, jws) : as_malformed(call, status);
}

int32_t acme_jws_verify(signet_call_t *call, const acme_jws_t *jws, const signet_public_key_t *key)
{
    const signet_jws_algorithm_t *algorithm = signet_jws_algorithm(jws->algorithm);
    signet_text_t signs = {NULL, 0};
    signet_bytes_t signature;
    if (algorithm != NULL) {
        signs = signet_jws_algorithm_for(algorithm, key->type);
    }
    if (signs.length == 0) {
        return acme_fail(call, "badSignatureAlgorithm",
                         "The algorithm is none of " SIGNET_JWS_ALGORITHMS
                         ", or is not for this key.");
    }
    int32_t status = signet_jws_signature(call, algorithm, jws->signature, &signature);
    if (status == SIGNET_OK) {
        status = signet_verify(call, key, signs, jws->signed_part, signature);
    }
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return acme_fail(call, "malformed", "The signature is wrong.");
}

int32_t acme_jws_key(signet_call_t *call, const signet_json_t *jwk, signet_public_key_t *key)
{
    int32_t status = signet_jwk_read(call, jwk, key);
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY || error == NULL) {
        return status;
    }
    signet_text_t message = error->message;
    call->services->clear(call);
    return acme_fail(call, "badPublicKey", "%.*s", SIGNET_FORMAT(message));
}
