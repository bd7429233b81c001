/* What every backend of signet.key/1 must do. */
#include "key_suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *type;
    const char *algorithm;
} algorithms[] = {
    {SIGNET_KEY_P256, SIGNET_SIGN_ECDSA_SHA256},  {SIGNET_KEY_P384, SIGNET_SIGN_ECDSA_SHA384},
    {SIGNET_KEY_P521, SIGNET_SIGN_ECDSA_SHA512},  {SIGNET_KEY_RSA2048, SIGNET_SIGN_RSA_SHA256},
    {SIGNET_KEY_RSA2048, SIGNET_SIGN_RSA_SHA384}, {SIGNET_KEY_RSA2048, SIGNET_SIGN_RSA_SHA512},
    {SIGNET_KEY_RSA2048, SIGNET_SIGN_PSS_SHA256}, {SIGNET_KEY_RSA2048, SIGNET_SIGN_PSS_SHA384},
    {SIGNET_KEY_RSA2048, SIGNET_SIGN_PSS_SHA512}, {SIGNET_KEY_RSA3072, SIGNET_SIGN_RSA_SHA256},
    {SIGNET_KEY_RSA4096, SIGNET_SIGN_PSS_SHA512}, {SIGNET_KEY_ED25519, SIGNET_SIGN_ED25519},
    {SIGNET_KEY_ED448, SIGNET_SIGN_ED448},
};

signet_text_t key_text(const char *string)
{
    return (signet_text_t){string, strlen(string)};
}

static signet_bytes_t octets(const char *string)
{
    return (signet_bytes_t){(const uint8_t *)string, strlen(string)};
}

void key_write_secret(const signet_check_t *check, const char *name, const char *secret)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", signet_check_folder(check), name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, secret, strlen(secret)), (ssize_t)strlen(secret));
    ck_assert_int_eq(close(file), 0);
}

static void open_instance(key_world_t *world)
{
    if (key_backend.open) {
        key_backend.open(world);
        return;
    }
    int32_t status = signet_check_open(world->check, key_backend.plugin, "keys", world->settings);
    const signet_error_t *error = signet_check_error(world->check);
    ck_assert_msg(status == SIGNET_OK, "open: %.*s", error ? (int)error->message.length : 0,
                  error ? error->message.data : "");
    const signet_provider_t *provider =
        signet_check_find(world->check, SIGNET_KEY_INTERFACE, "keys");
    ck_assert_ptr_nonnull(provider);
    world->interface = provider->interface;
    world->instance = provider->instance;
}

void key_world_begin(key_world_t *world)
{
    world->check = signet_check_begin();
    world->call = signet_check_call(world->check, "test", "");
    key_backend.prepare(world->check, world->settings, sizeof(world->settings));
    open_instance(world);
}

static void close_instance(key_world_t *world)
{
    if (key_backend.close) {
        key_backend.close(world);
    } else if (signet_check_find(world->check, SIGNET_KEY_INTERFACE, "keys")) {
        signet_check_close(world->check, "keys");
    }
}

void key_world_end(key_world_t *world)
{
    if (key_backend.close) {
        key_backend.close(world);
    }
    signet_check_call_end(world->call);
    signet_check_end(world->check);
}

void key_world_reopen(key_world_t *world)
{
    close_instance(world);
    open_instance(world);
}

static const char *reason(signet_call_t *call)
{
    static char text[512];
    const signet_error_t *error = call->services->error(call);
    (void)snprintf(text, sizeof(text), "%.*s: %.*s", error ? (int)error->reason.length : 0,
                   error ? error->reason.data : "", error ? (int)error->message.length : 0,
                   error ? error->message.data : "");
    return text;
}

void key_assert_failed(signet_call_t *call, int32_t got, int32_t wanted, const char *why)
{
    const signet_error_t *error = call->services->error(call);
    ck_assert_msg(got == wanted, "status %d instead of %d (%s)", got, wanted, reason(call));
    ck_assert_ptr_nonnull(error);
    ck_assert_int_eq(error->status, wanted);
    ck_assert_msg(signet_text_is(error->reason, why), "%s instead of %s", reason(call), why);
    ck_assert_uint_gt(error->message.length, 20);
    call->services->clear(call);
}

