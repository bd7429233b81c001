/* The suite against SoftHSM, and what only tokens can get wrong. */
#include "key_suite.h"
#include "spy.h"

#include <dlfcn.h>
#include <openssl/x509.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIN "648219"

__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
    char command[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    ck_assert_msg(system(command) == 0, "%s", command);
}

/* An empty token folder for this world alone; the process has loaded no module yet. */
static void make_folder(const signet_check_t *check)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/tokens", signet_check_folder(check));
    if (mkdir(path, 0700) == 0) {
        (void)snprintf(path, sizeof(path), "%s/softhsm2.conf", signet_check_folder(check));
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        (void)fprintf(file, "directories.tokendir = %s/tokens\nobjectstore.backend = file\n",
                      signet_check_folder(check));
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(setenv("SOFTHSM2_CONF", path, 1), 0);
    }
}

static void make_token(const signet_check_t *check, const char *label)
{
    make_folder(check);
    run("%s --init-token --free --label '%s' --so-pin 12345678 --pin %s >/dev/null", SOFTHSM_UTIL,
        label, PIN);
}

static void prepare_with(const signet_check_t *check, const char *module, char *settings,
                         size_t size)
{
    make_token(check, "ca token");
    key_write_secret(check, "pin", PIN "\n");
    (void)snprintf(settings, size, "module = \"%s\"; token = \"ca token\"; pin = \"file:%s/pin\";",
                   module, signet_check_folder(check));
}

static void prepare(const signet_check_t *check, char *settings, size_t size)
{
    prepare_with(check, SOFTHSM_MODULE, settings, size);
}

const key_backend_t key_backend = {
    .plugin = "key-pkcs11",
    .exportable = 0,
    .prepare = prepare,
};

static void *spy(const char *name)
{
    void *library = dlopen(KEY_SPY, RTLD_NOW | RTLD_LOCAL);
    ck_assert_ptr_nonnull(library);
    void *symbol = dlsym(library, name);
    ck_assert_ptr_nonnull(symbol);
    return symbol;
}

static void assert_open_fails(const signet_check_t *check, int32_t got, int32_t status,
                              const char *reason)
{
    const signet_error_t *error = signet_check_error(check);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(got == status && signet_text_is(error->reason, reason),
                  "%d %.*s: %.*s instead of %d %s", got, (int)error->reason.length,
                  error->reason.data, (int)error->message.length, error->message.data, status,
                  reason);
}

static int mentions(const signet_check_t *check, const char *word)
{
    const signet_error_t *error = signet_check_error(check);
    char message[2048];
    (void)snprintf(message, sizeof(message), "%.*s", (int)error->message.length,
                   error->message.data);
    return strstr(message, word) != NULL && strchr(message, '\n') == NULL;
}

START_TEST(waits_for_a_ceremony)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    make_folder(check);
    (void)snprintf(settings, sizeof(settings), "module = \"%s\"; token = \"root 2026\";",
                   SOFTHSM_MODULE);
    key_locked_walk(check, settings);
    signet_check_end(check);
}
END_TEST

/* A token that asks for its secret itself: a PIN pad, or the quorum of an HSM. */
START_TEST(leaves_the_quorum_to_the_token)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    const signet_bytes_t nothing = {NULL, 0};
    make_token(check, "ca token");
    signet_check_mode(check, SIGNET_MODE_COMMAND);
    (void)snprintf(settings, sizeof(settings), "module = \"%s\"; token = \"ca token\";", KEY_SPY);
    ck_assert_int_eq(signet_check_open(check, "key-pkcs11", "keys", settings), SIGNET_OK);
    int *logins = spy("spy_logins");
    unsigned long *flags = spy("spy_token_flags");
    const char **pad = spy("spy_pad");
    signet_call_t *call = signet_check_call(check, "uid:0", "administrator");
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    ck_assert_int_eq(keys->unlock(provider->instance, call, nothing), SIGNET_INVALID);
    ck_assert(signet_text_is(call->services->error(call)->reason, "key.pin-missing"));
    ck_assert_int_eq(*logins, 0);
    call->services->clear(call);
    *flags = CKF_PROTECTED_AUTHENTICATION_PATH;
    *pad = "000000";
    ck_assert_int_eq(keys->unlock(provider->instance, call, nothing), SIGNET_DENIED);
    call->services->clear(call);
    *pad = PIN;
    ck_assert_int_eq(keys->unlock(provider->instance, call, nothing), SIGNET_OK);
    ck_assert_int_eq(*logins, 2);
    *flags = 0;
    *pad = NULL;
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

