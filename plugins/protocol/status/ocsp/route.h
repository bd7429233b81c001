/* OCSP over HTTP (RFC 6960, appendix A; RFC 9919). */
#ifndef STATUS_OCSP_ROUTE_H
#define STATUS_OCSP_ROUTE_H

#include <signet/http.h>

/* POST /ocsp. */
int32_t status_ocsp_post(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange);
/* GET /ocsp/{request}: base64 of the request, percent-encoded or not. */
int32_t status_ocsp_get(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange);

#endif
