/* Instances: loading, opening, starting, ending. */
#include "runner.h"

#include <dlfcn.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Loads a plugin. It stays loaded until the process ends, as in the host. */
static const signet_plugin_t *load(const char *plugin)
{
    char path[PATH_MAX];
    const char *folder = getenv("SIGNET_CHECK_PLUGINS");
    int length = 0;
    if (strchr(plugin, '/')) {
        length = snprintf(path, sizeof path, "%s", plugin);
    } else if (folder) {
        length = snprintf(path, sizeof path, "%s/%s.so", folder, plugin);
    } else {
        runner_die("the plugin %s is not found: set SIGNET_CHECK_PLUGINS to the folder of plugins",
                   plugin);
    }
    if (length < 0 || (size_t)length >= sizeof path) {
        runner_die("the path of the plugin %s is too long", plugin);
    }
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        runner_die("%s", dlerror());
    }
    const signet_plugin_t *(*entry)(void) = NULL;
    void *symbol = dlsym(library, "signet_plugin_entry");
    if (!symbol) {
        runner_die("%s does not export signet_plugin_entry: link it with plugin.map", path);
    }
    /* POSIX has functions found this way; ISO C has no cast for it. */
    memcpy(&entry, &symbol, sizeof entry);
    return entry();
}

/* A failure without an error is a defect of the plugin. */
static int32_t settle(signet_call_t *call, const signet_plugin_t *plugin, const char *step,
                      int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    if (status != SIGNET_OK && !error) {
        return signet_fail(call, SIGNET_INTERNAL, "plugin.silent",
                           "%s of the plugin %.*s failed and set no error.", step,
                           SIGNET_FORMAT(plugin->id));
    }
    return status;
}

static runner_instance_t *instance_new(signet_check_t *check, const signet_plugin_t *plugin,
                                       const char *name)
{
    runner_instance_t *self = calloc(1, sizeof *self);
    if (!self) {
        runner_die("out of memory");
    }
    self->check = check;
    self->plugin = plugin;
    self->memory = runner_call_new(check, 1);
    self->phase = RUNNER_OPENING;
    self->host = (signet_host_t){.size = sizeof self->host,
                                 .mode = check->mode,
                                 .number = ++check->last_number,
                                 .name = runner_take_text(self->memory, signet_text(name)),
                                 .node = SIGNET_TEXT("node"),
                                 .services = &runner_host_services};
    return self;
}

static void instance_free(runner_instance_t *self)
{
    signet_check_call_end(self->memory);
    free(self);
}

/* Makes an opened instance known under the interfaces that it provides. */
static void enlist(signet_check_t *check, runner_instance_t *self)
{
    const signet_plugin_t *plugin = self->plugin;
    signet_provider_t *providers =
        runner_take(self->memory, plugin->provide_count * sizeof *providers);
    for (uint64_t i = 0; i < plugin->provide_count; i++) {
        const signet_provide_t *provide = SIGNET_AT(signet_provide_t, plugin->provides, i);
        providers[i] = (signet_provider_t){.size = sizeof *providers,
                                           .number = self->host.number,
                                           .name = self->host.name,
                                           .interface = provide->vtable,
                                           .instance = self->instance};
    }
    pthread_mutex_lock(check->lock);
    self->providers = providers;
    self->provider_count = plugin->provide_count;
    runner_instance_t **end = &check->instances;
    while (*end) {
        end = &(*end)->next;
    }
    *end = self;
    pthread_mutex_unlock(check->lock);
}

static void delist(signet_check_t *check, runner_instance_t *self)
{
    pthread_mutex_lock(check->lock);
    runner_instance_t **at = &check->instances;
    while (*at != self) {
        at = &(*at)->next;
    }
    *at = self->next;
    pthread_mutex_unlock(check->lock);
}

/* A call of the runner's for one step of the life cycle. */
static signet_call_t *step_call(signet_check_t *check, const runner_instance_t *self)
{
    signet_call_t *call = runner_call_new(check, 0);
    char id[256];
    snprintf(id, sizeof id, "system:%.*s", SIGNET_FORMAT(self->host.name));
    runner_set_actor(call, signet_text(id), SIGNET_TEXT("system"), NULL);
    return call;
}

