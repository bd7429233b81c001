#include "rest_key.h"

#include <signet/sdk/http.h>
#include <signet/sdk/pkcs12.h>

#define MAXIMUM_PASSWORD 1024U

int rest_key_pkcs12_accepted(const signet_request_t *request)
{
    signet_text_t rest = signet_http_header(request, "accept");
    while (rest.length > 0) {
        signet_text_t parameters;
        signet_text_t element = signet_text_split(rest, ',', &rest);
        signet_text_t type = signet_text_split(element, ';', &parameters);
        while (type.length > 0 && type.data[0] == ' ')
            type = (signet_text_t){type.data + 1, type.length - 1};
        while (type.length > 0 && type.data[type.length - 1] == ' ')
            type.length--;
        if (signet_text_equal_nocase(type, SIGNET_TEXT(REST_TYPE_PKCS12)))
            return 1;
    }
    return 0;
}

int32_t rest_key_password(signet_call_t *call, signet_text_t password, int required)
{
    if ((password.length == 0 && !required) ||
        (password.length >= SIGNET_PKCS12_PASSWORD_MIN && password.length <= MAXIMUM_PASSWORD))
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "password.length", "password",
                             "The password that protects the key must have %u to %u octets.",
                             SIGNET_PKCS12_PASSWORD_MIN, MAXIMUM_PASSWORD);
}

int32_t rest_key_answer(const rest_t *rest, signet_call_t *call, signet_exchange_t *exchange,
                        uint32_t status, signet_text_t authority, uint64_t generation,
                        signet_bytes_t private_key, signet_bytes_t certificate, signet_text_t name,
                        signet_text_t password, signet_text_t location)
{
    signet_key_bundle_t bundle = {
        .private_key = private_key, .certificate = certificate, .name = name};
    signet_bytes_t file = {NULL, 0};
    rest_ca_t ca;
    int32_t result = rest_find_ca(rest, call, &ca);
    if (result == SIGNET_OK && authority.length > 0 && SIGNET_HAS(ca.interface, chain_of))
        result = ca.interface->chain_of(ca.instance, call, authority, generation, &bundle.chain,
                                        &bundle.chain_count);
    else if (result == SIGNET_OK && authority.length > 0)
        result =
            ca.interface->chain(ca.instance, call, authority, &bundle.chain, &bundle.chain_count);
    if (result == SIGNET_OK)
        result = signet_pkcs12_write(call, &bundle, password, rest->pkcs12_iterations, &file);
    if (result != SIGNET_OK)
        return result;
    return signet_http_answer(call, exchange, status, SIGNET_TEXT(REST_TYPE_PKCS12), file,
                              location);
}
