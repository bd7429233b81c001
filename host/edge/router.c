#include "edge/router.h"

#include <stdlib.h>
#include <string.h>

#include "core/call.h"

#define ROUTER_SEGMENTS 32U

/* One segment of the tree. */
typedef struct router_node {
    signet_text_t literal;         /* of a literal child */
    struct router_node **literals; /* in the order of their text */
    size_t literal_count;
    struct router_node *parameter; /* the child that matches any one segment, or NULL */
    const core_route_t *routes[EDGE_ROUTER_METHODS];
    size_t route_count;
} router_node_t;

struct edge_router {
    router_node_t root;
    const core_route_t **rest; /* those that take the rest of a path */
    size_t rest_count;
};

static int compare(signet_text_t left, signet_text_t right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = shorter > 0 ? memcmp(left.data, right.data, shorter) : 0;

    if (order != 0) {
        return order;
    }
    return (left.length > right.length) - (left.length < right.length);
}

/* The place of `literal` among the children; 1 in `*found` where it is there. */
static size_t literal_place(const router_node_t *node, signet_text_t literal, int *found)
{
    size_t low = 0;
    size_t high = node->literal_count;

    *found = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(node->literals[middle]->literal, literal);

        if (order == 0) {
            *found = 1;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static router_node_t *literal_child(router_node_t *node, signet_text_t literal)
{
    int found;
    size_t place = literal_place(node, literal, &found);
    router_node_t **grown;
    router_node_t *child;

    if (found && node->literals != NULL) {
        return node->literals[place];
    }
    grown = reallocarray(node->literals, node->literal_count + 1, sizeof(router_node_t *));
    if (grown == NULL) {
        return NULL;
    }
    node->literals = grown;
    child = calloc(1, sizeof(*child));
    if (child == NULL) {
        return NULL;
    }
    child->literal = literal;
    memmove(grown + place + 1, grown + place,
            (node->literal_count - place) * sizeof(router_node_t *));
    grown[place] = child;
    node->literal_count++;
    return child;
}

/* Cuts the next segment off a path that follows a '/'. */
static signet_text_t next_segment(signet_text_t *rest)
{
    const char *slash = rest->length > 0 ? memchr(rest->data, '/', rest->length) : NULL;
    signet_text_t segment = *rest;

    if (slash == NULL) {
        *rest = (signet_text_t){NULL, 0};
        return segment;
    }
    segment.length = (size_t)(slash - rest->data);
    rest->data += segment.length + 1;
    rest->length -= segment.length + 1;
    return segment;
}

static int is_parameter(signet_text_t segment)
{
    return segment.length > 2 && segment.data[0] == '{' && segment.data[segment.length - 1] == '}';
}

static int32_t add_to_node(signet_call_t *call, router_node_t *node, const core_route_t *route)
{
    size_t i;

    for (i = 0; i < node->route_count; i++) {
        if (compare(node->routes[i]->route->method, route->route->method) == 0) {
            return core_fail(
                call, SIGNET_EXISTS, "http.route-exists",
                "The routes %.*s %.*s of %.*s and %.*s of %.*s match the same "
                "requests: load only one of the two.",
                (int)route->route->method.length, route->route->method.data,
                (int)node->routes[i]->route->path.length, node->routes[i]->route->path.data,
                (int)node->routes[i]->instance_name.length, node->routes[i]->instance_name.data,
                (int)route->route->path.length, route->route->path.data,
                (int)route->instance_name.length, route->instance_name.data);
        }
    }
    if (node->route_count == EDGE_ROUTER_METHODS) {
        return core_fail(call, SIGNET_TOO_LARGE, "http.route-invalid",
                         "The path %.*s has more than %u methods.", (int)route->route->path.length,
                         route->route->path.data, EDGE_ROUTER_METHODS);
    }
    node->routes[node->route_count++] = route;
    return SIGNET_OK;
}

static int32_t add_route(signet_call_t *call, router_node_t *node, const core_route_t *route)
{
    signet_text_t rest = route->route->path;
    uint64_t parameters = 0;
    uint64_t segments = 0;

    if (rest.length == 0 || rest.data[0] != '/') {
        return core_fail(call, SIGNET_INVALID, "http.route-invalid",
                         "The path \"%.*s\" of a route of %.*s does not begin with '/'.",
                         (int)rest.length, rest.data, (int)route->instance_name.length,
                         route->instance_name.data);
    }
    rest.data++;
    rest.length--;
    while (rest.data != NULL && rest.length > 0) {
        signet_text_t segment = next_segment(&rest);

        if (is_parameter(segment)) {
            parameters++;
            if (node->parameter == NULL) {
                node->parameter = calloc(1, sizeof(*node->parameter));
            }
            node = node->parameter;
        } else {
            node = literal_child(node, segment);
        }
        if (node == NULL) {
            return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                             "No memory is left for the routes.");
        }
        segments++;
    }
    if (parameters > EDGE_ROUTER_PARAMETERS || segments > ROUTER_SEGMENTS) {
        return core_fail(call, SIGNET_TOO_LARGE, "http.route-invalid",
                         "The path %.*s of a route has too many segments.",
                         (int)route->route->path.length, route->route->path.data);
    }
    return add_to_node(call, node, route);
}

static void free_children(router_node_t *node)
{
    size_t i;

    for (i = 0; i < node->literal_count; i++) {
        free_children(node->literals[i]);
        free(node->literals[i]);
    }
    free(node->literals);
    if (node->parameter != NULL) {
        free_children(node->parameter);
        free(node->parameter);
    }
}

/* What stands before the parameter of a route that takes the rest, its slash included. */
static signet_text_t rest_prefix(const core_route_t *route)
{
    signet_text_t path = route->route->path;
    const char *brace = path.length > 0 ? memchr(path.data, '{', path.length) : NULL;
    uint64_t before = brace != NULL ? (uint64_t)(brace - path.data) : 0;
    int is_last = before > 1 && path.data[before - 1] == '/' && path.data[path.length - 1] == '}' &&
                  memchr(brace, '/', path.length - before) == NULL;

    return is_last && path.data[0] == '/' ? (signet_text_t){path.data, before}
                                          : (signet_text_t){NULL, 0};
}

static int32_t add_rest(signet_call_t *call, edge_router_t *router, const core_route_t *route)
{
    signet_text_t prefix = rest_prefix(route);
    const core_route_t **grown;
    size_t i;

    if (prefix.length == 0) {
        return core_fail(call, SIGNET_INVALID, "http.route-invalid",
                         "The path \"%.*s\" of a route of %.*s does not end in its one parameter.",
                         (int)route->route->path.length, route->route->path.data,
                         (int)route->instance_name.length, route->instance_name.data);
    }
    for (i = 0; i < router->rest_count; i++) {
        if (compare(rest_prefix(router->rest[i]), prefix) == 0 &&
            compare(router->rest[i]->route->method, route->route->method) == 0) {
            return core_fail(call, SIGNET_EXISTS, "http.route-exists",
                             "The route %.*s %.*s is one of %.*s and of %.*s: load only one of the "
                             "two.",
                             (int)route->route->method.length, route->route->method.data,
                             (int)route->route->path.length, route->route->path.data,
                             (int)router->rest[i]->instance_name.length,
                             router->rest[i]->instance_name.data, (int)route->instance_name.length,
                             route->instance_name.data);
        }
    }
    grown = reallocarray(router->rest, router->rest_count + 1, sizeof(*grown));
    if (grown == NULL) {
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "No memory is left for the routes.");
    }
    router->rest = grown;
    router->rest[router->rest_count++] = route;
    return SIGNET_OK;
}

