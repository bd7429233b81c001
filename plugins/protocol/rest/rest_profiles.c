/* GET /v1/profiles and /v1/profiles/{name}. */
#include "rest.h"
#include "rest_input.h"

static void profile_members(signet_json_writer_t *writer, const signet_profile_t *profile)
{
    signet_json_text(writer, "name", profile->name);
    signet_json_text(writer, "description", profile->description);
    signet_json_text(writer, "authority", profile->authority);
    signet_json_integer(writer, "version", (int64_t)profile->version);
    signet_json_integer(writer, "validity_seconds", profile->validity_ms / 1000);
}

static int32_t find_profiles(const rest_t *rest, signet_call_t *call,
                             const signet_request_t *request,
                             const signet_profile_t *const **profiles, uint64_t *count)
{
    rest_ca_t ca;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status == SIGNET_OK)
        status = rest_find_ca(rest, call, &ca);
    return status == SIGNET_OK ? ca.interface->profiles(ca.instance, call, profiles, count)
                               : status;
}

int32_t rest_list_profiles(void *instance, signet_call_t *call, const signet_request_t *request,
                           signet_exchange_t *exchange)
{
    const signet_profile_t *const *profiles = NULL;
    uint64_t count = 0;
    int32_t status = find_profiles(instance, call, request, &profiles, &count);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + count * 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "profiles");
    for (uint64_t i = 0; i < count; i++) {
        signet_json_begin_object(&writer, NULL);
        profile_members(&writer, profiles[i]);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t rest_get_profile(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    const signet_profile_t *const *profiles = NULL;
    uint64_t count = 0;
    int32_t status = find_profiles(instance, call, request, &profiles, &count);
    if (status != SIGNET_OK)
        return status;
    signet_text_t name = signet_http_parameter(request, 0);
    uint64_t i = 0;
    while (i < count && !signet_text_equal(profiles[i]->name, name))
        i++;
    if (i == count)
        return signet_fail(call, SIGNET_NOT_FOUND, "profile.not-found",
                           "There is no profile \"%.*s\" that you may read; GET /v1/profiles "
                           "lists them.",
                           SIGNET_FORMAT(name));
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    profile_members(&writer, profiles[i]);
    if (profiles[i]->document.length > 0)
        signet_json_raw(&writer, "document", profiles[i]->document);
    if (SIGNET_HAS(profiles[i], origins.length))
        signet_json_raw(&writer, "origins", profiles[i]->origins);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}