const signet_key_t *key_make(key_world_t *world, const char *name, const char *type,
                             uint32_t purposes)
{
    const signet_key_t *key = NULL;
    signet_key_request_t request = {
        .size = sizeof(request),
        .purposes = purposes,
        .name = key_text(name),
        .type = key_text(type),
    };
    int32_t status = world->interface->generate(world->instance, world->call, &request, &key);
    ck_assert_msg(status == SIGNET_OK, "generate %s: %s", type, reason(world->call));
    return key;
}

signet_sign_request_t key_request(signet_text_t uri, const char *algorithm, const char *message)
{
    return (signet_sign_request_t){
        .size = sizeof(signet_sign_request_t),
        .purpose = SIGNET_PURPOSE_CERTIFICATE,
        .uri = uri,
        .algorithm = key_text(algorithm),
        .message = octets(message),
        .intent = key_text("intent-1"),
    };
}

static void assert_signs(key_world_t *world, const signet_sign_request_t *request,
                         signet_bytes_t message, signet_bytes_t public_key)
{
    signet_bytes_t signature = {0};
    char algorithm[64];
    int32_t status = world->interface->sign(world->instance, world->call, request, &signature);
    ck_assert_msg(status == SIGNET_OK, "sign: %s", reason(world->call));
    (void)snprintf(algorithm, sizeof(algorithm), "%.*s", (int)request->algorithm.length,
                   request->algorithm.data);
    ck_assert_msg(key_verify(public_key, algorithm, message, signature), "%s does not verify",
                  algorithm);
}

int32_t key_sign_status(key_world_t *world, const signet_sign_request_t *request)
{
    signet_bytes_t signature = {0};
    return world->interface->sign(world->instance, world->call, request, &signature);
}

START_TEST(signs_with_every_algorithm)
{
    key_world_t world;
    key_world_begin(&world);
    const char *algorithm = algorithms[_i].algorithm;
    const signet_key_t *key = key_make(&world, "k", algorithms[_i].type, KEY_ALL_PURPOSES);
    ck_assert(signet_text_is(key->name, "k"));
    ck_assert(signet_text_is(key->type, algorithms[_i].type));
    ck_assert_uint_eq(key->purposes, KEY_ALL_PURPOSES);
    ck_assert_uint_eq(key->exportable, key_backend.exportable);
    ck_assert_uint_gt(key->module.length, 0);
    signet_sign_request_t request = key_request(key->uri, algorithm, "to be signed");
    assert_signs(&world, &request, request.message, key->public_key);
    /* The second time goes through what was cached. */
    request.message = octets("something else to be signed");
    assert_signs(&world, &request, request.message, key->public_key);
    request.purpose = SIGNET_PURPOSE_OCSP;
    request.intent = (signet_text_t){0};
    assert_signs(&world, &request, request.message, key->public_key);
    key_world_end(&world);
}
END_TEST

/* Types that not every library has: made and used, or refused with a sentence that says why. */
START_TEST(makes_newer_types_or_says_why_not)
{
    static const char *const types[] = {SIGNET_KEY_MLDSA44, SIGNET_KEY_MLDSA65, SIGNET_KEY_MLDSA87};
    key_world_t world;
    key_world_begin(&world);
    for (size_t i = 0; i < COUNT(types); i++) {
        const signet_key_t *key = NULL;
        signet_key_request_t request = {.size = sizeof(request),
                                        .purposes = KEY_ALL_PURPOSES,
                                        .name = key_text("k"),
                                        .type = key_text(types[i])};
        int32_t status = world.interface->generate(world.instance, world.call, &request, &key);
        if (status != SIGNET_OK) {
            key_assert_failed(world.call, status, SIGNET_UNSUPPORTED,
                              strcmp(key_backend.plugin, "key-file") == 0 ? "key.unsupported"
                                                                          : "key.type-unsupported");
            ck_assert_int_eq(world.interface->find(world.instance, world.call, key_text("k"), &key),
                             SIGNET_NOT_FOUND);
            world.call->services->clear(world.call);
            continue;
        }
        signet_sign_request_t sign = key_request(key->uri, types[i], "to be signed");
        assert_signs(&world, &sign, sign.message, key->public_key);
        break;
    }
    key_world_end(&world);
}
END_TEST

