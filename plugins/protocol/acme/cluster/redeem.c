#include "redeem.h"

#include <signet/sdk/json.h>

#include "cluster.h"
#include "protocol/problem.h"

#define PATH "/acme-peer/nonce"
#define TIMEOUT_MS 3000

/* Whether the node redeemed it. An answer that is lost may have been a yes: the nonce is then used
 * up and is refused here, never taken twice. */
static int ask(signet_call_t *call, const acme_t *acme, const acme_peer_t *peer,
               signet_text_t nonce)
{
    const signet_json_t *answer = NULL;
    signet_json_writer_t writer = signet_json_writer(call, 128);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "nonce", nonce);
    signet_json_end_object(&writer);
    int32_t status =
        acme_cluster_ask(call, acme->cluster, peer, PATH, &writer, TIMEOUT_MS, &answer);
    const signet_json_t *redeemed =
        status == SIGNET_OK && answer != NULL ? signet_json_get(answer, "redeemed") : NULL;
    call->services->clear(call);
    return redeemed != NULL && redeemed->kind == SIGNET_JSON_BOOLEAN && redeemed->integer == 1;
}

int32_t acme_redeem(signet_call_t *call, const acme_t *acme, signet_text_t nonce)
{
    const acme_peer_t *peer = acme_cluster_find(acme->cluster, acme_nonce_node(call, nonce));
    if (peer == NULL) {
        return acme_nonce_redeem_own(call, acme->nonces, nonce);
    }
    return ask(call, acme, peer, nonce)
               ? SIGNET_OK
               : acme_fail(call, "badNonce",
                           "The nonce was used, or the node that made it does not answer; take the "
                           "one of this answer.");
}
