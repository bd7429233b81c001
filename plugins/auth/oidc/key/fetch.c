#include "fetch.h"

#include "keys.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

#define WELL_KNOWN "/.well-known/openid-configuration"

/* The document at a URL, asked for with the issuer's token where it has one. */
static int32_t get(signet_call_t *call, const signet_host_t *host, signet_outbound_t *outbound,
                   const signet_setting_t *issuer, signet_text_t url, signet_bytes_t *document)
{
    signet_text_t reference = signet_setting_text(issuer, "token");
    signet_pair_t headers[2] = {signet_pair("Accept", SIGNET_TEXT("application/json"))};
    signet_outbound_request_t request = {
        .url = url, .headers = headers, .header_count = 1, .body_limit = OIDC_KEYS_OCTETS};
    if (reference.length > 0) {
        signet_bytes_t token;
        int32_t status = host->services->secret(host, call, reference, &token);
        if (status != SIGNET_OK) {
            return status;
        }
        headers[1] =
            signet_pair("Authorization", signet_format(call, "Bearer %.*s",
                                                       SIGNET_FORMAT(signet_bytes_text(token))));
        request.header_count = 2;
    }
    const signet_outbound_response_t *response = NULL;
    int32_t status = signet_outbound_send(call, outbound, &request, &response);
    if (status == SIGNET_OK && response->status != 200) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "oidc.issuer-refused",
                           "%.*s answers %u where its keys should be: see whether the URL is right "
                           "and whether it asks for a token.",
                           SIGNET_FORMAT(signet_outbound_origin(call, url)), response->status);
    }
    if (status == SIGNET_OK) {
        *document = response->body;
    }
    return status;
}

/* The URL of the keys, from the issuer's configuration (OpenID Connect Discovery, 4). */
static int32_t discover(signet_call_t *call, const signet_host_t *host, signet_outbound_t *outbound,
                        const signet_setting_t *issuer, signet_text_t *url)
{
    signet_text_t name = signet_setting_text(issuer, "issuer");
    signet_text_t base = name;
    signet_text_t said = {NULL, 0};
    signet_bytes_t document = {NULL, 0};
    const signet_json_t *configuration = NULL;
    while (signet_text_ends(base, "/")) {
        base.length--;
    }
    int32_t status = get(call, host, outbound, issuer,
                         signet_format(call, "%.*s" WELL_KNOWN, SIGNET_FORMAT(base)), &document);
    if (status == SIGNET_OK) {
        status = signet_json_parse(call, document, OIDC_KEYS_OCTETS, &configuration);
    }
    if (status == SIGNET_OK) {
        status = signet_json_get_text(call, configuration, "issuer", &said);
    }
    if (status == SIGNET_OK && !signet_text_equal(said, name)) {
        status = signet_fail(call, SIGNET_INVALID, "oidc.issuer-differs",
                             "The issuer at %.*s calls itself \"%.*s\": set the option issuer to "
                             "that, if it is meant.",
                             SIGNET_FORMAT(name), SIGNET_FORMAT(said));
    }
    if (status == SIGNET_OK) {
        status = signet_json_get_text(call, configuration, "jwks_uri", url);
    }
    if (status == SIGNET_OK && url->length == 0) {
        status = signet_fail(call, SIGNET_INVALID, "oidc.no-keys",
                             "The issuer %.*s does not say where its keys are: set the option "
                             "jwks_url.",
                             SIGNET_FORMAT(name));
    }
    return status;
}

int32_t oidc_fetch(signet_call_t *call, const signet_host_t *host, signet_outbound_t *outbound,
                   const signet_setting_t *issuer, signet_bytes_t *document)
{
    signet_text_t file = signet_setting_text(issuer, "jwks_file");
    signet_text_t url = signet_setting_text(issuer, "jwks_url");
    if (file.length > 0) {
        return signet_file_read(call, file, OIDC_KEYS_OCTETS, document);
    }
    int32_t status = SIGNET_OK;
    if (url.length == 0) {
        status = discover(call, host, outbound, issuer, &url);
    }
    return status == SIGNET_OK ? get(call, host, outbound, issuer, url, document) : status;
}