START_TEST(signs_digests_for_crls_alone)
{
    static const uint32_t others[] = {SIGNET_PURPOSE_CERTIFICATE, SIGNET_PURPOSE_OCSP,
                                      SIGNET_PURPOSE_TIMESTAMP, SIGNET_PURPOSE_CMS,
                                      SIGNET_PURPOSE_SEAL};
    const char *message = "a long list";
    uint8_t digest[64];
    key_world_t world;
    key_world_begin(&world);
    static const char *const pairs[][2] = {{SIGNET_KEY_P256, SIGNET_SIGN_ECDSA_SHA256},
                                           {SIGNET_KEY_P384, SIGNET_SIGN_ECDSA_SHA384},
                                           {SIGNET_KEY_RSA2048, SIGNET_SIGN_RSA_SHA256},
                                           {SIGNET_KEY_RSA2048, SIGNET_SIGN_PSS_SHA384}};
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "k%zu", i);
        const signet_key_t *key = key_make(&world, name, pairs[i][0], KEY_ALL_PURPOSES);
        signet_sign_request_t request = key_request(key->uri, pairs[i][1], "");
        request.digest.data = digest;
        request.digest.length = key_digest(pairs[i][1], octets(message), digest);
        request.purpose = SIGNET_PURPOSE_CRL;
        assert_signs(&world, &request, octets(message), key->public_key);
        for (size_t j = 0; j < COUNT(others); j++) {
            request.purpose = others[j];
            key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_DENIED,
                              "key.digest-refused");
        }
        request.purpose = SIGNET_PURPOSE_CRL;
        request.digest.length--;
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_INVALID,
                          "key.digest-invalid");
        request.digest.length++;
        request.message = octets(message);
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_INVALID,
                          "key.message-missing");
        request.message = (signet_bytes_t){0};
        request.digest = (signet_bytes_t){0};
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_INVALID,
                          "key.message-missing");
    }
    key_world_end(&world);
}
END_TEST

START_TEST(refuses_other_purposes)
{
    key_world_t world;
    key_world_begin(&world);
    for (uint32_t own = 1; own <= SIGNET_PURPOSE_SEAL; own <<= 1) {
        char name[8];
        (void)snprintf(name, sizeof(name), "p%u", own);
        const signet_key_t *key = key_make(&world, name, SIGNET_KEY_P256, own);
        ck_assert_uint_eq(key->purposes, own);
        signet_sign_request_t request =
            key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "to be signed");
        request.purpose = own;
        assert_signs(&world, &request, request.message, key->public_key);
        for (uint32_t other = 0; other <= 2 * SIGNET_PURPOSE_DECRYPT; other++) {
            if (other != own) {
                request.purpose = other;
                key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_DENIED,
                                  "key.purpose-refused");
            }
        }
    }
    key_world_end(&world);
}
END_TEST

START_TEST(signs_no_certificate_without_an_intent)
{
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "certificate");
    request.intent = (signet_text_t){0};
    key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_DENIED,
                      "key.intent-missing");
    key_world_end(&world);
}
END_TEST

START_TEST(refuses_algorithms_that_do_not_suit)
{
    static const char *const pairs[][2] = {{SIGNET_KEY_P256, SIGNET_SIGN_ECDSA_SHA384},
                                           {SIGNET_KEY_P256, SIGNET_SIGN_RSA_SHA256},
                                           {SIGNET_KEY_P384, SIGNET_SIGN_ECDSA_SHA256},
                                           {SIGNET_KEY_RSA2048, SIGNET_SIGN_ECDSA_SHA256},
                                           {SIGNET_KEY_ED25519, SIGNET_SIGN_ED448},
                                           {SIGNET_KEY_ED25519, SIGNET_SIGN_ECDSA_SHA256}};
    key_world_t world;
    key_world_begin(&world);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "k%zu", i);
        const signet_key_t *key = key_make(&world, name, pairs[i][0], KEY_ALL_PURPOSES);
        signet_sign_request_t request = key_request(key->uri, pairs[i][1], "message");
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_UNSUPPORTED,
                          "key.algorithm-unsuited");
        request.algorithm = key_text("ECDSA-SHA1");
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_UNSUPPORTED,
                          "key.algorithm-unknown");
    }
    key_world_end(&world);
}
END_TEST

