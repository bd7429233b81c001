/* Steps about people and their shares: enroll, initialise, unlock, lock. */
#include "ceremony/action.h"
#include "ceremony/custody.h"
#include "ceremony/locked.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int32_t enroll_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        ca_participant_t *participant = &session->participants[i];
        status = ca_participant_arrive(call, session->ca->host, &session->console, participant);
        signet_text_t label = signet_format(call, "%.*s, %s, %s", SIGNET_FORMAT(participant->name),
                                            ca_role_name(participant->role),
                                            participant->key != NULL ? "present" : "absent");
        if (status == SIGNET_OK && label.data == NULL)
            status = SIGNET_NO_MEMORY;
        if (status == SIGNET_OK)
            status = ca_step_value(call, step, "Participant", "%.*s, SHA-256 of the key %.*s",
                                   SIGNET_FORMAT(label), SIGNET_FORMAT(participant->fingerprint));
    }
    if (status == SIGNET_OK && ca_session_present(session, CA_ROLE_ADMINISTRATOR) == 0)
        return signet_fail(call, SIGNET_DENIED, "ceremony.no-administrator",
                           "the ceremony's administrator is not present");
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Quorum", "%u", session->quorum);
    return status;
}

/* Everyone who is present proves it with their key, over the whole script and the list above. */
static int32_t enroll_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        if (participant->key == NULL)
            continue;
        ca_line_t line = ca_transcript_line(call, &session->transcript, "present");
        ca_line_number(&line, "step", (int64_t)step->number);
        status = ca_line_sign(call, &line, participant->name, participant->key);
        if (status == SIGNET_OK)
            status = ca_transcript_write(call, &session->transcript, &line);
    }
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    return ca_step_end(session, call, &line);
}

const ca_action_t ca_action_enroll = {
    .name = "enroll",
    .title = "Enroll the participants",
    .prepare = enroll_prepare,
    .act = enroll_act,
};

/* What the shares open, in one line. */
static signet_text_t opens(signet_call_t *call, const ca_step_t *step)
{
    return signet_format(call, "%.*s", SIGNET_FORMAT(step->authority->keys));
}

static int32_t unsupported(signet_call_t *call, const ca_step_t *step)
{
    return signet_setting_fail(call, step->setting, "ceremony.backend",
                               "the instance \"%.*s\" cannot be initialised and unlocked by a "
                               "ceremony",
                               SIGNET_FORMAT(step->authority->keys));
}

static int32_t initialise_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(keys, initialise) || !SIGNET_HAS(keys, unlock))
        return unsupported(call, step);
    status = ca_step_value(call, step, "Keys", "%.*s", SIGNET_FORMAT(step->authority->keys));
    if (status == SIGNET_OK)
        status = ca_step_path(call, step, "shares", (signet_text_t){NULL, 0});
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Shares needed", "%u", session->quorum);
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *holder = &session->participants[i];
        if (holder->role == CA_ROLE_HOLDER)
            status = ca_step_value(call, step, "Share for", "%.*s, under the key %.*s",
                                   SIGNET_FORMAT(holder->name), SIGNET_FORMAT(holder->fingerprint));
    }
    return status;
}

static int32_t initialise_with(ca_session_t *session, signet_call_t *call, ca_step_t *step,
                               ca_pins_t *pins)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    signet_text_t set = {NULL, 0};
    signet_text_t description = {NULL, 0};
    signet_token_request_t request = {.size = sizeof request,
                                      .officer_secret = {pins->officer, CA_CUSTODY_PIN},
                                      .secret = {pins->user, CA_CUSTODY_PIN}};
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK)
        status = ca_custody_make(call, session->participants, session->participant_count,
                                 session->quorum, opens(call, step), pins, &set);
    /* First the shares: a token whose shares were lost could never be opened again. */
    if (status == SIGNET_OK)
        status = ca_step_out(call, step, NULL, signet_text_bytes(set));
    if (status == SIGNET_OK)
        status = keys->initialise(instance, call, &request, &description);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_text(&line, "token", description);
    ca_line_text(&line, "shares", set);
    return ca_step_end(session, call, &line);
}

static int32_t initialise_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    ca_pins_t *pins = (ca_pins_t *)(void *)ca_locked_alloc(call, sizeof *pins);
    int32_t status =
        pins == NULL ? signet_status(call) : initialise_with(session, call, step, pins);
    ca_locked_free(pins, sizeof *pins);
    return status;
}

const ca_action_t ca_action_initialise = {
    .name = "initialise",
    .title = "Initialise an empty token and split its PINs",
    .prepare = initialise_prepare,
    .act = initialise_act,
};

/* Whether the script wants this holder's share. */
static int is_wanted(const ca_step_t *step, const ca_participant_t *participant)
{
    const signet_setting_t *wanted = signet_setting(step->setting, "holders");
    if (participant->role != CA_ROLE_HOLDER || participant->key == NULL)
        return 0;
    if (wanted == NULL || wanted->member_count == 0)
        return 1;
    for (uint64_t i = 0; i < wanted->member_count; i++) {
        if (signet_text_equal(signet_setting_at(wanted, i)->text, participant->name))
            return 1;
    }
    return 0;
}

