#include "rest_document.h"

#include <pthread.h>
#include <rest_openapi.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <stdlib.h>
#include <string.h>

#include "rest.h"
#include "rest_input.h"
#include "rest_media.h"

/* Most octets of one route's part. */
#define MAXIMUM_OPERATION (UINT64_C(256) * 1024)

struct rest_document {
    pthread_mutex_t lock;
    uint64_t digest; /* of the routes that `text` was made of */
    char *text;      /* NULL: not made yet */
    uint64_t length;
};

rest_document_t *rest_document_new(void)
{
    rest_document_t *document = calloc(1, sizeof *document);
    if (document == NULL)
        return NULL;
    if (pthread_mutex_init(&document->lock, NULL) != 0) {
        free(document);
        return NULL;
    }
    return document;
}

void rest_document_free(rest_document_t *document)
{
    if (document == NULL)
        return;
    pthread_mutex_destroy(&document->lock);
    free(document->text);
    free(document);
}

/* FNV-1a over what the document is made of; not for security, the routes are our own. */
static uint64_t mix(uint64_t digest, signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++)
        digest = (digest ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
    return digest * UINT64_C(0x100000001b3);
}

static uint64_t digest_routes(const signet_route_t *const *routes, uint64_t count)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (uint64_t i = 0; i < count; i++) {
        digest = mix(digest, routes[i]->method);
        digest = mix(digest, routes[i]->path);
        digest = mix(digest, routes[i]->openapi);
    }
    return digest;
}

static int by_path(const void *left, const void *right)
{
    const signet_route_t *a = *(const signet_route_t *const *)left;
    const signet_route_t *b = *(const signet_route_t *const *)right;
    int order = signet_text_compare(a->path, b->path);
    return order != 0 ? order : signet_text_compare(a->method, b->method);
}

/* Whether a route's part is a JSON object. One that is not would break the whole document, so it is
 * left out and logged. */
static int usable(const signet_host_t *host, signet_call_t *call, const signet_route_t *route)
{
    const signet_json_t *operation = NULL;
    if (route->openapi.length == 0)
        return 0;
    if (signet_json_parse(call, signet_text_bytes(route->openapi), MAXIMUM_OPERATION, &operation) ==
            SIGNET_OK &&
        operation->kind == SIGNET_JSON_OBJECT)
        return 1;
    call->services->clear(call);
    signet_log(host, call, SIGNET_LOG_WARNING, "rest.operation-invalid",
               "The OpenAPI part of %.*s %.*s is not a JSON object and is left out.",
               SIGNET_FORMAT(route->method), SIGNET_FORMAT(route->path));
    return 0;
}

static void write_method(signet_json_writer_t *writer, const signet_route_t *route)
{
    char method[16] = "";
    for (uint64_t i = 0; i < route->method.length && i < sizeof method - 1; i++) {
        char letter = route->method.data[i];
        method[i] = (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    }
    signet_json_raw(writer, method, route->openapi);
}

static int32_t make(const signet_host_t *host, signet_call_t *call,
                    const signet_route_t *const *routes, uint64_t count, signet_text_t *text)
{
    const signet_route_t **sorted = signet_alloc(call, count + 1, sizeof(void *));
    if (sorted == NULL)
        return signet_status(call);
    uint64_t used = 0;
    for (uint64_t i = 0; i < count; i++)
        if (usable(host, call, routes[i]))
            sorted[used++] = routes[i];
    qsort(sorted, used, sizeof(void *), by_path);

    signet_json_writer_t writer = signet_json_writer(call, 65536);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "openapi", SIGNET_TEXT("3.1.0"));
    signet_json_begin_object(&writer, "info");
    signet_json_text(&writer, "title", SIGNET_TEXT("Signet"));
    signet_json_text(&writer, "summary",
                     SIGNET_TEXT("Enterprise PKI: certificates, authorities, "
                                 "profiles, revocation and the journal."));
    signet_json_text(&writer, "version", SIGNET_TEXT(REST_VERSION));
    signet_json_end_object(&writer);
    signet_json_raw(&writer, "security", SIGNET_TEXT("[{\"bearer\": []}, {\"certificate\": []}]"));
    signet_json_begin_object(&writer, "paths");
    for (uint64_t i = 0; i < used; i++) {
        int first = i == 0 || !signet_text_equal(sorted[i]->path, sorted[i - 1]->path);
        int last = i + 1 == used || !signet_text_equal(sorted[i]->path, sorted[i + 1]->path);
        if (first) {
            const char *path = signet_text_string(call, sorted[i]->path);
            if (path == NULL)
                return signet_status(call);
            signet_json_begin_object(&writer, path);
        }
        write_method(&writer, sorted[i]);
        if (last)
            signet_json_end_object(&writer);
    }
    signet_json_end_object(&writer);
    signet_json_raw(&writer, "components",
                    (signet_text_t){rest_openapi_components, sizeof rest_openapi_components - 1});
    signet_json_end_object(&writer);
    return signet_json_finish(&writer, text);
}

/* The kept text, copied into the arena; 0 where it is of other routes. */
static int kept(rest_document_t *document, signet_call_t *call, uint64_t digest,
                signet_text_t *text)
{
    int found = 0;
    pthread_mutex_lock(&document->lock);
    if (document->text != NULL && document->digest == digest) {
        *text = signet_text_copy(call, (signet_text_t){document->text, document->length});
        found = 1;
    }
    pthread_mutex_unlock(&document->lock);
    return found;
}

int32_t rest_document_get(rest_document_t *document, const signet_host_t *host, signet_call_t *call,
                          const signet_route_t *const *routes, uint64_t count, signet_text_t *text)
{
    uint64_t digest = digest_routes(routes, count);
    if (kept(document, call, digest, text))
        return text->data != NULL ? SIGNET_OK : signet_status(call);
    int32_t status = make(host, call, routes, count, text);
    if (status != SIGNET_OK || text->data == NULL)
        return status;
    char *copy = malloc(text->length + 1);
    if (copy == NULL)
        return SIGNET_OK; /* answered all the same; the next one makes it anew */
    memcpy(copy, text->data, text->length);
    pthread_mutex_lock(&document->lock);
    free(document->text);
    document->text = copy;
    document->length = text->length;
    document->digest = digest;
    pthread_mutex_unlock(&document->lock);
    return SIGNET_OK;
}

int32_t rest_get_openapi(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    (void)request;
    const rest_t *rest = instance;
    uint64_t count = 0;
    const signet_route_t *const *routes = rest->host->services->routes(rest->host, call, &count);
    if (routes == NULL && count != 0)
        return signet_status(call);
    signet_text_t text = {NULL, 0};
    int32_t status = rest_document_get(rest->document, rest->host, call, routes, count, &text);
    if (status != SIGNET_OK)
        return status;
    return signet_http_answer(call, exchange, 200, SIGNET_TEXT(REST_TYPE_JSON),
                              signet_text_bytes(text), (signet_text_t){NULL, 0});
}