START_TEST(knows_no_other_keys)
{
    static const char *const names[] = {"nobody", "../nobody", "", "file:nobody",
                                        "pkcs11:object=nobody"};
    key_world_t world;
    const signet_key_t *key = NULL;
    key_world_begin(&world);
    (void)key_make(&world, "somebody", SIGNET_KEY_P256, SIGNET_PURPOSE_CRL);
    signet_sign_request_t request = key_request(key_text("nobody"), SIGNET_SIGN_ECDSA_SHA256, "m");
    key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_NOT_FOUND,
                      "key.not-found");
    for (size_t i = 0; i < COUNT(names); i++) {
        int32_t status =
            world.interface->find(world.instance, world.call, key_text(names[i]), &key);
        ck_assert_msg(status == SIGNET_NOT_FOUND || status == SIGNET_INVALID, "\"%s\": %d",
                      names[i], status);
        ck_assert_ptr_nonnull(world.call->services->error(world.call));
        world.call->services->clear(world.call);
    }
    key_world_end(&world);
}
END_TEST

START_TEST(never_replaces_a_key)
{
    key_world_t world;
    const signet_key_t *second = NULL;
    key_world_begin(&world);
    const signet_key_t *first = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_key_request_t request = {
        .size = sizeof(request),
        .purposes = SIGNET_PURPOSE_CRL,
        .name = key_text("k"),
        .type = key_text(SIGNET_KEY_P384),
    };
    int32_t status = world.interface->generate(world.instance, world.call, &request, &second);
    key_assert_failed(world.call, status, SIGNET_EXISTS, "key.exists");
    signet_sign_request_t sign = key_request(first->uri, SIGNET_SIGN_ECDSA_SHA256, "message");
    assert_signs(&world, &sign, sign.message, first->public_key);
    ck_assert_int_eq(world.interface->find(world.instance, world.call, first->uri, &second), 0);
    ck_assert(signet_bytes_equal(first->public_key, second->public_key));
    key_world_end(&world);
}
END_TEST

START_TEST(refuses_bad_requests)
{
    static const struct {
        const char *name;
        const char *type;
        uint32_t purposes;
        int32_t status;
        const char *reason;
    } bad[] = {
        {"", SIGNET_KEY_P256, 1, SIGNET_INVALID, "key.name-invalid"},
        {".hidden", SIGNET_KEY_P256, 1, SIGNET_INVALID, "key.name-invalid"},
        {"../up", SIGNET_KEY_P256, 1, SIGNET_INVALID, "key.name-invalid"},
        {"a b", SIGNET_KEY_P256, 1, SIGNET_INVALID, "key.name-invalid"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", SIGNET_KEY_P256,
         1, SIGNET_INVALID, "key.name-invalid"},
        {"k", SIGNET_KEY_P256, 0, SIGNET_INVALID, "key.purposes-invalid"},
        {"k", SIGNET_KEY_P256, 128, SIGNET_INVALID, "key.purposes-invalid"},
        {"k", SIGNET_KEY_RSA2048, 65, SIGNET_INVALID, "key.purposes-invalid"},
        {"k", SIGNET_KEY_P256, 64, SIGNET_UNSUPPORTED, "key.type-unsuited"},
        {"k", "RSA-1024", 1, SIGNET_UNSUPPORTED, "key.type-unknown"},
        {"k", "", 1, SIGNET_UNSUPPORTED, "key.type-unknown"},
    };
    key_world_t world;
    key_world_begin(&world);
    for (size_t i = 0; i < COUNT(bad); i++) {
        const signet_key_t *key = NULL;
        signet_key_request_t request = {
            .size = sizeof(request),
            .purposes = bad[i].purposes,
            .name = key_text(bad[i].name),
            .type = key_text(bad[i].type),
        };
        int32_t status = world.interface->generate(world.instance, world.call, &request, &key);
        key_assert_failed(world.call, status, bad[i].status, bad[i].reason);
    }
    key_world_end(&world);
}
END_TEST

