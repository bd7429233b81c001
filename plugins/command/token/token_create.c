/* signet token create */
#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "token.h"

/* The answer of a request that was accepted but not carried out yet. */
#define ACCEPTED 202U

static const signet_column_t columns[] = {
    SIGNET_COLUMN("id", "Id", 0),           SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("grants", "Roles", 0),    SIGNET_COLUMN("expires", "Expires", 0),
    SIGNET_COLUMN("creator", "Made by", 0),
};

static void add_text(signet_json_writer_t *writer, const signet_command_input_t *input,
                     const char *name)
{
    signet_text_t text = signet_setting_text(input->options, name);
    if (text.length > 0)
        signet_json_text(writer, name, text);
}

static int32_t make_body(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *body)
{
    static const char *const limits[] = {"authority", "profile", "names"};
    const signet_setting_t *roles = signet_setting(input->options, "role");
    int64_t ttl = signet_setting_integer(input->options, "ttl", 0);
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "name", signet_setting_text(input->options, "name"));
    add_text(&writer, input, "person");
    add_text(&writer, input, "approval");
    add_text(&writer, input, "tenant");
    add_text(&writer, input, "reason");
    if (signet_setting_integer(input->options, "break_glass", 0) != 0)
        signet_json_boolean(&writer, "break_glass", 1);
    if (ttl != 0)
        signet_json_text(&writer, "ttl", signet_format(call, "%" PRId64 "ms", ttl));
    signet_json_begin_array(&writer, "grants");
    for (uint64_t i = 0; i < signet_setting_count(input->options, "role"); i++) {
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "role", signet_setting_at(roles, i)->text);
        for (uint64_t j = 0; j < sizeof limits / sizeof limits[0]; j++) {
            signet_text_t limit = signet_setting_text(input->options, limits[j]);
            if (limit.length > 0)
                signet_json_text(&writer, limits[j], limit);
        }
        signet_json_end_object(&writer);
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

/* With a file the token goes there, and nowhere else. */
static int32_t write_token(signet_call_t *call, const signet_command_input_t *input,
                           signet_text_t out, const signet_json_t *answer)
{
    signet_text_t line = signet_format(
        call, "%.*s\n", SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "token"))));
    if (line.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_file_write(call, out, signet_text_bytes(line), 0600);
    for (uint64_t i = 0; status == SIGNET_OK && i < sizeof columns / sizeof columns[0]; i++)
        status = input->output->services->value(input->output, call, &columns[i],
                                                token_cell(call, answer, columns[i].name));
    return status;
}

static int32_t wait_for_another(signet_call_t *call, const signet_command_input_t *input,
                                const signet_json_t *answer)
{
    signet_text_t id = signet_show_text(call, signet_json_get(answer, "id"));
    int tenants = signet_setting_text(input->options, "tenant").length > 0 &&
                  signet_setting_integer(input->options, "break_glass", 0) == 0;
    return signet_fail(call, SIGNET_PENDING, "token.pending",
                       "%s must agree: signet request approve %.*s. Then repeat this command with "
                       "--approval %.*s",
                       tenants ? "The tenant" : "Another administrator", SIGNET_FORMAT(id),
                       SIGNET_FORMAT(id));
}

int32_t token_create(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t token = SIGNET_COLUMN("token", "Token", 0);
    (void)instance;
    signet_text_t body;
    const signet_client_response_t *response = NULL;
    const signet_json_t *answer = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    int32_t status = make_body(call, input, &body);
    if (status == SIGNET_OK)
        status =
            signet_client(call, input, "POST", SIGNET_TEXT("/v1/tokens"), NULL, body, &response);
    if (status == SIGNET_OK)
        status = signet_json_parse(call, response->body, response->body.length, &answer);
    if (status == SIGNET_OK && response->status == ACCEPTED)
        return wait_for_another(call, input, answer);
    if (status != SIGNET_OK)
        return status;
    if (out.length > 0)
        return write_token(call, input, out, answer);
    status = signet_show_object(call, input->output, answer, columns,
                                sizeof columns / sizeof columns[0], token_cell);
    if (status != SIGNET_OK || input->output->json)
        return status;
    status = input->output->services->value(
        input->output, call, &token, signet_show_text(call, signet_json_get(answer, "token")));
    if (status != SIGNET_OK)
        return status;
    return input->output->services->note(
        input->output, call,
        SIGNET_TEXT(
            "Keep the token in a file that only its user can read: it is shown this once."));
}