int32_t edge_router_new(signet_call_t *call, const core_route_t *routes, uint64_t count,
                        edge_router_t **router)
{
    edge_router_t *made = calloc(1, sizeof(*made));
    uint64_t i;

    if (made == NULL) {
        return core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                         "No memory is left for the routes.");
    }
    for (i = 0; i < count; i++) {
        int32_t status = (routes[i].route->flags & SIGNET_ROUTE_REST) != 0
                             ? add_rest(call, made, &routes[i])
                             : add_route(call, &made->root, &routes[i]);

        if (status != SIGNET_OK) {
            edge_router_free(made);
            return status;
        }
    }
    *router = made;
    return SIGNET_OK;
}

void edge_router_free(edge_router_t *router)
{
    if (router != NULL) {
        free_children(&router->root);
        free(router->rest);
        free(router);
    }
}

static const core_route_t *route_of(const router_node_t *node, signet_text_t method)
{
    size_t i;

    for (i = 0; i < node->route_count; i++) {
        if (compare(node->routes[i]->route->method, method) == 0) {
            return node->routes[i];
        }
    }
    if (compare(method, SIGNET_TEXT("HEAD")) == 0) {
        return route_of(node, SIGNET_TEXT("GET"));
    }
    return NULL;
}

static void allow(edge_match_t *match, signet_text_t method)
{
    uint64_t i;

    for (i = 0; i < match->allowed_count; i++) {
        if (compare(match->allowed[i], method) == 0) {
            return;
        }
    }
    if (match->allowed_count < EDGE_ROUTER_METHODS) {
        match->allowed[match->allowed_count++] = method;
    }
}