START_TEST(keeps_keys)
{
    key_world_t world;
    const signet_key_t *again = NULL;
    key_world_begin(&world);
    const signet_key_t *key =
        key_make(&world, "k", SIGNET_KEY_P384, SIGNET_PURPOSE_CERTIFICATE | SIGNET_PURPOSE_CRL);
    /* The description lives as long as the instance. */
    signet_bytes_t public_key = signet_bytes_copy(world.call, key->public_key);
    signet_text_t uri = signet_text_copy(world.call, key->uri);
    key_world_reopen(&world);
    ck_assert_int_eq(world.interface->find(world.instance, world.call, uri, &again), SIGNET_OK);
    ck_assert(signet_bytes_equal(public_key, again->public_key));
    ck_assert(signet_text_equal(uri, again->uri));
    ck_assert(signet_text_is(again->name, "k"));
    ck_assert(signet_text_is(again->type, SIGNET_KEY_P384));
    ck_assert_uint_eq(again->purposes, SIGNET_PURPOSE_CERTIFICATE | SIGNET_PURPOSE_CRL);
    ck_assert_int_eq(world.interface->find(world.instance, world.call, key_text("k"), &again), 0);
    ck_assert(signet_bytes_equal(public_key, again->public_key));
    key_world_reopen(&world);
    /* Signing needs no find before it. */
    signet_sign_request_t request = key_request(uri, SIGNET_SIGN_ECDSA_SHA384, "message");
    assert_signs(&world, &request, request.message, public_key);
    request.uri = key_text("k");
    assert_signs(&world, &request, request.message, public_key);
    request.purpose = SIGNET_PURPOSE_OCSP;
    key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_DENIED,
                      "key.purpose-refused");
    key_world_end(&world);
}
END_TEST

START_TEST(lists_keys)
{
    key_world_t world;
    const signet_key_t *const *keys = NULL;
    uint64_t count = 9;
    int seen = 0;
    key_world_begin(&world);
    ck_assert(world.interface->list != NULL);
    ck_assert_int_eq(world.interface->list(world.instance, world.call, &keys, &count), SIGNET_OK);
    ck_assert_uint_eq(count, 0);
    (void)key_make(&world, "one", SIGNET_KEY_P256, SIGNET_PURPOSE_CRL);
    (void)key_make(&world, "two", SIGNET_KEY_RSA2048, SIGNET_PURPOSE_SEAL);
    key_world_reopen(&world);
    ck_assert_int_eq(world.interface->list(world.instance, world.call, &keys, &count), SIGNET_OK);
    ck_assert_uint_eq(count, 2);
    for (uint64_t i = 0; i < count; i++) {
        seen += signet_text_is(keys[i]->name, "one") && keys[i]->purposes == SIGNET_PURPOSE_CRL;
        seen += signet_text_is(keys[i]->name, "two") && keys[i]->purposes == SIGNET_PURPOSE_SEAL;
    }
    ck_assert_int_eq(seen, 2);
    key_world_end(&world);
}
END_TEST

START_TEST(signs_large_messages)
{
    const size_t length = 5000000;
    key_world_t world;
    key_world_begin(&world);
    uint8_t *message = malloc(length);
    ck_assert_ptr_nonnull(message);
    memset(message, 0x5a, length);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "");
    request.message = (signet_bytes_t){message, length};
    assert_signs(&world, &request, request.message, key->public_key);
    free(message);
    key_world_end(&world);
}
END_TEST

static int32_t decipher(key_world_t *world, signet_text_t uri, const char *algorithm,
                        signet_bytes_t ciphertext, signet_bytes_t *plaintext)
{
    signet_decrypt_request_t request = {.size = sizeof(request),
                                        .uri = uri,
                                        .algorithm = key_text(algorithm),
                                        .ciphertext = ciphertext};
    return world->interface->decrypt(world->instance, world->call, &request, plaintext);
}

static signet_bytes_t wrap(key_world_t *world, signet_bytes_t spki, const char *algorithm,
                           const char *secret)
{
    signet_bytes_t ciphertext = {0};
    int32_t status =
        signet_encrypt(world->call, spki, key_text(algorithm), octets(secret), &ciphertext);
    ck_assert_msg(status == SIGNET_OK, "encrypt: %s", reason(world->call));
    return ciphertext;
}

START_TEST(deciphers_what_was_wrapped)
{
    static const char *const known[] = {SIGNET_DECRYPT_OAEP_SHA1, SIGNET_DECRYPT_OAEP_SHA256};
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key =
        key_make(&world, "recovery", SIGNET_KEY_RSA2048, SIGNET_PURPOSE_DECRYPT);
    int deciphered = 0;
    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(key->purposes, SIGNET_PURPOSE_DECRYPT);
        for (size_t i = 0; i < COUNT(known); i++) {
            signet_bytes_t plaintext = {0};
            signet_bytes_t ciphertext = wrap(&world, key->public_key, known[i], "a wrapped secret");
            int32_t status = decipher(&world, key->uri, known[i], ciphertext, &plaintext);
            if (status == SIGNET_UNSUPPORTED && i > 0) {
                key_assert_failed(world.call, status, SIGNET_UNSUPPORTED,
                                  "key.algorithm-unsupported");
                continue;
            }
            ck_assert_msg(status == SIGNET_OK, "decrypt: %s", reason(world.call));
            ck_assert(signet_bytes_equal(plaintext, octets("a wrapped secret")));
            deciphered++;
        }
        key_world_reopen(&world);
        int32_t status =
            world.interface->find(world.instance, world.call, key_text("recovery"), &key);
        ck_assert_int_eq(status, SIGNET_OK);
    }
    ck_assert_int_ge(deciphered, 2);
    key_world_end(&world);
}
END_TEST

