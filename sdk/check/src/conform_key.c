/* signet.key/1. */
#include "conform.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>

static const char *text_fault(conform_t *conform, signet_call_t *call, int32_t status)
{
    return conform_status(conform, call, status, SIGNET_OK);
}

static int32_t sign(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_key_interface_t *keys = conform->interface;
    signet_bytes_t signature = {NULL, 0};
    return keys->sign(conform->self, call, context, &signature);
}

/* Signs and has the SDK verify it. */
static const char *verify(conform_t *conform, signet_call_t *call, const signet_key_t *key,
                          const signet_sign_request_t *request)
{
    const signet_key_interface_t *keys = conform->interface;
    signet_public_key_t public_key;
    signet_bytes_t signature = {NULL, 0};
    int32_t status = keys->sign(conform->self, call, request, &signature);
    if (status == SIGNET_OK) {
        status = signet_public_key_parse(call, key->public_key, &public_key);
    }
    if (status == SIGNET_OK) {
        status = signet_verify(call, &public_key, request->algorithm, request->message, signature);
    }
    return text_fault(conform, call, status);
}

static void refuses(conform_t *conform, const char *name, const signet_sign_request_t *request,
                    int32_t wanted)
{
    signet_call_t *call = signet_check_call(conform->check, "tester", NULL);
    int32_t status = sign(conform, call, (void *)(uintptr_t)request);
    conform_case(conform, name, conform_status(conform, call, status, wanted));
    signet_check_call_end(call);
}

static void signs(conform_t *conform, signet_call_t *call, const signet_key_t *key)
{
    static const uint8_t message[] = "a message";
    signet_sign_request_t request = {.size = sizeof request,
                                     .purpose = SIGNET_PURPOSE_CERTIFICATE,
                                     .uri = key->uri,
                                     .algorithm = SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA256),
                                     .message = {message, sizeof message - 1},
                                     .intent = SIGNET_TEXT("intent-1")};
    conform_case(conform, "signs what verifies", verify(conform, call, key, &request));
    call->services->clear(call);
    signet_sign_request_t other = request;
    other.intent = (signet_text_t){NULL, 0};
    refuses(conform, "refuses a certificate without an intent", &other, SIGNET_DENIED);
    other = request;
    other.purpose = SIGNET_PURPOSE_OCSP;
    refuses(conform, "refuses a purpose that the key was not made for", &other, SIGNET_DENIED);
    other = request;
    other.uri = SIGNET_TEXT("nothing:of-the-kind");
    refuses(conform, "knows no other key", &other, SIGNET_NOT_FOUND);
    other = request;
    other.algorithm = SIGNET_TEXT("ROT13");
    refuses(conform, "refuses an unknown algorithm", &other, SIGNET_UNSUPPORTED);
    conform_impatience(conform, sign, &request);
    conform_threads(conform, sign, &request);
    conform_allocations(conform, sign, &request);
}

void conform_key(conform_t *conform)
{
    const signet_key_interface_t *keys = conform->interface;
    const signet_key_t *key = NULL;
    const signet_key_t *found = NULL;
    signet_call_t *call = signet_check_call(conform->check, "tester", NULL);
    const signet_key_request_t request = {
        .size = sizeof request,
        .purposes = SIGNET_PURPOSE_CERTIFICATE,
        .name = signet_format(call, "conformance-%llx", (unsigned long long)signet_now()),
        .type = SIGNET_TEXT(SIGNET_KEY_P256)};
    int32_t status = keys->generate(conform->self, call, &request, &key);
    const char *fault = text_fault(conform, call, status);
    if (!fault && (!key || key->uri.length == 0 || key->public_key.length == 0 ||
                   !(key->purposes & SIGNET_PURPOSE_CERTIFICATE))) {
        fault = "the key has no URI, no public key or not the purposes that were asked for";
    }
    conform_case(conform, "makes a key", fault);
    if (fault) {
        signet_check_call_end(call);
        return;
    }
    status = keys->find(conform->self, call, key->uri, &found);
    fault = text_fault(conform, call, status);
    conform_case(conform, "finds it by its URI",
                 fault || signet_bytes_equal(found->public_key, key->public_key)
                     ? fault
                     : "what it found is another key");
    status = keys->generate(conform->self, call, &request, &found);
    conform_case(conform, "makes no second key of the same name",
                 conform_status(conform, call, status, SIGNET_EXISTS));
    call->services->clear(call);
    status = keys->find(conform->self, call, SIGNET_TEXT("nothing:of-the-kind"), &found);
    conform_case(conform, "finds no key that is not there",
                 conform_status(conform, call, status, SIGNET_NOT_FOUND));
    call->services->clear(call);
    signs(conform, call, key);
    signet_check_call_end(call);
}
