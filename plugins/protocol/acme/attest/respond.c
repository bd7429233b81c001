#include "respond.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/jose.h>
#include <signet/sdk/name.h>
#include <signet/sdk/setting.h>

#include "attest.h"
#include "device.h"
#include "protocol/problem.h"
#include "trust.h"
#include "validate/validate.h"

#define PROBLEM "badAttestationStatement"

static const acme_attest_trust_t *find_trust(const acme_directory_t *directory,
                                             signet_text_t format)
{
    for (uint64_t i = 0; i < directory->attestation_count; i++) {
        if (signet_text_equal(directory->attestations[i].format, format)) {
            return &directory->attestations[i];
        }
    }
    return NULL;
}

/* NULL, or what is wrong with an attestation. */
static const char *verify(signet_call_t *call, const acme_directory_t *directory,
                          signet_bytes_t input, const acme_attest_challenge_t *challenge,
                          acme_attest_object_t *object, acme_attested_t *attested)
{
    const signet_x509_t *leaf = NULL;
    const char *why = acme_attest_object_read(input, object);
    if (why != NULL) {
        return why;
    }
    const acme_attest_trust_t *trust = find_trust(directory, object->format);
    acme_attest_format_t *format = acme_attest_format(object->format);
    if (trust == NULL || format == NULL) {
        return "its format is not taken here";
    }
    why = acme_trust_refusal(call, trust->roots, object->certificates, object->certificate_count);
    if (why != NULL) {
        return why;
    }
    if (signet_x509_parse(call, object->certificates[0], &leaf) != SIGNET_OK) {
        call->services->clear(call);
        return "its certificate is malformed";
    }
    return format(call, object, leaf, challenge, attested);
}

static int32_t authorize_key(signet_call_t *call, const acme_request_t *request,
                             signet_text_t token, acme_attest_challenge_t *challenge)
{
    signet_bytes_t thumbprint = {NULL, 0};
    int32_t status = signet_jwk_thumbprint(call, &request->key, &thumbprint);
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t encoded = signet_base64url(call, thumbprint);
    challenge->token = token;
    challenge->key_authorization =
        signet_format(call, "%.*s.%.*s", SIGNET_FORMAT(token), SIGNET_FORMAT(encoded));
    return challenge->key_authorization.data != NULL ? SIGNET_OK : signet_status(call);
}

/* Whether the attested device is the order's, and one that is permitted. */
static int32_t judge(signet_call_t *call, const acme_request_t *request, signet_bytes_t input,
                     acme_authorization_t *authorization, acme_outcome_t *outcome)
{
    acme_attest_challenge_t challenge;
    acme_attest_object_t object;
    acme_attested_t attested = {.identities = {.count = 0}};
    const acme_identifier_t *identifier = &authorization->identifier;
    int32_t status = authorize_key(call, request, authorization->token, &challenge);
    if (status != SIGNET_OK) {
        return status;
    }
    const char *why = verify(call, request->directory, input, &challenge, &object, &attested);
    if (why == NULL &&
        !acme_identities_have(&attested.identities, identifier->type, identifier->value)) {
        why = "it is of another device";
    }
    if (why != NULL) {
        acme_outcome_fail(call, outcome, PROBLEM, "The attestation is refused: %s.", why);
        return SIGNET_OK;
    }
    const acme_device_t device = {.identifier = identifier,
                                  .profile =
                                      signet_setting_at(request->directory->profiles, 0)->text,
                                  .format = object.format,
                                  .spki = attested.spki};
    status = acme_device_check(call, request, &device);
    if (status == SIGNET_DENIED) {
        signet_text_t message = call->services->error(call)->message;
        call->services->clear(call);
        acme_outcome_fail(call, outcome, "rejectedIdentifier", "%.*s", SIGNET_FORMAT(message));
        return SIGNET_OK;
    }
    if (status == SIGNET_OK) {
        outcome->valid = 1;
        authorization->attestation = object.format;
        authorization->attested_key = attested.spki;
    }
    return status;
}

