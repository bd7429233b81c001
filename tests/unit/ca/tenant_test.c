/* Tenants: each sees its own and nothing else, within its quotas, with its own keys. */
#include "world.h"

#include <signet/ext/draft/authority.h>
#include <signet/ext/draft/tenant.h>
#include <stdio.h>
#include <string.h>

static const char tenants[] =
    "tenants = ( { name = \"acme\"; description = \"Acme Inc\"; keys = [ \"safe\" ]; },\n"
    "  { name = \"bolt\"; }, { name = \"fast\"; issuance_rate = 60; issuance_burst = 3; },\n"
    "  { name = \"small\"; active_certificates = 2; approvers = [ \"officer\" ];\n"
    "    approvals = 2; } );\n";

#define AUTHORITY(tenant, keys)                                                                    \
    ", { name = \"" tenant "-ca\"; tenant = \"" tenant "\"; subject = \"CN=" tenant " CA\";\n"     \
    "  parent = \"policy\"; keys = \"" keys "\"; certificate = \"" tenant ".pem\";\n"              \
    "  crl_urls = [ \"http://pki.example/" tenant "-{generation}.crl\" ]; }"

static const char more_authorities[] = AUTHORITY("acme", "safe") AUTHORITY("bolt", "fault")
    AUTHORITY("fast", "fault") AUTHORITY("small", "fault");

#define PROFILE(tenant)                                                                            \
    ", { name = \"" tenant "-server\"; extends = \"base\"; tenant = \"" tenant "\";\n"             \
    "  authority = \"" tenant "-ca\"; }"

static const char profiles[] =
    ", { name = \"base\"; abstract = true; dns = [ \"*.example\" ]; subject = [ \"CN=name\" ];\n"
    "  key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }"
    ", { name = \"acme-server\"; tenant = \"acme\"; authorities = [ \"acme-ca\" ];\n"
    "  extends = \"base\"; authority = \"acme-ca\"; }" PROFILE("bolt") PROFILE("fast")
        PROFILE("small");

/* A call of an actor of a tenant. */
static void act(const char *tenant, const char *actor, const char *roles)
{
    world_actor(actor, roles);
    expect_ok(call->services->set_tenant(call, signet_text(tenant)));
}

static void officer(const char *tenant)
{
    act(tenant, "token:officer", "officer");
}

static signet_bytes_t csr(void)
{
    return world_csr(NULL, "/CN=a.example", "DNS:a.example");
}

/* What failed, as a client would be told. */
static signet_text_t told(int32_t expected, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    ck_assert_int_eq(status, expected);
    ck_assert_ptr_nonnull(error);
    signet_text_t text = signet_format(call, "%.*s|%.*s|%.*s|%lld", SIGNET_FORMAT(error->reason),
                                       SIGNET_FORMAT(error->message), SIGNET_FORMAT(error->field),
                                       (long long)error->retry_after_ms);
    call->services->clear(call);
    return text;
}

#define expect_alike(a_, b_)                                                                       \
    do {                                                                                           \
        signet_text_t first_ = (a_);                                                               \
        signet_text_t second_ = (b_);                                                              \
        ck_assert_msg(signet_text_equal(first_, second_), "%.*s\n%.*s", SIGNET_FORMAT(first_),     \
                      SIGNET_FORMAT(second_));                                                     \
    } while (0)

/* A certificate that outlives its call. */
typedef struct kept {
    signet_certificate_t certificate;
    uint8_t serial[32];
    uint8_t der[4096];
} kept_t;

static void issue(const char *profile, kept_t *kept)
{
    const signet_certificate_t *certificate = world_issued(profile, csr());
    *kept = (kept_t){.certificate = *certificate};
    memcpy(kept->serial, certificate->serial.data, certificate->serial.length);
    memcpy(kept->der, certificate->der.data, certificate->der.length);
    kept->certificate.serial.data = kept->serial;
    kept->certificate.der.data = kept->der;
    /* Of the configuration, which outlives the call too. */
    kept->certificate.authority = signet_text(strcmp(profile, "acme-server") == 0    ? "acme-ca"
                                              : strcmp(profile, "small-server") == 0 ? "small-ca"
                                              : strcmp(profile, "bolt-server") == 0  ? "bolt-ca"
                                                                                     : "tls");
}

