/* GET /v1/revocations/nonce and POST /v1/revocations/by-key: whoever has the key of a certificate
 * may have it revoked, without any other credential. */
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/revocation.h>

#include "rest_certificate.h"
#include "rest_input.h"
#include "rest_nonce.h"
#include "rest_reason.h"

/* What was sent. */
typedef struct proof {
    const signet_x509_t *certificate;
    signet_revoke_request_t revocation;
    signet_text_t nonce;
    signet_text_t algorithm;
    signet_bytes_t signature;
} proof_t;

int32_t rest_get_nonce(void *instance, signet_call_t *call, const signet_request_t *request,
                       signet_exchange_t *exchange)
{
    signet_text_t nonce;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_nonce_new(instance, call, &nonce);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 128);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "nonce", nonce);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

static int32_t read_certificate(signet_call_t *call, const signet_json_t *body, proof_t *proof)
{
    signet_text_t text;
    signet_bytes_t der;
    int32_t status = signet_http_json_text(call, body, "certificate", &text);
    if (status != SIGNET_OK)
        return status;
    status = signet_pem_decode(call, text, "CERTIFICATE", &der, NULL);
    if (status == SIGNET_OK)
        status = signet_x509_parse(call, der, &proof->certificate);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "certificate",
                             "certificate must be the certificate to revoke, in PEM.");
}

static int32_t read_signature(signet_call_t *call, const signet_json_t *body, proof_t *proof)
{
    signet_text_t text;
    int32_t status = signet_json_get_text(call, body, "algorithm", &proof->algorithm);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "signature", &text);
    if (status != SIGNET_OK)
        return status;
    if (proof->algorithm.length == 0)
        proof->algorithm = signet_algorithm_for(proof->certificate->key.type);
    if (signet_base64_decode(call, text, &proof->signature) == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "signature",
                             "signature must be base64.");
}

static int32_t read_proof(signet_call_t *call, const signet_request_t *request, proof_t *proof)
{
    static const char *const members[] = {"certificate", "reason",    "invalid_since", "comment",
                                          "nonce",       "algorithm", "signature"};
    const signet_json_t *body = NULL;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = signet_http_json(call, request, REST_SMALL_BODY, members,
                                  sizeof members / sizeof members[0], &body);
    if (status == SIGNET_OK)
        status = signet_http_json_text(call, body, "nonce", &proof->nonce);
    if (status == SIGNET_OK)
        status = rest_reason_read(call, body, &proof->revocation.reason);
    if (status == SIGNET_OK)
        status = rest_body_time(call, body, "invalid_since", &proof->revocation.invalid_since);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, body, "comment", &proof->revocation.comment);
    if (status == SIGNET_OK)
        status = read_certificate(call, body, proof);
    return status == SIGNET_OK ? read_signature(call, body, proof) : status;
}

/* Whether the key of the certificate signed this very wish. */
static int32_t verify(signet_call_t *call, const proof_t *proof, signet_text_t *fingerprint)
{
    signet_bytes_t digest;
    signet_bytes_t statement;
    const signet_x509_t *certificate = proof->certificate;
    int32_t status = signet_sha256(call, certificate->der, &digest);
    if (status == SIGNET_OK)
        status = signet_revocation_statement(call, certificate->serial, digest,
                                             rest_reason_name(proof->revocation.reason),
                                             proof->nonce, &statement);
    if (status != SIGNET_OK)
        return status;
    *fingerprint = signet_hex(call, digest);
    if (fingerprint->data == NULL)
        return signet_status(call);
    status = signet_verify(call, &certificate->key, proof->algorithm, statement, proof->signature);
    if (status != SIGNET_DENIED && status != SIGNET_INVALID && status != SIGNET_UNSUPPORTED)
        return status;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_DENIED, "revocation.proof", "signature",
                             "The signature is not that of the certificate's key over the "
                             "statement with this serial number, fingerprint, reason and nonce.");
}

int32_t rest_revoke_by_key(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    proof_t proof = {.revocation = {.size = sizeof proof.revocation}};
    signet_text_t fingerprint;
    rest_ca_t ca;
    const signet_certificate_t *certificate = NULL;
    int32_t status = read_proof(call, request, &proof);
    /* The nonce first: it costs little, and without one nothing is verified. */
    if (status == SIGNET_OK)
        status = rest_nonce_check(rest, call, proof.nonce);
    if (status == SIGNET_OK)
        status = verify(call, &proof, &fingerprint);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(ca.interface, revoke_by_key))
        return signet_fail(call, SIGNET_UNSUPPORTED, "revocation.by-key",
                           "This CA does not revoke by proof of the key; ask an officer.");
    signet_actor_t actor = {.size = sizeof actor,
                            .id = signet_format(call, "key:%.*s", SIGNET_FORMAT(fingerprint)),
                            .name = SIGNET_TEXT("holder of the certificate's key"),
                            .method = SIGNET_TEXT("key")};
    status = actor.id.data != NULL ? call->services->set_actor(call, &actor) : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = ca.interface->revoke_by_key(ca.instance, call, proof.certificate->der,
                                             &proof.revocation, &certificate);
    if (status != SIGNET_OK)
        return status;
    return rest_certificate_answer_summary(call, exchange, certificate);
}