int32_t acme_attest_respond(signet_call_t *call, const acme_request_t *request,
                            acme_authorization_t *authorization, acme_challenge_t *challenge)
{
    signet_text_t text = {NULL, 0};
    signet_bytes_t input = {NULL, 0};
    acme_outcome_t outcome = {.valid = 0};
    int32_t status = signet_json_get_text(call, request->body, "attObj", &text);
    if (status == SIGNET_OK && text.length == 0) {
        status = acme_fail(call, "malformed", "attObj is missing.");
    }
    if (status == SIGNET_OK) {
        status = signet_base64url_decode(call, text, &input);
        if (status == SIGNET_INVALID) {
            call->services->clear(call);
            return acme_fail(call, "malformed", "attObj must be base64url.");
        }
    }
    if (status == SIGNET_OK) {
        status = judge(call, request, input, authorization, &outcome);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const acme_proof_t proof = {
        .acme = request->acme,
        .directory = request->directory,
        .identifier_type = authorization->identifier.type,
        .identifier = authorization->identifier.value,
    };
    status = acme_validate_store(call, &proof, authorization, challenge, &outcome);
    if (status == SIGNET_CONFLICT) {
        /* Responded to twice at once. */
        call->services->clear(call);
        return acme_authorization_get(call, request->acme, request->directory->name,
                                      authorization->id, authorization);
    }
    return status;
}

/* Certificates do not show which device it is (section 7.4 of the draft): a request that does is
 * taken without those names, by naming the others. */
static int32_t leave_out(signet_call_t *call, const signet_csr_t *csr,
                         signet_issue_request_t *issue)
{
    signet_bytes_t common = signet_attribute_oid(SIGNET_TEXT("CN"));
    acme_identity_t identity = {.value = {NULL, 0}};
    int devices = 0;
    int32_t status = SIGNET_OK;
    signet_requested_name_t *names = signet_alloc(call, csr->name_count + 2, sizeof *names);
    if (names == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < csr->name_count; i++) {
        signet_canonical_t name;
        if (csr->names[i].type == 0) {
            status = acme_identity_from_name(call, &csr->names[i], &identity);
            devices = 1;
            continue;
        }
        status = signet_name_from_general(call, &csr->names[i], &name);
        if (status == SIGNET_OK) {
            names[issue->name_count++] = (signet_requested_name_t){
                .size = sizeof *names,
                .type = csr->names[i].type == 2 ? SIGNET_TEXT("dns") : SIGNET_TEXT("ip"),
                .value = name.value};
        }
    }
    signet_text_t subject = identity.value;
    for (uint64_t i = 0; i < csr->attribute_count; i++) {
        if (signet_bytes_equal(csr->attributes[i].oid, common)) {
            subject = csr->attributes[i].value;
        }
    }
    names[issue->name_count++] = (signet_requested_name_t){
        .size = sizeof *names, .type = SIGNET_TEXT("cn"), .value = subject};
    issue->names = devices ? names : NULL;
    issue->name_count = devices ? issue->name_count : 0;
    return status;
}

static int32_t check_device(signet_call_t *call, const acme_request_t *request,
                            const acme_order_t *order, uint64_t which, const signet_csr_t *csr,
                            signet_issue_request_t *issue)
{
    acme_authorization_t authorization;
    const acme_identifier_t *identifier = &order->identifiers[which];
    const acme_device_t device = {.identifier = identifier, .profile = order->profile};
    int32_t status = acme_authorization_get(call, request->acme, request->directory->name,
                                            order->authorizations[which], &authorization);
    if (status != SIGNET_OK) {
        return status;
    }
    if (!signet_bytes_equal(authorization.attested_key, csr->key.spki)) {
        return acme_fail(call, "badCSR",
                         "The request is for another key than the one that was attested for %.*s.",
                         SIGNET_FORMAT(identifier->value));
    }
    issue->attestation = authorization.attestation;
    issue->attested_key = authorization.attested_key;
    /* Policies are asked by the CA now. */
    return acme_device_check(call, request, &device);
}

int32_t acme_attest_finalize(signet_call_t *call, const acme_request_t *request,
                             const acme_order_t *order, signet_bytes_t der,
                             signet_issue_request_t *issue)
{
    const signet_csr_t *csr = NULL;
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < order->count; i++) {
        if (acme_identity_type(order->identifiers[i].type) == NULL) {
            continue;
        }
        status = csr == NULL ? signet_csr_parse(call, der, &csr) : SIGNET_OK;
        if (status == SIGNET_OK) {
            status = check_device(call, request, order, i, csr, issue);
        }
    }
    return status == SIGNET_OK && csr != NULL ? leave_out(call, csr, issue) : status;
}