static int lists(const char *name)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_authority_t *const *authorities = NULL;
    const signet_profile_t *const *found = NULL;
    uint64_t count = 0;
    int listed = 0;
    expect_ok(ca->authorities(instance, call, &authorities, &count));
    for (uint64_t i = 0; i < count; i++)
        listed += signet_text_is(authorities[i]->name, name);
    expect_ok(ca->profiles(instance, call, &found, &count));
    for (uint64_t i = 0; i < count; i++)
        listed += signet_text_is(found[i]->name, name);
    return listed;
}

START_TEST(each_lists_its_own)
{
    const char *const all[] = {"acme-ca", "acme-server", "bolt-ca", "bolt-server",
                               "tls",     "tls-server",  "root",    "policy"};
    const char *const who[] = {"acme", "acme", "bolt", "bolt", "", "", "", ""};
    const char *const seers[] = {"acme", "bolt", "", "nobody"};
    for (size_t i = 0; i < sizeof seers / sizeof seers[0]; i++) {
        officer(seers[i]);
        for (size_t j = 0; j < sizeof all / sizeof all[0]; j++)
            ck_assert_msg(lists(all[j]) == (strcmp(who[j], seers[i]) == 0), "%s sees %s", seers[i],
                          all[j]);
    }
}
END_TEST

static signet_text_t ask(const char *profile, const char *authority)
{
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = signet_text(profile),
                                      .authority = signet_text(authority),
                                      .csr = csr()};
    return told(SIGNET_NOT_FOUND, world_ask(&request, &certificate));
}

START_TEST(profiles_and_authorities_of_others_do_not_exist)
{
    kept_t kept;
    officer("acme");
    issue("acme-server", &kept);
    expect_alike(ask("bolt-server", ""), ask("no-such-server", ""));
    expect_alike(ask("tls-server", ""), ask("no-such-server", ""));
    expect_alike(ask("acme-server", "bolt-ca"), ask("acme-server", "none-ca"));
    expect_alike(ask("acme-server", "policy"), ask("acme-server", "none-ca"));
    officer("");
    issue("tls-server", &kept);
    expect_alike(ask("acme-server", ""), ask("none-server", ""));
    expect_alike(ask("tls-server", "acme-ca"), ask("tls-server", "none-ca"));
}
END_TEST

/* Chains end at the provider's root: they are what others verify with. */
static signet_text_t chains(const char *authority)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    const signet_chain_t *const *ways = NULL;
    uint64_t count = 0;
    signet_text_t name = signet_text(authority);
    /* All names here are equally long, so that the messages are the same but for them. */
    signet_text_t texts[3] = {
        told(SIGNET_NOT_FOUND, ca->chain(instance, call, name, &chain, &count)),
        told(SIGNET_NOT_FOUND, ca->chains(instance, call, name, &ways, &count)),
        told(SIGNET_NOT_FOUND, ca->chain_of(instance, call, name, 1, &chain, &count)),
    };
    signet_text_t whole = signet_format(call, "%.*s %.*s %.*s", SIGNET_FORMAT(texts[0]),
                                        SIGNET_FORMAT(texts[1]), SIGNET_FORMAT(texts[2]));
    for (char *at = (char *)(uintptr_t)whole.data; (at = strstr(at, authority)) != NULL;)
        memset(at, '?', strlen(authority));
    return whole;
}

START_TEST(chains_of_others_do_not_exist)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    officer("acme");
    expect_ok(ca->chain(instance, call, SIGNET_TEXT("acme-ca"), &chain, &count));
    ck_assert_uint_eq(count, 3);
    expect_ok(ca->chain_of(instance, call, SIGNET_TEXT("acme-ca"), 1, &chain, &count));
    ck_assert_uint_eq(count, 3);
    expect_alike(chains("bolt-ca"), chains("none-ca"));
    expect_alike(chains("policy"), chains("nobody"));
    officer("");
    expect_alike(chains("bolt-ca"), chains("none-ca"));
}
END_TEST

