/* Certificates of authorities elsewhere: their paths, their revocation lists, and rules. */
#include "login.h"
#include "tenants.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signet/sdk/text.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RULE                                                                                       \
    "{ name = \"all\"; authority = \"partner\"; actor = \"cert:%{subject.CN}\";"                   \
    "  grants = ( { role = \"requester\"; } ); }"

static signet_check_t *check;
static made_t root;
static made_t issuer; /* below it */

static const char *in_folder(const char *name)
{
    static char paths[4][512];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", signet_check_folder(check), name);
    return path;
}

static void begin(void)
{
    check = signet_check_begin();
    root = make_authority("/CN=Partner Root/O=Partner", NULL);
    issuer = make_authority("/CN=Partner CA/O=Partner", &root);
    make_write(in_folder("root.pem"), (const made_t *const[]){&root}, 1);
    make_list(in_folder("root.crl"), &root, NULL, 0, 3600, 0);
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, 3600, 0);
}

static void end(void)
{
    login_end();
    make_free(&issuer);
    make_free(&root);
    signet_check_end(check);
}

static int32_t open_instance(const char *authority, const char *rules)
{
    char settings[4096];
    snprintf(settings, sizeof settings, "authorities = ( %s );\nrules = ( %s );\n", authority,
             rules);
    return signet_check_open(check, "auth-certificate", "mtls", settings);
}

static void must_open(const char *authority, const char *rules)
{
    int32_t status = open_instance(authority, rules);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(status == SIGNET_OK, "%.*s",
                  SIGNET_FORMAT(error ? error->message : (signet_text_t){0}));
}

#define PARTNER                                                                                    \
    "{ name = \"partner\"; certificates = \"root.pem\";"                                           \
    "  revocation_lists = ( { file = \"root.crl\"; }, { file = \"issuer.crl\"; } ); }"

static made_t leaf_of(const made_t *above, recipe_t recipe)
{
    recipe.subject = recipe.subject != NULL ? recipe.subject : "/CN=client";
    recipe.usages = recipe.usages != NULL ? recipe.usages : "clientAuth";
    recipe.from = recipe.from != 0 ? recipe.from : -60;
    return make(&recipe, above);
}

static made_t leaf(recipe_t recipe)
{
    return leaf_of(&issuer, recipe);
}

START_TEST(a_path_through_what_the_client_sends)
{
    made_t client = leaf((recipe_t){.serial = 5});
    must_open(PARTNER, RULE);
    expect_unknown(login(check, &client, NULL));
    expect_login(login(check, &client, &issuer), "cert:client");
    ck_assert_uint_eq(actor->grant_count, 1);
    /* Found valid once, it need not prove its path again: a resumed session may lack the rest. */
    expect_login(login(check, &client, NULL), "cert:client");
    make_free(&client);
}
END_TEST

/* Case 10: a new list acts on the next request. */
START_TEST(lists_are_read_when_they_change)
{
    static const long revoked[] = {4, 5};
    made_t client = leaf((recipe_t){.serial = 5});
    must_open(PARTNER, RULE);
    expect_login(login(check, &client, &issuer), "cert:client");
    make_list(in_folder("issuer.crl"), &issuer, revoked, 2, 3600, 1);
    expect_refusal(login(check, &client, &issuer), "revoked");
    make_list(in_folder("issuer.crl"), &issuer, revoked, 1, 3600, 0);
    expect_login(login(check, &client, &issuer), "cert:client");
    /* The authority in between, by the list of the root: 77 is its serial. */
    make_list(in_folder("root.crl"), &root, (const long[]){77}, 1, 3600, 0);
    expect_refusal(login(check, &client, &issuer), "revoked");
    make_free(&client);
}
END_TEST

