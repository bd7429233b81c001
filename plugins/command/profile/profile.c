/* signet profile list and show */
#include "profile.h"

#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("authority", "Authority", 0),
    SIGNET_COLUMN("validity_seconds", "Validity", 0),
    SIGNET_COLUMN("version", "Version", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("description", "Description", SIGNET_COLUMN_WIDE),
};

/* The rules, one a line, and where each was set. */
static const signet_column_t rules[] = {
    SIGNET_COLUMN("option", "Option", 0),
    SIGNET_COLUMN("value", "Value", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("origin", "From", 0),
};

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

/* A value as configuration writes it, or nearly so; groups as JSON. */
static int32_t write_value(signet_call_t *call, const signet_json_t *value, signet_text_t *text)
{
    *text = signet_show_text(call, value);
    int groups = value->kind == SIGNET_JSON_ARRAY && value->count > 0 &&
                 value->items[0].kind == SIGNET_JSON_OBJECT;
    if (!groups)
        return SIGNET_OK;
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_value(&writer, NULL, value);
    return signet_json_finish(&writer, text);
}

static int32_t show_rules(signet_call_t *call, const signet_command_input_t *input,
                          const signet_json_t *answer)
{
    const signet_json_t *document = signet_json_get(answer, "document");
    const signet_json_t *origins = signet_json_get(answer, "origins");
    int32_t status = input->output->services->columns(input->output, call, rules,
                                                      sizeof rules / sizeof rules[0]);
    for (uint64_t i = 0; status == SIGNET_OK && document != NULL && i < document->count; i++) {
        const signet_json_t *member = &document->items[i];
        const char *name = signet_text_string(call, member->name);
        if (name == NULL)
            return signet_status(call);
        signet_text_t cells[] = {
            member->name,
            {NULL, 0},
            signet_show_text(call, origins != NULL ? signet_json_get(origins, name) : NULL)};
        status = write_value(call, member, &cells[1]);
        if (status == SIGNET_OK)
            status = input->output->services->row(input->output, call, cells,
                                                  sizeof cells / sizeof cells[0]);
    }
    return status;
}

int32_t profile_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_json_t *answer = NULL;
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "name"));
    int32_t status = signet_client_json(
        call, input, "GET", signet_format(call, "/v1/profiles/%.*s", SIGNET_FORMAT(name)),
        (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    if (input->output->json)
        return signet_show_object(call, input->output, answer, NULL, 0, NULL);
    return show_rules(call, input, answer);
}