/* Everything that can be done with a certificate. */
static signet_text_t touch(signet_bytes_t serial)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    void *records = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&records);
    const signet_certificate_t *certificate = NULL;
    const signet_archived_key_t *key = NULL;
    signet_text_t authority = SIGNET_TEXT("acme-ca");
    signet_revoke_request_t revoke = {.size = sizeof revoke,
                                      .reason = SIGNET_REASON_SUPERSEDED,
                                      .authority = authority,
                                      .serial = serial};
    signet_renew_request_t renew = {.size = sizeof renew, .authority = authority, .serial = serial};
    signet_recovery_request_t recover = {.size = sizeof recover,
                                         .authority = authority,
                                         .serial = serial,
                                         .reason = SIGNET_TEXT("curious")};
    signet_text_t texts[6] = {
        told(SIGNET_NOT_FOUND, inventory->get(records, call, authority, serial, &certificate)),
        told(SIGNET_NOT_FOUND, ca->revoke(instance, call, &revoke, &certificate)),
        told(SIGNET_NOT_FOUND, ca->release(instance, call, authority, serial, &certificate)),
        told(SIGNET_NOT_FOUND, ca->renew(instance, call, &renew, &certificate)),
        told(SIGNET_NOT_FOUND, ca->recover_key(instance, call, &recover, &key)),
        told(SIGNET_NOT_FOUND,
             inventory->hint(records, call, authority, serial, 1000, 2000, &certificate)),
    };
    signet_text_t whole =
        signet_format(call, "%.*s %.*s %.*s %.*s %.*s %.*s", SIGNET_FORMAT(texts[0]),
                      SIGNET_FORMAT(texts[1]), SIGNET_FORMAT(texts[2]), SIGNET_FORMAT(texts[3]),
                      SIGNET_FORMAT(texts[4]), SIGNET_FORMAT(texts[5]));
    signet_text_t hex = signet_hex(call, serial);
    for (char *at = (char *)(uintptr_t)whole.data;
         (at = memmem(at, strlen(at), hex.data, hex.length)) != NULL;)
        memset(at, '?', hex.length);
    return whole;
}

static uint64_t found(const signet_certificate_query_t *query)
{
    void *records = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&records);
    const signet_certificate_page_t *page = NULL;
    expect_ok(inventory->query(records, call, query, &page));
    return page->count;
}

START_TEST(certificates_of_others_do_not_exist)
{
    const char *const others[] = {"bolt", "", "nobody"};
    kept_t kept;
    officer("acme");
    issue("acme-server", &kept);
    uint8_t wrong[32];
    memcpy(wrong, kept.serial, sizeof wrong);
    wrong[9] ^= 1;
    signet_bytes_t none = {wrong, kept.certificate.serial.length};
    signet_certificate_query_t by_serial = {
        .size = sizeof by_serial, .serial = kept.certificate.serial, .limit = 10};
    signet_certificate_query_t by_name = {
        .size = sizeof by_name, .name = SIGNET_TEXT("a.example"), .limit = 10};
    ck_assert_uint_eq(found(&by_serial), 1);
    ck_assert_uint_ge(found(&by_name), 1);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        act(others[i], "token:officer", "officer,administrator,recovery-officer");
        expect_alike(touch(kept.certificate.serial), touch(none));
        ck_assert_uint_eq(found(&by_serial), 0);
    }
    act("nobody", "token:officer", "officer");
    ck_assert_uint_eq(found(&by_name), 0);
    officer("acme");
    ck_assert(signet_text_is(world_get(&kept.certificate)->state, SIGNET_CERTIFICATE_VALID));
    expect_ok(world_revoke(&kept.certificate, SIGNET_REASON_SUPERSEDED));
}
END_TEST

static int32_t by_key(signet_bytes_t der)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *changed = NULL;
    signet_revoke_request_t request = {.size = sizeof request, .reason = SIGNET_REASON_SUPERSEDED};
    return ca->revoke_by_key(instance, call, der, &request, &changed);
}

