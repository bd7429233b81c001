#include "url.h"

#include <curl/curl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/outbound.h>
#include <string.h>

/* A part of a URL, copied into the arena; the empty text where it is missing. */
static signet_text_t part(signet_call_t *call, CURLU *url, CURLUPart what, unsigned int flags)
{
    char *text = NULL;
    signet_text_t copy = {NULL, 0};
    if (curl_url_get(url, what, &text, flags) == CURLUE_OK) {
        copy = signet_text_copy(call, signet_text(text));
    }
    curl_free(text);
    return copy;
}

static int32_t check(signet_call_t *call, CURLU *url, int plain, signet_text_t *origin)
{
    signet_text_t scheme = part(call, url, CURLUPART_SCHEME, 0);
    signet_text_t host = part(call, url, CURLUPART_HOST, 0);
    signet_text_t port = part(call, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (call->services->error(call) != NULL) {
        return signet_status(call);
    }
    if (!signet_text_is(scheme, "https") && !(plain && signet_text_is(scheme, "http"))) {
        return signet_fail(call, SIGNET_INVALID, "outbound.scheme",
                           "A URL of the scheme \"%.*s\" is not called: use %s.",
                           SIGNET_FORMAT(scheme), plain ? "https or http" : "https");
    }
    *origin = signet_format(call, "%.*s://%.*s:%.*s", SIGNET_FORMAT(scheme), SIGNET_FORMAT(host),
                            SIGNET_FORMAT(port));
    return origin->data ? SIGNET_OK : signet_status(call);
}

int32_t signet_url_check(signet_call_t *call, const char *text, int plain, signet_text_t *origin)
{
    CURLU *url = curl_url();
    if (url == NULL) {
        return signet_fail_memory(call);
    }
    CURLUcode code =
        curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    int32_t status = SIGNET_OK;
    if (code == CURLUE_OUT_OF_MEMORY) {
        status = signet_fail_memory(call);
    } else if (code != CURLUE_OK) {
        /* The text itself may hold a secret and is not repeated. */
        status = signet_fail(call, SIGNET_INVALID, "outbound.url",
                             "The URL cannot be called (%s): write https://HOST/PATH, without a "
                             "user or password.",
                             curl_url_strerror(code));
    } else {
        status = check(call, url, plain, origin);
    }
    curl_url_cleanup(url);
    return status;
}

signet_text_t signet_outbound_origin(signet_call_t *call, signet_text_t url)
{
    signet_text_t origin = {NULL, 0};
    const char *text = signet_text_string(call, url);
    if (text == NULL || signet_url_check(call, text, 1, &origin) != SIGNET_OK) {
        call->services->clear(call);
        return SIGNET_TEXT("(not a URL)");
    }
    return origin;
}
