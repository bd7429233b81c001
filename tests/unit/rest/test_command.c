/* The remote commands against the routes, over HTTP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge.h"
#include "fake_ca.h"
#include "fake_journal.h"
#include "world.h"

static signet_call_t *call;
static signet_text_t output;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void must(int32_t status)
{
    const signet_error_t *error = signet_check_error(world);
    ck_assert_msg(status == SIGNET_OK, "%.*s", error != NULL ? (int)error->message.length : 0,
                  error != NULL ? error->message.data : "");
}

static const char *path_of(const char *name)
{
    static char path[2][512];
    static int next;
    next = !next;
    (void)snprintf(path[next], sizeof path[next], "%s/%s", signet_check_folder(world), name);
    return path[next];
}

static void write_file(const char *name, const void *content, size_t length, mode_t mode)
{
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(content, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path_of(name), mode), 0);
}

static const char *read_file(const char *name)
{
    static char content[8192];
    FILE *file = fopen(path_of(name), "rb");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, sizeof content - 1, file);
    content[length] = '\0';
    (void)fclose(file);
    return content;
}

static void begin(void)
{
    static const char *const kinds[] = {"certificate", "authority", "profile", "token",
                                        "journal",     "tenant",    "key"};
    world_begin();
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char id[64];
        (void)snprintf(id, sizeof id, "command-%s", kinds[i]);
        must(signet_check_open(world, id, id, ""));
    }
    write_file("token", "sgt_test\n", 9, 0600);
    ck_assert_int_eq(setenv("SIGNET_TOKEN_FILE", path_of("token"), 1), 0);
    ck_assert_int_eq(unsetenv("SIGNET_CACERT"), 0);
    bridge_begin(world);
}

static void end(void)
{
    if (call != NULL)
        signet_check_call_end(call);
    call = NULL;
    bridge_end();
    world_end();
}

/* Runs a command given as on the command line, of up to three words' name. */
static int32_t run(const char *instance, const char *name, const char *const *arguments,
                   size_t count, int json)
{
    if (call != NULL)
        signet_check_call_end(call);
    call = signet_check_call(world, "uid:0", "");
    return signet_check_command(world, call, instance, name, arguments, count, json, &output);
}

#define RUN(kind, name, json, ...)                                                                 \
    run("command-" kind, name, (const char *const[]){__VA_ARGS__},                                 \
        COUNT(((const char *const[]){__VA_ARGS__})), json)
#define RUN_PLAIN(kind, name, json) run("command-" kind, name, NULL, 0, json)

static int says(const char *text)
{
    return memmem(output.data, output.length, text, strlen(text)) != NULL;
}

static const signet_json_t *json(void)
{
    const signet_json_t *value = NULL;
    ck_assert_msg(signet_json_parse(call, signet_text_bytes(output), 1 << 20, &value) == SIGNET_OK,
                  "%.*s", SIGNET_FORMAT(output));
    return value;
}

static void failed_with(const char *reason)
{
    assert_text(call->services->error(call)->reason, reason);
}

#define PEM_REQUEST                                                                                \
    "-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQU=\n-----END CERTIFICATE REQUEST-----\n"
#define PEM_LEAF "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"
#define PEM_CHAIN                                                                                  \
    PEM_LEAF "-----BEGIN CERTIFICATE-----\nMAMCAQY=\n-----END CERTIFICATE-----\n"                  \
             "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n"

