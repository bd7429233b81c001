#include "ceremony/witness.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t ask(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                   signet_text_t name, uint64_t number, signet_text_t *recorded)
{
    signet_text_t answer = {NULL, 0};
    signet_text_t id = signet_format(call, "record.%llu.%llu", (unsigned long long)step->number,
                                     (unsigned long long)number);
    int32_t status = ca_console_ask(call, &session->console, id,
                                    signet_format(call, "%.*s:", SIGNET_FORMAT(name)), &answer);
    if (status == SIGNET_OK && answer.length == 0)
        return signet_fail(call, SIGNET_INVALID, "ceremony.answer", "\"%.*s\" must be recorded",
                           SIGNET_FORMAT(name));
    *recorded = signet_format(call, "%.*s: %.*s", SIGNET_FORMAT(name), SIGNET_FORMAT(answer));
    return status == SIGNET_OK && recorded->data == NULL ? SIGNET_NO_MEMORY : status;
}

int32_t ca_witness_ask(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                       signet_text_t **recorded, uint64_t *count)
{
    const signet_setting_t *records = signet_setting(step->setting, "record");
    uint64_t names = records == NULL ? 0 : records->member_count;
    *recorded = signet_alloc(call, names + 1, sizeof **recorded);
    int32_t status = *recorded == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    *count = names;
    for (uint64_t i = 0; status == SIGNET_OK && i < names; i++)
        status =
            ask(session, call, step, signet_setting_at(records, i)->text, i + 1, &(*recorded)[i]);
    return status;
}

int32_t ca_witness_sign(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                        const signet_text_t *recorded, uint64_t count)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *witness = &session->participants[i];
        if (witness->role != CA_ROLE_WITNESS || witness->key == NULL)
            continue;
        ca_line_t line = ca_transcript_line(call, &session->transcript, "witnessed");
        ca_line_number(&line, "step", (int64_t)step->number);
        ca_line_texts(&line, "recorded", recorded, count);
        status = ca_line_sign(call, &line, witness->name, witness->key);
        if (status == SIGNET_OK)
            status = ca_transcript_write(call, &session->transcript, &line);
    }
    return status;
}
