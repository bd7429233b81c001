/* A notifier that misbehaves as its setting `manner` says, one way at a time. */
#include <fcntl.h>
#include <pthread.h>
#include <signet/ext/draft/notifier.h>
#include <signet/plugin.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct rude {
    const signet_host_t *host;
} rude_t;

static int is(const signet_host_t *host, const char *manner)
{
    return signet_text_is(signet_setting_text(host->settings, "manner"), manner);
}

static void *idle(void *argument)
{
    (void)argument;
    for (;;) {
        pause();
    }
    return NULL;
}

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    (void)call;
    if (is(host, "crash-open")) {
        abort();
    }
    if (is(host, "silent-open")) {
        return SIGNET_INVALID;
    }
    rude_t *rude = calloc(1, sizeof *rude);
    if (!rude) {
        return signet_fail_memory(call);
    }
    rude->host = host;
    *instance = rude;
    return SIGNET_OK;
}

static int32_t start_instance(void *instance, signet_call_t *call)
{
    const rude_t *rude = instance;
    pthread_t thread;
    (void)call;
    if (is(rude->host, "crash-start")) {
        abort();
    }
    if (is(rude->host, "hang-start")) {
        idle(NULL);
    }
    if (is(rude->host, "exit-start")) {
        exit(EXIT_SUCCESS);
    }
    if (is(rude->host, "leak-file") && open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) {
        return signet_fail_memory(call);
    }
    if (is(rude->host, "leak-thread")) {
        if (pthread_create(&thread, NULL, idle, NULL) != 0) {
            return signet_fail_memory(call);
        }
        pthread_detach(thread);
    }
    return SIGNET_OK;
}

static int32_t notify(void *instance, signet_call_t *call, const signet_alert_t *alert,
                      signet_text_t *receipt)
{
    const rude_t *rude = instance;
    (void)alert;
    if (is(rude->host, "crash-call")) {
        abort();
    }
    if (is(rude->host, "hang-call")) {
        idle(NULL);
    }
    if (is(rude->host, "silent-call")) {
        return SIGNET_UNAVAILABLE;
    }
    if (is(rude->host, "error-call")) {
        signet_fail(call, SIGNET_UNAVAILABLE, "rude.error", "This is left behind.");
    }
    if (is(rude->host, "other-error")) {
        signet_fail(call, SIGNET_INVALID, "rude.other", "It says one thing and answers another.");
        return SIGNET_UNAVAILABLE;
    }
    if (is(rude->host, "bad-receipt")) {
        *receipt = SIGNET_TEXT("\xff");
    }
    return SIGNET_OK;
}

static void close_instance(void *instance)
{
    free(instance);
}

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("manner"),
     .help = SIGNET_TEXT_INIT("How it misbehaves.")},
};

static const signet_notifier_interface_t interface = {.size = sizeof interface, .notify = notify};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_NOTIFIER_INTERFACE),
     .vtable = &interface},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("rude-plugin"),
    .version = SIGNET_TEXT_INIT("0.0.1"),
    .summary = SIGNET_TEXT_INIT("Misbehaves as it is told."),
    .options = options,
    .option_count = 1,
    .provides = provides,
    .provide_count = 1,
    .open = open_instance,
    .start = start_instance,
    .close = close_instance,
};

const signet_plugin_t *signet_plugin_entry(void)
{
    return &plugin;
}
