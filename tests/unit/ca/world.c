#include "world.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

signet_check_t *check;
signet_call_t *call;
world_more_t world_more;
static char *settings;
static int ca_open;

static const char authorities[] =
    "store = \"fault\"; journal = \"fault\";\n"
    "authorities = (\n"
    "{ name = \"root\"; kind = \"root\"; subject = \"CN=Test Root,O=Example,C=DE\";\n"
    "  key_type = \"EC-P384\"; keys = \"fault\"; certificate = \"root.pem\"; validity = \"40y\"; "
    "},\n"
    "{ name = \"policy\"; kind = \"policy\"; subject = \"CN=Test Policy CA,O=Example\";\n"
    "  parent = \"root\"; keys = \"fault\"; certificate = \"policy.pem\"; path_length = 1; },\n"
    "{ name = \"tls\"; subject = \"CN=Test TLS CA,O=Example\"; parent = \"policy\";\n"
    "  keys = \"fault\"; certificate = \"tls.pem\"; path_length = 0; validity = \"5y\";\n"
    "  aia_urls = [ \"http://pki.example/tls.cer\" ];\n"
    "  crl_urls = [ \"http://pki.example/tls.crl\", \"http://b.example/tls.crl\" ];\n"
    "  ocsp_urls = [ \"http://ocsp.example/\" ]; },\n"
    "{ name = \"device\"; subject = \"CN=Test Device CA\"; parent = \"policy\";\n"
    "  keys = \"fault\"; certificate = \"device.pem\"; path_length = 0; validity = \"60d\"; },\n"
    "{ name = \"user\"; subject = \"CN=Test User CA\"; parent = \"policy\";\n"
    "  keys = \"fault\"; certificate = \"user.pem\"; path_length = 0; },\n"
    "{ name = \"code-signing\"; subject = \"CN=Test Code CA\"; parent = \"policy\";\n"
    "  key_type = \"RSA-2048\"; keys = \"fault\"; certificate = \"code.pem\"; },\n"
    "{ name = \"workload\"; subject = \"CN=Test Workload CA\"; parent = \"policy\";\n"
    "  key_type = \"ED25519\"; keys = \"fault\"; certificate = \"workload.pem\"; },\n"
    "{ name = \"narrow\"; subject = \"CN=Test Narrow CA\"; parent = \"policy\";\n"
    "  keys = \"fault\"; certificate = \"narrow.pem\";\n"
    "  permitted_dns = [ \"narrow.example\" ]; excluded_dns = [ \"secret.narrow.example\" ];\n"
    "  permitted_ip = [ \"192.0.2.0/24\", \"2001:db8::/32\" ]; excluded_ip = [ \"192.0.2.7/32\" "
    "];\n"
    "  permitted_email = [ \"narrow.example\" ]; excluded_email = [ \"root@narrow.example\" ];\n"
    "  permitted_uri = [ \".narrow.example\" ]; excluded_uri = [ \"secret.narrow.example\" ]; }\n";

const char *world_authorities = "";
const char *world_settings = "";

static const char *const shipped[] = {"tls-server",     "tls-client",  "device",
                                      "user",           "workload",    "subordinate-ca",
                                      "ocsp-responder", "code-signing"};

static void append(char **text, const char *more)
{
    size_t length = *text == NULL ? 0 : strlen(*text);
    char *longer = realloc(*text, length + strlen(more) + 1);
    ck_assert_ptr_nonnull(longer);
    strcpy(longer + length, more);
    *text = longer;
}

static void build_settings(const char *profiles)
{
    free(settings);
    settings = NULL;
    append(&settings, world_settings);
    append(&settings, authorities);
    append(&settings, world_authorities);
    append(&settings, ");\n");
    append(&settings, world_more.settings ? world_more.settings : "");
    append(&settings, "profiles = (\n");
    for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
        char line[4096];
        snprintf(line, sizeof line, "%s\n@include \"%s/config/profiles/%s.cfg\"\n",
                 i > 0 ? "," : "", getenv("SIGNET_SOURCE"), shipped[i]);
        append(&settings, line);
    }
    append(&settings, profiles);
    append(&settings, "\n);\n");
}