START_TEST(without_a_current_list_all_is_refused)
{
    made_t client = leaf((recipe_t){.serial = 5});
    made_t stranger = make_authority("/CN=Partner CA/O=Partner", NULL);
    ck_assert_int_eq(unlink(in_folder("issuer.crl")), 0);
    must_open(PARTNER, RULE);
    ck_assert(signet_check_logged(check, "certificate.file-unusable"));
    expect_refusal(login(check, &client, &issuer), "cannot be used");
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, 3600, 0);
    expect_login(login(check, &client, &issuer), "cert:client");
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, -10, 0);
    expect_refusal(login(check, &client, &issuer), "CRL has expired");
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, 0, 0);
    expect_refusal(login(check, &client, &issuer), "cannot be used");
    make_list(in_folder("issuer.crl"), &stranger, NULL, 0, 3600, 0);
    expect_refusal(login(check, &client, &issuer), "signature");
    make_list(in_folder("issuer.crl"), &root, NULL, 0, 3600, 0);
    expect_refusal(login(check, &client, &issuer), "CRL");
    FILE *file = fopen(in_folder("issuer.crl"), "w");
    ck_assert_int_ge(fputs("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    expect_refusal(login(check, &client, &issuer), "cannot be used");
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, 3600, 1);
    expect_login(login(check, &client, &issuer), "cert:client");
    make_free(&stranger);
    make_free(&client);
}
END_TEST

/* A list that ends while a path is kept ends the path too. */
START_TEST(a_kept_path_ends_with_its_list)
{
    made_t client = leaf((recipe_t){.serial = 5});
    must_open(PARTNER, RULE);
    make_list(in_folder("issuer.crl"), &issuer, NULL, 0, 3, 0);
    expect_login(login(check, &client, &issuer), "cert:client");
    time_t begun = time(NULL);
    while (login(check, &client, &issuer) == SIGNET_OK)
        ck_assert_int_lt(time(NULL) - begun, 30);
    expect_refusal(login(check, &client, &issuer), "CRL has expired");
    make_free(&client);
}
END_TEST

START_TEST(an_anchor_need_not_be_a_root)
{
    made_t client = leaf((recipe_t){.serial = 5});
    make_write(in_folder("issuer.pem"), (const made_t *const[]){&issuer}, 1);
    /* The list of the root, whose certificate is not there, neither helps nor hinders. */
    must_open("{ name = \"partner\"; certificates = \"issuer.pem\";"
              "  revocation_lists = ( { file = \"issuer.crl\"; }, { file = \"root.crl\"; } ); }",
              RULE);
    expect_login(login(check, &client, NULL), "cert:client");
    signet_check_close(check, "mtls");
    must_open("{ name = \"partner\"; certificates = \"issuer.pem\";"
              "  revocation_lists = ( { file = \"issuer.crl\"; } ); }",
              RULE);
    expect_login(login(check, &client, NULL), "cert:client");
    make_list(in_folder("issuer.crl"), &issuer, (const long[]){5}, 1, 3600, 0);
    expect_refusal(login(check, &client, NULL), "revoked");
    make_free(&client);
}
END_TEST

/* Case 11: wrong EKU; right DN of the authority, wrong key. */
START_TEST(paths_that_do_not_hold)
{
    made_t stranger = make_authority("/CN=Partner CA/O=Partner", NULL);
    made_t plain = leaf((recipe_t){.serial = 6}); /* not an authority */
    made_t below = leaf_of(&plain, (recipe_t){.serial = 7});
    made_t forged = leaf_of(&stranger, (recipe_t){.serial = 5});
    made_t server = leaf((recipe_t){.serial = 8, .usages = "serverAuth"});
    made_t old = leaf((recipe_t){.serial = 9, .from = -7200, .to = -3600});
    made_t early = leaf((recipe_t){.serial = 10, .from = 3000});
    made_t weak = leaf((recipe_t){.serial = 11, .digest = EVP_sha1()});
    EVP_PKEY *small = EVP_RSA_gen(1024);
    made_t short_key = leaf((recipe_t){.serial = 12, .key = small});
    made_t own = leaf_of(NULL, (recipe_t){.serial = 13});
    must_open(PARTNER, RULE);
    expect_unknown(login(check, &below, &plain));
    expect_refusal(login(check, &forged, &issuer), "signature");
    expect_unknown(login(check, &forged, &stranger));
    expect_refusal(login(check, &server, &issuer), "purpose");
    expect_refusal(login(check, &old, &issuer), "expired");
    expect_refusal(login(check, &early, &issuer), "not valid yet");
    expect_refusal(login(check, &weak, &issuer), "not supported");
    expect_refusal(login(check, &short_key, &issuer), "too weak");
    expect_unknown(login(check, &own, NULL));
    expect_refusal(login(check, &issuer, NULL), "of an authority");
    expect_refusal(login(check, &root, NULL), "of an authority");
    made_t *const all[] = {&stranger, &plain, &below,     &forged, &server,
                           &old,      &early, &short_key, &weak,   &own};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        make_free(all[i]);
    EVP_PKEY_free(small);
}
END_TEST