/* A certificate for the key, made by another one: what the maker of a token attests a key with. */
static void write_attestation(const signet_check_t *check, signet_bytes_t public_key)
{
    char path[512];
    const uint8_t *next = public_key.data;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)public_key.length);
    EVP_PKEY *maker = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *certificate = X509_new();
    ck_assert(key && maker && certificate);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, maker, EVP_sha256()), 0);
    (void)snprintf(path, sizeof(path), "%s/attestation.der", signet_check_folder(check));
    FILE *file = fopen(path, "wbe");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(i2d_X509_fp(file, certificate), 1);
    ck_assert_int_eq(fclose(file), 0);
    X509_free(certificate);
    EVP_PKEY_free(maker);
    EVP_PKEY_free(key);
    run("pkcs11-tool --module %s --token-label 'ca token' --login --pin %s --write-object %s "
        "--type cert --label 'X.509 Certificate for PIV Attestation 9c' >/dev/null",
        SOFTHSM_MODULE, PIN, path);
}

START_TEST(shows_what_attests_a_key)
{
    char settings[1024];
    const signet_key_t *key = NULL;
    signet_check_t *check = signet_check_begin();
    prepare(check, settings, sizeof(settings));
    signet_check_mode(check, SIGNET_MODE_COMMAND);
    ck_assert_int_eq(signet_check_open(check, "key-pkcs11", "keys", settings), SIGNET_OK);
    signet_call_t *call = signet_check_call(check, "uid:0", "administrator");
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    const signet_key_request_t request = {.size = sizeof(request),
                                          .purposes = SIGNET_PURPOSE_CERTIFICATE,
                                          .name = key_text("root"),
                                          .type = key_text(SIGNET_KEY_P256)};
    ck_assert_int_eq(keys->generate(provider->instance, call, &request, &key), SIGNET_OK);
    ck_assert_uint_eq(key->attestation.length, 0);
    ck_assert(signet_text_starts(key->origin, "made on the token"));
    write_attestation(check, key->public_key);
    signet_check_close(check, "keys");
    ck_assert_int_eq(signet_check_open(check, "key-pkcs11", "again", settings), SIGNET_OK);
    provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "again");
    keys = provider->interface;
    ck_assert_int_eq(keys->find(provider->instance, call, key_text("root"), &key), SIGNET_OK);
    ck_assert_uint_gt(key->attestation.length, 0);
    signet_check_call_end(call);
    signet_check_end(check);
}
END_TEST

START_TEST(tries_a_wrong_pin_once)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    prepare_with(check, KEY_SPY, settings, sizeof(settings));
    int *logins = spy("spy_logins");
    key_write_secret(check, "pin", "999999");
    int32_t status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_DENIED, "key.pin-incorrect");
    ck_assert(mentions(check, "ca token"));
    ck_assert(signet_check_logged(check, "key.pin-incorrect"));
    ck_assert_int_eq(*logins, 1);
    for (int i = 0; i < 5; i++) {
        status = signet_check_open(check, "key-pkcs11", "keys", settings);
        assert_open_fails(check, status, SIGNET_DENIED, "key.pin-refused");
    }
    ck_assert_int_eq(*logins, 1);
    /* Another PIN is another attempt. */
    key_write_secret(check, "pin", PIN);
    ck_assert_int_eq(signet_check_open(check, "key-pkcs11", "keys", settings), SIGNET_OK);
    ck_assert_int_eq(*logins, 2);
    signet_check_end(check);
}
END_TEST

