#include "edge/access_log.h"

#include "core/log.h"

#define FIELDS 8U
#define NUMBER 24U
#define PATH_LIMIT 512U /* of a path in the log */

static signet_text_t number(char text[static NUMBER], uint64_t value)
{
    size_t first = NUMBER;

    do {
        first--;
        text[first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return (signet_text_t){text + first, NUMBER - first};
}

static signet_text_t or_dash(signet_text_t text)
{
    return text.length > 0 ? text : SIGNET_TEXT("-");
}

void edge_access_log(const edge_request_t *request, uint64_t duration_us)
{
    signet_call_t *call = request->call;
    signet_pair_t fields[FIELDS];
    signet_text_t actor = {NULL, 0};
    signet_text_t trace = {NULL, 0};
    signet_text_t path = request->target.path;
    char status[NUMBER];
    char bytes[NUMBER];
    char duration[NUMBER];
    size_t i;

    if (!request->routing->limits.access_log || !core_log_enabled(SIGNET_LOG_INFO)) {
        return;
    }
    if (call != NULL) {
        actor = call->services->actor(call)->id;
        trace = call->services->trace(call);
    }
    path.length = path.length < PATH_LIMIT ? path.length : PATH_LIMIT;
    for (i = 0; i < FIELDS; i++) {
        fields[i].size = sizeof(fields[i]);
        fields[i].reserved = 0;
    }
    fields[0].name = SIGNET_TEXT("method");
    fields[0].value = or_dash(request->http.method);
    fields[1].name = SIGNET_TEXT("path");
    fields[1].value = or_dash(path);
    fields[2].name = SIGNET_TEXT("status");
    fields[2].value = number(status, request->status);
    fields[3].name = SIGNET_TEXT("bytes");
    fields[3].value = number(bytes, request->bytes);
    fields[4].name = SIGNET_TEXT("duration_us");
    fields[4].value = number(duration, duration_us);
    fields[5].name = SIGNET_TEXT("peer");
    fields[5].value = request->view.peer;
    fields[6].name = SIGNET_TEXT("actor");
    fields[6].value = or_dash(actor);
    fields[7].name = SIGNET_TEXT("listener");
    fields[7].value = request->view.listener;
    core_log_line(SIGNET_LOG_INFO, SIGNET_TEXT("host"), "http.request", (signet_text_t){NULL, 0},
                  trace, fields, FIELDS);
}