START_TEST(client_auth_is_asked_for_by_default)
{
    recipe_t recipe = {.subject = "/CN=client", .serial = 5, .from = -60};
    made_t silent = make(&recipe, &issuer);
    made_t server = leaf((recipe_t){.serial = 6, .usages = "serverAuth"});
    must_open(PARTNER, RULE);
    expect_refusal(login(check, &silent, &issuer), "clientAuth");
    signet_check_close(check, "mtls");
    must_open("{ name = \"partner\"; certificates = \"root.pem\"; client_auth = false;"
              "  revocation_lists = ( { file = \"root.crl\"; }, { file = \"issuer.crl\"; } ); }",
              RULE);
    expect_login(login(check, &silent, &issuer), "cert:client");
    expect_refusal(login(check, &server, &issuer), "purpose");
    make_free(&silent);
    make_free(&server);
}
END_TEST

/* Case 11: two authorities of one name are told apart by their keys. */
START_TEST(authorities_of_one_name_are_told_apart)
{
    made_t twin = make_authority("/CN=Partner Root/O=Partner", NULL);
    made_t first = leaf_of(&root, (recipe_t){.serial = 5});
    made_t second = leaf_of(&twin, (recipe_t){.serial = 5});
    make_write(in_folder("twin.pem"), (const made_t *const[]){&twin}, 1);
    make_list(in_folder("twin.crl"), &twin, NULL, 0, 3600, 0);
    /* No tenant is declared, or not this one. */
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(open_instance("{ name = \"partner\"; certificates = \"root.pem\";"
                                       "  revocation_lists = ( { file = \"root.crl\"; } );"
                                       "  tenant = \"three\"; }",
                                       RULE),
                         SIGNET_INVALID);
        ck_assert(signet_text_is(signet_check_error(check)->reason, "tenant.not-found"));
        if (i == 0)
            ck_assert_int_eq(signet_check_open_linked(check, &tenants_plugin, "tenants", ""),
                             SIGNET_OK);
    }
    must_open("{ name = \"partner\"; certificates = \"root.pem\"; tenant = \"one\";"
              "  revocation_lists = ( { file = \"root.crl\"; } ); },"
              "{ name = \"twin\"; certificates = \"twin.pem\"; tenant = \"two\";"
              "  revocation_lists = ( { file = \"twin.crl\"; } ); }",
              RULE ", { name = \"twin\"; authority = \"twin\"; actor = \"cert:twin\";"
                   "  grants = ( { role = \"auditor\"; } ); }");
    expect_login(login(check, &first, NULL), "cert:client");
    ck_assert(signet_text_is(actor->tenant, "one"));
    expect_login(login(check, &second, NULL), "cert:twin");
    ck_assert(signet_text_is(actor->tenant, "two"));
    ck_assert(signet_text_is(actor->grants[0].role, "auditor"));
    make_free(&twin);
    make_free(&first);
    make_free(&second);
}
END_TEST

/* Case 88: what a certificate says about where to look is not looked at. */
START_TEST(addresses_in_certificates_are_not_visited)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    char access[128];
    char lists[128];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    snprintf(access, sizeof access,
             "caIssuers;URI:http://127.0.0.1:%u/ca,OCSP;URI:http://127.0.0.1:%u",
             ntohs(address.sin_port), ntohs(address.sin_port));
    snprintf(lists, sizeof lists, "URI:http://127.0.0.1:%u/crl", ntohs(address.sin_port));
    made_t client = leaf((recipe_t){.serial = 5, .access = access, .lists = lists});
    must_open(PARTNER, RULE);
    expect_unknown(login(check, &client, NULL));
    expect_login(login(check, &client, &issuer), "cert:client");
    ck_assert_int_eq(accept(listener, NULL, NULL), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(close(listener), 0);
    make_free(&client);
}
END_TEST

/* Logs in with a certificate made for the occasion. */
static int32_t login_made(const char *subject, const char *names)
{
    static long serial = 100;
    made_t client = leaf((recipe_t){.subject = subject, .names = names, .serial = serial++});
    int32_t status = login(check, &client, &issuer);
    make_free(&client);
    return status;
}

