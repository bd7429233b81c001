/* URLs before they are asked for. Internal to the dialer. */
#ifndef SIGNET_SDK_OUTBOUND_URL_H
#define SIGNET_SDK_OUTBOUND_URL_H

#include <signet/sdk/text.h>

/* Checks a URL, with libcurl's own parser, so that both see the same host: https (http with
 * `plain`), a host, no user. Answers its origin, "https://host:port". INVALID ("outbound.url",
 * "outbound.scheme"). */
int32_t signet_url_check(signet_call_t *call, const char *url, int plain, signet_text_t *origin);

#endif
