/* discovery-hello: finds the certificates in one PEM file. */
#include <inttypes.h>
#include <signet/ext/draft/discovery.h>
#include <signet/plugin.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>

#define FILE_LIMIT 4194304U

typedef struct hello {
    const signet_host_t *host;
} hello_t;

/* A cursor is the number of certificates that were answered before. */
static int32_t read_cursor(signet_call_t *call, signet_text_t cursor, uint64_t *number)
{
    *number = 0;
    for (uint64_t i = 0; i < cursor.length; i++) {
        if (cursor.data[i] < '0' || cursor.data[i] > '9' || i >= 9) {
            return signet_fail(call, SIGNET_INVALID, "hello.cursor",
                               "The cursor is none of this discovery: begin anew.");
        }
        *number = *number * 10 + (uint64_t)(cursor.data[i] - '0');
    }
    return SIGNET_OK;
}

static int32_t add(signet_call_t *call, const hello_t *hello, signet_bytes_t der,
                   const signet_found_t **found)
{
    signet_found_t *made = signet_alloc(call, 1, sizeof *made);
    if (!made) {
        return signet_status(call);
    }
    *made = (signet_found_t){
        .size = sizeof *made,
        .der = der,
        .place = signet_format(call, "file:%.*s",
                               SIGNET_FORMAT(signet_setting_text(hello->host->settings, "path"))),
    };
    *found = made;
    return made->place.data ? SIGNET_OK : signet_status(call);
}

static int32_t hello_scan(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                          const signet_discovery_page_t **page)
{
    const hello_t *hello = instance;
    signet_bytes_t content;
    uint64_t from = 0;
    uint64_t number = 0;
    const signet_found_t **found = signet_alloc(call, limit, sizeof *found);
    signet_discovery_page_t *made = signet_alloc(call, 1, sizeof *made);
    int32_t status = found && made ? read_cursor(call, cursor, &from) : signet_status(call);
    if (status == SIGNET_OK) {
        status = call->services->check(call);
    }
    if (status == SIGNET_OK) {
        status = signet_file_read(call, signet_setting_text(hello->host->settings, "path"),
                                  FILE_LIMIT, &content);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    *made = (signet_discovery_page_t){.size = sizeof *made, .found = found};
    signet_text_t rest = signet_bytes_text(content);
    while (status == SIGNET_OK && made->count < limit) {
        signet_bytes_t der;
        status = signet_pem_decode(call, rest, "CERTIFICATE", &der, &rest);
        if (status == SIGNET_OK && number++ >= from) {
            status = add(call, hello, der, &found[made->count++]);
        }
    }
    if (status == SIGNET_OK) {
        made->cursor = signet_format(call, "%" PRIu64, number);
        status = made->cursor.data ? SIGNET_OK : signet_status(call);
    } else if (status == SIGNET_NOT_FOUND) {
        /* No block follows: this was the last page. */
        call->services->clear(call);
        status = SIGNET_OK;
    }
    *page = made;
    return status;
}

static int32_t hello_open(const signet_host_t *host, signet_call_t *call, void **instance)
{
    hello_t *hello = calloc(1, sizeof *hello);
    if (!hello) {
        return signet_fail_memory(call);
    }
    hello->host = host;
    *instance = hello;
    return SIGNET_OK;
}

static void hello_close(void *instance)
{
    free(instance);
}

const signet_plugin_t *signet_plugin_entry(void)
{
    static const signet_option_t options[] = {
        {.size = sizeof(signet_option_t),
         .type = SIGNET_OPTION_PATH,
         .flags = SIGNET_OPTION_REQUIRED,
         .name = SIGNET_TEXT_INIT("path"),
         .help = SIGNET_TEXT_INIT("The file.")},
    };
    static const signet_discovery_interface_t interface = {.size = sizeof interface,
                                                           .scan = hello_scan};
    static const signet_provide_t provides[] = {
        {.size = sizeof(signet_provide_t),
         .interface = SIGNET_TEXT_INIT(SIGNET_DISCOVERY_INTERFACE),
         .vtable = &interface},
    };
    static const signet_plugin_t plugin = {
        .size = sizeof plugin,
        .abi = SIGNET_ABI,
        .id = SIGNET_TEXT_INIT("discovery-hello"),
        .version = SIGNET_TEXT_INIT("0.1.0"),
        .summary = SIGNET_TEXT_INIT("Finds the certificates in a PEM file."),
        .options = options,
        .option_count = sizeof options / sizeof *options,
        .provides = provides,
        .provide_count = 1,
        .open = hello_open,
        .close = hello_close,
    };
    return &plugin;
}
