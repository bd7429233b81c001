/* Sixteen octets of time and chance, and sixteen of a MAC over them with a key of this process. */
#include "rest_nonce.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <string.h>

#define LIFETIME_MS (INT64_C(5) * 60 * 1000)
#define HALF UINT64_C(16)
#define TIME_OCTETS 8U

static int32_t authenticate(const rest_t *rest, signet_call_t *call, const uint8_t *head,
                            uint8_t *tag)
{
    signet_bytes_t mac;
    int32_t status =
        signet_hmac_sha256(call, (signet_bytes_t){rest->nonce_key, sizeof rest->nonce_key},
                           (signet_bytes_t){head, HALF}, &mac);
    if (status == SIGNET_OK)
        memcpy(tag, mac.data, HALF);
    return status;
}

int32_t rest_nonce_new(const rest_t *rest, signet_call_t *call, signet_text_t *nonce)
{
    uint8_t octets[2 * HALF];
    uint64_t now = (uint64_t)signet_monotonic();
    for (unsigned i = 0; i < TIME_OCTETS; i++)
        octets[i] = (uint8_t)(now >> (8 * (TIME_OCTETS - 1 - i)));
    int32_t status = signet_random(call, octets + TIME_OCTETS, HALF - TIME_OCTETS);
    if (status == SIGNET_OK)
        status = authenticate(rest, call, octets, octets + HALF);
    if (status != SIGNET_OK)
        return status;
    *nonce = signet_base64url(call, (signet_bytes_t){octets, sizeof octets});
    return nonce->data != NULL ? SIGNET_OK : signet_status(call);
}

static int is_recent(const uint8_t *octets)
{
    uint64_t made = 0;
    for (unsigned i = 0; i < TIME_OCTETS; i++)
        made = made << 8 | octets[i];
    int64_t age = signet_monotonic() - (int64_t)made;
    return age >= 0 && age <= LIFETIME_MS;
}

int32_t rest_nonce_check(const rest_t *rest, signet_call_t *call, signet_text_t nonce)
{
    signet_bytes_t octets = {NULL, 0};
    uint8_t tag[HALF];
    int32_t status = signet_base64url_decode(call, nonce, &octets);
    if (status == SIGNET_NO_MEMORY)
        return status;
    int right = status == SIGNET_OK && octets.length == 2 * HALF;
    if (right) {
        status = authenticate(rest, call, octets.data, tag);
        if (status != SIGNET_OK)
            return status;
        right = signet_bytes_equal_secret((signet_bytes_t){octets.data + HALF, HALF},
                                          (signet_bytes_t){tag, HALF}) &&
                is_recent(octets.data);
    }
    if (right)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.nonce", "nonce",
                             "the nonce is none of ours, or older than five minutes; ask for a new "
                             "one at /v1/revocations/nonce");
}
