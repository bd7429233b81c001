/* JSON Web Keys and their thumbprints. What signs and verifies with them is tested with auth-oidc,
 * against vectors of the RFCs and an independent library. */
#include "run.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/jose.h>

static int32_t read_key(signet_call_t *call, const char *text, signet_public_key_t *key)
{
    const signet_json_t *jwk = NULL;
    ck_assert_int_eq(signet_json_parse(call, signet_text_bytes(signet_text(text)), 65536, &jwk),
                     SIGNET_OK);
    return signet_jwk_read(call, jwk, key);
}

/* RFC 7638, 3.1; RFC 8037, A.3. The third is the key of RFC 7515, A.3, hashed by Python.
 * Members and their order do not count. */
static const struct {
    const char *jwk;
    const char *thumbprint;
} vectors[] = {
    {"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1"
     "RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h"
     "4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLy"
     "rdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
     "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}",
     "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
    {"{\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"crv\":\"Ed25519\",\"kty\":\"OKP\"}",
     "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
    {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
     "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"use\":\"sig\"}",
     "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"},
};

START_TEST(thumbprints_of_the_rfcs)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        signet_bytes_t thumbprint;
        ck_assert_int_eq(read_key(call, vectors[i].jwk, &key), SIGNET_OK);
        ck_assert_int_eq(signet_jwk_thumbprint(call, &key, &thumbprint), SIGNET_OK);
        ck_assert_msg(signet_text_is(signet_base64url(call, thumbprint), vectors[i].thumbprint),
                      "vector %zu: %.*s", i, SIGNET_FORMAT(signet_base64url(call, thumbprint)));
    }
}
END_TEST

START_TEST(keys_that_are_not_taken)
{
    static const struct {
        const char *jwk;
        int32_t status;
        const char *reason;
    } keys[] = {
        {"[]", SIGNET_INVALID, "jwk.malformed"},
        {"{\"kty\":\"oct\",\"k\":\"AA\"}", SIGNET_UNSUPPORTED, "jwk.unused"},
        {"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}", SIGNET_UNSUPPORTED,
         "jwk.unused"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", SIGNET_INVALID,
         "jwk.malformed"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_"
         "7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
         ",\"use\":\"enc\"}",
         SIGNET_UNSUPPORTED, "jwk.unused"},
        {"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", SIGNET_INVALID, "key.weak"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        signet_call_t *call = fuzz_call();
        signet_public_key_t key;
        ck_assert_int_eq(read_key(call, keys[i].jwk, &key), keys[i].status);
        ck_assert_msg(failed_for(call, keys[i].reason), "key %zu: %.*s", i,
                      SIGNET_FORMAT(call->services->error(call)->reason));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("jose");
    TCase *test = tcase_create("jose");
    tcase_add_test(test, thumbprints_of_the_rfcs);
    tcase_add_test(test, keys_that_are_not_taken);
    suite_add_tcase(suite, test);
    return run_suite(suite);
}
