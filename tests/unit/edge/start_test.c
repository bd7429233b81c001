/* Starts that fail, each with one line that names the cause and the remedy. */
#include <arpa/inet.h>
#include <check.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "world.h"

static char folder[64];
static char message[1024];
static edge_t *edge;
static core_lanes_t *lanes;

static void begin(void)
{
    (void)strcpy(folder, "/tmp/signet-start-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    lanes = core_lanes_new(1);
    ck_assert_ptr_nonnull(lanes);
}

static int remove_file(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void end(void)
{
    core_lanes_free(lanes);
    ck_assert_int_eq(nftw(folder, remove_file, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

/* Starts an edge with one listener of these settings; its status, and the message of its error. */
static int32_t start(const signet_setting_t *settings, uint64_t count)
{
    core_call_options_t options = {0};
    signet_call_t *call = core_call_new(&options);
    signet_setting_t listener = world_group("", settings, count);
    signet_setting_t listeners = world_group("listeners", &listener, settings != NULL ? 1 : 0);
    signet_setting_t host = world_group("host", &listeners, 1);
    core_config_t config = {.host = &host, .file = SIGNET_TEXT_INIT("signet.conf")};
    const signet_error_t *error;
    int32_t status;

    edge = NULL;
    message[0] = '\0';
    status = edge_start(call, &config, NULL, lanes, NULL, &edge);
    error = call->services->error(call);
    if (error != NULL) {
        (void)snprintf(message, sizeof(message), "%.*s", (int)error->message.length,
                       error->message.data);
    }
    core_call_free(call);
    return status;
}

/* The same with up to five pairs of name and text; it must fail, saying all of `words`. */
static void expect_failure(const char *const settings[10], const char *const words[4])
{
    signet_setting_t made[6];
    uint64_t count = 1;
    size_t i;

    made[0] = world_text("name", "main");
    for (i = 0; i < 10 && settings[i] != NULL; i += 2) {
        made[count++] = world_text(settings[i], settings[i + 1]);
    }
    ck_assert_msg(start(made, count) != SIGNET_OK, "it started");
    ck_assert_ptr_null(edge);
    ck_assert_msg(strchr(message, '\n') == NULL, "several lines: %s", message);
    ck_assert_msg(strstr(message, "\"main\"") != NULL, "no listener in: %s", message);
    for (i = 0; i < 4 && words[i] != NULL; i++) {
        ck_assert_msg(strstr(message, words[i]) != NULL, "no \"%s\" in: %s", words[i], message);
    }
}

#define LIST(...) ((const char *const[10]){__VA_ARGS__})
#define WORDS(...) ((const char *const[4]){__VA_ARGS__})

START_TEST(listeners_must_make_sense)
{
    ck_assert_int_ne(start(NULL, 0), SIGNET_OK);
    ck_assert_ptr_nonnull(strstr(message, "host.listeners"));
    expect_failure(LIST("address", "127.0.0.1:0", "unix", "/tmp/x"), WORDS("either"));
    expect_failure(LIST(NULL), WORDS("either"));
    expect_failure(LIST("address", "localhost"), WORDS("\"localhost\"", "IP:PORT"));
    expect_failure(LIST("address", "127.0.0.1:70000"), WORDS("IP:PORT"));
    expect_failure(LIST("address", "127.0.0.1:x"), WORDS("IP:PORT"));
    expect_failure(LIST("address", "[::1:80"), WORDS("IP:PORT"));
    expect_failure(LIST("address", "127.0.0.1:0", "key", "/x"), WORDS("belong together"));
    expect_failure(LIST("unix", in_folder("s"), "mode", "rw"), WORDS("\"rw\"", "octal"));
    expect_failure(LIST("address", "203.0.113.1:0"), WORDS("203.0.113.1", "address"));
}
END_TEST

START_TEST(a_taken_address_is_named)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int on = 1;
    int other = socket(AF_INET, SOCK_STREAM, 0);
    char text[64];

    /* Sharing the port must not be possible either. */
    (void)setsockopt(other, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    (void)setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(other, 1), 0);
    ck_assert_int_eq(getsockname(other, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(address.sin_port));
    expect_failure(LIST("address", text), WORDS(text, "Address already in use", "stop it"));
    (void)close(other);
}
END_TEST

static void write_file(const char *name, const char *content, mode_t mode)
{
    FILE *file = fopen(in_folder(name), "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(content, file), 0);
    (void)fclose(file);
    ck_assert_int_eq(chmod(in_folder(name), mode), 0);
}

static void write_encrypted_key(const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    FILE *file = fopen(in_folder(name), "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(
        PEM_write_PKCS8PrivateKey(file, key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL), 1);
    (void)fclose(file);
    ck_assert_int_eq(chmod(in_folder(name), 0600), 0);
    EVP_PKEY_free(key);
}

static void expect_tls_failure(const char *certificate, const char *key, const char *one,
                               const char *two)
{
    expect_failure(LIST("address", "127.0.0.1:0", "certificate", in_folder(certificate), "key",
                        in_folder(key)),
                   WORDS(one, two));
}

START_TEST(certificates_and_keys_are_checked)
{
    world_write_certificate(folder, "a.pem", "a.key");
    world_write_certificate(folder, "b.pem", "b.key");
    write_file("empty", "", 0600);
    write_file("rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 0600);
    write_encrypted_key("encrypted.key");
    expect_failure(LIST("address", "127.0.0.1:0", "client_certificates", "required"),
                   WORDS("client_certificates", "needs TLS"));
    expect_failure(LIST("address", "127.0.0.1:0", "certificate", in_folder("a.pem"), "key",
                        in_folder("a.key"), "client_certificates", "optional", "client_authorities",
                        in_folder("empty")),
                   WORDS("empty", "client_authorities"));
    expect_tls_failure("missing.pem", "a.key", "missing.pem", "No such file");
    expect_tls_failure("empty", "a.key", "empty", "PEM");
    expect_tls_failure("rubbish", "a.key", "rubbish", "PEM");
    expect_tls_failure("a.pem", "missing.key", "missing.key", "No such file");
    expect_tls_failure("a.pem", "empty", "empty", "no unencrypted private key");
    expect_tls_failure("a.pem", "encrypted.key", "encrypted.key", "openssl pkey");
    expect_tls_failure("a.pem", "b.key", "b.key", "does not belong to");
    ck_assert_int_eq(chmod(in_folder("a.key"), 0640), 0);
    expect_tls_failure("a.pem", "a.key", "0640", "chmod 600");
    ck_assert_int_eq(mkdir(in_folder("d.key"), 0700), 0);
    expect_tls_failure("a.pem", "d.key", "d.key", "not a regular file");
}
END_TEST

START_TEST(socket_files_are_checked)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    signet_setting_t settings[3];
    struct stat info;
    char long_path[256];
    int other = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[0] = '/';
    long_path[sizeof(long_path) - 1] = '\0';
    expect_failure(LIST("unix", long_path), WORDS("longer than", "shorter"));
    expect_failure(LIST("unix", in_folder("none/s"), "client_certificates", "optional"),
                   WORDS("client_certificates", "needs TLS"));
    expect_failure(LIST("unix", in_folder("none/s")), WORDS("none/s", "No such file"));
    write_file("file", "x", 0600);
    expect_failure(LIST("unix", in_folder("file")), WORDS("not a socket", "remove it"));
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/live", folder);
    ck_assert_int_eq(bind(other, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(other, 1), 0);
    expect_failure(LIST("unix", in_folder("live")), WORDS("live", "stop it"));
    (void)close(other);
    /* Now nobody listens there: it is stale. */
    settings[0] = world_text("name", "main");
    settings[1] = world_text("unix", in_folder("live"));
    settings[2] = world_text("mode", "0620");
    ck_assert_msg(start(settings, 3) == SIGNET_OK, "%s", message);
    ck_assert_int_eq(stat(in_folder("live"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0620);
    edge_free(edge);
    ck_assert_int_ne(stat(in_folder("live"), &info), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge-start");
    TCase *starts = tcase_create("starts");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(starts, begin, end);
    tcase_add_test(starts, listeners_must_make_sense);
    tcase_add_test(starts, a_taken_address_is_named);
    tcase_add_test(starts, certificates_and_keys_are_checked);
    tcase_add_test(starts, socket_files_are_checked);
    suite_add_tcase(suite, starts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
