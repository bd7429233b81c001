#include "aia/document.h"

#include <signet/sdk/der.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#include "http.h"
#include "status.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* id-signedData and id-data (RFC 5652). */
static const uint8_t oid_signed[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t oid_data[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

int32_t status_aia_bundle(signet_call_t *call, const signet_status_issuer_t *issuer,
                          signet_bytes_t *bundle)
{
    signet_buffer_t buffer = signet_buffer(call, 4096);
    uint64_t whole = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(&buffer, (signet_bytes_t){oid_signed, sizeof oid_signed});
    uint64_t content = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    uint64_t data = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_integer(&buffer, 1);
    signet_der_end(&buffer, signet_der_begin(&buffer, SIGNET_DER_SET));
    uint64_t nothing = signet_der_begin(&buffer, SIGNET_DER_SEQUENCE);
    signet_der_add_oid(&buffer, (signet_bytes_t){oid_data, sizeof oid_data});
    signet_der_end(&buffer, nothing);
    uint64_t certificates = signet_der_begin(&buffer, SIGNET_DER_CONTEXT_CONSTRUCTED(0));
    for (uint64_t i = 0; i < issuer->chain_count; i++)
        signet_buffer_add(&buffer, issuer->chain[i].data, issuer->chain[i].length);
    signet_der_end(&buffer, certificates);
    signet_der_end(&buffer, signet_der_begin(&buffer, SIGNET_DER_SET));
    signet_der_end(&buffer, data);
    signet_der_end(&buffer, content);
    signet_der_end(&buffer, whole);
    return signet_buffer_bytes(&buffer, bundle);
}

int32_t status_aia_chain(signet_call_t *call, const signet_status_issuer_t *issuer,
                         signet_bytes_t *chain)
{
    signet_buffer_t buffer = signet_buffer(call, 4096);
    for (uint64_t i = 0; i < issuer->chain_count; i++)
        signet_buffer_add_text(&buffer, signet_pem(call, "CERTIFICATE", issuer->chain[i]));
    return signet_buffer_bytes(&buffer, chain);
}

/* The name before the last '.', and what follows it. */
static signet_text_t split_name(signet_text_t file, signet_text_t *suffix)
{
    uint64_t dot = file.length;
    while (dot > 0 && file.data[dot - 1] != '.')
        dot--;
    if (dot == 0)
        return (signet_text_t){NULL, 0};
    *suffix = (signet_text_t){file.data + dot, file.length - dot};
    return (signet_text_t){file.data, dot - 1};
}

int32_t status_aia_route(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    const status_t *status = instance;
    signet_text_t suffix = {NULL, 0};
    signet_text_t name = split_name(signet_http_parameter(request, 0), &suffix);
    const status_issuer_t *issuer = status_issuer_named(&status->issuers, name);
    status_document_t document = {.max_age_ms = DAY_MS, .file = -1};
    signet_bytes_t content = {NULL, 0};
    if (issuer != NULL && signet_text_is(suffix, "cer")) {
        document.type = SIGNET_TEXT("application/pkix-cert");
        content = issuer->seen.certificate;
    } else if (issuer != NULL && signet_text_is(suffix, "p7c")) {
        document.type = SIGNET_TEXT("application/pkcs7-mime");
        content = issuer->bundle;
    } else if (issuer != NULL && signet_text_is(suffix, "pem")) {
        document.type = SIGNET_TEXT("application/pem-certificate-chain");
        content = issuer->chain;
    }
    if (issuer == NULL || content.length == 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "status.not-found",
                           "no certificate of an authority has this name");
    const signet_x509_t *x509 = NULL;
    int32_t done = signet_x509_parse(call, issuer->seen.certificate, &x509);
    if (done != SIGNET_OK)
        return done;
    document.modified = x509->not_before;
    document.etag =
        signet_format(call, "%.*s-%.*s", SIGNET_FORMAT(issuer->tag), SIGNET_FORMAT(suffix));
    document.data = content.data;
    document.length = content.length;
    return status_http_serve(call, request, exchange, &document, 0);
}