START_TEST(spares_a_token_that_may_lock)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    prepare_with(check, KEY_SPY, settings, sizeof(settings));
    int *logins = spy("spy_logins");
    unsigned long *flags = spy("spy_token_flags");
    *flags = CKF_USER_PIN_LOCKED;
    int32_t status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_DENIED, "key.pin-locked");
    *flags = CKF_USER_PIN_FINAL_TRY;
    status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_DENIED, "key.pin-final-try");
    ck_assert_int_eq(*logins, 0);
    *flags = 0;
    ck_assert_int_eq(signet_check_open(check, "key-pkcs11", "keys", settings), SIGNET_OK);
    ck_assert_int_eq(*logins, 1);
    signet_check_end(check);
}
END_TEST

START_TEST(names_what_cannot_be_reached)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    make_token(check, "present");
    key_write_secret(check, "pin", PIN);
    const char *folder = signet_check_folder(check);
    (void)snprintf(settings, sizeof(settings),
                   "module = \"/nowhere/hsm.so\"; token = \"present\"; pin = \"file:%s/pin\";",
                   folder);
    int32_t status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_UNAVAILABLE, "key.module-missing");
    ck_assert(mentions(check, "/nowhere/hsm.so"));
    (void)snprintf(settings, sizeof(settings),
                   "module = \"%s/pin\"; token = \"present\"; pin = \"file:%s/pin\";", folder,
                   folder);
    status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_UNAVAILABLE, "key.module-invalid");
    (void)snprintf(settings, sizeof(settings),
                   "module = \"%s\"; token = \"absent\"; pin = \"file:%s/pin\";", SOFTHSM_MODULE,
                   folder);
    status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_UNAVAILABLE, "key.token-missing");
    ck_assert(mentions(check, "softhsm"));
    ck_assert(mentions(check, "\"absent\""));
    ck_assert(mentions(check, "\"present\""));
    (void)snprintf(settings, sizeof(settings),
                   "module = \"%s\"; token = \"pkcs11:tok\"; pin = \"file:%s/pin\";",
                   SOFTHSM_MODULE, folder);
    status = signet_check_open(check, "key-pkcs11", "keys", settings);
    assert_open_fails(check, status, SIGNET_INVALID, "key.token-uri-invalid");
    signet_check_end(check);
}
END_TEST

START_TEST(tells_tokens_apart)
{
    char settings[1024];
    key_world_t world;
    world.check = signet_check_begin();
    make_token(world.check, "twin");
    make_token(world.check, "twin");
    prepare(world.check, settings, sizeof(settings));
    world.call = signet_check_call(world.check, "test", "");
    const char *folder = signet_check_folder(world.check);
    /* A token by URI beside one by label, on one module. */
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "keys", settings), SIGNET_OK);
    (void)snprintf(settings, sizeof(settings),
                   "module = \"%s\"; token = \"pkcs11:token=ca%%20token\"; pin = \"file:%s/pin\";",
                   SOFTHSM_MODULE, folder);
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "again", settings), SIGNET_OK);
    const signet_provider_t *first = signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
    const signet_provider_t *second = signet_check_find(world.check, SIGNET_KEY_INTERFACE, "again");
    world.interface = first->interface;
    world.instance = first->instance;
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    const signet_key_t *same = NULL;
    ck_assert(signet_text_is(key->uri, "pkcs11:token=ca%20token;object=k"));
    ck_assert_int_eq(world.interface->find(second->instance, world.call, key->uri, &same), 0);
    ck_assert(signet_bytes_equal(key->public_key, same->public_key));
    ck_assert_int_eq(world.interface->find(second->instance, world.call,
                                           key_text("pkcs11:token=twin;object=k"), &same),
                     SIGNET_NOT_FOUND);
    world.call->services->clear(world.call);
    /* One instance goes; the other stays logged in. */
    signet_check_close(world.check, "keys");
    signet_sign_request_t request = key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "m");
    signet_bytes_t signature = {0};
    ck_assert_int_eq(world.interface->sign(second->instance, world.call, &request, &signature), 0);
    (void)snprintf(settings, sizeof(settings),
                   "module = \"%s\"; token = \"twin\"; pin = \"file:%s/pin\";", SOFTHSM_MODULE,
                   folder);
    int32_t status = signet_check_open(world.check, "key-pkcs11", "twins", settings);
    assert_open_fails(world.check, status, SIGNET_CONFLICT, "key.token-ambiguous");
    key_world_end(&world);
}
END_TEST

