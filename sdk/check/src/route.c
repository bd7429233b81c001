/* From a method and a path to a route. */
#include "runner.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/text.h>

/* How many parameters a path matches with, each an undecoded segment in `values`, or with
 * SIGNET_ROUTE_REST all that is left; -1 where it does not match. `values` may be NULL. */
static int match(const signet_route_t *route, signet_text_t path, signet_pair_t *values)
{
    int count = 0;
    signet_text_t pattern = route->path;
    while (pattern.length > 0 && path.length > 0) {
        signet_text_t expected = signet_text_split(pattern, '/', &pattern);
        signet_text_t rest = path;
        signet_text_t segment = signet_text_split(path, '/', &path);
        if ((route->flags & SIGNET_ROUTE_REST) && pattern.length == 0) {
            segment = rest;
            path.length = 0;
        }
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
            int count = match(&route->route, path, NULL);
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
    match(&found->route, path, values);
    int is_rest = (found->route.flags & SIGNET_ROUTE_REST) != 0;
    for (int i = 0; i < least && !is_rest; i++) {
        if (signet_http_decode(call, values[i].value, 0, &values[i].value) != SIGNET_OK) {
            return NULL;
        }
    }
    *parameters = values;
    *parameter_count = (uint64_t)least;
    return found;
}
