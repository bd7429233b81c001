#include "ceremony/command.h"

#include "ceremony/calendar.h"
#include "ceremony/check.h"
#include "ceremony/session.h"
#include "command/command.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MAX (1U << 30)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

int32_t ca_command_ceremony_run(void *instance, signet_call_t *call,
                                const signet_command_input_t *input)
{
    return ca_session_run(instance, call, input->output,
                          signet_setting_text(input->options, "answers"));
}

int32_t ca_command_ceremony_plan(void *instance, signet_call_t *call,
                                 const signet_command_input_t *input)
{
    static const signet_column_t columns[] = {
        {.size = sizeof columns[0],
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("step"),
         .title = SIGNET_TEXT_INIT("Step")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("action"),
         .title = SIGNET_TEXT_INIT("Action")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("authority"),
         .title = SIGNET_TEXT_INIT("Authority")},
        {.size = sizeof columns[0],
         .flags = SIGNET_COLUMN_WIDE,
         .name = SIGNET_TEXT_INIT("note"),
         .title = SIGNET_TEXT_INIT("Note")},
    };
    const ca_t *ca = instance;
    const signet_setting_t *script = signet_setting(ca->host->settings, "ceremony");
    const signet_setting_t *steps = script == NULL ? NULL : signet_setting(script, "steps");
    if (steps == NULL)
        return signet_fail(call, SIGNET_INVALID, "ceremony.no-script",
                           "the configuration has no group `ceremony`; it is no script");
    int32_t status = input->output->services->columns(input->output, call, columns,
                                                      sizeof columns / sizeof columns[0]);
    for (uint64_t i = 0; status == SIGNET_OK && i < steps->member_count; i++) {
        const signet_setting_t *step = signet_setting_at(steps, i);
        signet_text_t cells[] = {signet_format(call, "%llu", (unsigned long long)i + 1),
                                 signet_setting_text(step, "action"),
                                 signet_setting_text(step, "authority"),
                                 signet_setting_text(step, "note")};
        status = input->output->services->row(input->output, call, cells,
                                              sizeof cells / sizeof cells[0]);
    }
    return status;
}

/* Whether a script is the one that a transcript names. */
static int32_t compare_script(signet_call_t *call, signet_text_t path, const ca_verdict_t *verdict)
{
    signet_bytes_t file;
    signet_bytes_t digest;
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status == SIGNET_OK)
        status = signet_sha256(call, file, &digest);
    if (status != SIGNET_OK)
        return status;
    if (signet_text_equal(signet_hex(call, digest), verdict->script_sha256))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "transcript.script",
                       "the script %.*s is not the one of this ceremony: its SHA-256 is %.*s, the "
                       "transcript has %.*s",
                       SIGNET_FORMAT(path), SIGNET_FORMAT(signet_hex(call, digest)),
                       SIGNET_FORMAT(verdict->script_sha256));
}

int32_t ca_command_ceremony_check(void *instance, signet_call_t *call,
                                  const signet_command_input_t *input)
{
    signet_bytes_t file;
    ca_verdict_t verdict = {0};
    signet_text_t script = signet_setting_text(input->options, "script_file");
    (void)instance;
    int32_t status =
        signet_file_read(call, signet_setting_text(input->options, "transcript"), FILE_MAX, &file);
    if (status == SIGNET_OK)
        status = ca_check(call, file, &verdict);
    if (status == SIGNET_OK && script.length > 0)
        status = compare_script(call, script, &verdict);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "title", "Ceremony", verdict.title);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "began", "Began", verdict.began);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "outcome", "Outcome", verdict.outcome);
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "rehearsal", "Rehearsal",
                                verdict.rehearsal ? SIGNET_TEXT("yes") : SIGNET_TEXT("no"));
    if (status == SIGNET_OK)
        status = ca_command_say(call, input, "steps", "Steps done",
                                signet_format(call, "%llu", (unsigned long long)verdict.steps));
    if (status == SIGNET_OK)
        status =
            ca_command_say(call, input, "signed", "Signed",
                           signet_format(call, "%llu", (unsigned long long)verdict.signed_count));
    return status == SIGNET_OK ? ca_command_say(call, input, "script_sha256",
                                                "SHA-256 of the script", verdict.script_sha256)
                               : status;
}

static int32_t show_due(signet_call_t *call, const signet_command_input_t *input,
                        const ca_due_t *item, int64_t now)
{
    int64_t left = item->ends == 0 ? 0 : (item->ends - now) / DAY_MS;
    const char *state = item->ends == 0                            ? "missing"
                        : item->ends <= now                        ? "overdue"
                        : item->ends - CA_CALENDAR_ALERT_MS <= now ? "due"
                                                                   : "later";
    signet_text_t cells[] = {
        item->ends == 0 ? SIGNET_TEXT("") : signet_time_text(call, item->ends),
        signet_format(call, "%lld", (long long)left),
        signet_text(state),
        signet_text(item->what),
        item->authority,
        item->signer,
        item->file,
    };
    return input->output->services->row(input->output, call, cells, sizeof cells / sizeof cells[0]);
}

int32_t ca_command_ceremony_calendar(void *instance, signet_call_t *call,
                                     const signet_command_input_t *input)
{
    static const signet_column_t columns[] = {
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("ends"),
         .title = SIGNET_TEXT_INIT("Ends")},
        {.size = sizeof columns[0],
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("days"),
         .title = SIGNET_TEXT_INIT("Days")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("state"),
         .title = SIGNET_TEXT_INIT("State")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("what"),
         .title = SIGNET_TEXT_INIT("What")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("authority"),
         .title = SIGNET_TEXT_INIT("Authority")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("signer"),
         .title = SIGNET_TEXT_INIT("Signed by")},
        {.size = sizeof columns[0],
         .flags = SIGNET_COLUMN_WIDE,
         .name = SIGNET_TEXT_INIT("file"),
         .title = SIGNET_TEXT_INIT("File")},
    };
    ca_due_t *items = NULL;
    uint64_t count = 0;
    int64_t now = signet_now();
    int64_t horizon = now + signet_setting_integer(input->options, "within", INT64_C(1) << 53);
    int32_t status = ca_calendar(instance, call, &items, &count);
    if (status == SIGNET_OK)
        status = input->output->services->columns(input->output, call, columns,
                                                  sizeof columns / sizeof columns[0]);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (items[i].ends <= horizon)
            status = show_due(call, input, &items[i], now);
    }
    return status;
}
