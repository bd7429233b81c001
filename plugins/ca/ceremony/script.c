#include "ceremony/script.h"

#include "ceremony/action.h"
#include "option.h"

#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>

#define REQUIRED SIGNET_OPTION_REQUIRED
#define DAY (INT64_C(24) * 3600 * 1000)
#define HOLDERS_MAX 255
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const signet_option_t participant_options[] = {
    CA_OPTION("name", SIGNET_OPTION_TEXT, REQUIRED, "", "Who it is."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("role"),
     .choices = SIGNET_TEXT_INIT("administrator|holder|witness"),
     .help = SIGNET_TEXT_INIT("What they do: lead, hold a share, or see and confirm.")},
    CA_OPTION("certificate", SIGNET_OPTION_PATH, REQUIRED, "",
              "Their certificate (PEM); a holder's for an RSA or EC key."),
    CA_OPTION("private_key", SIGNET_OPTION_PATH, 0, "",
              "The file of their private key (PEM); without it the ceremony asks for it."),
    CA_OPTION("passphrase", SIGNET_OPTION_SECRET, 0, "",
              "The passphrase of the private key, for rehearsals; without it the ceremony asks."),
};

static const signet_option_t step_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("action"),
     .choices = SIGNET_TEXT_INIT(CA_ACTION_NAMES),
     .help = SIGNET_TEXT_INIT("What is done.")},
    CA_OPTION("note", SIGNET_OPTION_TEXT, 0, "", "A sentence that is read to everybody."),
    CA_OPTION("authority", SIGNET_OPTION_TEXT, 0, "", "The authority whose key is used."),
    CA_OPTION("shares", SIGNET_OPTION_PATH, 0, "",
              "initialise, unlock: the file of the shares; to unlock without one the token's own "
              "quorum is used."),
    CA_OPTION("holders", SIGNET_OPTION_TEXTS, 0, "",
              "unlock: who gives their share; by default all who are present."),
    CA_OPTION("profile", SIGNET_OPTION_TEXT, 0, "",
              "sign-request, sign-responder, cross-sign: the profile."),
    CA_OPTION("request", SIGNET_OPTION_PATH, 0, "", "The request (PEM or DER)."),
    CA_OPTION("certificate", SIGNET_OPTION_PATH, 0, "",
              "cross-sign: the foreign authority's own certificate (PEM); or its request."),
    CA_OPTION("expect_sha256", SIGNET_OPTION_TEXT, 0, "",
              "What the first file that the step reads must be."),
    CA_OPTION("previous", SIGNET_OPTION_PATH, 0, "", "sign-crl: the list before (PEM or DER)."),
    CA_OPTION("first", SIGNET_OPTION_BOOLEAN, 0, "false", "sign-crl: there was none before."),
    CA_OPTION("revoked", SIGNET_OPTION_PATH, 0, "",
              "sign-crl: a file of newly revoked certificates."),
    CA_OPTION("expired", SIGNET_OPTION_PATH, 0, "",
              "sign-crl: expired certificates (PEM) whose entries are left out."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("next_update"),
     .default_value = SIGNET_TEXT_INIT("180d"),
     .minimum = DAY / 24,
     .maximum = 14640 * DAY,
     .help = SIGNET_TEXT_INIT("sign-crl: how long the list is good for.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("number"),
     .default_value = SIGNET_TEXT_INIT("0"),
     .minimum = 0,
     .maximum = INT64_MAX,
     .help = SIGNET_TEXT_INIT("sign-crl: its number; 0: the one after the list before.")},
    CA_OPTION("record", SIGNET_OPTION_TEXTS, 0, "",
              "backup, destroy-key: what is written down, each asked for by this name."),
    CA_OPTION("last_list", SIGNET_OPTION_PATH, 0, "",
              "destroy-key: the last revocation list by the key (PEM or DER), good beyond the "
              "authority's certificate."),
    CA_OPTION("override", SIGNET_OPTION_TEXT, 0, "",
              "destroy-key: why the key may go without such a list."),
    CA_OPTION("authorities", SIGNET_OPTION_TEXTS, 0, "",
              "export: authorities whose certificates are added."),
    CA_OPTION("out", SIGNET_OPTION_PATH, 0, "", "The file that the step makes."),
};

const signet_option_t ca_script_options[] = {
    CA_OPTION("title", SIGNET_OPTION_TEXT, REQUIRED, "", "What the ceremony is for."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("quorum"),
     .minimum = 2,
     .maximum = HOLDERS_MAX,
     .help = SIGNET_TEXT_INIT("How many holders must come together.")},
    CA_OPTION("transcript", SIGNET_OPTION_PATH, REQUIRED, "",
              "The file of the transcript, which must not be there."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("participants"),
     .help = SIGNET_TEXT_INIT("Who takes part."),
     .members = participant_options,
     .member_count = COUNT(participant_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .flags = REQUIRED,
     .name = SIGNET_TEXT_INIT("steps"),
     .help = SIGNET_TEXT_INIT("What is done, in this order; first \"enroll\"."),
     .members = step_options,
     .member_count = COUNT(step_options)},
};
_Static_assert(sizeof ca_script_options / sizeof ca_script_options[0] == CA_SCRIPT_OPTION_COUNT,
               "CA_SCRIPT_OPTION_COUNT is not how many there are");

static int32_t check_participants(signet_call_t *call, const signet_setting_t *script)
{
    const signet_setting_t *list = signet_setting(script, "participants");
    int64_t quorum = signet_setting_integer(script, "quorum", 0);
    int64_t administrators = 0;
    int64_t holders = 0;
    for (uint64_t i = 0; list != NULL && i < list->member_count; i++) {
        signet_text_t role = signet_setting_text(signet_setting_at(list, i), "role");
        administrators += signet_text_is(role, "administrator");
        holders += signet_text_is(role, "holder");
    }
    if (administrators != 1)
        return signet_setting_fail(call, script, "ceremony.participants",
                                   "a ceremony has one administrator, not %lld",
                                   (long long)administrators);
    if (holders < quorum || holders > HOLDERS_MAX)
        return signet_setting_fail(call, script, "ceremony.participants",
                                   "a quorum of %lld cannot be had from %lld holders",
                                   (long long)quorum, (long long)holders);
    return SIGNET_OK;
}

int32_t ca_script_check(signet_call_t *call, const signet_setting_t *settings)
{
    const signet_setting_t *script = signet_setting(settings, "ceremony");
    if (script == NULL)
        return SIGNET_OK;
    const signet_setting_t *steps = signet_setting(script, "steps");
    for (uint64_t i = 0; steps != NULL && i < steps->member_count; i++) {
        const signet_setting_t *step = signet_setting_at(steps, i);
        int enrolls = signet_text_is(signet_setting_text(step, "action"), "enroll");
        if (enrolls != (i == 0))
            return signet_setting_fail(call, step, "ceremony.steps",
                                       "the first step, and no other, is \"enroll\"");
    }
    if (steps == NULL || steps->member_count == 0)
        return signet_setting_fail(call, script, "ceremony.steps", "the script has no steps");
    return check_participants(call, script);
}
