#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#include "crl/plan.h"
#include "http.h"

static int32_t serve(const status_t *status, signet_call_t *call, const signet_request_t *request,
                     signet_exchange_t *exchange, const status_list_t *list)
{
    const status_document_t document = {.type = SIGNET_TEXT("application/pkix-crl"),
                                        .etag = signet_text(list->tag),
                                        .modified = list->this_update,
                                        .expires = list->next_update,
                                        .max_age_ms = status->list_max_age_ms,
                                        .length = list->length,
                                        .data = list->data,
                                        .file = list->file};
    return status_http_serve(call, request, exchange, &document, !exchange->inside_loop);
}

int32_t status_crl_route(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    const status_t *status = instance;
    signet_text_t name = signet_http_parameter(request, 0);
    status_issuer_t *issuer = NULL;
    int busy = 0;
    if (signet_text_ends(name, ".crl")) {
        name.length -= 4;
        issuer = status_issuer_named(&status->issuers, name);
    }
    if (issuer == NULL)
        return signet_fail(call, SIGNET_NOT_FOUND, "status.not-found",
                           "no revocation list has this name");
    status_list_t *list = status_issuer_list(issuer, !exchange->inside_loop, &busy);
    if (busy)
        return SIGNET_WOULD_BLOCK;
    if (list == NULL)
        return signet_fail(call, SIGNET_UNAVAILABLE, "status.no-list",
                           "there is no revocation list yet; try again in a minute");
    int32_t done = serve(status, call, request, exchange, list);
    status_list_release(list);
    return done;
}
