/* signet profile list and show */
#include "profile.h"

#include <inttypes.h>
#include <signet/sdk/setting.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("authority", "Authority", 0),
    SIGNET_COLUMN("validity_seconds", "Validity", 0),
    SIGNET_COLUMN("version", "Version", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("description", "Description", SIGNET_COLUMN_WIDE),
};

/* The rules themselves, as JSON. */
static const signet_column_t document = SIGNET_COLUMN("document", "Document", 0);

/* Durations as configuration writes them: "90d", "12h". */
static signet_text_t cell(signet_call_t *call, const signet_json_t *object, signet_text_t member)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
    const char *name = signet_text_string(call, member);
    const signet_json_t *value = name != NULL ? signet_json_get(object, name) : NULL;
    if (value == NULL || !signet_text_is(member, "validity_seconds"))
        return signet_show_text(call, value);
    uint64_t i = 0;
    while (value->integer % units[i].seconds != 0)
        i++;
    return signet_format(call, "%" PRId64 "%s", value->integer / units[i].seconds, units[i].unit);
}

int32_t profile_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_listing_t listing = {
        .path = SIGNET_TEXT("/v1/profiles"),
        .member = "profiles",
        .whole = 1,
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
        .cell = cell,
    };
    return signet_show_list(call, input, &listing);
}

int32_t profile_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_json_t *answer = NULL;
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "name"));
    int32_t status = signet_client_json(
        call, input, "GET", signet_format(call, "/v1/profiles/%.*s", SIGNET_FORMAT(name)),
        (signet_text_t){NULL, 0}, &answer);
    if (status == SIGNET_OK)
        status = signet_show_object(call, input->output, answer, columns,
                                    sizeof columns / sizeof columns[0], cell);
    const signet_json_t *rules = status == SIGNET_OK ? signet_json_get(answer, "document") : NULL;
    if (rules == NULL || input->output->json)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_text_t text;
    signet_json_value(&writer, NULL, rules);
    status = signet_json_finish(&writer, &text);
    if (status != SIGNET_OK)
        return status;
    return input->output->services->value(input->output, call, &document, text);
}
