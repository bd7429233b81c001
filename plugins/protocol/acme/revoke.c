#include "revoke.h"

#include <signet/auth.h>
#include <signet/ca.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

#include "order/record.h"
#include "protocol/problem.h"
#include "protocol/request.h"

static int32_t read_wish(signet_call_t *call, const acme_request_t *request, signet_bytes_t *der,
                         signet_revoke_request_t *revocation)
{
    int64_t reason = SIGNET_REASON_UNSPECIFIED;
    signet_text_t text = {NULL, 0};
    int32_t status = signet_json_get_text(call, request->body, "certificate", &text);
    if (status == SIGNET_OK) {
        status = signet_json_get_integer(call, request->body, "reason", &reason);
    }
    /* Which reasons there are the CA knows; but nothing in ACME would release what it holds. */
    if (status == SIGNET_OK &&
        (reason != (int32_t)reason || reason == SIGNET_REASON_CERTIFICATE_HOLD)) {
        return acme_fail(call, "badRevocationReason",
                         "The reason must be 0, 1, 3, 4, 5 or 9 of RFC 5280, 5.3.1.");
    }
    if (status == SIGNET_OK) {
        status = signet_base64url_decode(call, text, der);
    }
    if (status != SIGNET_OK && status != SIGNET_NO_MEMORY) {
        call->services->clear(call);
        return acme_fail(call, "malformed",
                         "The payload has a certificate, DER in base64url, and may have a reason.");
    }
    revocation->reason = (int32_t)reason;
    return status;
}

/* Whether the account controls each name of the certificate (RFC 8555, 7.6). */
static int32_t controls(signet_call_t *call, const acme_request_t *request,
                        const signet_certificate_t *certificate)
{
    static const char *const types[] = {"dns:", "ip:", "cn:"};
    int32_t status = certificate->name_count > 0 ? SIGNET_OK : SIGNET_NOT_FOUND;
    for (uint64_t i = 0; status == SIGNET_OK && i < certificate->name_count; i++) {
        signet_text_t name = certificate->names[i];
        acme_authorization_t found;
        status = SIGNET_NOT_FOUND;
        for (uint64_t j = 0; j < 3 && status == SIGNET_NOT_FOUND; j++) {
            if (!signet_text_starts(name, types[j])) {
                continue;
            }
            uint64_t skip = strlen(types[j]);
            acme_identifier_t identifier = {
                j == 1 ? SIGNET_TEXT("ip") : SIGNET_TEXT("dns"),
                {name.data + skip, name.length - skip},
            };
            call->services->clear(call);
            status =
                acme_authorization_cover(call, request->acme, request->directory,
                                         request->account.id, &identifier, signet_now(), &found);
        }
    }
    return status;
}

static int32_t as_acme(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status == SIGNET_CONFLICT ||
        (status == SIGNET_INVALID && error != NULL && signet_text_is(error->field, "reason"))) {
        signet_text_t message = error != NULL ? error->message : SIGNET_TEXT("");
        call->services->clear(call);
        return acme_fail(call, status == SIGNET_CONFLICT ? "alreadyRevoked" : "badRevocationReason",
                         "%.*s", SIGNET_FORMAT(message));
    }
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return acme_fail_missing(call, "certificate");
    }
    return status;
}

/* The record of a certificate, whoever asked for it. */
static int32_t find(signet_call_t *call, signet_call_t *child, const acme_request_t *request,
                    signet_bytes_t der, const signet_certificate_t **certificate)
{
    signet_bytes_t fingerprint = {NULL, 0};
    const signet_certificate_page_t *page = NULL;
    const signet_provider_t *provider =
        child->services->find(child, SIGNET_TEXT(SIGNET_INVENTORY_INTERFACE), request->acme->ca);
    if (provider == NULL) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "acme.inventory",
                           "There is no inventory to look into.");
    }
    int32_t status = signet_sha256(child, der, &fingerprint);
    if (status == SIGNET_OK) {
        const signet_inventory_interface_t *inventory = provider->interface;
        const signet_certificate_query_t query = {
            .size = sizeof query, .fingerprint = fingerprint, .limit = 1};
        status = inventory->query(provider->instance, child, &query, &page);
    }
    if (status != SIGNET_OK) {
        return status == SIGNET_NO_MEMORY ? signet_fail_memory(call)
                                          : signet_fail(call, status, "acme.inventory",
                                                        "The inventory cannot be read now.");
    }
    if (page->count == 0) {
        return acme_fail_missing(call, "certificate");
    }
    *certificate = page->certificates[0];
    return SIGNET_OK;
}

