/* The OpenAPI document: one of all routes that carry a part of it. */
#ifndef REST_DOCUMENT_H
#define REST_DOCUMENT_H

#include <signet/signet.h>

typedef struct rest_document rest_document_t;

/* NULL when out of memory. */
rest_document_t *rest_document_new(void);
void rest_document_free(rest_document_t *document);
/* The document over `routes` (`count` pointers), in the call's arena. It is made once and kept as
 * long as the routes stay the same, because anyone may ask for it. [any] */
int32_t rest_document_get(rest_document_t *document, const signet_host_t *host, signet_call_t *call,
                          const signet_route_t *const *routes, uint64_t count, signet_text_t *text);

#endif
