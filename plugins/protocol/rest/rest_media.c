#include "rest_media.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

#include "rest_input.h"

static signet_text_t trim(signet_text_t text)
{
    while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 &&
           (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* A weight in thousandths: "q=0.5" is 500. Anything that is none weighs nothing. */
static int weight(signet_text_t parameters)
{
    while (parameters.length > 0) {
        signet_text_t parameter = trim(signet_text_split(parameters, ';', &parameters));
        if (!signet_text_starts(parameter, "q=") && !signet_text_starts(parameter, "Q="))
            continue;
        int value = 0;
        int scale = 1000;
        for (uint64_t i = 2; i < parameter.length; i++) {
            char character = parameter.data[i];
            if (character == '.' && i == 3)
                continue;
            if (character < '0' || character > '9')
                return 0;
            value += (character - '0') * scale;
            scale /= 10;
        }
        return value > 1000 ? 1000 : value;
    }
    return 1000;
}

/* Our form for a media range, or -1. */
static int form(signet_text_t range)
{
    if (signet_text_equal_nocase(range, SIGNET_TEXT(REST_TYPE_PEM)))
        return REST_MEDIA_CHAIN;
    if (signet_text_equal_nocase(range, SIGNET_TEXT(REST_TYPE_DER)))
        return REST_MEDIA_DER;
    if (signet_text_equal_nocase(range, SIGNET_TEXT(REST_TYPE_JSON)) ||
        signet_text_is(range, "*/*") || signet_text_is(range, "application/*"))
        return REST_MEDIA_JSON;
    return -1;
}

int rest_media_accepted(const signet_request_t *request)
{
    signet_text_t rest = signet_http_header(request, "accept");
    int best = REST_MEDIA_JSON;
    int best_weight = 0;
    while (rest.length > 0) {
        signet_text_t parameters;
        signet_text_t element = signet_text_split(rest, ',', &rest);
        int candidate = form(trim(signet_text_split(element, ';', &parameters)));
        if (candidate < 0)
            continue;
        int candidate_weight = weight(parameters);
        if (candidate_weight > best_weight) {
            best = candidate;
            best_weight = candidate_weight;
        }
    }
    return best;
}

int32_t rest_media_choose(signet_call_t *call, const signet_request_t *request, int *media)
{
    static const char *const names[] = {"json", "pem", "chain", "der"};
    signet_text_t format = signet_http_query(request, "format");
    if (format.length == 0) {
        *media = rest_media_accepted(request);
        return SIGNET_OK;
    }
    for (int i = REST_MEDIA_JSON; i <= REST_MEDIA_DER; i++)
        if (signet_text_is(format, names[i])) {
            *media = i;
            return SIGNET_OK;
        }
    return signet_fail_field(call, SIGNET_INVALID, "request.parameter-invalid", "format",
                             "format must be json, pem, chain or der.");
}