/* Whatever is wrong with a ciphertext, the answer is the same. */
START_TEST(answers_bad_ciphertexts_alike)
{
    const char *oaep = SIGNET_DECRYPT_OAEP_SHA1;
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "a", SIGNET_KEY_RSA2048, SIGNET_PURPOSE_DECRYPT);
    const signet_key_t *other = key_make(&world, "b", SIGNET_KEY_RSA2048, SIGNET_PURPOSE_DECRYPT);
    signet_bytes_t right = wrap(&world, key->public_key, oaep, "a wrapped secret");
    signet_bytes_t bad[] = {
        signet_bytes_copy(world.call, right),
        signet_bytes_copy(world.call, right),
        signet_bytes_copy(world.call, right),
        wrap(&world, other->public_key, oaep, "a wrapped secret"),
        wrap(&world, key->public_key, SIGNET_DECRYPT_OAEP_SHA256, "a wrapped secret"),
        {right.data, right.length - 1},
        {0},
    };
    ((uint8_t *)(uintptr_t)bad[0].data)[right.length - 1] ^= 1;
    memset((uint8_t *)(uintptr_t)bad[1].data, 0, right.length);
    memset((uint8_t *)(uintptr_t)bad[2].data, 0xff, right.length);
    char first[512] = "";
    for (size_t i = 0; i < COUNT(bad); i++) {
        signet_bytes_t plaintext = {0};
        int32_t status = decipher(&world, key->uri, oaep, bad[i], &plaintext);
        ck_assert_uint_eq(plaintext.length, 0);
        ck_assert_int_eq(status, SIGNET_INVALID);
        if (i == 0) {
            (void)snprintf(first, sizeof(first), "%s", reason(world.call));
        }
        ck_assert_str_eq(reason(world.call), first);
        key_assert_failed(world.call, status, SIGNET_INVALID, "key.decrypt-failed");
    }
    signet_bytes_t plaintext = {0};
    ck_assert_int_eq(decipher(&world, key->uri, oaep, right, &plaintext), SIGNET_OK);
    key_world_end(&world);
}
END_TEST

START_TEST(keeps_signing_and_deciphering_apart)
{
    const char *oaep = SIGNET_DECRYPT_OAEP_SHA1;
    key_world_t world;
    key_world_begin(&world);
    signet_bytes_t plaintext = {0};
    const signet_key_t *signs = key_make(&world, "signs", SIGNET_KEY_RSA2048, KEY_ALL_PURPOSES);
    signet_bytes_t ciphertext = wrap(&world, signs->public_key, oaep, "a wrapped secret");
    key_assert_failed(world.call, decipher(&world, signs->uri, oaep, ciphertext, &plaintext),
                      SIGNET_DENIED, "key.purpose-refused");
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_RSA2048, SIGNET_PURPOSE_DECRYPT);
    for (uint32_t purpose = 1; purpose <= 2 * SIGNET_PURPOSE_DECRYPT; purpose <<= 1) {
        signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_RSA_SHA256, "message");
        request.purpose = purpose;
        key_assert_failed(world.call, key_sign_status(&world, &request), SIGNET_DENIED,
                          "key.purpose-refused");
    }
    ciphertext = wrap(&world, key->public_key, oaep, "a wrapped secret");
    key_assert_failed(world.call, decipher(&world, key->uri, "RSA-PKCS1", ciphertext, &plaintext),
                      SIGNET_UNSUPPORTED, "key.algorithm-unknown");
    key_assert_failed(world.call, decipher(&world, key_text("none"), oaep, ciphertext, &plaintext),
                      SIGNET_NOT_FOUND, "key.not-found");
    ck_assert_uint_eq(plaintext.length, 0);
    key_world_end(&world);
}
END_TEST