START_TEST(refuses_a_label_of_two_keys)
{
    key_world_t world;
    const signet_key_t *key = NULL;
    signet_bytes_t signature = {0};
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    /* A second pair with this label, as another tool would make it. */
    signet_check_close(world.check, "keys");
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/other.pem", signet_check_folder(world.check));
    run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s 2>/dev/null", path);
    run("%s --import %s --token 'ca token' --label k --id 01 --pin %s >/dev/null", SOFTHSM_UTIL,
        path, PIN);
    key_world_reopen(&world);
    ck_assert_int_eq(world.interface->find(world.instance, world.call, key_text("k"), &key),
                     SIGNET_CONFLICT);
    ck_assert(signet_text_is(world.call->services->error(world.call)->reason, "key.ambiguous"));
    world.call->services->clear(world.call);
    signet_sign_request_t request = key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "m");
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature),
                     SIGNET_CONFLICT);
    world.call->services->clear(world.call);
    /* By its id it is one key again; but it declares no purpose. */
    ck_assert_int_eq(
        world.interface->find(world.instance, world.call, key_text("pkcs11:object=k;id=%01"), &key),
        SIGNET_OK);
    ck_assert_uint_eq(key->purposes, 0);
    ck_assert(signet_check_logged(world.check, "key.purposes-undeclared"));
    key_world_end(&world);
}
END_TEST

START_TEST(keeps_private_keys_inside)
{
    char command[512];
    char line[512];
    int never = 0;
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_check_close(world.check, "keys");
    (void)snprintf(command, sizeof(command),
                   "pkcs11-tool --module %s --token-label 'ca token' -l --pin %s -O "
                   "--type privkey 2>/dev/null",
                   SOFTHSM_MODULE, PIN);
    FILE *output = popen(command, "r");
    ck_assert_ptr_nonnull(output);
    while (fgets(line, sizeof(line), output)) {
        never |= strstr(line, "sensitive") && strstr(line, "never extractable");
    }
    ck_assert_int_eq(pclose(output), 0);
    ck_assert_int_eq(never, 1);
    key_world_end(&world);
}
END_TEST

/* How many objects the token shows to an own session of the test. */
static uint64_t count_objects(CK_OBJECT_CLASS class)
{
    union {
        void *object;
        CK_RV (*function)(CK_FUNCTION_LIST **list);
    } symbol = {NULL};
    CK_FUNCTION_LIST *functions = NULL;
    CK_SLOT_ID slots[8];
    CK_ULONG slot_count = 8;
    CK_OBJECT_HANDLE handles[8];
    CK_ULONG found = 0;
    uint64_t total = 0;
    symbol.object = spy("C_GetFunctionList");
    ck_assert_uint_eq(symbol.function(&functions), CKR_OK);
    ck_assert_uint_eq(functions->C_GetSlotList(CK_TRUE, slots, &slot_count), CKR_OK);
    for (CK_ULONG i = 0; i < slot_count; i++) {
        CK_SESSION_HANDLE session = 0;
        CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
        /* One of them is empty and has no sessions. */
        if (functions->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &session) !=
            CKR_OK) {
            continue;
        }
        ck_assert_uint_eq(functions->C_FindObjectsInit(session, &template, 1), CKR_OK);
        ck_assert_uint_eq(functions->C_FindObjects(session, handles, 8, &found), CKR_OK);
        (void)functions->C_FindObjectsFinal(session);
        (void)functions->C_CloseSession(session);
        total += found;
    }
    return total;
}