/* Entries with an event that an auditor of a tenant sees. */
static uint64_t entries(const char *tenant, const char *event)
{
    signet_journal_t journal = world_journal();
    const signet_journal_page_t *page = NULL;
    signet_journal_query_t query = {
        .size = sizeof query, .event = signet_text(event), .limit = 1000};
    act(tenant, "token:auditor", "auditor");
    expect_ok(journal.interface->query(journal.instance, call, &query, &page));
    for (uint64_t i = 0; i < page->count; i++)
        ck_assert(signet_text_is(page->entries[i]->tenant, tenant));
    return page->count;
}

START_TEST(a_key_revokes_in_the_tenant_of_its_certificate)
{
    kept_t kept;
    officer("acme");
    issue("acme-server", &kept);
    uint64_t before = entries("acme", SIGNET_EVENT_CERTIFICATE_REVOKED);
    uint64_t provider = entries("", SIGNET_EVENT_CERTIFICATE_REVOKED);
    /* Not by way of another tenant; whoever proves a key does so before any login. */
    act("bolt", "token:bob", "officer");
    expect_error(by_key(kept.certificate.der), SIGNET_NOT_FOUND, "certificate.not-ours");
    world_actor("key:00", "");
    expect_ok(by_key(kept.certificate.der));
    officer("acme");
    ck_assert(signet_text_is(world_get(&kept.certificate)->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert_uint_eq(entries("acme", SIGNET_EVENT_CERTIFICATE_REVOKED), before + 1);
    ck_assert_uint_eq(entries("", SIGNET_EVENT_CERTIFICATE_REVOKED), provider);
}
END_TEST

START_TEST(an_auditor_sees_the_journal_of_its_tenant)
{
    kept_t kept;
    uint64_t acme = entries("acme", SIGNET_EVENT_CERTIFICATE_ISSUED);
    uint64_t bolt = entries("bolt", SIGNET_EVENT_CERTIFICATE_ISSUED);
    uint64_t provider = entries("", SIGNET_EVENT_CERTIFICATE_ISSUED);
    officer("acme");
    issue("acme-server", &kept);
    ck_assert_uint_eq(entries("acme", SIGNET_EVENT_CERTIFICATE_ISSUED), acme + 1);
    ck_assert_uint_eq(entries("bolt", SIGNET_EVENT_CERTIFICATE_ISSUED), bolt);
    ck_assert_uint_eq(entries("", SIGNET_EVENT_CERTIFICATE_ISSUED), provider);
}
END_TEST

/* What the provider's authority issued is the provider's, what a tenant's did is the tenant's. */
START_TEST(authorities_are_on_record_where_they_were_issued)
{
    signet_certificate_query_t query = {
        .size = sizeof query, .name = SIGNET_TEXT("cn:acme CA"), .limit = 10};
    world_actor("token:officer", "officer");
    ck_assert_uint_eq(found(&query), 1);
    officer("acme");
    ck_assert_uint_eq(found(&query), 0);
    ck_assert_uint_eq(entries("acme", SIGNET_EVENT_AUTHORITY_CREATED), 1);
}
END_TEST

START_TEST(a_parent_of_the_provider_is_asked_with_a_request)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTHORITY_INTERFACE, "ca");
    const signet_authority_interface_t *authorities = provider->interface;
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t change = {.size = sizeof change,
                                        .action = SIGNET_TEXT(SIGNET_CHANGE_ROTATE),
                                        .authority = SIGNET_TEXT("bolt-ca")};
    act("acme", "token:alice", "ca-administrator");
    expect_error(authorities->change(provider->instance, call, &change, &report), SIGNET_NOT_FOUND,
                 "authority.not-found");
    act("", "token:carl", "ca-administrator");
    expect_error(authorities->change(provider->instance, call, &change, &report), SIGNET_NOT_FOUND,
                 "authority.not-found");
    act("bolt", "token:bob", "ca-administrator");
    expect_ok(authorities->change(provider->instance, call, &change, &report));
    ck_assert_uint_gt(report->request.length, 0);
}
END_TEST