START_TEST(issues)
{
    static const uint8_t der[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    write_file("web.csr", PEM_REQUEST, strlen(PEM_REQUEST), 0644);
    must(RUN("certificate", "issue", 0, "--profile", "tls-server", "--csr", path_of("web.csr")));
    assert_text(output, PEM_LEAF);
    ck_assert_str_eq(bridge_request, "POST /v1/certificates");
    ck_assert_ptr_null(strstr(bridge_headers, "Idempotency-Key"));
    ck_assert_ptr_nonnull(strstr(bridge_headers, "Authorization: Bearer sgt_test"));

    write_file("web.der", der, sizeof der, 0644);
    must(RUN("certificate", "issue", 0, "--profile", "p", "--csr", path_of("web.der"),
             "--authority", "device", "--name", "dns:a.example", "--name", "uri:urn:x:y",
             "--validity", "30d", "--idempotency-key", "k 1", "--chain", "--out",
             path_of("web.pem")));
    ck_assert_str_eq(fake_ca.authority, "device");
    ck_assert_str_eq(fake_ca.names, "dns=a.example;uri=urn:x:y;");
    ck_assert_int_eq(fake_ca.validity_ms, INT64_C(30) * 86400000);
    ck_assert_str_eq(fake_ca.request_id, "rest/token:boss/k 1");
    ck_assert_mem_eq(fake_ca.csr, der, sizeof der);
    ck_assert_str_eq(read_file("web.pem"), PEM_CHAIN);
    ck_assert(says("Serial  010203\n"));
    ck_assert(says("Names  dns:www.example, ip:192.0.2.1\n"));

    must(RUN("certificate", "issue", 1, "--profile", "p", "--csr", path_of("web.der")));
    assert_text(signet_json_get(json(), "certificate")->text, PEM_LEAF);
    ck_assert_uint_eq(signet_json_get(json(), "chain")->count, 2);
}
END_TEST

START_TEST(refuses_to_issue)
{
    write_file("web.csr", PEM_REQUEST, strlen(PEM_REQUEST), 0644);
    ck_assert_int_eq(RUN("certificate", "issue", 0, "--profile", "p", "--csr", "missing.csr"),
                     SIGNET_NOT_FOUND);
    ck_assert_int_eq(RUN("certificate", "issue", 0, "--profile", "p", "--csr", path_of("web.csr"),
                         "--name", "a.example"),
                     SIGNET_INVALID);
    failed_with("certificate.name-invalid");
    ck_assert_int_eq(RUN("certificate", "issue", 0, "--csr", path_of("web.csr")), SIGNET_INVALID);
    ck_assert_int_eq(fake_ca.issued, 0);
    fake_ca.failure = SIGNET_DENIED;
    ck_assert_int_eq(RUN("certificate", "issue", 0, "--profile", "p", "--csr", path_of("web.csr")),
                     SIGNET_DENIED);
    failed_with("fake.refused");
}
END_TEST

START_TEST(shows_one)
{
    must(RUN("certificate", "show", 0, "01:02:03"));
    ck_assert_str_eq(bridge_request, "GET /v1/certificates/device/01%3A02%3A03");
    ck_assert(says("Authority  device\n"));
    ck_assert(says("State  valid\n"));
    must(RUN("certificate", "show", 0, "010203", "--pem"));
    assert_text(output, PEM_LEAF);
    must(RUN("certificate", "show", 0, "010203", "--chain"));
    assert_text(output, PEM_CHAIN);
    must(RUN("certificate", "show", 0, "010203", "--der", "--out", path_of("one.der")));
    ck_assert_uint_eq(output.length, 0);
    ck_assert_int_eq(memcmp(read_file("one.der"), "\x30\x03\x02\x01\x05", 6), 0);
    must(RUN("certificate", "show", 1, "010204"));
    assert_text(signet_json_get(json(), "reason")->text, "keyCompromise");
    ck_assert_int_eq(signet_json_get(json(), "asked")->kind, SIGNET_JSON_OBJECT);
}
END_TEST

START_TEST(resolves_a_serial)
{
    ck_assert_int_eq(RUN("certificate", "show", 0, "0102ff"), SIGNET_NOT_FOUND);
    failed_with("certificate.not-found");
    ck_assert_int_eq(RUN("certificate", "show", 0, "090909"), SIGNET_CONFLICT);
    failed_with("certificate.ambiguous");
    must(RUN("certificate", "show", 0, "090909", "--authority", "tls"));
    ck_assert(says("Authority  tls\n"));
    ck_assert_int_eq(RUN("certificate", "show", 0, "xyz"), SIGNET_INVALID);
    failed_with("request.serial-invalid");
}
END_TEST

START_TEST(lists)
{
    must(RUN_PLAIN("certificate", "list", 0));
    ck_assert(says("Subject  Profile  State  Expires  Serial\n"));
    ck_assert(says("tls-server  revoked  2096-10-02T07:06:40Z  010204\n"));
    ck_assert_str_eq(bridge_request, "GET /v1/certificates?limit=50");
    must(RUN("certificate", "list", 0, "--limit", "2"));
    ck_assert(says("010203") && says("010204") && !says("010205"));
    ck_assert(says("There are more"));
    must(RUN("certificate", "list", 0, "--expiring", "30d", "--name", "dns:a b", "--state",
             "valid"));
    ck_assert_ptr_nonnull(strstr(bridge_request, "name=dns%3Aa%20b&state=valid"));
    ck_assert_int_eq(fake_ca.query.expires_before - fake_ca.query.expires_from,
                     INT64_C(30) * 86400000);
    must(RUN("certificate", "list", 1, "--all"));
    ck_assert_uint_eq(json()->count, FAKE_CERTIFICATES);
    assert_text(signet_json_get(&json()->items[3], "state")->text, "abandoned");
    must(RUN("certificate", "list", 1, "--serial", "ffff"));
    ck_assert_uint_eq(json()->count, 0);
    ck_assert_int_eq(json()->kind, SIGNET_JSON_ARRAY);
}
END_TEST

START_TEST(revokes)
{
    must(RUN("certificate", "revoke", 0, "010204", "--reason", "keyCompromise", "--comment",
             "stolen", "--invalid-since", "2026-01-01T00:00:00Z"));
    ck_assert_int_eq(fake_ca.reason, 1);
    ck_assert_str_eq(fake_ca.comment, "stolen");
    ck_assert_int_eq(fake_ca.invalid_since, INT64_C(1767225600000));
    ck_assert(says("State  revoked\n"));
    must(RUN("certificate", "revoke", 0, "010204"));
    ck_assert_int_eq(fake_ca.reason, 0);
    ck_assert_int_eq(RUN("certificate", "revoke", 0, "010204", "--reason", "lost"), SIGNET_INVALID);
    must(RUN("certificate", "hold", 1, "010205", "--comment", "c"));
    ck_assert_int_eq(fake_ca.reason, 6);
    assert_text(signet_json_get(json(), "state")->text, "held");
    must(RUN("certificate", "release", 0, "010203"));
    ck_assert_str_eq(bridge_request, "POST /v1/certificates/device/010203/release");
}
END_TEST

START_TEST(shows_authorities)
{
    must(RUN_PLAIN("authority", "authority list", 0));
    ck_assert_str_eq(bridge_request, "GET /v1/authorities");
    ck_assert(says("device  issuing  active  root  EC-P256"));
    must(RUN("authority", "authority show", 1, "device"));
    ck_assert_ptr_nonnull(signet_json_get(json(), "certificate"));
    must(RUN("authority", "authority chain", 0, "device", "--root", "CN=Other Root"));
    ck_assert_int_eq(RUN("authority", "authority chain", 0, "device", "--root", "CN=Nobody"),
                     SIGNET_NOT_FOUND);
    must(RUN("authority", "authority chain", 0, "device"));
    ck_assert(signet_text_starts(output, "-----BEGIN CERTIFICATE-----\nMAMCAQY=\n"));
    ck_assert_int_eq(RUN("authority", "authority show", 0, "a/../b"), SIGNET_NOT_FOUND);
}
END_TEST

START_TEST(shows_profiles)
{
    must(RUN_PLAIN("profile", "profile list", 0));
    ck_assert(says("tls-server  device  90d  3  Servers."));
    must(RUN("profile", "profile show", 0, "tls-server"));
    ck_assert(says("key_usage"));
    ck_assert(says("signature"));
    must(RUN("profile", "profile show", 1, "tls-server"));
    ck_assert_int_eq(signet_json_get(json(), "document")->kind, SIGNET_JSON_OBJECT);
}
END_TEST

START_TEST(shows_tenants)
{
    must(RUN_PLAIN("tenant", "tenant list", 0));
    ck_assert_str_eq(bridge_request, "GET /v1/tenants");
    ck_assert(says("Acme Inc"));
    must(RUN("tenant", "tenant show", 1, "acme"));
    ck_assert_int_eq(signet_json_get(json(), "issuance_rate")->integer, 600);
    ck_assert_int_eq(RUN("tenant", "tenant show", 0, "none"), SIGNET_NOT_FOUND);
}
END_TEST

START_TEST(asks_for_a_token_in_a_tenant)
{
    /* Nobody keeps approvals in this world, so that no tenant can agree. */
    ck_assert_int_eq(RUN("token", "token create", 0, "--name", "x", "--role", "officer", "--tenant",
                         "acme", "--reason", "CASE-1"),
                     SIGNET_UNSUPPORTED);
    must(RUN("token", "token create", 1, "--name", "x", "--role", "officer", "--tenant", "acme",
             "--reason", "CASE-1", "--break-glass"));
    assert_text(signet_json_get(json(), "entry")->text, "break-glass");
    assert_text(signet_json_get(json(), "reason")->text, "CASE-1");
    ck_assert_int_eq(RUN("token", "token create", 0, "--name", "x", "--role", "officer", "--tenant",
                         "none", "--reason", "CASE-1"),
                     SIGNET_NOT_FOUND);
    ck_assert_int_eq(
        RUN("token", "token create", 0, "--name", "x", "--role", "officer", "--tenant", "acme"),
        SIGNET_INVALID);
}
END_TEST

START_TEST(handles_tokens)
{
    must(RUN("token", "token create", 1, "--name", "Build", "--role", "requester", "--role",
             "officer", "--profile", "web", "--names", "*.dev.example", "--ttl", "12h"));
    char id[32];
    (void)snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(signet_json_get(json(), "id")->text));
    ck_assert_uint_eq(signet_json_get(json(), "token")->text.length, 64);
    must(RUN_PLAIN("token", "token list", 0));
    ck_assert(says("requester (profile web, names *.dev.example), officer (profile web, names "
                   "*.dev.example)"));
    must(RUN("token", "token revoke", 0, id));
    ck_assert(says("is revoked"));
    ck_assert_int_eq(RUN("token", "token revoke", 0, id), SIGNET_NOT_FOUND);
    must(RUN_PLAIN("token", "token list", 1));
    ck_assert_uint_eq(json()->count, 0);
}
END_TEST