START_TEST(rules_are_tried_in_their_order)
{
    must_open(PARTNER, "{ name = \"hosts\"; authority = \"partner\";"
                       "  match = ( { field = \"san.dns\"; pattern = \"*.dev.example\"; },"
                       "            { field = \"subject.O\"; pattern = \"Dev*\"; } );"
                       "  actor = \"cert:host/%{san.dns}\";"
                       "  grants = ( { role = \"requester\"; names = \"dns:%{san.dns}\"; } ); },"
                       "{ name = \"uris\"; authority = \"partner\";"
                       "  match = ( { field = \"san.uri\"; pattern = \"spiffe://example/*\"; } );"
                       "  actor = \"cert:%{san.uri}\"; grants = ( { role = \"requester\"; } ); },"
                       "{ name = \"numbers\"; authority = \"partner\";"
                       "  match = ( { field = \"subject.serialNumber\"; pattern = \"*\"; } );"
                       "  actor = \"cert:%{authority}/%{serial}\"; display_name = \"%{subject}\";"
                       "  grants = ( { role = \"auditor\"; authority = \"device\"; } ); }");
    expect_login(login_made("/CN=a/O=Development", "DNS:A.dev.example"), "cert:host/a.dev.example");
    ck_assert(signet_text_is(actor->grants[0].names, "dns:a.dev.example"));
    expect_login(login_made("/CN=a/O=x", "URI:spiffe://example/a,DNS:a.dev.example"),
                 "cert:spiffe://example/a");
    expect_login(login_made("/serialNumber=7/CN=a", NULL), "cert:partner/66");
    ck_assert(signet_text_is(actor->name, "CN=a,serialNumber=7"));
    ck_assert(signet_text_is(actor->grants[0].authority, "device"));
    expect_refusal(login_made("/CN=a/O=Production", "DNS:a.dev.example"), "no rule");
    expect_refusal(login_made("/CN=a/O=Development", "DNS:a.dev.example,DNS:a.example"), "no rule");
    expect_refusal(login_made("/CN=a", "URI:spiffe://other/a"), "no rule");
    expect_refusal(login_made("/CN=a", "IP:192.0.2.1"), "no rule");
}
END_TEST

START_TEST(values_that_would_mean_more_are_refused)
{
    must_open(PARTNER,
              "{ name = \"hosts\"; authority = \"partner\"; actor = \"cert:%{subject.CN}\";"
              "  grants = ( { role = \"requester\"; names = \"dns:%{san.dns}\"; } ); }");
    expect_login(login_made("/CN=a", "DNS:a.example"), "cert:a");
    expect_refusal(login_made("/CN=a", "DNS:*.example.com"), "holds a '*'");
    expect_refusal(login_made("/CN=a\nb", "DNS:a.example"), "control character");
    expect_refusal(login_made("/CN=a/CN=b", "DNS:a.example"), "several values");
    expect_refusal(login_made("/O=a", "DNS:a.example"), "is missing");
    expect_refusal(login_made("/CN=a", "DNS:a..example"), "");
}
END_TEST

/* One of many workers: a client that is good stays in, one that is not stays out. */
typedef struct worker {
    pthread_t thread;
    signet_bytes_t certificate;
    signet_bytes_t chain;
    int32_t expected;
    int wrong;
} worker_t;

static void *work(void *argument)
{
    worker_t *worker = argument;
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTH_INTERFACE, "mtls");
    const signet_auth_interface_t *auth = provider->interface;
    signet_credential_t credential = {.size = sizeof credential,
                                      .certificate = worker->certificate,
                                      .chain = &worker->chain,
                                      .chain_count = 1};
    for (int i = 0; i < 200; i++) {
        const signet_actor_t *found = NULL;
        signet_call_t *call = signet_check_call(check, NULL, NULL);
        worker->wrong +=
            auth->authenticate(provider->instance, call, &credential, &found) != worker->expected;
        signet_check_call_end(call);
    }
    return NULL;
}

