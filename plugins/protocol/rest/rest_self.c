/* GET /v1/self: who the host takes the caller for. */
#include "rest.h"
#include "rest_input.h"

static void write_optional(signet_json_writer_t *writer, const char *name, signet_text_t text)
{
    if (text.length > 0)
        signet_json_text(writer, name, text);
}

int32_t rest_get_self(void *instance, signet_call_t *call, const signet_request_t *request,
                      signet_exchange_t *exchange)
{
    (void)instance;
    int32_t status = signet_http_query_only(call, request, NULL, 0);
    if (status != SIGNET_OK)
        return status;
    const signet_actor_t *actor = call->services->actor(call);
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "actor", actor->id);
    signet_json_text(&writer, "name", actor->name);
    signet_json_text(&writer, "method", actor->method);
    signet_json_text(&writer, "tenant", call->services->tenant(call));
    signet_json_begin_array(&writer, "grants");
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "role", grant->role);
        write_optional(&writer, "authority", grant->authority);
        write_optional(&writer, "profile", grant->profile);
        write_optional(&writer, "names", grant->names);
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}
