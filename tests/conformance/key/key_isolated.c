/* The suite against a backend in a process of its own, through the daemon's registry, the proxy,
 * the spawner and signetd itself. Which backend, the build says. */
#include "key_suite.h"

#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/call.h"
#include "core/registry.h"
#include "core/spawn.h"
#include "core/text.h"

/* What stands for the daemon. Each test is a process of its own, and has one at a time. */
static signet_call_t *host_call;
static core_config_t *config;
static core_registry_t *registry;

#ifdef KEY_ISOLATED_TOKEN
#define PLUGIN "key-pkcs11"
#define FILES "{ path = \"softhsm2.conf\"; }, { path = \"tokens\"; write = true; }"
#define PIN "648219"

static void prepare(const signet_check_t *check, char *settings, size_t size)
{
    char path[512];
    char command[1024];
    (void)snprintf(path, sizeof(path), "%s/tokens", signet_check_folder(check));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/softhsm2.conf", signet_check_folder(check));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(file, "directories.tokendir = %s/tokens\nobjectstore.backend = file\n",
                  signet_check_folder(check));
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(setenv("SOFTHSM2_CONF", path, 1), 0);
    (void)snprintf(
        command, sizeof(command),
        "%s --init-token --free --label 'ca token' --so-pin 12345678 --pin %s >/dev/null",
        SOFTHSM_UTIL, PIN);
    ck_assert_int_eq(system(command), 0);
    key_write_secret(check, "pin", PIN "\n");
    (void)snprintf(settings, size, "module = \"%s\"; token = \"ca token\"; pin = \"file:%s/pin\";",
                   SOFTHSM_MODULE, signet_check_folder(check));
}
#else
#define PLUGIN "key-file"
#define FILES ""

static void prepare(const signet_check_t *check, char *settings, size_t size)
{
    key_write_secret(check, "passphrase", "correct horse\n");
    (void)snprintf(settings, size, "folder = \"%s/keys\"; passphrase = \"file:%s/passphrase\";",
                   signet_check_folder(check), signet_check_folder(check));
}
#endif

static const char *message(void)
{
    const signet_error_t *error = host_call->services->error(host_call);
    return error ? core_format(host_call, "%.*s", CORE_TEXT_ARG(error->message)).data : "";
}

static void open_isolated(key_world_t *world)
{
    char path[512];
    char executable[512];
    const core_call_options_t options = {.may_set_tenant = 1};
    uint64_t matches = 0;
    (void)snprintf(path, sizeof(path), "%s/signet.cfg", signet_check_folder(world->check));
    (void)snprintf(executable, sizeof(executable), "%s/bin/signetd", getenv("SIGNET_BUILD"));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    (void)fprintf(file,
                  "host = { isolated = { folder = \"isolated\"; }; sandbox = { files = ( " FILES
                  " ); }; };\nplugins = ( { name = "
                  "\"keys\"; plugin = \"%s\"; isolate = true; %s } );\n",
                  PLUGIN, world->settings);
    ck_assert_int_eq(fclose(file), 0);
    host_call = core_call_new(&options);
    ck_assert_ptr_nonnull(host_call);
    ck_assert_int_eq(core_spawner_begin(host_call), SIGNET_OK);
    ck_assert_msg(core_config_load(host_call, path, core_text(getenv("SIGNET_CHECK_PLUGINS")),
                                   &config) == SIGNET_OK,
                  "%s", message());
    ck_assert_msg(core_registry_open(host_call, config, SIGNET_MODE_SERVE, &registry) == SIGNET_OK,
                  "%s", message());
    core_registry_executable(registry, executable);
    ck_assert_msg(core_registry_start(host_call, registry) == SIGNET_OK, "%s", message());
    const signet_provider_t *provider = core_registry_find(
        registry, SIGNET_TEXT(SIGNET_KEY_INTERFACE), SIGNET_TEXT("keys"), &matches);
    ck_assert_uint_eq(matches, 1);
    world->interface = provider->interface;
    world->instance = provider->instance;
}

static void close_isolated(key_world_t *world)
{
    (void)world;
    core_registry_close(registry);
    core_config_free(config);
    core_call_free(host_call);
    core_spawner_end();
}

const key_backend_t key_backend = {
    .plugin = PLUGIN,
#ifndef KEY_ISOLATED_TOKEN
    .exportable = 1,
#endif
    .prepare = prepare,
    .open = open_isolated,
    .close = close_isolated,
};

static size_t count_lines(const key_world_t *world, const char *words)
{
    char path[512];
    char line[4096];
    size_t count = 0;
    (void)snprintf(path, sizeof(path), "%s/isolated/keys.signed",
                   signet_check_folder(world->check));
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file)) {
        count += strstr(line, words) != NULL;
    }
    ck_assert_int_eq(fclose(file), 0);
    return count;
}

/* What the process signs it writes down, and what it refuses it does not. */
START_TEST(notes_what_it_signs)
{
    key_world_t world;
    signet_bytes_t signature;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_CERTIFICATE);
    signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "message");
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature), 0);
    ck_assert_uint_eq(count_lines(&world, "\"intent\":\"intent-1\",\"digest\":\"ab530a13e45914982b"
                                          "79f9b7e3fba994cfd1f3fb22f71cea1afbf02b460c6d1d\""),
                      1);
    request.intent = key_text("");
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature),
                     SIGNET_DENIED);
    world.call->services->clear(world.call);
    request.purpose = SIGNET_PURPOSE_OCSP;
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature),
                     SIGNET_DENIED);
    world.call->services->clear(world.call);
    ck_assert_uint_eq(count_lines(&world, "\"event\":\"sign\""), 1);
    key_world_reopen(&world);
    ck_assert_uint_eq(count_lines(&world, "\"event\":\"begin\""), 2);
    ck_assert_uint_eq(count_lines(&world, "{\"sequence\":3,"), 1);
    key_world_end(&world);
}
END_TEST

TCase *key_backend_cases(void)
{
    TCase *cases = tcase_create("isolated");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, notes_what_it_signs);
    return cases;
}