START_TEST(lists_change_under_many_logins)
{
    made_t good = leaf((recipe_t){.serial = 5});
    made_t bad = leaf((recipe_t){.serial = 6});
    worker_t workers[4] = {{.expected = SIGNET_OK}};
    must_open(PARTNER, RULE);
    make_list(in_folder("issuer.crl"), &issuer, (const long[]){6}, 1, 3600, 0);
    for (size_t i = 0; i < 4; i++) {
        workers[i].certificate = make_der(i % 2 == 0 ? good.certificate : bad.certificate);
        workers[i].chain = make_der(issuer.certificate);
        workers[i].expected = i % 2 == 0 ? SIGNET_OK : SIGNET_UNAUTHENTICATED;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (long i = 0; i < 50; i++)
        make_list(in_folder("issuer.crl"), &issuer, (const long[]){6, 100 + i}, 2, 3600, 0);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
        ck_assert_int_eq(workers[i].wrong, 0);
        OPENSSL_free((void *)(uintptr_t)workers[i].certificate.data);
        OPENSSL_free((void *)(uintptr_t)workers[i].chain.data);
    }
    make_free(&good);
    make_free(&bad);
}
END_TEST

START_TEST(mistakes_in_the_configuration_are_named)
{
    static const struct {
        const char *authority;
        const char *rule;
        const char *word;
    } cases[] = {
        {"{ name = \"partner\"; certificates = \"root.pem\"; }", RULE, "revocation_lists"},
        {"{ name = \"own\"; revocation_lists = ( { file = \"x\"; } ); }", "", "revocation_lists"},
        {"{ name = \"partner\"; certificates = \"none.pem\";"
         "  revocation_lists = ( { file = \"root.crl\"; } ); }",
         RULE, "none.pem"},
        {"{ name = \"partner\"; certificates = \"root.crl\";"
         "  revocation_lists = ( { file = \"root.crl\"; } ); }",
         RULE, "certificates in PEM"},
        {"{ name = \"partner\"; certificates = \"leaf.pem\";"
         "  revocation_lists = ( { file = \"root.crl\"; } ); }",
         RULE, "not of an authority"},
        {PARTNER,
         "{ name = \"a\"; authority = \"other\"; actor = \"cert:x\"; grants = ( { role = \"x\"; } "
         "); }",
         "not among"},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"token:%{subject.CN}\";"
         "  grants = ( { role = \"x\"; } ); }",
         "begins with \"cert:\""},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"cert:%{subject.CNN}\";"
         "  grants = ( { role = \"x\"; } ); }",
         "no field \"subject.CNN\""},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"cert:%{subject.CN\";"
         "  grants = ( { role = \"x\"; } ); }",
         "no end"},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"cert:%{subject.CN}/%{san.dns}\";"
         "  grants = ( { role = \"x\"; } ); }",
         "use one"},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"cert:x\";"
         "  match = ( { field = \"san.x\"; pattern = \"*\"; } );"
         "  grants = ( { role = \"x\"; } ); }",
         "no field \"san.x\""},
        {PARTNER, "{ name = \"a\"; authority = \"partner\"; actor = \"cert:x\"; }",
         "grants nothing"},
        {PARTNER,
         "{ name = \"a\"; authority = \"partner\"; actor = \"cert:x\";"
         "  grants = ( { role = \"x\"; names = \"%{issuer}\"; } ); }",
         "no field \"issuer\""},
    };
    made_t client = leaf((recipe_t){.serial = 5});
    make_write(in_folder("leaf.pem"), (const made_t *const[]){&client}, 1);
    make_free(&client);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[1024];
        ck_assert_msg(open_instance(cases[i].authority, cases[i].rule) != SIGNET_OK, "case %zu", i);
        snprintf(message, sizeof message, "%.*s",
                 SIGNET_FORMAT(signet_check_error(check)->message));
        ck_assert_msg(strstr(message, cases[i].word) != NULL, "no \"%s\" in: %s", cases[i].word,
                      message);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_path_through_what_the_client_sends,
        lists_are_read_when_they_change,
        without_a_current_list_all_is_refused,
        a_kept_path_ends_with_its_list,
        an_anchor_need_not_be_a_root,
        paths_that_do_not_hold,
        client_auth_is_asked_for_by_default,
        authorities_of_one_name_are_told_apart,
        addresses_in_certificates_are_not_visited,
        rules_are_tried_in_their_order,
        values_that_would_mean_more_are_refused,
        lists_change_under_many_logins,
        mistakes_in_the_configuration_are_named,
    };
    Suite *suite = suite_create("auth-certificate-foreign");
    TCase *tcase = tcase_create("foreign");
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, begin, end);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
