/* Keys and signatures of the RFCs: made by others, and known to be right. */
#include "key/keys.h"

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/encode.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMS                                                                                     \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"  \
    "lfQ"

/* RFC 7515, A.2 and A.3; RFC 8037, A.1 and A.4. */
static const struct {
    const char *algorithm;
    const char *keys;
    const char *signed_part;
    const char *signature;
} vectors[] = {
    {"RS256",
     "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQo"
     "Tbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b3"
     "2690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg66"
     "5xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91k"
     "zk2PAcDTW9gb54h4FRWyuXpoQ\"}]}",
     "eyJhbGciOiJSUzI1NiJ9." CLAIMS,
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
     "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
     "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
     "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {"ES256",
     "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHv"
     "RVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}",
     "eyJhbGciOiJFUzI1NiJ9." CLAIMS,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
    {"EdDSA",
     "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIa"
     "aPcHURo\"}]}",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
};

START_TEST(verifies_the_vectors_of_the_rfcs)
{
    signet_check_t *check = signet_check_begin();
    signet_call_t *call = signet_check_call(check, "", "");
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        oidc_keys_t *keys = NULL;
        uint64_t skipped = 1;
        oidc_token_t token = {.signed_part =
                                  signet_text_bytes(signet_text(vectors[i].signed_part))};
        const signet_jws_algorithm_t *algorithm =
            signet_jws_algorithm(signet_text(vectors[i].algorithm));
        ck_assert_int_eq(
            oidc_keys_read(call, signet_text_bytes(signet_text(vectors[i].keys)), &keys, &skipped),
            SIGNET_OK);
        ck_assert_uint_eq(skipped, 0);
        ck_assert_int_eq(
            signet_base64url_decode(call, signet_text(vectors[i].signature), &token.signature),
            SIGNET_OK);
        ck_assert_int_eq(oidc_keys_verify(call, keys, &token, algorithm), SIGNET_OK);
        /* One bit of the signature, and one of what it covers. */
        signet_bytes_t right = token.signature;
        token.signature = signet_bytes_copy(call, right);
        memset((uint8_t *)(uintptr_t)token.signature.data + 20, right.data[20] ^ 1, 1);
        ck_assert_int_eq(oidc_keys_verify(call, keys, &token, algorithm), SIGNET_UNAUTHENTICATED);
        call->services->clear(call);
        token.signature = right;
        token.signed_part = signet_bytes_copy(call, token.signed_part);
        memset((uint8_t *)(uintptr_t)token.signed_part.data + 30, 'z', 1);
        ck_assert_int_eq(oidc_keys_verify(call, keys, &token, algorithm), SIGNET_UNAUTHENTICATED);
        call->services->clear(call);
        oidc_keys_release(keys);
    }
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oidc-vectors");
    TCase *tcase = tcase_create("oidc-vectors");
    tcase_add_test(tcase, verifies_the_vectors_of_the_rfcs);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
