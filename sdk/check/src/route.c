/* From a method and a path to a route. */
#include "runner.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

int32_t runner_percent_decode(signet_call_t *call, signet_text_t text, int query,
                              signet_text_t *decoded)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + 1);
    for (uint64_t i = 0; i < text.length; i++) {
        uint8_t octet = (uint8_t)text.data[i];
        if (octet == '%') {
            signet_text_t digits = {text.data + i + 1, 2};
            signet_bytes_t value = {NULL, 0};
            if (i + 2 >= text.length || signet_hex_decode(call, digits, &value) != SIGNET_OK) {
                call->services->clear(call);
                return signet_fail(call, SIGNET_INVALID, "request.malformed",
                                   "A '%%' in the target is not followed by two hexadecimal "
                                   "digits.");
            }
            octet = value.data[0];
            i += 2;
        } else if (query && octet == '+') {
            octet = ' ';
        }
        signet_buffer_add_byte(&buffer, octet);
    }
    return signet_buffer_text(&buffer, decoded);
}

/* How many parameters a path matches with, each an undecoded segment in `values`; -1 where it does
 * not match. `values` may be NULL. */
static int match(signet_text_t pattern, signet_text_t path, signet_pair_t *values)
{
    int count = 0;
    while (pattern.length > 0 && path.length > 0) {
        signet_text_t expected = signet_text_split(pattern, '/', &pattern);
        signet_text_t segment = signet_text_split(path, '/', &path);
        if (signet_text_starts(expected, "{") && signet_text_ends(expected, "}")) {
            if (segment.length == 0) {
                return -1;
            }
            if (values) {
                signet_text_t name = {expected.data + 1, expected.length - 2};
                values[count] =
                    (signet_pair_t){.size = sizeof *values, .name = name, .value = segment};
            }
            count++;
        } else if (!signet_text_equal(expected, segment)) {
            return -1;
        }
    }
    return pattern.length == 0 && path.length == 0 ? count : -1;
}

/* HEAD is answered from GET. */
static int serves(const signet_route_t *route, signet_text_t method)
{
    return signet_text_equal(route->method, method) ||
           (signet_text_is(method, "HEAD") && signet_text_is(route->method, "GET"));
}

const runner_route_t *runner_route(signet_check_t *check, signet_call_t *call, signet_text_t method,
                                   signet_text_t path, const signet_pair_t **parameters,
                                   uint64_t *parameter_count)
{
    const runner_route_t *found = NULL;
    int least = -1;
    int other_method = 0;
    for (const runner_instance_t *at = check->instances; at; at = at->next) {
        for (const runner_route_t *route = at->routes; route; route = route->next) {
            int count = match(route->route.path, path, NULL);
            if (count >= 0 && !serves(&route->route, method)) {
                other_method = 1;
            } else if (count >= 0 && (!found || count < least)) {
                found = route;
                least = count;
            }
        }
    }
    if (!found) {
        signet_fail(call, other_method ? SIGNET_UNSUPPORTED : SIGNET_NOT_FOUND,
                    other_method ? "request.method" : "request.path", "No route serves %.*s %.*s.",
                    SIGNET_FORMAT(method), SIGNET_FORMAT(path));
        return NULL;
    }
    signet_pair_t *values = signet_alloc(call, (uint64_t)least, sizeof *values);
    if (!values) {
        return NULL;
    }
    match(found->route.path, path, values);
    for (int i = 0; i < least; i++) {
        if (runner_percent_decode(call, values[i].value, 0, &values[i].value) != SIGNET_OK) {
            return NULL;
        }
    }
    *parameters = values;
    *parameter_count = (uint64_t)least;
    return found;
}
