#include "ceremony/session.h"

#include "ceremony/action.h"
#include "ceremony/evidence.h"
#include "ceremony/locked.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t load_participants(ca_session_t *session, signet_call_t *call)
{
    const signet_setting_t *list = signet_setting(session->script, "participants");
    session->participant_count = signet_setting_count(session->script, "participants");
    session->participants =
        signet_alloc(call, session->participant_count + 1, sizeof *session->participants);
    int32_t status = session->participants == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++)
        status = ca_participant_load(call, signet_setting_at(list, i), &session->participants[i]);
    return status;
}

static int32_t begin(ca_session_t *session, signet_call_t *call, signet_output_t *output,
                     signet_text_t answers)
{
    session->opened = signet_alloc(call, session->ca->authority_count + 1, 1);
    session->quorum = (unsigned)signet_setting_integer(session->script, "quorum", 0);
    if (session->opened == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_locked_begin(call);
    if (status == SIGNET_OK)
        status = ca_console_open(call, output, answers, &session->console);
    if (status == SIGNET_OK)
        status = load_participants(session, call);
    if (status == SIGNET_OK)
        status = ca_transcript_open(call, signet_setting_text(session->script, "transcript"),
                                    &session->transcript);
    if (status == SIGNET_OK)
        status = ca_evidence_write(session, call, answers);
    if (status != SIGNET_OK)
        return status;
    return ca_console_say(call, &session->console, "%sCeremony: %.*s",
                          session->console.rehearsal ? "REHEARSAL. " : "",
                          SIGNET_FORMAT(signet_setting_text(session->script, "title")));
}

/* The line that announces a step, and the same for everybody in the room. */
static int32_t announce(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    signet_text_t note = signet_setting_text(step->setting, "note");
    int32_t status = ca_console_say(call, &session->console, " ");
    if (status == SIGNET_OK)
        status = ca_console_say(call, &session->console, "Step %llu: %s",
                                (unsigned long long)step->number, step->action->title);
    if (status == SIGNET_OK && note.length > 0)
        status = ca_console_say(call, &session->console, "  %.*s", SIGNET_FORMAT(note));
    for (uint64_t i = 0; status == SIGNET_OK && i < step->value_count; i++)
        status = ca_console_say(call, &session->console, "  %.*s", SIGNET_FORMAT(step->values[i]));
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_transcript_line(call, &session->transcript, "step");
    ca_line_number(&line, "step", (int64_t)step->number);
    ca_line_text(&line, "action", signet_text(step->action->name));
    ca_line_texts(&line, "values", step->values, step->value_count);
    if (step->tbs.length > 0) {
        const ca_authority_t *issuer =
            ca_authority_find(session->ca->authorities, session->ca->authority_count, step->issuer);
        ca_line_text(&line, "issuer", step->issuer);
        if (issuer != NULL && issuer->certificate.length > 0)
            ca_line_base64(&line, "issuer_certificate", issuer->certificate);
        ca_line_base64(&line, "tbs", step->tbs);
    }
    return ca_transcript_write(call, &session->transcript, &line);
}

static int32_t confirm(ca_session_t *session, signet_call_t *call, const ca_step_t *step,
                       const ca_participant_t *participant)
{
    signet_text_t answer;
    signet_text_t id = signet_format(call, "confirm.%llu.%.*s", (unsigned long long)step->number,
                                     SIGNET_FORMAT(participant->name));
    signet_text_t question = signet_format(
        call, "%.*s (%s), confirm this step? yes or no:", SIGNET_FORMAT(participant->name),
        ca_role_name(participant->role));
    int32_t status = ca_console_ask(call, &session->console, id, question, &answer);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_transcript_line(call, &session->transcript, "confirmed");
    ca_line_number(&line, "step", (int64_t)step->number);
    ca_line_text(&line, "answer", answer);
    status = ca_line_sign(call, &line, participant->name, participant->key);
    if (status == SIGNET_OK)
        status = ca_transcript_write(call, &session->transcript, &line);
    if (status != SIGNET_OK || signet_text_is(answer, "yes"))
        return status;
    return signet_fail(call, SIGNET_DENIED, "ceremony.refused",
                       "%.*s did not confirm step %llu; the ceremony ends here",
                       SIGNET_FORMAT(participant->name), (unsigned long long)step->number);
}

/* The administrator and every witness who is present confirm each step. */
static int32_t confirm_all(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        if (participant->role != CA_ROLE_HOLDER && participant->key != NULL)
            status = confirm(session, call, step, participant);
    }
    return status;
}

static int32_t find_authority(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_setting_t *setting = signet_setting(step->setting, "authority");
    if (setting == NULL || setting->text.length == 0)
        return SIGNET_OK;
    step->authority =
        ca_authority_find(session->ca->authorities, session->ca->authority_count, setting->text);
    if (step->authority != NULL)
        return SIGNET_OK;
    return signet_setting_fail(call, setting, "authority.not-found",
                               "the authority \"%.*s\" is not configured",
                               SIGNET_FORMAT(setting->text));
}

