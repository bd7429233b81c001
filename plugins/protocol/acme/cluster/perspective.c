/* One after the other: the outbound lane validates several authorizations at a time anyway. */
#include "perspective.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "cluster.h"
#include "quorum.h"

#define PATH "/acme-peer/validate"
#define TIMEOUT_MS 25000

static uint64_t count_of(const acme_cluster_t *cluster)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < acme_cluster_count(cluster); i++) {
        count += acme_cluster_at(cluster, i)->site.length > 0;
    }
    return count;
}

static void write_question(signet_json_writer_t *writer, const acme_proof_t *proof,
                           signet_text_t challenge)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "directory", proof->directory->name);
    signet_json_text(writer, "challenge", challenge);
    signet_json_text(writer, "type", proof->identifier_type);
    signet_json_text(writer, "identifier", proof->identifier);
    signet_json_boolean(writer, "wildcard", proof->wildcard);
    signet_json_text(writer, "token", proof->token);
    signet_json_text(writer, "key_authorization", proof->key_authorization);
    signet_json_text(writer, "thumbprint", proof->thumbprint);
    signet_json_text(writer, "base", proof->base);
    signet_json_text(writer, "account_url", proof->account_url);
    signet_json_boolean(writer, "caa_only", proof->caa_only);
    signet_json_end_object(writer);
}

/* What one node finds. What cannot be asked does not agree. */
static int32_t ask(signet_call_t *call, const acme_proof_t *proof, const acme_peer_t *peer,
                   signet_text_t challenge, acme_perspective_t *found, signet_buffer_t *summary,
                   acme_outcome_t *failure)
{
    const signet_json_t *answer = NULL;
    int64_t valid = 0;
    signet_text_t type = SIGNET_TEXT("connection");
    signet_text_t detail = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    write_question(&writer, proof, challenge);
    int32_t status =
        acme_cluster_ask(call, proof->acme->cluster, peer, PATH, &writer, TIMEOUT_MS, &answer);
    const signet_json_t *said = status == SIGNET_OK ? signet_json_get(answer, "valid") : NULL;
    if (status == SIGNET_NO_MEMORY || status == SIGNET_CANCELLED) {
        return status;
    }
    if (said != NULL && said->kind == SIGNET_JSON_BOOLEAN) {
        valid = said->integer;
        (void)signet_json_get_text(call, answer, "error_type", &type);
        (void)signet_json_get_text(call, answer, "error_detail", &detail);
    } else {
        const signet_error_t *error = call->services->error(call);
        detail = error != NULL ? error->message : SIGNET_TEXT("It gave no answer.");
    }
    call->services->clear(call);
    *found = (acme_perspective_t){.node = peer->node, .region = peer->region, .agrees = valid == 1};
    signet_buffer_format(summary, "%s%.*s (%.*s, %.*s): %s", summary->length > 0 ? "; " : "",
                         SIGNET_FORMAT(peer->node), SIGNET_FORMAT(peer->site),
                         SIGNET_FORMAT(peer->region), found->agrees ? "valid" : "invalid");
    if (!found->agrees && failure->error_detail.length == 0) {
        failure->error_type = type.length > 0 ? type : SIGNET_TEXT("unauthorized");
        failure->error_detail = detail;
    }
    return SIGNET_OK;
}

int32_t acme_perspectives_confirm(signet_call_t *call, acme_proof_t *proof, signet_text_t challenge,
                                  acme_outcome_t *outcome)
{
    const acme_cluster_t *cluster = proof->acme->cluster;
    acme_outcome_t failure = {.valid = 0};
    uint64_t count = 0;
    if (!outcome->valid || proof->directory->perspectives == ACME_PERSPECTIVES_OFF) {
        return SIGNET_OK;
    }
    acme_perspective_t *found = signet_alloc(call, acme_cluster_count(cluster) + 1, sizeof *found);
    signet_buffer_t summary = signet_buffer(call, 512);
    int32_t status = found != NULL ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < acme_cluster_count(cluster); i++) {
        const acme_peer_t *peer = acme_cluster_at(cluster, i);
        if (peer->site.length > 0) {
            status = ask(call, proof, peer, challenge, &found[count++], &summary, &failure);
        }
    }
    if (status == SIGNET_OK) {
        status = signet_buffer_text(&summary, &proof->perspectives);
    }
    if (status != SIGNET_OK ||
        acme_quorum(found, count, proof->directory->perspectives == ACME_PERSPECTIVES_STRICT,
                    signet_now())) {
        return status;
    }
    outcome->valid = 0;
    outcome->error_type =
        failure.error_type.length > 0 ? failure.error_type : SIGNET_TEXT("unauthorized");
    outcome->error_detail =
        signet_format(call, "Seen from elsewhere it is not valid (%.*s): %.*s",
                      SIGNET_FORMAT(proof->perspectives), SIGNET_FORMAT(failure.error_detail));
    return outcome->error_detail.data != NULL ? SIGNET_OK : signet_status(call);
}

int32_t acme_perspectives_check(signet_call_t *call, const acme_t *acme)
{
    uint64_t count = count_of(acme->cluster);
    acme_perspective_t *all = signet_alloc(call, count + 1, sizeof *all);
    if (all == NULL) {
        return SIGNET_NO_MEMORY;
    }
    uint64_t filled = 0;
    for (uint64_t i = 0; i < acme_cluster_count(acme->cluster); i++) {
        const acme_peer_t *peer = acme_cluster_at(acme->cluster, i);
        if (peer->site.length > 0) {
            all[filled++] = (acme_perspective_t){.region = peer->region};
        }
    }
    uint64_t needed = acme_quorum_needed(signet_now());
    for (uint64_t i = 0; i < acme->directory_count; i++) {
        uint32_t wanted = acme->directories[i].perspectives;
        if (wanted == ACME_PERSPECTIVES_STRICT &&
            (count < needed || acme_quorum_regions(all, count, 0) < 2)) {
            return signet_setting_fail(call, acme->host->settings, "acme.perspectives",
                                       "perspectives = \"strict\" of the directory %.*s needs %llu "
                                       "peers with sites in two "
                                       "regions at least; there are %llu.",
                                       SIGNET_FORMAT(acme->directories[i].name),
                                       (unsigned long long)needed, (unsigned long long)count);
        }
        if (wanted != ACME_PERSPECTIVES_OFF && count == 0) {
            return signet_setting_fail(call, acme->host->settings, "acme.perspectives",
                                       "The directory %.*s wants perspectives: give peers a site "
                                       "and a region.",
                                       SIGNET_FORMAT(acme->directories[i].name));
        }
    }
    return SIGNET_OK;
}
