/* The suite against encrypted files, and what only they can get wrong. */
#include "key_suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void prepare(const signet_check_t *check, char *settings, size_t size)
{
    key_write_secret(check, "passphrase", "correct horse\n");
    (void)snprintf(settings, size, "folder = \"%s/keys\"; passphrase = \"file:%s/passphrase\";",
                   signet_check_folder(check), signet_check_folder(check));
}

const key_backend_t key_backend = {
    .plugin = "key-file",
    .exportable = 1,
    .prepare = prepare,
};

static const char *path_of(const key_world_t *world, const char *name)
{
    static char paths[2][512];
    static int next;
    char *path = paths[next ^= 1];
    (void)snprintf(path, sizeof(paths[0]), "%s/keys%s%s", signet_check_folder(world->check),
                   *name ? "/" : "", name);
    return path;
}

static size_t read_file(const char *path, char *content, size_t size)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, size - 1, file);
    content[length] = '\0';
    ck_assert_int_eq(fclose(file), 0);
    return length;
}

static void write_file(const char *path, const char *content, size_t length)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(content, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

/* Closes the instance where it is open. */
static void close_instance(const key_world_t *world)
{
    if (signet_check_find(world->check, SIGNET_KEY_INTERFACE, "keys")) {
        signet_check_close(world->check, "keys");
    }
}

/* Opening fails with this status and reason. */
static void assert_refused(key_world_t *world, int32_t status, const char *reason)
{
    close_instance(world);
    int32_t got = signet_check_open(world->check, "key-file", "keys", world->settings);
    const signet_error_t *error = signet_check_error(world->check);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(got == status && signet_text_is(error->reason, reason),
                  "%d %.*s instead of %d %s", got, (int)error->reason.length, error->reason.data,
                  status, reason);
}

START_TEST(files_are_closed_and_openssl_reads_them)
{
    struct stat status;
    char content[8192];
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "ca", SIGNET_KEY_P256, SIGNET_PURPOSE_CRL);
    ck_assert_int_eq(stat(path_of(&world, ""), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0700);
    ck_assert_int_eq(stat(path_of(&world, "ca.pem"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    (void)read_file(path_of(&world, "ca.pem"), content, sizeof(content));
    ck_assert_ptr_nonnull(strstr(content, "Purposes: crl\n"));
    ck_assert_ptr_nonnull(strstr(content, "-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    FILE *file = fopen(path_of(&world, "ca.pem"), "r");
    EVP_PKEY *opened = PEM_read_PrivateKey(file, NULL, NULL, (void *)(uintptr_t) "correct horse");
    (void)fclose(file);
    ck_assert_ptr_nonnull(opened);
    uint8_t *spki = NULL;
    int length = i2d_PUBKEY(opened, &spki);
    ck_assert(signet_bytes_equal(key->public_key, (signet_bytes_t){spki, (uint64_t)length}));
    OPENSSL_free(spki);
    EVP_PKEY_free(opened);
    key_world_end(&world);
}
END_TEST

START_TEST(refuses_open_files)
{
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_CRL);
    ck_assert_int_eq(chmod(path_of(&world, "k.pem"), 0640), 0);
    assert_refused(&world, SIGNET_DENIED, "key.file-mode");
    ck_assert_int_eq(chmod(path_of(&world, "k.pem"), 0600), 0);
    ck_assert_int_eq(chmod(path_of(&world, ""), 0750), 0);
    assert_refused(&world, SIGNET_DENIED, "key.file-mode");
    ck_assert_int_eq(chmod(path_of(&world, ""), 0700), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path_of(&world, "k.pem"), 12345, 0), 0);
        assert_refused(&world, SIGNET_DENIED, "key.file-owner");
        ck_assert_int_eq(chown(path_of(&world, "k.pem"), 0, 0), 0);
    }
    key_world_reopen(&world);
    key_world_end(&world);
}
END_TEST

START_TEST(follows_no_links)
{
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_CRL);
    ck_assert_int_eq(symlink(path_of(&world, "k.pem"), path_of(&world, "link.pem")), 0);
    assert_refused(&world, SIGNET_UNAVAILABLE, "key.file-failed");
    key_world_end(&world);
}
END_TEST

START_TEST(notices_widened_purposes)
{
    char content[8192];
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    size_t length = read_file(path_of(&world, "k.pem"), content, sizeof(content));
    char *purposes = strstr(content, "seal");
    ck_assert_ptr_nonnull(purposes);
    memcpy(purposes, "ocsp", 4);
    write_file(path_of(&world, "k.pem"), content, length);
    assert_refused(&world, SIGNET_CORRUPT, "key.file-changed");
    key_world_end(&world);
}
END_TEST

START_TEST(notices_renamed_files)
{
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    ck_assert_int_eq(rename(path_of(&world, "k.pem"), path_of(&world, "root.pem")), 0);
    assert_refused(&world, SIGNET_CORRUPT, "key.file-changed");
    key_world_end(&world);
}
END_TEST

/* Every single changed octet of a file is either noticed or changes nothing. */
START_TEST(notices_changed_octets)
{
    char content[8192];
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    signet_bytes_t public_key = signet_bytes_copy(world.call, key->public_key);
    size_t length = read_file(path_of(&world, "k.pem"), content, sizeof(content));
    for (size_t at = 0; at < length; at += 61) {
        const signet_key_t *found = NULL;
        char was = content[at];
        content[at] = was == 'A' ? 'B' : 'A';
        write_file(path_of(&world, "k.pem"), content, length);
        content[at] = was;
        close_instance(&world);
        int32_t status = signet_check_open(world.check, "key-file", "keys", world.settings);
        if (status == SIGNET_OK) {
            const signet_provider_t *provider =
                signet_check_find(world.check, SIGNET_KEY_INTERFACE, "keys");
            const signet_key_interface_t *interface = provider->interface;
            ck_assert_int_eq(interface->find(provider->instance, world.call, key_text("k"), &found),
                             0);
            ck_assert_uint_eq(found->purposes, SIGNET_PURPOSE_SEAL);
            ck_assert(signet_bytes_equal(found->public_key, public_key));
        } else {
            ck_assert_msg(status == SIGNET_CORRUPT || status == SIGNET_DENIED, "octet %zu: %d", at,
                          status);
        }
    }
    write_file(path_of(&world, "k.pem"), content, length);
    key_world_reopen(&world);
    key_world_end(&world);
}
END_TEST

START_TEST(waits_for_a_ceremony)
{
    char settings[1024];
    signet_check_t *check = signet_check_begin();
    (void)snprintf(settings, sizeof(settings), "folder = \"%s/locked\";",
                   signet_check_folder(check));
    key_locked_walk(check, settings);
    signet_check_end(check);
}
END_TEST

START_TEST(refuses_a_wrong_passphrase)
{
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    key_write_secret(world.check, "passphrase", "wrong horse");
    assert_refused(&world, SIGNET_DENIED, "key.passphrase-wrong");
    key_write_secret(world.check, "passphrase", "");
    assert_refused(&world, SIGNET_INVALID, "key.passphrase-invalid");
    key_write_secret(world.check, "passphrase", "correct horse");
    key_world_reopen(&world);
    key_world_end(&world);
}
END_TEST

START_TEST(reads_keys_of_either_kdf)
{
    key_world_t world;
    key_world_begin(&world);
    (void)key_make(&world, "scrypt", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    strcat(world.settings, " kdf = \"pbkdf2\";");
    key_world_reopen(&world);
    (void)key_make(&world, "pbkdf2", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    key_world_reopen(&world);
    for (size_t i = 0; i < 2; i++) {
        const signet_key_t *key = NULL;
        const char *name = i ? "scrypt" : "pbkdf2";
        ck_assert_int_eq(world.interface->find(world.instance, world.call, key_text(name), &key),
                         0);
        signet_sign_request_t request = key_request(key->uri, SIGNET_SIGN_ECDSA_SHA256, "m");
        signet_bytes_t signature = {0};
        request.purpose = SIGNET_PURPOSE_SEAL;
        ck_assert_int_eq(world.interface->sign(world.instance, world.call, &request, &signature),
                         0);
        ck_assert(
            key_verify(key->public_key, SIGNET_SIGN_ECDSA_SHA256, request.message, signature));
    }
    key_world_end(&world);
}
END_TEST

START_TEST(finds_keys_that_appear_later)
{
    key_world_t world;
    const signet_key_t *key = NULL;
    key_world_begin(&world);
    ck_assert_int_eq(signet_check_open(world.check, "key-file", "other", world.settings),
                     SIGNET_OK);
    (void)key_make(&world, "late", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    const signet_provider_t *other = signet_check_find(world.check, SIGNET_KEY_INTERFACE, "other");
    const signet_key_interface_t *interface = other->interface;
    ck_assert_int_eq(interface->find(other->instance, world.call, key_text("late"), &key), 0);
    ck_assert_uint_eq(key->purposes, SIGNET_PURPOSE_SEAL);
    signet_key_request_t request = {.size = sizeof(request),
                                    .purposes = SIGNET_PURPOSE_SEAL,
                                    .name = key_text("late"),
                                    .type = key_text(SIGNET_KEY_P256)};
    ck_assert_int_eq(interface->generate(other->instance, world.call, &request, &key),
                     SIGNET_EXISTS);
    world.call->services->clear(world.call);
    key_world_end(&world);
}
END_TEST

START_TEST(leaves_no_temporary_files)
{
    key_world_t world;
    int entries = 0;
    key_world_begin(&world);
    (void)key_make(&world, "a", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    (void)key_make(&world, "b", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    DIR *directory = opendir(path_of(&world, ""));
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory)) {
        entries++;
    }
    (void)closedir(directory);
    ck_assert_int_eq(entries, 4); /* with . and .. */
    key_world_end(&world);
}
END_TEST

static int32_t destroy(key_world_t *world, const signet_key_t *key)
{
    return world->interface->destroy(world->instance, world->call, key->uri, key->public_key);
}

static int entries_of(const key_world_t *world)
{
    int entries = 0;
    DIR *directory = opendir(path_of(world, ""));
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory)) {
        entries++;
    }
    (void)closedir(directory);
    return entries - 2;
}

/* Whoever holds the file open, or has another name for it, sees it overwritten. */
START_TEST(overwrites_what_it_destroys)
{
    struct stat status;
    uint8_t content[8192];
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    int file = open(path_of(&world, "k.pem"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(destroy(&world, key), SIGNET_OK);
    ck_assert_int_eq(entries_of(&world), 0);
    ck_assert_int_eq(fstat(file, &status), 0);
    ck_assert_int_eq((int)status.st_nlink, 0);
    ssize_t length = read(file, content, sizeof(content));
    ck_assert_int_gt(length, 200);
    for (ssize_t i = 0; i < length; i++) {
        ck_assert_uint_eq(content[i], 0);
    }
    ck_assert_int_eq(close(file), 0);
    key_world_end(&world);
}
END_TEST

/* Killed after the file had its other name: the start does not mind, and the next call ends it. */
START_TEST(ends_what_was_interrupted)
{
    char renamed[512];
    key_world_t world;
    key_world_begin(&world);
    const signet_key_t *key = key_make(&world, "k", SIGNET_KEY_P256, SIGNET_PURPOSE_SEAL);
    const signet_key_t copy = {.uri = signet_text_copy(world.call, key->uri),
                               .public_key = signet_bytes_copy(world.call, key->public_key)};
    (void)snprintf(renamed, sizeof(renamed), "%s", path_of(&world, ".destroying-k"));
    ck_assert_int_eq(rename(path_of(&world, "k.pem"), renamed), 0);
    key_world_reopen(&world);
    ck_assert_int_eq(entries_of(&world), 1);
    ck_assert_int_eq(destroy(&world, &copy), SIGNET_OK);
    ck_assert_int_eq(entries_of(&world), 0);
    ck_assert_int_eq(destroy(&world, &copy), SIGNET_NOT_FOUND);
    world.call->services->clear(world.call);
    key_world_end(&world);
}
END_TEST

TCase *key_backend_cases(void)
{
    TCase *cases = tcase_create("files");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, files_are_closed_and_openssl_reads_them);
    tcase_add_test(cases, refuses_open_files);
    tcase_add_test(cases, follows_no_links);
    tcase_add_test(cases, notices_widened_purposes);
    tcase_add_test(cases, notices_renamed_files);
    tcase_add_test(cases, notices_changed_octets);
    tcase_add_test(cases, waits_for_a_ceremony);
    tcase_add_test(cases, refuses_a_wrong_passphrase);
    tcase_add_test(cases, reads_keys_of_either_kdf);
    tcase_add_test(cases, finds_keys_that_appear_later);
    tcase_add_test(cases, leaves_no_temporary_files);
    tcase_add_test(cases, overwrites_what_it_destroys);
    tcase_add_test(cases, ends_what_was_interrupted);
    return cases;
}