START_TEST(destroys_both_objects_or_says_so)
{
    key_world_t world;
    world.check = signet_check_begin();
    prepare_with(world.check, KEY_SPY, world.settings, sizeof(world.settings));
    unsigned long *after = spy("spy_destroy_after");
    unsigned long *answer = spy("spy_destroy_answer");
    int *lies = spy("spy_destroy_lies");
    world.call = signet_check_call(world.check, "test", "");
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "keys", world.settings), 0);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    world.interface = keys;
    world.instance = provider->instance;
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_text_t uri = signet_text_copy(world.call, key->uri);
    signet_bytes_t public_key = signet_bytes_copy(world.call, key->public_key);
    signet_sign_request_t request = key_request(uri, SIGNET_SIGN_ECDSA_SHA256, "message");

    /* The token keeps it. */
    *answer = CKR_ACTION_PROHIBITED;
    key_assert_failed(world.call, keys->destroy(world.instance, world.call, uri, public_key),
                      SIGNET_DENIED, "key.destroy-refused");
    ck_assert_int_eq(key_sign_status(&world, &request), SIGNET_OK);
    *answer = 0;
    *lies = 1;
    key_assert_failed(world.call, keys->destroy(world.instance, world.call, uri, public_key),
                      SIGNET_INTERNAL, "key.still-there");
    *lies = 0;
    ck_assert_uint_eq(count_objects(CKO_PRIVATE_KEY), 1);

    /* Interrupted between the two objects; the same call ends it. */
    *answer = CKR_DEVICE_ERROR;
    *after = 1;
    key_assert_failed(world.call, keys->destroy(world.instance, world.call, uri, public_key),
                      SIGNET_UNAVAILABLE, "key.token-failed");
    *answer = 0;
    ck_assert_uint_eq(count_objects(CKO_PRIVATE_KEY), 0);
    ck_assert_uint_eq(count_objects(CKO_PUBLIC_KEY), 1);
    key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_NOT_FOUND,
                      "key.not-found");
    ck_assert_int_eq(keys->destroy(world.instance, world.call, uri, public_key), SIGNET_OK);
    ck_assert_uint_eq(count_objects(CKO_PUBLIC_KEY), 0);
    key_world_end(&world);
    int *sessions = spy("spy_sessions");
    ck_assert_int_eq(*sessions, 0);
}
END_TEST

START_TEST(opens_lost_sessions_again)
{
    char settings[1024];
    key_world_t world;
    signet_bytes_t signature = {0};
    world.check = signet_check_begin();
    prepare_with(world.check, KEY_SPY, world.settings, sizeof(settings));
    int *lost = spy("spy_lost_sessions");
    world.call = signet_check_call(world.check, "test", "");
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "keys", world.settings), 0);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
    world.interface = provider->interface;
    world.instance = provider->instance;
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "message");
    *lost = 1;
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature), 0);
    ck_assert(key_verify(key->public_key, SIGNET_SIGN_ECDSA_SHA256, request.message, signature));
    ck_assert(signet_check_logged(world.check, "key.session-lost"));
    /* Twice is the token's fault. */
    *lost = 2;
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature),
                     SIGNET_UNAVAILABLE);
    world.call->services->clear(world.call);
    ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature), 0);
    key_world_end(&world);
    int *sessions = spy("spy_sessions");
    ck_assert_int_eq(*sessions, 0);
}
END_TEST

