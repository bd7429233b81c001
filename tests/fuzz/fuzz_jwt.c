/* Bearer tokens, key sets and templates of auth-oidc. The first octet of an input chooses: a token
 * as it is, header and claims on two lines, a JWK Set, or a template and claims on two lines. */
#include "arena.h"

#include "key/keys.h"
#include "rule/template.h"
#include "token/claim.h"
#include "token/token.h"

#include <signet/sdk/encode.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_token(signet_call_t *call, signet_text_t text)
{
    oidc_token_t token;
    int32_t status = oidc_token_read(call, text, &token);
    fuzz_require(status == SIGNET_OK || status == SIGNET_UNSUPPORTED, "a token or none");
    if (status != SIGNET_OK) {
        fuzz_require(call->services->error(call) != NULL, "an error for a refusal");
        return;
    }
    fuzz_require(token.issuer.length > 0 && token.claims->kind == SIGNET_JSON_OBJECT, "an issuer");
    fuzz_require(token.signed_part.length < text.length, "a signed part before the signature");
    status = oidc_token_read_header(call, &token);
    fuzz_require(status == SIGNET_OK || status == SIGNET_UNAUTHENTICATED, "a header or none");
    if (status != SIGNET_OK) {
        return;
    }
    const signet_jws_algorithm_t *algorithm = signet_jws_algorithm(token.algorithm);
    signet_bytes_t signature;
    if (algorithm != NULL &&
        signet_jws_signature(call, algorithm, token.signature, &signature) == SIGNET_OK) {
        fuzz_require(signature.length > 0 || token.signature.length == 0, "a signature");
    }
    int64_t time = 0;
    if (oidc_claim_time(token.claims, "exp", &time)) {
        fuzz_require(time >= 0, "a time since 1970");
    }
}

static void read_parts(signet_call_t *call, signet_text_t header, signet_text_t claims)
{
    signet_text_t first = signet_base64url(call, signet_text_bytes(header));
    signet_text_t second = signet_base64url(call, signet_text_bytes(claims));
    read_token(call,
               signet_format(call, "%.*s.%.*s.AAAA", SIGNET_FORMAT(first), SIGNET_FORMAT(second)));
}

static void read_keys(signet_call_t *call, signet_bytes_t document)
{
    oidc_keys_t *keys = NULL;
    uint64_t skipped = 0;
    if (oidc_keys_read(call, document, &keys, &skipped) == SIGNET_OK) {
        fuzz_require(oidc_keys_count(keys) > 0 && oidc_keys_count(keys) <= OIDC_KEYS_COUNT, "keys");
        oidc_keys_release(keys);
    } else {
        fuzz_require(call->services->error(call) != NULL, "an error for a refusal");
    }
}

/* A pattern from a template has no more wildcards than the template itself. */
static void fill_template(signet_call_t *call, signet_text_t template, signet_text_t claims)
{
    const signet_json_t *object = NULL;
    signet_text_t result;
    uint64_t stars[2] = {0, 0};
    if (!oidc_template_valid(template) ||
        signet_json_parse(call, signet_text_bytes(claims), 65536, &object) != SIGNET_OK) {
        return;
    }
    if (oidc_template_id(call, template, object, &result) != SIGNET_OK) {
        call->services->clear(call);
    }
    if (oidc_template_label(call, template, object, &result) != SIGNET_OK) {
        call->services->clear(call);
    }
    if (oidc_template_pattern(call, template, object, &result) == SIGNET_OK) {
        for (uint64_t i = 0; i < template.length; i++) {
            stars[0] += template.data[i] == '*';
        }
        for (uint64_t i = 0; i < result.length; i++) {
            stars[1] += result.data[i] == '*';
        }
        fuzz_require(stars[1] <= stars[0], "a claim does not widen a pattern");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    signet_call_t *call = fuzz_call();
    signet_text_t rest = {(const char *)data + 1, size - 1};
    signet_text_t second;
    signet_text_t first;
    switch (data[0] % 4) {
    case 0:
        read_token(call, rest);
        break;
    case 1:
        first = signet_text_split(rest, '\n', &second);
        read_parts(call, first, second);
        break;
    case 2:
        read_keys(call, signet_text_bytes(rest));
        break;
    default:
        first = signet_text_split(rest, '\n', &second);
        fill_template(call, first, second);
        break;
    }
    return 0;
}