static int32_t open_and_start(signet_check_t *check, signet_call_t *call, runner_instance_t *self)
{
    const signet_plugin_t *plugin = self->plugin;
    int32_t status = settle(call, plugin, "open", plugin->open(&self->host, call, &self->instance));
    if (status != SIGNET_OK) {
        if (self->instance) {
            plugin->close(self->instance);
        }
        instance_free(self);
        return status;
    }
    enlist(check, self);
    if (self->host.mode == SIGNET_MODE_CHECK) {
        self->phase = RUNNER_OPENED;
        return SIGNET_OK;
    }
    self->phase = RUNNER_STARTING;
    if (SIGNET_HAS(plugin, start)) {
        status = settle(call, plugin, "start", plugin->start(self->instance, call));
    }
    if (status != SIGNET_OK) {
        delist(check, self);
        plugin->close(self->instance);
        instance_free(self);
        return status;
    }
    self->phase = RUNNER_STARTED;
    return SIGNET_OK;
}

int32_t signet_check_open_linked(signet_check_t *check, const signet_plugin_t *plugin,
                                 const char *instance, const char *settings)
{
    signet_check_call_end(check->opening);
    check->opening = runner_call_new(check, 1);
    signet_call_t *call = check->opening;
    int32_t status = runner_check_abi(call, plugin);
    if (status != SIGNET_OK) {
        return status;
    }
    if (runner_instance(check, instance)) {
        return signet_fail(call, SIGNET_EXISTS, "plugin.instance-exists",
                           "There is an instance %s already: choose another name.", instance);
    }
    runner_instance_t *self = instance_new(check, plugin, instance);
    status = runner_settings(call, self->memory, check->folder, plugin->options,
                             plugin->option_count, settings, &self->host.settings);
    if (status == SIGNET_OK) {
        status = runner_check_needs(call, check, plugin, self->host.settings);
    }
    if (status != SIGNET_OK) {
        instance_free(self);
        return status;
    }
    signet_check_call_end(check->opening);
    check->opening = step_call(check, self);
    return open_and_start(check, check->opening, self);
}

int32_t signet_check_open(signet_check_t *check, const char *plugin, const char *instance,
                          const char *settings)
{
    return signet_check_open_linked(check, load(plugin), instance, settings);
}

const signet_error_t *signet_check_error(const signet_check_t *check)
{
    return check->opening ? check->opening->services->error(check->opening) : NULL;
}

void signet_check_close(signet_check_t *check, const char *instance)
{
    runner_instance_t *self = runner_instance(check, instance);
    if (!self) {
        runner_die("there is no instance %s to be closed", instance);
    }
    const signet_plugin_t *plugin = self->plugin;
    signet_call_t *call = step_call(check, self);
    int32_t status = SIGNET_OK;
    if (self->phase == RUNNER_STARTED && SIGNET_HAS(plugin, drain)) {
        status = plugin->drain(self->instance, call);
    }
    if (status == SIGNET_OK && self->phase == RUNNER_STARTED && SIGNET_HAS(plugin, stop)) {
        status = plugin->stop(self->instance, call);
    }
    if (status != SIGNET_OK) {
        const signet_error_t *error = call->services->error(call);
        runner_die("the instance %s does not stop: %.*s", instance,
                   error ? (int)error->message.length : 0, error ? error->message.data : "");
    }
    delist(check, self);
    plugin->close(self->instance);
    signet_check_call_end(call);
    instance_free(self);
}

int32_t signet_check_run_job(signet_check_t *check, const char *instance, const char *job)
{
    runner_instance_t *self = runner_instance(check, instance);
    const runner_job_t *found = self ? self->jobs : NULL;
    while (found && !signet_text_is(found->job.name, job)) {
        found = found->next;
    }
    if (!found) {
        runner_die("the instance %s has no job %s", instance, job);
    }
    signet_call_t *call = step_call(check, self);
    if (found->job.deadline_ms > 0) {
        signet_check_call_deadline(call, found->job.deadline_ms);
    }
    int32_t status = settle(call, self->plugin, "a job", runner_job_run(found, self, call));
    signet_check_call_end(call);
    return status;
}
