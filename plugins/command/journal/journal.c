/* signet journal list, signet journal acknowledge */
#include "journal.h"

#include <inttypes.h>
#include <signet/sdk/setting.h>

static const signet_column_t columns[] = {
    SIGNET_COLUMN("time", "Time", 0),
    SIGNET_COLUMN("event", "Event", 0),
    SIGNET_COLUMN("actor", "Actor", 0),
    SIGNET_COLUMN("object", "Object", SIGNET_COLUMN_WIDE),
};

int32_t journal_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    int64_t since = signet_setting_integer(input->options, "since", 0);
    int all = signet_setting_integer(input->options, "all", 0) != 0;
    signet_buffer_t path = signet_buffer(call, 256);
    signet_buffer_add_string(&path, "/v1/journal");
    signet_url_query(&path, "order", SIGNET_TEXT("desc"));
    signet_url_query(&path, "event", signet_setting_text(input->options, "event"));
    signet_url_query(&path, "object", signet_setting_text(input->options, "object"));
    signet_url_query(&path, "actor", signet_setting_text(input->options, "actor"));
    if (since != 0)
        signet_url_query(&path, "from", signet_format(call, "-%" PRId64 "ms", since));
    signet_listing_t listing = {
        .member = "entries",
        .limit = all ? 0 : (uint64_t)signet_setting_integer(input->options, "limit", 50),
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
    };
    int32_t status = signet_buffer_text(&path, &listing.path);
    return status == SIGNET_OK ? signet_show_list(call, input, &listing) : status;
}

static const signet_column_t rollback_columns[] = {
    SIGNET_COLUMN("node", "Node", 0),
    SIGNET_COLUMN("rolled_back", "Put back to an earlier state", 0),
    SIGNET_COLUMN("since", "Noticed", 0),
};

int32_t journal_acknowledge(void *instance, signet_call_t *call,
                            const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t reason = signet_setting_text(input->options, "reason");
    signet_text_t body = {NULL, 0};
    const signet_json_t *answer = NULL;
    int32_t status = SIGNET_OK;
    if (reason.length > 0) {
        signet_json_writer_t writer = signet_json_writer(call, 256);
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "reason", reason);
        signet_json_end_object(&writer);
        status = signet_json_finish(&writer, &body);
    }
    if (status == SIGNET_OK)
        status = signet_client_json(call, input, reason.length > 0 ? "POST" : "GET",
                                    SIGNET_TEXT("/v1/journal/rollback"), body, &answer);
    return status == SIGNET_OK
               ? signet_show_object(call, input->output, answer, rollback_columns,
                                    sizeof rollback_columns / sizeof rollback_columns[0], NULL)
               : status;
}
