/* POST /v1/profiles/{name}/try: what would be issued, without issuing. */
#include <signet/sdk/encode.h>
#include <signet/sdk/http.h>

#include "rest.h"
#include "rest_issue.h"

static int32_t answer(signet_call_t *call, signet_exchange_t *exchange,
                      const signet_preview_t *preview)
{
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "profile", preview->profile);
    signet_json_integer(&writer, "profile_version", (int64_t)preview->profile_version);
    signet_json_text(&writer, "authority", preview->authority);
    signet_json_text(&writer, "subject", preview->subject);
    signet_json_texts(&writer, "names", preview->names, preview->name_count);
    signet_json_time(&writer, "not_before", preview->not_before);
    signet_json_time(&writer, "not_after", preview->not_after);
    signet_json_integer(&writer, "approvals", preview->approvals);
    signet_json_text(&writer, "text", preview->text);
    signet_json_text(&writer, "tbs", signet_base64(call, preview->tbs));
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_try_profile(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    signet_issue_request_t issue = {.size = sizeof issue};
    const signet_preview_t *preview = NULL;
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_issue_body(call, request, signet_http_parameter(request, 0), &issue, NULL);
    if (status == SIGNET_OK)
        status = rest_find_ca(instance, call, &ca);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(ca.interface, preview))
        return signet_fail(call, SIGNET_UNSUPPORTED, "profile.try",
                           "This CA cannot say beforehand what it would issue.");
    status = ca.interface->preview(ca.instance, call, &issue, &preview);
    return status == SIGNET_OK ? answer(call, exchange, preview) : status;
}