static int32_t unlock_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    signet_bytes_t file;
    ca_custody_t *custody = NULL;
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status != SIGNET_OK)
        return status;
    if (!SIGNET_HAS(keys, unlock) || !SIGNET_HAS(keys, lock))
        return unsupported(call, step);
    status = ca_step_value(call, step, "Keys", "%.*s", SIGNET_FORMAT(step->authority->keys));
    if (status == SIGNET_OK && signet_setting_text(step->setting, "shares").length == 0)
        return ca_step_value(call, step, "Quorum", "the token's own; follow its instructions");
    if (status == SIGNET_OK)
        status = ca_step_file(call, step, "shares", "File of the shares", &file);
    if (status == SIGNET_OK)
        status = ca_custody_open(call, file, &custody);
    if (status != SIGNET_OK)
        return status;
    step->state = custody;
    status = ca_step_value(call, step, "The shares open", "%.*s",
                           SIGNET_FORMAT(ca_custody_subject(custody)));
    if (status == SIGNET_OK)
        status = ca_step_value(call, step, "Shares needed", "%u", ca_custody_quorum(custody));
    if (status == SIGNET_OK && !signet_text_equal(ca_custody_subject(custody), opens(call, step)))
        status = signet_fail(
            call, SIGNET_INVALID, "shares.foreign", "these shares open \"%.*s\", not \"%.*s\"",
            SIGNET_FORMAT(ca_custody_subject(custody)), SIGNET_FORMAT(step->authority->keys));
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        if (is_wanted(step, &session->participants[i]))
            status = ca_step_value(call, step, "Share of", "%.*s",
                                   SIGNET_FORMAT(session->participants[i].name));
    }
    return status;
}

/* Each holder's signature says that they opened their share for this step. */
static int32_t take_shares(ca_session_t *session, signet_call_t *call, const ca_step_t *step)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *holder = &session->participants[i];
        if (!is_wanted(step, holder))
            continue;
        ca_line_t line = ca_transcript_line(call, &session->transcript, "share");
        ca_line_number(&line, "step", (int64_t)step->number);
        status = ca_line_sign(call, &line, holder->name, holder->key);
        if (status == SIGNET_OK)
            status = ca_transcript_write(call, &session->transcript, &line);
        if (status == SIGNET_OK)
            status = ca_custody_give(call, step->state, holder);
    }
    return status;
}

static int32_t unlock_with(ca_session_t *session, signet_call_t *call, ca_step_t *step,
                           ca_pins_t *pins)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    signet_bytes_t secret = {pins->user, CA_CUSTODY_PIN};
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK && step->state == NULL)
        secret = (signet_bytes_t){NULL, 0};
    if (status == SIGNET_OK && step->state != NULL)
        status = take_shares(session, call, step);
    if (status == SIGNET_OK && step->state != NULL)
        status = ca_custody_rebuild(call, step->state, pins);
    if (status == SIGNET_OK)
        status = keys->unlock(instance, call, secret);
    if (status != SIGNET_OK)
        return status;
    ca_session_set_open(session, step->authority, 1);
    ca_line_t line = ca_step_done(session, call, step);
    ca_line_text(&line, "quorum",
                 step->state == NULL ? SIGNET_TEXT("token") : SIGNET_TEXT("shares"));
    return ca_step_end(session, call, &line);
}

static int32_t unlock_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    ca_pins_t *pins = (ca_pins_t *)(void *)ca_locked_alloc(call, sizeof *pins);
    int32_t status = pins == NULL ? signet_status(call) : unlock_with(session, call, step, pins);
    ca_locked_free(pins, sizeof *pins);
    ca_custody_close(step->state);
    return status;
}

const ca_action_t ca_action_unlock = {
    .name = "unlock",
    .title = "Unlock the token with the shares of a quorum",
    .prepare = unlock_prepare,
    .act = unlock_act,
};

static int32_t lock_prepare(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK && !ca_session_is_open(session, step->authority))
        return signet_setting_fail(call, step->setting, "key.locked",
                                   "the keys of the authority \"%.*s\" are locked already",
                                   SIGNET_FORMAT(step->authority->name));
    return status == SIGNET_OK
               ? ca_step_value(call, step, "Keys", "%.*s", SIGNET_FORMAT(step->authority->keys))
               : status;
}

static int32_t lock_act(ca_session_t *session, signet_call_t *call, ca_step_t *step)
{
    const signet_key_interface_t *keys = NULL;
    void *instance = NULL;
    int32_t status = ca_step_keys(call, step, &keys, &instance);
    if (status == SIGNET_OK)
        status = keys->lock(instance, call);
    if (status != SIGNET_OK)
        return status;
    ca_session_set_open(session, step->authority, 0);
    ca_line_t line = ca_step_done(session, call, step);
    return ca_step_end(session, call, &line);
}

const ca_action_t ca_action_lock = {
    .name = "lock",
    .title = "Lock the token",
    .prepare = lock_prepare,
    .act = lock_act,
};