START_TEST(writes_a_token_to_a_closed_file)
{
    struct stat about;
    must(RUN("token", "token create", 0, "--name", "x", "--role", "auditor", "--out",
             path_of("new-token")));
    ck_assert_int_eq(stat(path_of("new-token"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    const char *content = read_file("new-token");
    ck_assert_uint_eq(strlen(content), 65);
    ck_assert_int_eq(content[64], '\n');
    ck_assert(!says("sgt_"));
    ck_assert(says("Roles  auditor\n"));
    must(RUN("token", "token create", 0, "--name", "x", "--role", "auditor"));
    ck_assert(says("Token  sgt_"));
    bridge_roles = "officer";
    ck_assert_int_eq(RUN("token", "token create", 0, "--name", "x", "--role", "auditor"),
                     SIGNET_DENIED);
    ck_assert_int_eq(RUN("token", "token create", 0, "--name", "x", "--role", "root"),
                     SIGNET_INVALID);
}
END_TEST

#define RECOVER "010203", "--authority", "user", "--reason", "laptop lost", "--password-file"

START_TEST(handles_archived_keys)
{
    struct stat about;
    write_file("password", "correct horse\n", 14, 0600);
    must(RUN("key", "key list", 0, "--name", "email:ada@example.com"));
    ck_assert_str_eq(fake_ca.query_name, "email:ada@example.com");
    ck_assert(says("email:ada@example.com"));
    /* All pages, as far as the limit goes. */
    must(RUN("key", "key list", 1, "--limit", "2"));
    ck_assert_uint_eq(json()->count, 2);
    ck_assert_str_eq(fake_ca.query_cursor, "more");
    must(RUN("key", "key list", 1, "--limit", "1"));
    ck_assert_uint_eq(json()->count, 1);
    /* What fails prints JSON all the same, or nothing. */
    fake_ca.keys_end = 1;
    ck_assert_int_eq(RUN("key", "key list", 1, "--limit", "2"), SIGNET_DENIED);
    ck_assert_uint_eq(json()->count, 1);
    fake_ca.failure = SIGNET_DENIED;
    ck_assert_int_eq(RUN("key", "key list", 1, "--limit", "2"), SIGNET_DENIED);
    ck_assert_uint_eq(output.length, 0);
    fake_ca.failure = fake_ca.keys_end = 0;

    must(RUN("key", "key recover", 0, RECOVER, path_of("password"), "--idempotency-key", "case 17",
             "--out", path_of("ada.p12")));
    ck_assert_str_eq(bridge_request, "POST /v1/certificates/user/010203/recover");
    ck_assert_ptr_nonnull(strstr(bridge_headers, "Idempotency-Key: case 17"));
    ck_assert_ptr_null(strstr(bridge_headers, "correct horse"));
    ck_assert_str_eq(fake_ca.reason_text, "laptop lost");
    ck_assert_int_eq(stat(path_of("ada.p12"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    ck_assert_int_gt(about.st_size, 500);
    /* Nothing is written over, and nothing asked for that could not be written. */
    fake_ca.recovered[0] = '\0';
    ck_assert_int_eq(
        RUN("key", "key recover", 0, RECOVER, path_of("password"), "--out", path_of("ada.p12")),
        SIGNET_EXISTS);
    ck_assert_int_ne(
        RUN("key", "key recover", 0, RECOVER, path_of("password"), "--out", "/nowhere/ada.p12"),
        SIGNET_OK);
    ck_assert_str_eq(fake_ca.recovered, "");

    must(RUN("key", "key import", 0, path_of("ada.p12"), "--profile", "mail", "--password-file",
             path_of("password")));
    ck_assert_str_eq(fake_ca.import_profile, "mail");
    ck_assert(says("Serial  010203\n"));
    write_file("password", "another horse\n", 14, 0600);
    ck_assert_int_eq(RUN("key", "key import", 0, path_of("ada.p12"), "--profile", "mail",
                         "--password-file", path_of("password")),
                     SIGNET_DENIED);
    ck_assert_int_eq(RUN("key", "key import", 0, path_of("none.p12"), "--profile", "mail",
                         "--password-file", path_of("password")),
                     SIGNET_NOT_FOUND);
}
END_TEST

/* A recovery that waits or is refused leaves no file behind; nor does a password that others can
 * read leave this machine. */
START_TEST(leaves_nothing_of_a_key_that_did_not_come)
{
    static const int32_t failures[] = {SIGNET_PENDING, SIGNET_DENIED, SIGNET_NOT_FOUND,
                                       SIGNET_UNAVAILABLE};
    write_file("password", "correct horse\n", 14, 0600);
    for (size_t i = 0; i < COUNT(failures); i++) {
        fake_ca.failure = failures[i];
        ck_assert_int_eq(
            RUN("key", "key recover", 0, RECOVER, path_of("password"), "--out", path_of("not.p12")),
            failures[i]);
        ck_assert_int_ne(access(path_of("not.p12"), F_OK), 0);
    }
    fake_ca.recovered[0] = '\0';
    ck_assert_int_eq(chmod(path_of("password"), 0640), 0);
    ck_assert_int_eq(
        RUN("key", "key recover", 0, RECOVER, path_of("password"), "--out", path_of("not.p12")),
        SIGNET_DENIED);
    ck_assert_int_ne(access(path_of("not.p12"), F_OK), 0);
    ck_assert_str_eq(fake_ca.recovered, "");
    ck_assert_int_eq(RUN("key", "key recover", 0, "010203", "--authority", "user"), SIGNET_INVALID);
}
END_TEST

START_TEST(tells_who_one_is)
{
    bridge_roles = "officer,requester@web";
    must(RUN_PLAIN("token", "whoami", 0));
    ck_assert(says("Actor  token:boss\n"));
    ck_assert(says("Roles  officer, requester (profile web)\n"));
}
END_TEST

START_TEST(lists_the_journal)
{
    must(RUN("journal", "journal list", 0, "--event", "certificate.issued", "--since", "1h",
             "--limit", "1"));
    ck_assert(says("Time  Event  Actor  Object\n"));
    ck_assert(says("certificate.issued  token:alice  certificate:device/010203\n"));
    ck_assert(says("There are more"));
    ck_assert_str_eq(fake_journal.query_event, "certificate.issued");
    ck_assert_uint_eq(fake_journal.query.descending, 1);
    ck_assert_int_gt(fake_journal.query.from, INT64_C(1700000000000));
    must(RUN_PLAIN("journal", "journal list", 1));
    ck_assert_uint_eq(json()->count, 2);
    ck_assert_int_eq(signet_json_get(&json()->items[0], "entry")->kind, SIGNET_JSON_OBJECT);
    bridge_roles = "officer";
    ck_assert_int_eq(RUN_PLAIN("journal", "journal list", 0), SIGNET_DENIED);
}
END_TEST

START_TEST(says_why_it_cannot_reach_the_host)
{
    ck_assert_int_eq(setenv("SIGNET_URL", "unix:/nonexistent/socket", 1), 0);
    ck_assert_int_eq(RUN_PLAIN("token", "whoami", 0), SIGNET_UNAVAILABLE);
    ck_assert_int_eq(RUN_PLAIN("certificate", "list", 0), SIGNET_UNAVAILABLE);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {issues,
                                  refuses_to_issue,
                                  shows_one,
                                  resolves_a_serial,
                                  lists,
                                  revokes,
                                  shows_authorities,
                                  shows_profiles,
                                  shows_tenants,
                                  asks_for_a_token_in_a_tenant,
                                  handles_tokens,
                                  writes_a_token_to_a_closed_file,
                                  handles_archived_keys,
                                  leaves_nothing_of_a_key_that_did_not_come,
                                  tells_who_one_is,
                                  lists_the_journal,
                                  says_why_it_cannot_reach_the_host};
    return world_run_in("command", begin, end, tests, sizeof tests / sizeof tests[0]);
}
