/* The DER reader, requests and certificates against OpenSSL. The first octet of an input chooses
 * what the rest is taken for. */
#include "arena.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Times against OpenSSL's reader, and back through the writer. */
static const char *fuzz_time(signet_call_t *call, signet_bytes_t input)
{
    signet_der_t der = signet_der(input);
    int64_t time = 0;
    if (signet_der_time(&der, &time) != 0) {
        return NULL;
    }
    signet_buffer_t buffer = signet_buffer(call, 0);
    signet_der_add_time(&buffer, time);
    signet_der_t again = signet_der((signet_bytes_t){buffer.data, buffer.length});
    int64_t second = 0;
    return signet_der_time(&again, &second) == 0 && time == second ? NULL : "time written again";
}

/* OIDs as text and back. */
static const char *fuzz_oid(signet_call_t *call, signet_bytes_t input)
{
    signet_der_t der = signet_der(input);
    signet_bytes_t oid;
    signet_bytes_t again;
    if (signet_der_oid(&der, &oid) != 0) {
        return NULL;
    }
    const uint8_t *next = input.data;
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &next, (long)input.length);
    char theirs[512] = "";
    if (object != NULL) {
        OBJ_obj2txt(theirs, sizeof(theirs), object, 1);
    }
    ASN1_OBJECT_free(object);
    signet_text_t text = signet_oid_text(call, oid);
    if (!signet_text_is(text, theirs)) {
        return "text of an OID";
    }
    return signet_oid_parse(call, text, &again) == SIGNET_OK && signet_bytes_equal(oid, again)
               ? NULL
               : "OID written again";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    signet_call_t *call = fuzz_call();
    const signet_bytes_t input = {data + 1, size - 1};
    const char *difference = NULL;
    switch (data[0] % 4) {
    case 0:
        difference = oracle_csr(call, input).difference;
        break;
    case 1:
        difference = oracle_x509(call, input).difference;
        break;
    case 2:
        difference = fuzz_time(call, input);
        break;
    default:
        difference = fuzz_oid(call, input);
        break;
    }
    if (difference != NULL) {
        const signet_error_t *error = call->services->error(call);
        fprintf(stderr, "difference: %s\n", difference);
        if (error != NULL) {
            fprintf(stderr, "error: %.*s: %.*s\n", (int)error->reason.length, error->reason.data,
                    (int)error->message.length, error->message.data);
        }
        abort();
    }
    return 0;
}