/* Descends along `rest`; the values of parameters on the way are kept in `match`. `whole` tells
 * that the path is at its end. */
static const core_route_t *descend(const router_node_t *node, signet_text_t rest, int whole,
                                   signet_text_t method, edge_match_t *match)
{
    const core_route_t *route = NULL;
    signet_text_t segment;
    int found;
    size_t place;

    if (whole) {
        size_t i;

        route = route_of(node, method);
        for (i = 0; route == NULL && i < node->route_count; i++) {
            allow(match, node->routes[i]->route->method);
        }
        return route;
    }
    segment = next_segment(&rest);
    if (segment.length == 0) {
        return NULL;
    }
    place = literal_place(node, segment, &found);
    if (found) {
        route = descend(node->literals[place], rest, rest.data == NULL, method, match);
    }
    if (route == NULL && node->parameter != NULL &&
        match->parameter_count < EDGE_ROUTER_PARAMETERS) {
        match->parameters[match->parameter_count++].value = segment;
        route = descend(node->parameter, rest, rest.data == NULL, method, match);
        if (route == NULL) {
            match->parameter_count--;
        }
    }
    return route;
}

/* Gives the values found their names from the route's own path. */
static void name_parameters(edge_match_t *match)
{
    signet_text_t rest = match->route->route->path;
    uint64_t next = 0;

    rest.data++;
    rest.length--;
    while (rest.data != NULL && rest.length > 0 && next < match->parameter_count) {
        signet_text_t segment = next_segment(&rest);

        if (is_parameter(segment)) {
            signet_pair_t *pair = &match->parameters[next++];

            pair->size = sizeof(*pair);
            pair->reserved = 0;
            pair->name = (signet_text_t){segment.data + 1, segment.length - 2};
        }
    }
}

int32_t edge_router_find(const edge_router_t *router, signet_text_t method, signet_text_t path,
                         edge_match_t *match)
{
    match->route = NULL;
    match->parameter_count = 0;
    match->allowed_count = 0;
    if (path.length == 0) {
        return SIGNET_NOT_FOUND;
    }
    path.data++;
    path.length--;
    match->route = descend(&router->root, path, path.length == 0, method, match);
    if (match->route != NULL) {
        name_parameters(match);
        return SIGNET_OK;
    }
    return match->allowed_count > 0 ? SIGNET_UNSUPPORTED : SIGNET_NOT_FOUND;
}

int edge_router_find_rest(const edge_router_t *router, signet_text_t method, signet_text_t raw,
                          edge_match_t *match)
{
    signet_text_t wanted = compare(method, SIGNET_TEXT("HEAD")) == 0 ? SIGNET_TEXT("GET") : method;
    size_t i;

    for (i = 0; i < router->rest_count; i++) {
        const core_route_t *route = router->rest[i];
        signet_text_t prefix = rest_prefix(route);
        signet_text_t path = route->route->path;

        if (prefix.data != NULL && raw.length > prefix.length &&
            memcmp(raw.data, prefix.data, prefix.length) == 0 &&
            compare(route->route->method, wanted) == 0) {
            match->route = route;
            match->allowed_count = 0;
            match->parameter_count = 1;
            match->parameters[0] = (signet_pair_t){
                .size = sizeof(signet_pair_t),
                .name = {path.data + prefix.length + 1, path.length - prefix.length - 2},
                .value = {raw.data + prefix.length, raw.length - prefix.length}};
            return 1;
        }
    }
    return 0;
}
