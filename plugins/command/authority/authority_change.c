/* signet ca rotate, import, activate, suspend, resume, retire, destroy-key, compromised,
 * generations, evidence, last-list, impact and rehearse-compromise */
#include "authority.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MAX 65536U
#define FILE_MODE 0644U

static const signet_column_t columns[] = {
    SIGNET_COLUMN("generation", "Key", SIGNET_COLUMN_NUMBER),
    SIGNET_COLUMN("state", "State", 0),
    SIGNET_COLUMN("not_after", "Expires", 0),
    SIGNET_COLUMN("key_id", "Key id", 0),
    SIGNET_COLUMN("key", "URI", SIGNET_COLUMN_WIDE),
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static signet_text_t make_path(signet_call_t *call, const signet_command_input_t *input,
                               const char *end)
{
    signet_text_t name = signet_url_encode(call, signet_setting_text(input->options, "name"));
    return signet_format(call, "/v1/authorities/%.*s/%s", SIGNET_FORMAT(name), end);
}

/* The keys, a row for each. */
static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const signet_json_t *answer)
{
    const signet_json_t *authority = signet_json_get(answer, "authority");
    const signet_json_t *list =
        authority != NULL ? signet_json_get(authority, "generations") : NULL;
    if (list == NULL)
        return signet_fail(call, SIGNET_INTERNAL, "client.answer",
                           "the host answered something else than an authority");
    int32_t status = input->output->services->columns(input->output, call, columns, COLUMNS);
    for (uint64_t i = 0; status == SIGNET_OK && i < list->count; i++) {
        signet_text_t cells[COLUMNS];
        for (size_t j = 0; j < COLUMNS; j++) {
            const char *member = signet_text_string(call, columns[j].name);
            if (member == NULL)
                return SIGNET_NO_MEMORY;
            cells[j] = signet_show_text(call, signet_json_get(&list->items[i], member));
        }
        status = input->output->services->row(input->output, call, cells, COLUMNS);
    }
    return status;
}

/* A request that waits says of which kind it is; an authority does not. */
static int32_t check_done(signet_call_t *call, const signet_json_t *answer)
{
    if (signet_json_get(answer, "kind") == NULL)
        return SIGNET_OK;
    return signet_fail(call, SIGNET_PENDING, "request.pending",
                       "This takes another CA administrator's approval: signet request approve "
                       "%.*s. Then run this again",
                       SIGNET_FORMAT(signet_show_text(call, signet_json_get(answer, "id"))));
}

static int32_t write_request(signet_call_t *call, const signet_command_input_t *input,
                             const signet_json_t *answer)
{
    const signet_json_t *request = signet_json_get(answer, "request");
    signet_text_t out = signet_setting_text(input->options, "out");
    if (request == NULL)
        return SIGNET_OK;
    if (out.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "command.out", "out",
                                 "the parent is elsewhere: name a file for the request with --out "
                                 "and ask again; the same key is used");
    return signet_file_write(call, out, signet_text_bytes(request->text), FILE_MODE);
}

/* What a compromise leaves to do: for the parent's ceremony, and by hand. */
static int32_t write_rest(signet_call_t *call, const signet_command_input_t *input,
                          const signet_json_t *answer)
{
    const signet_json_t *lines = signet_json_get(answer, "revocation");
    const signet_json_t *problem = signet_json_get(answer, "problem");
    signet_text_t out = signet_setting_text(input->options, "revocation");
    if (lines != NULL && out.length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "command.revocation", "revocation",
                                 "it is done, but the parent must revoke elsewhere: name a file "
                                 "for its ceremony with --revocation and ask again");
    int32_t status = lines != NULL
                         ? signet_file_write(call, out, signet_text_bytes(lines->text), FILE_MODE)
                         : SIGNET_OK;
    if (status == SIGNET_OK && problem != NULL)
        return signet_fail(call, SIGNET_CONFLICT, "authority.replacement",
                           "it is done, but no further key could be made: %.*s",
                           SIGNET_FORMAT(problem->text));
    return status;
}

/* What some of them ask for besides. */
static int32_t add_details(signet_call_t *call, const signet_command_input_t *input,
                           signet_json_writer_t *writer)
{
    signet_bytes_t file = {NULL, 0};
    int64_t generation = signet_setting_integer(input->options, "generation", 0);
    signet_text_t override = signet_setting_text(input->options, "override");
    signet_text_t path = signet_setting_text(input->options, "responder");
    if (generation > 0)
        signet_json_integer(writer, "generation", generation);
    if (override.length > 0)
        signet_json_text(writer, "override", override);
    signet_text_t key_type = signet_setting_text(input->options, "key_type");
    if (key_type.length > 0)
        signet_json_text(writer, "key_type", key_type);
    if (path.length == 0)
        return SIGNET_OK;
    int32_t status = signet_file_read(call, path, FILE_MAX, &file);
    if (status != SIGNET_OK)
        return status;
    signet_json_text(writer, "responder", signet_bytes_text(file));
    signet_json_text(writer, "profile", signet_setting_text(input->options, "profile"));
    return SIGNET_OK;
}

