/* Headers of a request, as libcurl takes them. Shared with the client of remote commands. */
#ifndef SIGNET_SDK_OUTBOUND_HEADER_H
#define SIGNET_SDK_OUTBOUND_HEADER_H

#include <curl/curl.h>
#include <signet/sdk/text.h>

/* Adds "NAME: VALUE" to a list. INVALID ("outbound.header") where a name is no token or a value
 * holds a control character: either could say something else than was meant. */
int32_t signet_header_add(signet_call_t *call, struct curl_slist **list, signet_text_t name,
                          signet_text_t value);
/* Adds a line as it is; `line` may be NULL after a failed allocation in the arena. */
int32_t signet_header_add_line(signet_call_t *call, struct curl_slist **list, const char *line);
/* Frees a list and wipes it: one of them may hold a credential. */
void signet_header_free(struct curl_slist *list);

#endif