static void *sign_some(void *argument)
{
    const key_world_t *world = argument;
    for (int i = 0; i < 20; i++) {
        signet_bytes_t signature = {0};
        signet_call_t *call = signet_check_call(world->check, "thread", "");
        signet_sign_request_t request = key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "m");
        ck_assert_int_eq(world->interface->sign(world->instance, call, &request, &signature), 0);
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(opens_no_more_sessions_than_allowed)
{
    pthread_t threads[8];
    key_world_t world;
    world.check = signet_check_begin();
    prepare_with(world.check, KEY_SPY, world.settings, sizeof(world.settings));
    strcat(world.settings, " sessions = 2;");
    int *most = spy("spy_most_sessions");
    world.call = signet_check_call(world.check, "test", "");
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "keys", world.settings), 0);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
    world.interface = provider->interface;
    world.instance = provider->instance;
    (void)key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    *most = 0;
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sign_some, &world), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_int_le(*most, 2);
    key_world_end(&world);
}
END_TEST

/* A world whose token does as it is told; a signature may take 300 ms. */
static key_world_t begin_misbehaving(spy_control_t **control)
{
    key_world_t world;
    world.check = signet_check_begin();
    prepare_with(world.check, KEY_SPY, world.settings, sizeof(world.settings));
    strcat(world.settings, " timeout = \"300ms\";");
    *control = *(spy_control_t **)spy("spy_control");
    world.call = signet_check_call(world.check, "test", "");
    ck_assert_int_eq(signet_check_open(world.check, "key-pkcs11", "keys", world.settings), 0);
    const signet_provider_t *provider =
        signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
    world.interface = provider->interface;
    world.instance = provider->instance;
    (void)key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    return world;
}

static int64_t milliseconds(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Signs once; the status, and how long it took. */
static int32_t sign_timed(key_world_t *world, int64_t *took, const char **reason)
{
    static char text[64];
    signet_bytes_t signature = {0};
    signet_call_t *call = signet_check_call(world->check, "test", "");
    signet_sign_request_t request = key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "m");
    int64_t began = milliseconds();
    int32_t status = world->interface->sign(world->instance, call, &request, &signature);
    *took = milliseconds() - began;
    const signet_error_t *error = call->services->error(call);
    (void)snprintf(text, sizeof(text), "%.*s", status ? (int)error->reason.length : 0,
                   status ? error->reason.data : "");
    *reason = text;
    signet_check_call_end(call);
    return status;
}

static void sign_until_it_works(key_world_t *world)
{
    int64_t took = 0;
    const char *reason = NULL;
    int64_t until = milliseconds() + 15000;
    while (sign_timed(world, &took, &reason) != SIGNET_OK) {
        ck_assert_msg(milliseconds() < until, "it never recovered: %s", reason);
        ck_assert_int_lt(took, 2000);
        usleep(20000);
    }
}

