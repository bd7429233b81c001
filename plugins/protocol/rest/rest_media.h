/* Choosing the form of an answer. */
#ifndef REST_MEDIA_H
#define REST_MEDIA_H

#include <signet/signet.h>

#define REST_MEDIA_JSON 0
#define REST_MEDIA_PEM 1   /* the certificate alone */
#define REST_MEDIA_CHAIN 2 /* the certificate and its authorities, PEM (RFC 8555, 9.1) */
#define REST_MEDIA_DER 3   /* the certificate alone (RFC 2585, 4.1) */

#define REST_TYPE_JSON "application/json"
#define REST_TYPE_PEM "application/pem-certificate-chain"
#define REST_TYPE_DER "application/pkix-cert"

/* The form that the header Accept prefers (RFC 9110, 12.5.1); JSON where it names none of ours.
 * [any] */
int rest_media_accepted(const signet_request_t *request);
/* The same, but a query parameter `format` (json, pem, chain, der) goes first. INVALID. [any] */
int32_t rest_media_choose(signet_call_t *call, const signet_request_t *request, int *media);

#endif