static int32_t revoke(signet_call_t *call, const acme_request_t *request,
                      const signet_revoke_request_t *revocation)
{
    const signet_certificate_t *revoked = NULL;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), request->acme->ca);
    if (provider == NULL) {
        return signet_status(call);
    }
    const signet_ca_interface_t *ca = provider->interface;
    return ca->revoke(provider->instance, call, revocation, &revoked);
}

/* For what it asked for itself an account has its role; for what is another's, but whose names it
 * controls, that of a revocation officer. */
static int32_t revoke_by_account(signet_call_t *call, const acme_request_t *request,
                                 signet_bytes_t der, signet_revoke_request_t *revocation)
{
    const signet_certificate_t *certificate = NULL;
    signet_text_t own = acme_account_actor(call, request->directory, request->account.id);
    if (own.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    signet_text_t role = request->directory->role;
    signet_call_t *child = signet_reading(call, request->acme->host, call->services->tenant(call));
    if (child == NULL) {
        return signet_status(call);
    }
    int32_t status = find(call, child, request, der, &certificate);
    if (status != SIGNET_OK || certificate == NULL) {
        call->services->end(child);
        return status;
    }
    if (!signet_text_equal(certificate->requester, own)) {
        role = SIGNET_TEXT(SIGNET_ROLE_REVOCATION_OFFICER);
        status = controls(call, request, certificate);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            status = acme_fail(call, "unauthorized",
                               "The account neither asked for the certificate nor controls all "
                               "of its names.");
        }
    }
    if (status == SIGNET_OK) {
        status = acme_request_become(call, request, role);
    }
    if (status == SIGNET_OK) {
        revocation->authority = certificate->authority;
        revocation->serial = certificate->serial;
        status = as_acme(call, revoke(call, request, revocation));
    }
    call->services->end(child);
    return status;
}

/* The key of the certificate speaks for it. */
static int32_t revoke_by_key(signet_call_t *call, const acme_request_t *request, signet_bytes_t der,
                             const signet_revoke_request_t *revocation)
{
    const signet_x509_t *x509 = NULL;
    const signet_certificate_t *revoked = NULL;
    signet_bytes_t digest;
    int32_t status = signet_x509_parse(call, der, &x509);
    if (status == SIGNET_OK && !signet_bytes_equal(x509->key.spki, request->key.spki)) {
        return acme_fail(call, "unauthorized", "The key is not that of the certificate.");
    }
    if (status == SIGNET_OK) {
        status = signet_sha256(call, der, &digest);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_actor_t actor = {
        .size = sizeof actor,
        .id = signet_format(call, "key:%.*s", SIGNET_FORMAT(signet_hex(call, digest))),
        .name = SIGNET_TEXT("holder of the certificate's key"),
        .method = SIGNET_TEXT("key"),
    };
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_CA_INTERFACE), request->acme->ca);
    if (provider == NULL || actor.id.data == NULL) {
        return signet_status(call);
    }
    const signet_ca_interface_t *ca = provider->interface;
    if (!SIGNET_HAS(ca, revoke_by_key)) {
        return acme_fail(call, "unauthorized", "This CA does not revoke by proof of the key.");
    }
    status = call->services->set_actor(call, &actor);
    return status == SIGNET_OK ? as_acme(call, ca->revoke_by_key(provider->instance, call, der,
                                                                 revocation, &revoked))
                               : status;
}

int32_t acme_revoke(void *instance, signet_call_t *call, const signet_request_t *http,
                    signet_exchange_t *exchange)
{
    acme_request_t request;
    signet_bytes_t der = {NULL, 0};
    signet_revoke_request_t revocation = {.size = sizeof revocation};
    int32_t status = acme_request_verify(instance, call, http, exchange,
                                         ACME_BY_ACCOUNT | ACME_BY_KEY | ACME_AS_NOBODY, &request);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status == SIGNET_OK) {
        status = read_wish(call, &request, &der, &revocation);
    }
    if (status == SIGNET_OK) {
        status = request.account.id.length > 0 ? revoke_by_account(call, &request, der, &revocation)
                                               : revoke_by_key(call, &request, der, &revocation);
    }
    const acme_answer_t answer = {.status = 200};
    return status == SIGNET_OK
               ? acme_request_answer(call, &request, &answer, (signet_bytes_t){NULL, 0})
               : status;
}