/* One thread of many. */
typedef struct signer {
    key_world_t *world;
    const signet_key_t *keys[3];
    unsigned number;
    int failures;
} signer_t;

static void *sign_many(void *argument)
{
    static const char *const names[] = {SIGNET_SIGN_ECDSA_SHA256, SIGNET_SIGN_RSA_SHA256,
                                        SIGNET_SIGN_ED25519};
    signer_t *signer = argument;
    for (unsigned i = 0; i < 30; i++) {
        char message[64];
        signet_bytes_t signature = {0};
        signet_call_t *call = signet_check_call(signer->world->check, "thread", "");
        const signet_key_t *key = signer->keys[i % 3];
        (void)snprintf(message, sizeof(message), "message %u of thread %u", i, signer->number);
        signet_sign_request_t request = key_request(key->uri, names[i % 3], message);
        int32_t status =
            signer->world->interface->sign(signer->world->instance, call, &request, &signature);
        if (status != SIGNET_OK ||
            !key_verify(key->public_key, names[i % 3], request.message, signature)) {
            signer->failures++;
        }
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(signs_on_many_threads)
{
    pthread_t threads[8];
    signer_t signers[8];
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *keys[] = {key_make(&world, "a", SIGNET_KEY_P256, KEY_ALL_PURPOSES),
                                  key_make(&world, "b", SIGNET_KEY_RSA2048, KEY_ALL_PURPOSES),
                                  key_make(&world, "c", SIGNET_KEY_ED25519, KEY_ALL_PURPOSES)};
    for (unsigned i = 0; i < COUNT(threads); i++) {
        signers[i] = (signer_t){&world, {keys[0], keys[1], keys[2]}, i, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sign_many, &signers[i]), 0);
    }
    for (unsigned i = 0; i < COUNT(threads); i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(signers[i].failures, 0);
    }
    key_world_end(&world);
}
END_TEST

START_TEST(survives_failing_allocations)
{
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, KEY_ALL_PURPOSES);
    signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "message");
    int failed = 0;
    for (uint64_t nth = 1; nth < 50; nth++) {
        signet_check_fail_alloc(world.check, nth);
        int32_t status = key_sign_status(&world, &request);
        signet_check_fail_alloc(world.check, 0);
        if (status == SIGNET_OK) {
            break;
        }
        ck_assert_int_eq(status, SIGNET_NO_MEMORY);
        world.call->services->clear(world.call);
        failed++;
    }
    ck_assert_int_gt(failed, 0);
    for (uint64_t nth = 1; nth < 50; nth++) {
        const signet_key_t *found = NULL;
        signet_check_fail_alloc(world.check, nth);
        int32_t status = world.interface->find(world.instance, world.call, key_text("k"), &found);
        signet_check_fail_alloc(world.check, 0);
        if (status == SIGNET_OK) {
            break;
        }
        ck_assert_int_eq(status, SIGNET_NO_MEMORY);
        world.call->services->clear(world.call);
    }
    assert_signs(&world, &request, request.message, key->public_key);
    key_world_end(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create(key_backend.plugin);
    TCase *cases = tcase_create("signet.key/1");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, signs_with_every_algorithm, 0, (int)COUNT(algorithms));
    tcase_add_test(cases, makes_newer_types_or_says_why_not);
    tcase_add_test(cases, signs_digests_for_crls_alone);
    tcase_add_test(cases, refuses_other_purposes);
    tcase_add_test(cases, signs_no_certificate_without_an_intent);
    tcase_add_test(cases, refuses_algorithms_that_do_not_suit);
    tcase_add_test(cases, knows_no_other_keys);
    tcase_add_test(cases, never_replaces_a_key);
    tcase_add_test(cases, refuses_bad_requests);
    tcase_add_test(cases, keeps_keys);
    tcase_add_test(cases, lists_keys);
    tcase_add_test(cases, signs_large_messages);
    tcase_add_test(cases, deciphers_what_was_wrapped);
    tcase_add_test(cases, answers_bad_ciphertexts_alike);
    tcase_add_test(cases, keeps_signing_and_deciphering_apart);
    tcase_add_test(cases, signs_on_many_threads);
    tcase_add_test(cases, survives_failing_allocations);
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, key_destroy_cases());
    suite_add_tcase(suite, key_backend_cases());
    SRunner *runner = srunner_create(suite);
    /* A PKCS#11 module is initialised once in a process: each test needs one of its own. */
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