static int32_t limited(const char *profile, const char *reason)
{
    const signet_certificate_t *certificate = NULL;
    int32_t status = world_issue(profile, csr(), &certificate);
    if (status != SIGNET_LIMITED)
        return status;
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, reason));
    ck_assert_int_gt(error->retry_after_ms, 0);
    call->services->clear(call);
    return status;
}

START_TEST(a_rate_limits_one_tenant_alone)
{
    kept_t kept;
    officer("fast");
    /* A burst of three, and one each second. */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(limited("fast-server", ""), SIGNET_OK);
    ck_assert_int_eq(limited("fast-server", "quota.rate"), SIGNET_LIMITED);
    officer("bolt");
    issue("bolt-server", &kept);
    officer("fast");
    int64_t begun = signet_monotonic();
    while (limited("fast-server", "quota.rate") == SIGNET_LIMITED)
        ck_assert_int_lt(signet_monotonic() - begun, 5000);
    ck_assert_uint_ge(entries("fast", SIGNET_EVENT_CERTIFICATE_DENIED), 1);
}
END_TEST

START_TEST(active_certificates_are_limited)
{
    kept_t first;
    kept_t second;
    officer("small");
    issue("small-server", &first);
    /* What was not issued does not count. */
    fault.fail_sign = SIGNET_DENIED;
    ck_assert_int_eq(limited("small-server", ""), SIGNET_UNAVAILABLE);
    call->services->clear(call);
    fault.fail_sign = 0;
    issue("small-server", &second);
    ck_assert_int_eq(limited("small-server", "quota.active"), SIGNET_LIMITED);
    /* What was asked before is answered, for it is not issued again. */
    expect_ok(world_revoke(&first.certificate, SIGNET_REASON_SUPERSEDED));
    expect_ok(signet_check_run_job(check, "ca", "quotas"));
    ck_assert_int_eq(limited("small-server", ""), SIGNET_OK);
    ck_assert_int_eq(limited("small-server", "quota.active"), SIGNET_LIMITED);
    /* Counted anew after a restart. */
    expect_ok(world_restart());
    officer("small");
    ck_assert_int_eq(limited("small-server", "quota.active"), SIGNET_LIMITED);
}
END_TEST

START_TEST(quotas_read_nothing)
{
    kept_t kept;
    officer("bolt");
    issue("bolt-server", &kept);
    fault.store_reads = 0;
    issue("bolt-server", &kept);
    ck_assert_uint_eq(fault.store_reads, 0);
}
END_TEST

static const signet_tenant_t *tenant(const char *name)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_TENANT_INTERFACE, "ca");
    const signet_tenant_interface_t *directory = provider->interface;
    const signet_tenant_t *const *list = NULL;
    uint64_t count = 0;
    expect_ok(directory->tenants(provider->instance, call, &list, &count));
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_is(list[i]->name, name))
            return list[i];
    }
    return NULL;
}

START_TEST(tenants_are_listed_to_the_provider)
{
    world_actor("token:admin", "administrator");
    ck_assert_uint_eq(tenant("fast")->issuance_rate, 60);
    ck_assert_uint_eq(tenant("small")->active_certificates, 2);
    ck_assert_uint_eq(tenant("small")->approvals, 2);
    ck_assert(signet_text_is(tenant("small")->approvers[0], "officer"));
    ck_assert(signet_text_is(tenant("acme")->description, "Acme Inc"));
    ck_assert(signet_text_is(tenant("acme")->approvers[0], "administrator"));
    act("acme", "token:alice", "administrator");
    ck_assert_ptr_nonnull(tenant("acme"));
    ck_assert_ptr_null(tenant("bolt"));
}
END_TEST

/* The configuration of another CA is refused. */
static void refuse(const char *settings, const char *reason)
{
    ck_assert_int_eq(signet_check_open(check, "ca", "other", settings), SIGNET_INVALID);
    const signet_error_t *error = signet_check_error(check);
    ck_assert_msg(signet_text_is(error->reason, reason), "%.*s: %.*s", SIGNET_FORMAT(error->reason),
                  SIGNET_FORMAT(error->message));
}

#define TWO                                                                                        \
    "tenants = ( { name = \"a\"; keys = [ \"safe\" ]; }, { name = \"b\"; } );\n"                   \
    "authorities = ( { name = \"r\"; kind = \"root\"; subject = \"CN=R\"; certificate = "          \
    "\"r.pem\"; }"
