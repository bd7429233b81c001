#include "authority/list_file.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define LIST_MAX (1U << 28)

int32_t ca_list_file_read(signet_call_t *call, signet_text_t path, const signet_crl_t **crl)
{
    signet_bytes_t file = {NULL, 0};
    signet_bytes_t der = {NULL, 0};
    *crl = NULL;
    int32_t status = signet_file_read(call, path, LIST_MAX, &file);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = signet_pem_decode(call, signet_bytes_text(file), "X509 CRL", &der, NULL);
    return status == SIGNET_OK ? signet_crl_parse(call, der, crl) : status;
}
