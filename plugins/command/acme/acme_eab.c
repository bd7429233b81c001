/* signet acme eab create, list and revoke */
#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#include "acme.h"

static const signet_column_t columns[] = {
    SIGNET_COLUMN("id", "Id", 0),
    SIGNET_COLUMN("name", "Name", 0),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("names", "For names", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("profiles", "For profiles", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("expires", "Expires", 0),
    SIGNET_COLUMN("account", "Account", SIGNET_COLUMN_WIDE),
    SIGNET_COLUMN("creator", "Made by", SIGNET_COLUMN_WIDE),
};

static signet_text_t path_of(signet_call_t *call, const signet_command_input_t *input)
{
    signet_text_t directory =
        signet_url_encode(call, signet_setting_text(input->options, "directory"));
    return signet_format(call, "/v1/acme/%.*s/credentials", SIGNET_FORMAT(directory));
}

static void add_list(signet_json_writer_t *writer, const signet_command_input_t *input,
                     const char *option, const char *member)
{
    const signet_setting_t *list = signet_setting(input->options, option);
    signet_json_begin_array(writer, member);
    for (uint64_t i = 0; i < signet_setting_count(input->options, option); i++) {
        signet_json_text(writer, NULL, signet_setting_at(list, i)->text);
    }
    signet_json_end_array(writer);
}

static int32_t make_body(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t *body)
{
    int64_t ttl = signet_setting_integer(input->options, "ttl", 0);
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "name", signet_setting_text(input->options, "name"));
    add_list(&writer, input, "names", "names");
    add_list(&writer, input, "profile", "profiles");
    if (ttl != 0) {
        signet_json_text(&writer, "ttl", signet_format(call, "%" PRId64 "ms", ttl));
    }
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

/* With a file the key goes there, and nowhere else. */
static int32_t write_key(signet_call_t *call, const signet_command_input_t *input,
                         signet_text_t out, const signet_json_t *answer)
{
    signet_text_t line = signet_format(
        call, "%.*s\n", SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "key"))));
    if (line.data == NULL) {
        return SIGNET_NO_MEMORY;
    }
    int32_t status = signet_file_write(call, out, signet_text_bytes(line), 0600);
    for (uint64_t i = 0; status == SIGNET_OK && i < sizeof columns / sizeof columns[0]; i++) {
        const char *name = signet_text_string(call, columns[i].name);
        const signet_json_t *value = name != NULL ? signet_json_get(answer, name) : NULL;
        if (value != NULL) {
            status = input->output->services->value(input->output, call, &columns[i],
                                                    signet_show_text(call, value));
        }
    }
    return status;
}

int32_t acme_eab_create(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t key = SIGNET_COLUMN("key", "Key", 0);
    (void)instance;
    signet_text_t body = {NULL, 0};
    const signet_json_t *answer = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    signet_text_t path = path_of(call, input);
    int32_t status = path.data != NULL ? make_body(call, input, &body) : SIGNET_NO_MEMORY;
    if (status == SIGNET_OK) {
        status = signet_client_json(call, input, "POST", path, body, &answer);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    if (out.length > 0) {
        return write_key(call, input, out, answer);
    }
    status = signet_show_object(call, input->output, answer, columns,
                                sizeof columns / sizeof columns[0], NULL);
    if (status != SIGNET_OK || input->output->json) {
        return status;
    }
    status = input->output->services->value(input->output, call, &key,
                                            signet_show_text(call, signet_json_get(answer, "key")));
    if (status != SIGNET_OK) {
        return status;
    }
    return input->output->services->note(
        input->output, call,
        SIGNET_TEXT("Give id and key to the client (certbot: --eab-kid, --eab-hmac-key): the key "
                    "is shown this once, and makes one account."));
}

int32_t acme_eab_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_listing_t listing = {
        .path = path_of(call, input),
        .member = "credentials",
        .columns = columns,
        .column_count = sizeof columns / sizeof columns[0],
    };
    return listing.path.data != NULL ? signet_show_list(call, input, &listing) : SIGNET_NO_MEMORY;
}

int32_t acme_eab_revoke(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    const signet_client_response_t *response = NULL;
    signet_text_t id = signet_setting_text(input->options, "id");
    signet_text_t path = signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(path_of(call, input)),
                                       SIGNET_FORMAT(signet_url_encode(call, id)));
    int32_t status = path.data != NULL ? signet_client(call, input, "DELETE", path, NULL,
                                                       (signet_text_t){NULL, 0}, &response)
                                       : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK) {
        return status;
    }
    return input->output->services->note(
        input->output, call,
        signet_format(call, "The credential %.*s is revoked: its account orders nothing more.",
                      SIGNET_FORMAT(id)));
}