#define ONE(name, rest)                                                                            \
    ", { name = \"" name "\"; subject = \"CN=" name "\"; certificate = \"i.pem\"; " rest " }"

START_TEST(mistakes_in_the_configuration_are_named)
{
    refuse("tenants = ( { name = \"*\"; } );", "tenant.name");
    refuse("tenants = ( { name = \"\"; } );", "tenant.name");
    refuse("tenants = ( { name = \"a\"; approvers = [ ]; } );", "tenant.approvers");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"c\";") ");", "tenant.not-found");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"a\";")
               ONE("j", "parent = \"i\"; tenant = \"b\";") ");",
           "tenant.parent");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"a\";") ONE("j", "parent = \"i\";") ");",
           "tenant.parent");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"a\"; keys = \"fault\";") ");", "tenant.keys");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"b\"; keys = \"safe\";") ");", "tenant.keys");
    refuse(TWO ONE("i", "parent = \"r\"; keys = \"safe\";") ");", "tenant.keys");
    refuse(TWO ONE("i", "parent = \"r\"; tenant = \"a\";") ");\n"
                                                           "profiles = ( { name = \"p\"; "
                                                           "authority = \"i\"; } );",
           "profile.authority-tenant");
    refuse(
        TWO
        ");\nrecovery_keys = ( { name = \"k\"; tenant = \"c\"; keys = \"keys\"; key = \"k\"; } );",
        "tenant.not-found");
    refuse(
        TWO
        ");\nrecovery_keys = ( { name = \"k\"; tenant = \"a\"; keys = \"fault\"; key = \"k\"; } );",
        "tenant.keys");
    refuse(TWO ");\nrecovery_keys = ( { name = \"k\"; keys = \"safe\"; key = \"k\"; } );",
           "tenant.keys");
    refuse(
        TWO ONE(
            "i",
            "parent = \"r\"; tenant = \"b\";") ");\n"
                                               "recovery_keys = ( { name = \"k\"; keys = "
                                               "\"fault\"; key = \"k\"; } );\n"
                                               "profiles = ( { name = \"p\"; tenant = \"b\"; "
                                               "authority = \"i\"; archive = \"k\";\n"
                                               "  key_usage = [ \"keyEncipherment\" ]; "
                                               "extended_key_usage = [ \"emailProtection\" ]; } );",
        "profile.archive-tenant");
    refuse(TWO ");\nprofiles = ( { name = \"p\"; abstract = true; tenant = \"c\"; } );",
           "tenant.not-found");
}
END_TEST

static void begin(void)
{
    static const char *const names[] = {"acme-ca", "bolt-ca", "fast-ca", "small-ca"};
    world_settings = tenants;
    world_authorities = more_authorities;
    world_more = (world_more_t){.plugin = &fault_plugin, .instances = {"safe"}};
    world_begin(profiles);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        world_create(names[i]);
}

static void begin_test(void)
{
    memset(&fault, 0, sizeof fault);
    officer("");
}

int main(void)
{
    const TTest *const tests[] = {each_lists_its_own,
                                  profiles_and_authorities_of_others_do_not_exist,
                                  chains_of_others_do_not_exist,
                                  certificates_of_others_do_not_exist,
                                  a_key_revokes_in_the_tenant_of_its_certificate,
                                  an_auditor_sees_the_journal_of_its_tenant,
                                  authorities_are_on_record_where_they_were_issued,
                                  a_parent_of_the_provider_is_asked_with_a_request,
                                  a_rate_limits_one_tenant_alone,
                                  active_certificates_are_limited,
                                  quotas_read_nothing,
                                  tenants_are_listed_to_the_provider,
                                  mistakes_in_the_configuration_are_named};
    Suite *suite = suite_create("tenant");
    TCase *tcase = tcase_create("tenant");
    tcase_set_timeout(tcase, 0);
    tcase_add_unchecked_fixture(tcase, begin, world_end);
    tcase_add_checked_fixture(tcase, begin_test, NULL);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
