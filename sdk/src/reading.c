#include <signet/auth.h>
#include <signet/sdk/record.h>

signet_call_t *signet_reading(signet_call_t *call, const signet_host_t *host, signet_text_t tenant)
{
    static const signet_grant_t grant = {.size = sizeof grant,
                                         .role = SIGNET_TEXT_INIT(SIGNET_ROLE_AUDITOR)};
    signet_text_t id = signet_format(call, "system:%.*s", SIGNET_FORMAT(host->name));
    signet_actor_t actor = {.size = sizeof actor,
                            .id = id,
                            .name = id,
                            .method = SIGNET_TEXT("system"),
                            .tenant = tenant,
                            .grants = &grant,
                            .grant_count = 1};
    signet_call_t *child = id.data != NULL ? call->services->child(call) : NULL;
    if (child != NULL && child->services->set_actor(child, &actor) != SIGNET_OK) {
        call->services->fail(call, child->services->error(child));
        call->services->end(child);
        return NULL;
    }
    return child;
}
