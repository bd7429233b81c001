/* signet key list, key recover and key import */
#include "key.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

/* As much as the host takes. */
#define MAXIMUM_FILE (UINT64_C(180) * 1024)

static const signet_column_t columns[] = {
    SIGNET_COLUMN("authority", "Authority", 0),  SIGNET_COLUMN("serial", "Serial", 0),
    SIGNET_COLUMN("subject", "Subject", 0),      SIGNET_COLUMN("names", "Names", 0),
    SIGNET_COLUMN("profile", "Profile", 0),      SIGNET_COLUMN("not_after", "Valid until", 0),
    SIGNET_COLUMN("archived_at", "Archived", 0),
};

/* Others must agree first. */
#define ACCEPTED 202U

#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

int32_t key_list(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_buffer_t buffer = signet_buffer(call, 256);
    signet_buffer_add_string(&buffer, "/v1/keys?order=desc");
    signet_url_query(&buffer, "name", signet_setting_text(input->options, "name"));
    signet_listing_t listing = {.member = "keys",
                                .limit =
                                    (uint64_t)signet_setting_integer(input->options, "limit", 50),
                                .columns = columns,
                                .column_count = COLUMN_COUNT};
    int32_t status = signet_buffer_text(&buffer, &listing.path);
    return status == SIGNET_OK ? signet_show_list(call, input, &listing) : status;
}

static int32_t recovery_body(signet_call_t *call, const signet_command_input_t *input,
                             signet_text_t *body)
{
    signet_text_t password = {NULL, 0};
    int32_t status = signet_secret_password(call, input, &password);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "reason", signet_setting_text(input->options, "reason"));
    signet_json_text(&writer, "password", password);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

/* The file is made before it is asked for: an approval is good for one answer. */
int32_t key_recover(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t authority = signet_setting_text(input->options, "authority");
    signet_text_t serial = signet_setting_text(input->options, "serial");
    signet_text_t out = signet_setting_text(input->options, "out");
    signet_text_t body = {NULL, 0};
    const signet_client_response_t *response = NULL;
    signet_text_t path = signet_format(call, "/v1/certificates/%.*s/%.*s/recover",
                                       SIGNET_FORMAT(signet_url_encode(call, authority)),
                                       SIGNET_FORMAT(signet_url_encode(call, serial)));
    if (path.data == NULL)
        return signet_status(call);
    int32_t status = recovery_body(call, input, &body);
    if (status == SIGNET_OK)
        status = signet_secret_reserve(call, out);
    if (status != SIGNET_OK)
        return status;
    status = signet_client_keyed(call, input, "POST", path, "application/x-pkcs12", body,
                                 signet_setting_text(input->options, "idempotency_key"), &response);
    if (status == SIGNET_OK && response->status != ACCEPTED)
        return signet_secret_write(call, out, response->body);
    if (status == SIGNET_OK)
        status = signet_fail(call, SIGNET_PENDING, "approval.pending",
                             "The recovery waits until enough others have agreed; then give the "
                             "same command again.");
    signet_secret_drop(call, out);
    return status;
}

static int32_t import_body(signet_call_t *call, const signet_command_input_t *input,
                           signet_text_t *body)
{
    signet_text_t password = {NULL, 0};
    signet_bytes_t file = {NULL, 0};
    int32_t status = signet_secret_password(call, input, &password);
    if (status == SIGNET_OK)
        status =
            signet_file_read(call, signet_setting_text(input->options, "p12"), MAXIMUM_FILE, &file);
    if (status != SIGNET_OK)
        return status;
    signet_text_t text = signet_base64(call, file);
    if (text.data == NULL)
        return signet_status(call);
    signet_json_writer_t writer = signet_json_writer(call, text.length + 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "profile", signet_setting_text(input->options, "profile"));
    signet_json_text(&writer, "pkcs12", text);
    signet_json_text(&writer, "password", password);
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, body);
}

int32_t key_import(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t body = {NULL, 0};
    const signet_json_t *answer = NULL;
    int32_t status = import_body(call, input, &body);
    if (status == SIGNET_OK)
        status = signet_client_json(call, input, "POST", SIGNET_TEXT("/v1/keys"), body, &answer);
    return status == SIGNET_OK
               ? signet_show_object(call, input->output, answer, columns, COLUMN_COUNT, NULL)
               : status;
}
