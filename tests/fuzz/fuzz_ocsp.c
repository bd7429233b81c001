/* Requests for status: whatever is taken for one, OpenSSL takes for the same one. */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <string.h>

#include "arena.h"
#include "ocsp/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* OpenSSL has the serial with its sign; ours is positive, or empty for what no certificate has. */
static void compare_serial(OCSP_CERTID *id, signet_bytes_t serial)
{
    ASN1_INTEGER *other = NULL;
    fuzz_require(OCSP_id_get0_info(NULL, NULL, NULL, &other, id) == 1, "there is a serial");
    if (serial.length == 0) {
        return;
    }
    fuzz_require(ASN1_STRING_type(other) == V_ASN1_INTEGER, "the serial is positive");
    fuzz_require((uint64_t)ASN1_STRING_length(other) == serial.length &&
                     memcmp(ASN1_STRING_get0_data(other), serial.data, serial.length) == 0,
                 "the serial is the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    status_ocsp_request_t request;
    if (status_ocsp_request_read((signet_bytes_t){data, size}, &request) != 0) {
        return 0;
    }
    fuzz_require(request.count > 0 && request.count <= STATUS_OCSP_MAX, "it asks for something");
    fuzz_require(request.nonce.length <= STATUS_OCSP_NONCE_MAX, "its nonce is not too long");
    const uint8_t *next = data;
    OCSP_REQUEST *other = d2i_OCSP_REQUEST(NULL, &next, (long)size);
    /* A signature and the requester's name are not read here. */
    if (other != NULL) {
        fuzz_require(next == data + size, "nothing follows");
        fuzz_require((uint64_t)OCSP_request_onereq_count(other) == request.count,
                     "as many are asked for");
        for (int i = 0; i < OCSP_request_onereq_count(other); i++) {
            compare_serial(OCSP_onereq_get0_id(OCSP_request_onereq_get0(other, i)),
                           request.ids[i].serial);
        }
        OCSP_REQUEST_free(other);
    }
    ERR_clear_error();
    return 0;
}