/* Case 103: whoever asked is told in time, others at once, and it goes on by itself. */
START_TEST(survives_a_token_that_hangs)
{
    spy_control_t *control = NULL;
    int64_t took = 0;
    const char *reason = NULL;
    const signet_key_t *const *keys = NULL;
    uint64_t count = 0;
    key_world_t world = begin_misbehaving(&control);
    __atomic_store_n(&control->hang, -1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(sign_timed(&world, &took, &reason), SIGNET_TIMEOUT);
    ck_assert_str_eq(reason, "key.token-late");
    ck_assert_int_ge(took, 250);
    ck_assert_int_lt(took, 2000);
    /* One more may try. */
    (void)sign_timed(&world, &took, &reason);
    ck_assert_int_eq(sign_timed(&world, &took, &reason), SIGNET_UNAVAILABLE);
    ck_assert_str_eq(reason, "key.token-hung");
    ck_assert_int_lt(took, 200);
    ck_assert_int_eq(world.interface->list(world.instance, world.call, &keys, &count),
                     SIGNET_UNAVAILABLE);
    world.call->services->clear(world.call);
    __atomic_store_n(&control->hang, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&control->hung, 0, __ATOMIC_SEQ_CST);
    sign_until_it_works(&world);
    ck_assert_int_eq(world.interface->list(world.instance, world.call, &keys, &count), SIGNET_OK);
    key_world_end(&world);
}
END_TEST

/* What hangs for good costs its thread and its session; others go on. */
START_TEST(goes_on_beside_a_lost_call)
{
    spy_control_t *control = NULL;
    int64_t took = 0;
    const char *reason = NULL;
    key_world_t world = begin_misbehaving(&control);
    __atomic_store_n(&control->hang, 1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(sign_timed(&world, &took, &reason), SIGNET_TIMEOUT);
    ck_assert_int_eq(__atomic_load_n(&control->hung, __ATOMIC_SEQ_CST), 1);
    sign_until_it_works(&world);
    ck_assert_int_eq(__atomic_load_n(&control->hung, __ATOMIC_SEQ_CST), 1);
    __atomic_store_n(&control->hung, 0, __ATOMIC_SEQ_CST);
    key_world_end(&world);
}
END_TEST

/* A nearer deadline of the call counts. */
START_TEST(keeps_to_the_deadline_of_the_call)
{
    spy_control_t *control = NULL;
    signet_bytes_t signature = {0};
    key_world_t world = begin_misbehaving(&control);
    __atomic_store_n(&control->hang, -1, __ATOMIC_SEQ_CST);
    signet_call_t *call = signet_check_call(world.check, "test", "");
    signet_check_call_deadline(call, 50);
    signet_sign_request_t request = key_request(key_text("k"), SIGNET_SIGN_ECDSA_SHA256, "m");
    int64_t began = milliseconds();
    ck_assert_int_eq(world.interface->sign(world.instance, call, &request, &signature),
                     SIGNET_TIMEOUT);
    ck_assert_int_lt(milliseconds() - began, 280);
    signet_check_call_end(call);
    __atomic_store_n(&control->hang, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&control->hung, 0, __ATOMIC_SEQ_CST);
    sign_until_it_works(&world);
    key_world_end(&world);
}
END_TEST

/* Case 103: a token that was pulled out and comes back, with no session and no login left. */
START_TEST(goes_on_when_the_token_comes_back)
{
    spy_control_t *control = NULL;
    int64_t took = 0;
    const char *reason = NULL;
    key_world_t world = begin_misbehaving(&control);
    int *logins = spy("spy_logins");
    sign_until_it_works(&world);
    __atomic_store_n(&control->removed, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(sign_timed(&world, &took, &reason), SIGNET_UNAVAILABLE);
        ck_assert_str_eq(reason, "key.token-failed");
        ck_assert_int_lt(took, 2000);
    }
    int before = *logins;
    __atomic_store_n(&control->removed, 0, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(sign_timed(&world, &took, &reason), SIGNET_OK);
    /* Once, and once more where the first session showed that the key's handle is another now. */
    ck_assert_int_ge(*logins, before + 1);
    ck_assert_int_le(*logins, before + 2);
    key_world_end(&world);
}
END_TEST

TCase *key_backend_cases(void)
{
    TCase *cases = tcase_create("tokens");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, waits_for_a_ceremony);
    tcase_add_test(cases, leaves_the_quorum_to_the_token);
    tcase_add_test(cases, shows_what_attests_a_key);
    tcase_add_test(cases, tries_a_wrong_pin_once);
    tcase_add_test(cases, spares_a_token_that_may_lock);
    tcase_add_test(cases, names_what_cannot_be_reached);
    tcase_add_test(cases, tells_tokens_apart);
    tcase_add_test(cases, refuses_a_label_of_two_keys);
    tcase_add_test(cases, keeps_private_keys_inside);
    tcase_add_test(cases, destroys_both_objects_or_says_so);
    tcase_add_test(cases, opens_lost_sessions_again);
    tcase_add_test(cases, opens_no_more_sessions_than_allowed);
    tcase_add_test(cases, survives_a_token_that_hangs);
    tcase_add_test(cases, goes_on_beside_a_lost_call);
    tcase_add_test(cases, keeps_to_the_deadline_of_the_call);
    tcase_add_test(cases, goes_on_when_the_token_comes_back);
    return cases;
}