static int32_t run_step(ca_session_t *session, signet_call_t *call, const signet_setting_t *setting,
                        uint64_t number)
{
    ca_step_t step = {.setting = setting, .number = number};
    step.action = ca_action_find(signet_setting_text(setting, "action"));
    step.values = signet_alloc(call, CA_STEP_VALUES, sizeof *step.values);
    if (step.values == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = find_authority(session, call, &step);
    if (status == SIGNET_OK)
        status = step.action->prepare(session, call, &step);
    if (status == SIGNET_OK)
        status = announce(session, call, &step);
    if (status == SIGNET_OK)
        status = confirm_all(session, call, &step);
    if (status == SIGNET_OK)
        status = step.action->act(session, call, &step);
    return status;
}

/* Locks whatever this ceremony unlocked; a failure is said, because people must then pull the
 * token. */
static void lock_all(ca_session_t *session, signet_call_t *call)
{
    for (uint64_t i = 0; session->opened != NULL && i < session->ca->authority_count; i++) {
        ca_step_t step = {.authority = &session->ca->authorities[i]};
        const signet_key_interface_t *keys = NULL;
        void *instance = NULL;
        if (!session->opened[i])
            continue;
        signet_call_t *child = call->services->child(call);
        if (child == NULL || ca_step_keys(child, &step, &keys, &instance) != SIGNET_OK ||
            keys->lock(instance, child) != SIGNET_OK)
            signet_log(session->ca->host, call, SIGNET_LOG_ERROR, "ceremony.lock-failed",
                       "the token of the authority \"%.*s\" could not be locked; remove it",
                       SIGNET_FORMAT(step.authority->name));
        ca_session_set_open(session, step.authority, 0);
        if (child != NULL)
            call->services->end(child);
    }
}

/* What ended the ceremony early. */
static int32_t write_failure(ca_session_t *session, signet_call_t *call,
                             const signet_error_t *error)
{
    ca_line_t line = ca_transcript_line(call, &session->transcript, "failed");
    ca_line_text(&line, "reason", error->reason);
    ca_line_text(&line, "message", error->message);
    return ca_transcript_write(call, &session->transcript, &line);
}

/* The end: everyone who is present signs everything above. */
static int32_t sign_end(ca_session_t *session, signet_call_t *call, const char *outcome)
{
    uint64_t count = 0;
    signet_text_t *names = signet_alloc(call, session->participant_count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < session->participant_count; i++) {
        if (session->participants[i].key != NULL)
            names[count++] = session->participants[i].name;
    }
    ca_line_t line = ca_transcript_line(call, &session->transcript, "end");
    ca_line_text(&line, "outcome", signet_text(outcome));
    ca_line_texts(&line, "signers", names, count);
    int32_t status = ca_transcript_write(call, &session->transcript, &line);
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        if (participant->key == NULL)
            continue;
        line = ca_transcript_line(call, &session->transcript, "signature");
        status = ca_line_sign(call, &line, participant->name, participant->key);
        if (status == SIGNET_OK)
            status = ca_transcript_write(call, &session->transcript, &line);
    }
    return status;
}

/* Ends a ceremony that broke off: the error stays, the transcript is signed as far as it came. */
static int32_t end_early(ca_session_t *session, signet_call_t *call, int32_t status)
{
    const signet_error_t *set = call->services->error(call);
    signet_error_t error = {.size = sizeof error, .status = status};
    if (set != NULL)
        error = *set;
    call->services->clear(call);
    if (session->transcript.file >= 0) {
        if (write_failure(session, call, &error) != SIGNET_OK ||
            sign_end(session, call, "failed") != SIGNET_OK)
            signet_log_error(session->ca->host, call, SIGNET_LOG_ERROR,
                             "ceremony.transcript-broken");
        call->services->clear(call);
    }
    return call->services->fail(call, &error);
}

static int32_t run_all(ca_session_t *session, signet_call_t *call, signet_output_t *output,
                       signet_text_t answers)
{
    const signet_setting_t *steps = signet_setting(session->script, "steps");
    int32_t status = begin(session, call, output, answers);
    for (uint64_t i = 0; status == SIGNET_OK && i < steps->member_count; i++)
        status = run_step(session, call, signet_setting_at(steps, i), i + 1);
    lock_all(session, call);
    if (status == SIGNET_OK)
        status = sign_end(session, call, "complete");
    if (status != SIGNET_OK)
        return end_early(session, call, status);
    return ca_console_say(call, &session->console,
                          "The ceremony is complete. SHA-256 of the transcript's last line, to "
                          "be written down by everyone: %.*s",
                          SIGNET_FORMAT(signet_hex(
                              call, (signet_bytes_t){session->transcript.digest, CA_LINE_DIGEST})));
}

int32_t ca_session_run(ca_t *ca, signet_call_t *call, signet_output_t *output,
                       signet_text_t answers)
{
    ca_session_t session = {.ca = ca,
                            .script = signet_setting(ca->host->settings, "ceremony"),
                            .transcript = {.file = -1},
                            .console = {.terminal = -1}};
    if (session.script == NULL)
        return signet_fail(call, SIGNET_INVALID, "ceremony.no-script",
                           "the configuration has no group `ceremony`; it is no script");
    int32_t status = run_all(&session, call, output, answers);
    for (uint64_t i = 0; session.participants != NULL && i < session.participant_count; i++)
        ca_participant_free(&session.participants[i]);
    ca_transcript_close(&session.transcript);
    ca_console_close(&session.console);
    return status;
}
