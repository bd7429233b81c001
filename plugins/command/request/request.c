#include "request.h"

#include <signet/sdk/setting.h>

static const signet_column_t list_columns[] = {
    SIGNET_COLUMN("id", "Id", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("approved", "Approved", 0),
    SIGNET_COLUMN("object", "Object", 0),
    SIGNET_COLUMN("subject", "Subject", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("person", "Asked by", 0),
    SIGNET_COLUMN("created", "Created", 0),
};

static const signet_column_t show_columns[] = {
    SIGNET_COLUMN("id", "Id", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("kind", "Kind", 0),
    SIGNET_COLUMN("object", "Object", 0),
    SIGNET_COLUMN("approved", "Approved", 0),
    SIGNET_COLUMN("roles", "By roles", 0),
    SIGNET_COLUMN("person", "Asked by", 0),
    SIGNET_COLUMN("requester", "Credential", 0),
    SIGNET_COLUMN("authority", "Authority", 0),
    SIGNET_COLUMN("subject", "Subject", 0),
    SIGNET_COLUMN("names", "Names", 0),
    SIGNET_COLUMN("key_type", "Key type", 0),
    SIGNET_COLUMN("not_after", "Valid until", 0),
    SIGNET_COLUMN("created", "Created", 0),
    SIGNET_COLUMN("expires", "Expires", 0),
    SIGNET_COLUMN("decisions", "Decisions", 0),
    SIGNET_COLUMN("result", "Result", 0),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "bob: approve (looks right); carol: comment (why?)". */
static signet_text_t decisions_cell(signet_call_t *call, const signet_json_t *list)
{
    signet_buffer_t buffer = signet_buffer(call, 256);
    signet_text_t text = {NULL, 0};
    for (uint64_t i = 0; list != NULL && i < list->count; i++) {
        const signet_json_t *decision = &list->items[i];
        signet_text_t comment = signet_show_text(call, signet_json_get(decision, "comment"));
        signet_buffer_add_string(&buffer, i > 0 ? "; " : "");
        signet_buffer_add_text(&buffer,
                               signet_show_text(call, signet_json_get(decision, "person")));
        signet_buffer_add_string(&buffer, ": ");
        signet_buffer_add_text(&buffer,
                               signet_show_text(call, signet_json_get(decision, "decision")));
        if (comment.length > 0)
            signet_buffer_format(&buffer, " (%.*s)", SIGNET_FORMAT(comment));
    }
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

/* What approvers look at stands in the document: the certificate as it would be issued. */
static signet_text_t cell(signet_call_t *call, const signet_json_t *object, signet_text_t member)
{
    const char *name = signet_text_string(call, member);
    const signet_json_t *value = name == NULL ? NULL : signet_json_get(object, name);
    if (signet_text_is(member, "decisions"))
        return decisions_cell(call, value);
    if (signet_text_is(member, "approved"))
        return signet_format(
            call, "%.*s of %.*s", SIGNET_FORMAT(signet_show_text(call, value)),
            SIGNET_FORMAT(signet_show_text(call, signet_json_get(object, "required"))));
    if (value != NULL || name == NULL)
        return signet_show_text(call, value);
    const signet_json_t *document = signet_json_get(object, "document");
    const signet_json_t *certificate =
        document == NULL ? NULL : signet_json_get(document, "certificate");
    return signet_show_text(call, certificate == NULL ? NULL : signet_json_get(certificate, name));
}

int32_t request_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_buffer_t path = signet_buffer(call, 256);
    int all = signet_setting_integer(input->options, "all", 0) != 0;
    signet_buffer_add_string(&path, "/v1/requests");
    signet_url_query(&path, "order", SIGNET_TEXT("desc"));
    signet_url_query(&path, "state", signet_setting_text(input->options, "state"));
    signet_url_query(&path, "kind", signet_setting_text(input->options, "kind"));
    signet_url_query(&path, "requester", signet_setting_text(input->options, "requester"));
    signet_listing_t listing = {
        .member = "requests",
        .limit = all ? 0 : (uint64_t)signet_setting_integer(input->options, "limit", 50),
        .columns = list_columns,
        .column_count = COUNT(list_columns),
        .cell = cell,
    };
    int32_t status = signet_buffer_text(&path, &listing.path);
    return status == SIGNET_OK ? signet_show_list(call, input, &listing) : status;
}

/* "/v1/requests/ID" with what is done to it. */
static signet_text_t path_of(signet_call_t *call, const signet_command_input_t *input,
                             const char *act)
{
    signet_text_t id = signet_url_encode(call, signet_setting_text(input->options, "id"));
    return signet_format(call, "/v1/requests/%.*s%s", SIGNET_FORMAT(id), act);
}

static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const signet_json_t *request)
{
    return signet_show_object(call, input->output, request, show_columns, COUNT(show_columns),
                              cell);
}

int32_t request_show(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_json_t *request = NULL;
    int32_t status = signet_client_json(call, input, "GET", path_of(call, input, ""),
                                        (signet_text_t){NULL, 0}, &request);
    return status == SIGNET_OK ? show(call, input, request) : status;
}

static int32_t act(signet_call_t *call, const signet_command_input_t *input, const char *path)
{
    signet_text_t body;
    const signet_json_t *request = NULL;
    signet_json_writer_t writer = signet_json_writer(call, 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "comment", signet_setting_text(input->options, "comment"));
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, input, "POST", path_of(call, input, path), body, &request);
    return status == SIGNET_OK ? show(call, input, request) : status;
}

int32_t request_approve(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return act(call, input, "/approve");
}

int32_t request_deny(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return act(call, input, "/deny");
}

int32_t request_withdraw(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return act(call, input, "/withdraw");
}

int32_t request_comment(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return act(call, input, "/comment");
}
