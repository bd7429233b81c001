#include "certificate_pending.h"

#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <time.h>

/* The answer of a request that was accepted but not carried out yet. */
#define ACCEPTED 202U
/* Between two looks at a request: the first, and the longest. */
#define FIRST_MS 500
#define LONGEST_MS 5000

static int64_t number(const signet_json_t *object, const char *name)
{
    const signet_json_t *member = signet_json_get(object, name);
    return member == NULL ? 0 : member->integer;
}

static int32_t still_pending(signet_call_t *call, const signet_json_t *request)
{
    signet_text_t id = signet_show_text(call, signet_json_get(request, "id"));
    return signet_fail(call, SIGNET_PENDING, "request.pending",
                       "The request waits for approval: %" PRId64 " of %" PRId64
                       " persons have agreed. Once it is approved, fetch the certificate with: "
                       "signet request issue %.*s",
                       number(request, "approved"), number(request, "required"), SIGNET_FORMAT(id));
}

static int32_t fetch(signet_call_t *call, const signet_command_input_t *input, signet_text_t id)
{
    const signet_client_response_t *response = NULL;
    signet_text_t path =
        signet_format(call, "/v1/requests/%.*s/issue", SIGNET_FORMAT(signet_url_encode(call, id)));
    signet_text_t password = {NULL, 0};
    signet_text_t body = SIGNET_TEXT("{}");
    int32_t status = signet_secret_password(call, input, &password);
    if (status == SIGNET_OK && password.length > 0) {
        signet_json_writer_t writer = signet_json_writer(call, 128);
        signet_json_begin_object(&writer, NULL);
        signet_json_text(&writer, "password", password);
        signet_json_end_object(&writer);
        status = signet_json_finish(&writer, &body);
    }
    if (status == SIGNET_OK)
        status = signet_client(call, input, "POST", path, NULL, body, &response);
    if (status != SIGNET_OK)
        return status;
    const signet_json_t *answer = NULL;
    status = signet_json_parse(call, response->body, response->body.length, &answer);
    if (status != SIGNET_OK)
        return status;
    if (response->status == ACCEPTED)
        return still_pending(call, answer);
    status = certificate_show_issued(call, input, answer);
    /* A key that was made is handed out here and never again. */
    signet_text_t key = signet_show_text(call, signet_json_get(answer, "private_key"));
    signet_text_t file = signet_setting_text(input->options, "key_out");
    if (key.length > 0 && file.length > 0)
        return signet_secret_write(call, file, signet_text_bytes(key));
    if (status == SIGNET_OK && key.length > 0 && !input->output->json)
        status = input->output->services->raw(input->output, call, signet_text_bytes(key));
    return status;
}

/* One look, in a call of its own so that waiting takes no memory; `waits` tells whether it still
 * waits. What has changed is told on standard error, which scripts do not read. */
static int32_t look(signet_call_t *call, const signet_command_input_t *input, signet_text_t path,
                    int64_t *approved, int *waits)
{
    const signet_json_t *request = NULL;
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status =
        signet_client_json(child, input, "GET", path, (signet_text_t){NULL, 0}, &request);
    if (status == SIGNET_OK) {
        signet_text_t state = signet_show_text(child, signet_json_get(request, "state"));
        *waits = signet_text_is(state, "pending");
        if (number(request, "approved") != *approved || !*waits)
            (void)fprintf(stderr, "%.*s: %" PRId64 " of %" PRId64 " persons have agreed\n",
                          SIGNET_FORMAT(state), number(request, "approved"),
                          number(request, "required"));
        *approved = number(request, "approved");
    } else {
        (void)call->services->fail(call, child->services->error(child));
    }
    call->services->end(child);
    return status;
}

static int32_t wait_and_fetch(signet_call_t *call, const signet_command_input_t *input,
                              signet_text_t id)
{
    int waits = 1;
    int64_t approved = -1;
    int64_t pause_ms = FIRST_MS;
    signet_text_t path =
        signet_format(call, "/v1/requests/%.*s", SIGNET_FORMAT(signet_url_encode(call, id)));
    (void)fprintf(stderr, "the request %.*s waits for approval\n", SIGNET_FORMAT(id));
    for (;;) {
        int32_t status = look(call, input, path, &approved, &waits);
        if (status == SIGNET_OK && waits)
            status = call->services->check(call);
        if (status != SIGNET_OK)
            return status;
        if (!waits)
            return fetch(call, input, id);
        struct timespec pause = {.tv_sec = pause_ms / 1000,
                                 .tv_nsec = (long)(pause_ms % 1000) * 1000000};
        nanosleep(&pause, NULL);
        pause_ms = pause_ms * 2 > LONGEST_MS ? LONGEST_MS : pause_ms * 2;
    }
}

int32_t certificate_answered(signet_call_t *call, const signet_command_input_t *input,
                             const signet_client_response_t *response)
{
    const signet_json_t *answer = NULL;
    int32_t status = signet_json_parse(call, response->body, response->body.length, &answer);
    if (status != SIGNET_OK)
        return status;
    if (response->status != ACCEPTED)
        return certificate_show_issued(call, input, answer);
    if (signet_setting_integer(input->options, "wait", 0))
        return wait_and_fetch(call, input, signet_show_text(call, signet_json_get(answer, "id")));
    return still_pending(call, answer);
}

int32_t certificate_fetch(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    (void)instance;
    signet_text_t id = signet_setting_text(input->options, "id");
    return signet_setting_integer(input->options, "wait", 0) ? wait_and_fetch(call, input, id)
                                                             : fetch(call, input, id);
}
