#include "caa.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#include "caa_record.h"

#define TYPE "caa"

int acme_caa_applies(const acme_directory_t *directory, signet_text_t type,
                     signet_text_t identifier)
{
    const signet_setting_t *exempt = directory->caa_exempt;
    if (directory->caa == ACME_CAA_OFF || !signet_text_is(type, "dns")) {
        return 0;
    }
    for (uint64_t i = 0; exempt != NULL && i < exempt->member_count; i++) {
        if (signet_text_matches(identifier, signet_setting_at(exempt, i)->text)) {
            return 0;
        }
    }
    return 1;
}

/* Whether signatures are not looked at for this name: it lies in a zone that is configured so. */
static int is_insecure(const acme_t *acme, signet_text_t name)
{
    const signet_setting_t *group = signet_setting(acme->host->settings, "dns");
    const signet_setting_t *zones = signet_setting(group, "insecure");
    for (uint64_t i = 0; i < signet_setting_count(group, "insecure"); i++) {
        signet_text_t zone = signet_setting_at(zones, i)->text;
        zone.length -= signet_text_ends(zone, ".") ? 1 : 0;
        uint64_t above = name.length - zone.length;
        if (zone.length == 0 ||
            (zone.length <= name.length && (above == 0 || name.data[above - 1] == '.') &&
             signet_text_equal_nocase(zone, (signet_text_t){name.data + above, zone.length}))) {
            return 1;
        }
    }
    return 0;
}

static int32_t make_asker(signet_call_t *call, const acme_caa_question_t *question,
                          acme_caa_asker_t *asker)
{
    const acme_directory_t *directory = question->directory;
    const signet_setting_t *list = directory->caa_identities;
    signet_text_t *identities = signet_alloc(call, list->member_count, sizeof *identities);
    if (identities == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < list->member_count; i++) {
        identities[i] = signet_setting_at(list, i)->text;
    }
    *asker = (acme_caa_asker_t){
        .identities = identities,
        .identity_count = list->member_count,
        .account = question->account,
        .method = question->method,
        .wildcard = question->wildcard,
    };
    return SIGNET_OK;
}

/* The name above, or the empty one above a top-level domain. */
static signet_text_t parent(signet_text_t name)
{
    signet_text_t above = {NULL, 0};
    (void)signet_text_split(name, '.', &above);
    return above;
}

int32_t acme_caa_check(signet_call_t *call, const acme_t *acme, const acme_caa_question_t *question,
                       acme_outcome_t *outcome)
{
    acme_caa_asker_t asker;
    acme_dns_answer_t answer;
    int32_t status = make_asker(call, question, &asker);
    if (status != SIGNET_OK) {
        return status;
    }
    if (question->directory->caa == ACME_CAA_STRICT && is_insecure(acme, question->identifier)) {
        acme_outcome_fail(call, outcome, TYPE,
                          "%.*s lies in a zone whose signatures are not looked at, which this "
                          "directory does not permit.",
                          SIGNET_FORMAT(question->identifier));
        return SIGNET_OK;
    }
    for (signet_text_t name = question->identifier; name.length > 0; name = parent(name)) {
        status = acme_dns_ask(call, acme->dns, name, ACME_DNS_CAA, question->ends, &answer);
        if (status != SIGNET_OK) {
            return status;
        }
        if (answer.failed) {
            acme_outcome_fail(call, outcome, TYPE, "CAA: %.*s", SIGNET_FORMAT(answer.message));
            return SIGNET_OK;
        }
        if (answer.count > 0) {
            const char *refusal = acme_caa_refusal(answer.records, answer.count, &asker);
            outcome->valid = refusal == NULL;
            if (refusal != NULL) {
                acme_outcome_fail(call, outcome, TYPE,
                                  "The CAA records of %.*s do not permit a certificate for %s%.*s: "
                                  "%s.",
                                  SIGNET_FORMAT(name), question->wildcard ? "*." : "",
                                  SIGNET_FORMAT(question->identifier), refusal);
            }
            return SIGNET_OK;
        }
    }
    outcome->valid = 1;
    return SIGNET_OK;
}