static void write_passphrase(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/passphrase", signet_check_folder(check));
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
    ck_assert_int_ge(fputs("correct horse", file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void must_open(int32_t status)
{
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(status == SIGNET_OK, "%.*s",
                  SIGNET_FORMAT(error ? error->message : (signet_text_t){0}));
}

void world_open(const char *profiles)
{
    char line[4096];
    memset(&fault, 0, sizeof fault);
    check = signet_check_begin();
    call = NULL;
    write_passphrase();
    must_open(signet_check_open(check, "store-sqlite", "store", "path = \"store.db\";"));
    snprintf(line, sizeof line, "folder = \"keys\"; passphrase = \"file:%s/passphrase\";",
             signet_check_folder(check));
    must_open(signet_check_open(check, "key-file", "keys", line));
    must_open(
        signet_check_open(check, "journal", "journal", "store = \"store\"; keys = \"keys\";"));
    must_open(signet_check_open_linked(check, &fault_plugin, "fault", ""));
    for (size_t i = 0; world_more.plugin && world_more.instances[i]; i++)
        must_open(signet_check_open_linked(check, world_more.plugin, world_more.instances[i], ""));
    build_settings(profiles);
    must_open(signet_check_open(check, "ca", "ca", settings));
    ca_open = 1;
    world_actor("token:officer", "officer");
}

void world_begin(const char *profiles)
{
    static const char *const names[] = {"root", "policy",       "tls",      "device",
                                        "user", "code-signing", "workload", "narrow"};
    world_open(profiles);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        world_create(names[i]);
    memset(&fault, 0, sizeof fault);
    world_actor("token:officer", "officer");
}

void world_end(void)
{
    if (call != NULL)
        signet_check_call_end(call);
    call = NULL;
    signet_check_end(check);
    check = NULL;
    free(settings);
    settings = NULL;
}

int32_t world_restart(void)
{
    if (ca_open)
        signet_check_close(check, "ca");
    int32_t status = signet_check_open(check, "ca", "ca", settings);
    ca_open = status == SIGNET_OK;
    return status;
}

int32_t world_profiles_replace(const char *from, const char *to)
{
    char *place = strstr(settings, from);
    ck_assert_ptr_nonnull(place);
    ck_assert_uint_le(strlen(to), strlen(from));
    while (place != NULL) {
        memset(place, ' ', strlen(from));
        memcpy(place, to, strlen(to));
        place = strstr(place, from);
    }
    return world_restart();
}

void world_actor(const char *actor, const char *roles)
{
    if (call != NULL)
        signet_check_call_end(call);
    call = signet_check_call(check, actor, roles);
}

int32_t world_command(const char *command, const char *const *arguments, uint64_t count)
{
    signet_text_t output;
    return signet_check_command(check, call, "ca", command, arguments, count, 0, &output);
}

void world_create(const char *authority)
{
    expect_ok(world_command("authority create", &authority, 1));
}

static const void *find(const char *interface, const char *name, void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, interface, name);
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

const signet_ca_interface_t *world_ca(void **instance)
{
    return find(SIGNET_CA_INTERFACE, "ca", instance);
}

const signet_inventory_interface_t *world_inventory(void **instance)
{
    return find(SIGNET_INVENTORY_INTERFACE, "ca", instance);
}

signet_store_t world_store(void)
{
    signet_store_t store;
    store.interface = find(SIGNET_STORE_INTERFACE, "store", &store.instance);
    return store;
}

signet_journal_t world_journal(void)
{
    signet_journal_t journal;
    journal.interface = find(SIGNET_JOURNAL_INTERFACE, "journal", &journal.instance);
    return journal;
}

int32_t world_ask(const signet_issue_request_t *request, const signet_certificate_t **certificate)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    *certificate = NULL;
    return ca->issue(instance, call, request, certificate);
}

int32_t world_issue(const char *profile, signet_bytes_t csr,
                    const signet_certificate_t **certificate)
{
    signet_issue_request_t request = {
        .size = sizeof request, .profile = signet_text(profile), .csr = csr};
    return world_ask(&request, certificate);
}

const signet_certificate_t *world_issued(const char *profile, signet_bytes_t csr)
{
    const signet_certificate_t *certificate = NULL;
    expect_ok(world_issue(profile, csr, &certificate));
    ck_assert_ptr_nonnull(certificate);
    return certificate;
}

int32_t world_revoke(const signet_certificate_t *certificate, int32_t reason)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *changed = NULL;
    signet_revoke_request_t request = {.size = sizeof request,
                                       .reason = reason,
                                       .authority = certificate->authority,
                                       .serial = certificate->serial};
    return ca->revoke(instance, call, &request, &changed);
}

const signet_certificate_t *world_get(const signet_certificate_t *certificate)
{
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_t *found = NULL;
    int32_t status =
        inventory->get(instance, call, certificate->authority, certificate->serial, &found);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return NULL;
    }
    expect_ok(status);
    return found;
}

uint64_t world_entries(const char *event)
{
    signet_journal_t journal = world_journal();
    const signet_journal_page_t *page = NULL;
    signet_journal_query_t query = {
        .size = sizeof query, .event = signet_text(event), .limit = 1000};
    signet_call_t *reader = signet_check_call(check, "reader", "auditor");
    expect_ok(journal.interface->query(journal.instance, reader, &query, &page));
    uint64_t count = page->count;
    signet_check_call_end(reader);
    return count;
}

uint64_t world_records(const char *collection)
{
    signet_store_t store = world_store();
    uint64_t count = 0;
    signet_query_t query = {
        .size = sizeof query, .collection = signet_text(collection), .limit = 1000};
    expect_ok(store.interface->count(store.instance, call, &query, &count));
    return count;
}

static const char *shared_profiles;

static void begin_program(void)
{
    world_begin(shared_profiles);
}

static void begin_test(void)
{
    memset(&fault, 0, sizeof fault);
    world_actor("token:officer", "officer");
}

int world_run(const char *name, const char *profiles, const TTest *const *tests, uint64_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 0);
    if (profiles != NULL) {
        shared_profiles = profiles;
        tcase_add_unchecked_fixture(tcase, begin_program, world_end);
        tcase_add_checked_fixture(tcase, begin_test, NULL);
    }
    for (uint64_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
