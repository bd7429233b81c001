#include "ceremony/action.h"

#include <signet/sdk/text.h>

static const ca_action_t *const actions[] = {
    &ca_action_enroll,     &ca_action_initialise,   &ca_action_unlock,
    &ca_action_lock,       &ca_action_make_key,     &ca_action_self_sign,
    &ca_action_certify,    &ca_action_sign_request, &ca_action_sign_responder,
    &ca_action_cross_sign, &ca_action_sign_crl,     &ca_action_backup,
    &ca_action_export,     &ca_action_verify,       &ca_action_destroy_key,
};

const ca_action_t *ca_action_find(signet_text_t name)
{
    for (uint64_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (signet_text_is(name, actions[i]->name))
            return actions[i];
    }
    return NULL;
}