static int32_t change(signet_call_t *call, const signet_command_input_t *input, const char *action)
{
    const signet_json_t *answer = NULL;
    signet_bytes_t file = {NULL, 0};
    signet_text_t body;
    signet_text_t path = signet_setting_text(input->options, "file");
    signet_text_t comment = signet_setting_text(input->options, "comment");
    if (comment.length == 0)
        comment = signet_setting_text(input->options, "reason");
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    int32_t status = path.length > 0 ? signet_file_read(call, path, FILE_MAX, &file) : SIGNET_OK;
    signet_json_begin_object(&writer, NULL);
    if (comment.length > 0)
        signet_json_text(&writer, "comment", comment);
    if (file.length > 0)
        signet_json_text(&writer, "certificate", signet_bytes_text(file));
    if (status == SIGNET_OK)
        status = add_details(call, input, &writer);
    signet_json_end_object(&writer);
    if (status == SIGNET_OK)
        status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, input, "POST", make_path(call, input, action), body, &answer);
    if (status == SIGNET_OK)
        status = check_done(call, answer);
    if (status == SIGNET_OK)
        status = write_request(call, input, answer);
    if (status == SIGNET_OK)
        status = write_rest(call, input, answer);
    return status == SIGNET_OK ? show(call, input, answer) : status;
}

int32_t authority_generations(void *instance, signet_call_t *call,
                              const signet_command_input_t *input)
{
    const signet_json_t *answer = NULL;
    (void)instance;
    int32_t status = signet_client_json(call, input, "GET", make_path(call, input, "generations"),
                                        (signet_text_t){NULL, 0}, &answer);
    return status == SIGNET_OK ? show(call, input, answer) : status;
}

int32_t authority_rotate(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "rotate");
}

int32_t authority_import(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "import");
}

int32_t authority_activate(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "activate");
}

int32_t authority_suspend(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "suspend");
}

int32_t authority_resume(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "resume");
}

int32_t authority_retire(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "retire");
}

int32_t authority_destroy_key(void *instance, signet_call_t *call,
                              const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "destroy-key");
}

/* Fetches one thing of a generation and hands it out as it is. */
static int32_t fetch(signet_call_t *call, const signet_command_input_t *input, const char *what)
{
    const signet_client_response_t *response = NULL;
    signet_text_t out = signet_setting_text(input->options, "out");
    signet_text_t end = signet_format(
        call, "generations/%lld/%s%c",
        (long long)signet_setting_integer(input->options, "generation", 0), what, '\0');
    if (end.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = signet_client(call, input, "GET", make_path(call, input, end.data), "*/*",
                                   (signet_text_t){NULL, 0}, &response);
    if (status != SIGNET_OK)
        return status;
    if (out.length > 0)
        return signet_file_write(call, out, response->body, FILE_MODE);
    return input->output->services->raw(input->output, call, response->body);
}

int32_t authority_evidence(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    return fetch(call, input, "evidence");
}

int32_t authority_last_list(void *instance, signet_call_t *call,
                            const signet_command_input_t *input)
{
    (void)instance;
    return fetch(call, input, "list");
}

int32_t authority_compromised(void *instance, signet_call_t *call,
                              const signet_command_input_t *input)
{
    (void)instance;
    return change(call, input, "compromised");
}

int32_t authority_rehearse_compromise(void *instance, signet_call_t *call,
                                      const signet_command_input_t *input)
{
    const signet_client_response_t *response = NULL;
    (void)instance;
    int32_t status =
        signet_client(call, input, "POST", make_path(call, input, "compromise/rehearsal"), "*/*",
                      (signet_text_t){NULL, 0}, &response);
    return status == SIGNET_OK ? input->output->services->raw(input->output, call, response->body)
                               : status;
}

int32_t authority_impact(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    static const signet_column_t reached[] = {
        SIGNET_COLUMN("serial", "Serial", 0),
        SIGNET_COLUMN("generation", "Key", SIGNET_COLUMN_NUMBER),
        SIGNET_COLUMN("profile", "Profile", 0),
        SIGNET_COLUMN("owner", "Owner", 0),
        SIGNET_COLUMN("state", "State", 0),
        SIGNET_COLUMN("not_after", "Expires", 0),
        SIGNET_COLUMN("subject", "Subject", SIGNET_COLUMN_WIDE),
    };
    const signet_client_response_t *response = NULL;
    if (signet_setting_integer(input->options, "counts", 0) != 0) {
        int32_t status = signet_client(call, input, "GET", make_path(call, input, "impact?limit=1"),
                                       "*/*", (signet_text_t){NULL, 0}, &response);
        return status == SIGNET_OK
                   ? input->output->services->raw(input->output, call, response->body)
                   : status;
    }
    signet_listing_t listing = {
        .path = make_path(call, input, "impact"),
        .member = "list",
        .limit = (uint64_t)signet_setting_integer(input->options, "limit", 0),
        .columns = reached,
        .column_count = sizeof reached / sizeof reached[0],
    };
    (void)instance;
    return signet_show_list(call, input, &listing);
}
