/* Exchanges without a connection. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

#define PIECE_MAX 65536U

/* States of an exchange. */
#define WAITING 0
#define BEGUN 1
#define ANSWERED 2

static runner_exchange_t *of(signet_exchange_t *exchange)
{
    return (runner_exchange_t *)exchange;
}

/* Copies the answer, so that a test sees what a client would even when the plugin goes on to
 * change its own memory. */
static int32_t take(runner_exchange_t *self, signet_call_t *call, const signet_response_t *response)
{
    if (self->state != WAITING) {
        return signet_fail(call, SIGNET_CONFLICT, "exchange.answered",
                           "The request has an answer already.");
    }
    if (response->status < 100 || response->status > 599) {
        return signet_fail(call, SIGNET_INVALID, "exchange.status", "%u is not a status of HTTP.",
                           response->status);
    }
    signet_pair_t *headers = signet_alloc(call, response->header_count, sizeof *headers);
    signet_response_t *copy = signet_alloc(call, 1, sizeof *copy);
    if (!headers || !copy) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < response->header_count; i++) {
        const signet_pair_t *header = SIGNET_AT(signet_pair_t, response->headers, i);
        headers[i] = (signet_pair_t){.size = sizeof *headers,
                                     .name = signet_text_copy(call, header->name),
                                     .value = signet_text_copy(call, header->value)};
        if (!headers[i].name.data || !headers[i].value.data) {
            return SIGNET_NO_MEMORY;
        }
    }
    *copy = (signet_response_t){.size = sizeof *copy,
                                .status = response->status,
                                .headers = headers,
                                .header_count = response->header_count,
                                .body = signet_bytes_copy(call, response->body)};
    if (!copy->body.data) {
        return SIGNET_NO_MEMORY;
    }
    self->response = copy;
    return SIGNET_OK;
}

static int32_t exchange_respond(signet_exchange_t *exchange, signet_call_t *call,
                                const signet_response_t *response)
{
    int32_t status = take(of(exchange), call, response);
    if (status == SIGNET_OK) {
        of(exchange)->state = ANSWERED;
    }
    return status;
}

static int32_t exchange_read(signet_exchange_t *exchange, signet_call_t *call,
                             signet_bytes_t *piece)
{
    runner_exchange_t *self = of(exchange);
    uint64_t length = self->body.length < PIECE_MAX ? self->body.length : PIECE_MAX;
    *piece = signet_bytes_copy(call, (signet_bytes_t){self->body.data, length});
    if (!piece->data) {
        return SIGNET_NO_MEMORY;
    }
    self->body = (signet_bytes_t){self->body.data + length, self->body.length - length};
    return SIGNET_OK;
}

static int32_t exchange_write(signet_exchange_t *exchange, signet_call_t *call,
                              signet_bytes_t piece)
{
    if (of(exchange)->state != BEGUN) {
        return signet_fail(call, SIGNET_CONFLICT, "exchange.not-begun",
                           "The answer has not begun or has ended.");
    }
    signet_buffer_t *pieces = of(exchange)->pieces;
    signet_buffer_add(pieces, piece.data, piece.length);
    return pieces->failed ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static int32_t exchange_begin(signet_exchange_t *exchange, signet_call_t *call,
                              const signet_response_t *response)
{
    int32_t status = take(of(exchange), call, response);
    if (status != SIGNET_OK) {
        return status;
    }
    of(exchange)->state = BEGUN;
    return exchange_write(exchange, call, response->body);
}

static int32_t exchange_finish(signet_exchange_t *exchange, signet_call_t *call)
{
    runner_exchange_t *self = of(exchange);
    if (self->state != BEGUN) {
        return signet_fail(call, SIGNET_CONFLICT, "exchange.not-begun",
                           "The answer has not begun or has ended.");
    }
    self->state = ANSWERED;
    return signet_buffer_bytes(self->pieces, &self->response->body);
}

static const signet_exchange_services_t services = {
    .size = sizeof services,
    .respond = exchange_respond,
    .read = exchange_read,
    .begin = exchange_begin,
    .write = exchange_write,
    .finish = exchange_finish,
};

runner_exchange_t *runner_exchange_new(signet_call_t *call, signet_bytes_t body)
{
    runner_exchange_t *exchange = runner_take(call, sizeof *exchange);
    signet_buffer_t *pieces = runner_take(call, sizeof *pieces);
    *pieces = signet_buffer(call, 0);
    exchange->head = (signet_exchange_t){.size = sizeof exchange->head, .services = &services};
    exchange->body = body;
    exchange->pieces = pieces;
    return exchange;
}

const signet_response_t *runner_exchange_response(const runner_exchange_t *exchange)
{
    return exchange->state == ANSWERED ? exchange->response : NULL;
}
