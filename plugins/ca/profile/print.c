#include "profile/print.h"

#include "profile/template.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <signet/sdk/error.h>

static int32_t fail(signet_call_t *call)
{
    return signet_fail(call, SIGNET_INTERNAL, "ca.print",
                       "the certificate could not be shown; this is a defect, please report it");
}

static int32_t print(signet_call_t *call, X509 *x509, BIO *memory, signet_text_t *text)
{
    char *data = NULL;
    if (x509 == NULL || memory == NULL ||
        X509_print_ex(memory, x509, XN_FLAG_SEP_CPLUS_SPC | ASN1_STRFLGS_UTF8_CONVERT,
                      X509_FLAG_NO_SIGDUMP | X509V3_EXT_PARSE_UNKNOWN) != 1)
        return fail(call);
    long length = BIO_get_mem_data(memory, &data);
    if (length <= 0)
        return fail(call);
    *text = signet_text_copy(call, (signet_text_t){data, (uint64_t)length});
    return text->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

int32_t ca_print(signet_call_t *call, signet_bytes_t tbs, signet_bytes_t identifier,
                 signet_text_t *text)
{
    /* The reader takes whole certificates: the part with an empty signature. */
    static const uint8_t nothing[] = {0};
    signet_bytes_t whole;
    int32_t status =
        ca_template_join(call, tbs, identifier, (signet_bytes_t){nothing, sizeof nothing}, &whole);
    if (status != SIGNET_OK)
        return status;
    const unsigned char *next = whole.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)whole.length);
    BIO *memory = BIO_new(BIO_s_mem());
    status = print(call, x509, memory, text);
    BIO_free(memory);
    X509_free(x509);
    return status;
}
