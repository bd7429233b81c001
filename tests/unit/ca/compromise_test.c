/* Authorities whose keys may be in other hands: keys blocked, who is affected, revocation at the
 * parent, the replacement; and the same rehearsed, which changes nothing. */
#include "life.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static const char more[] =
    ", { name = \"spare\"; parent = \"policy\"; subject = \"CN=Spare CA,O=Example\"; keys = "
    "\"fault\"; certificate = \"spare.pem\"; validity = \"5y\"; }";

static const char profiles[] =
    ", { name = \"leaf\"; authority = \"spare\"; subject = [ \"CN=name\" ]; dns = [ \"*\" ];"
    " key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" ]; }";

static void administrator(void)
{
    world_actor("token:ca", "ca-administrator,officer");
}

static void begin(void)
{
    world_authorities = more;
    world_begin(profiles);
    world_create("spare");
    administrator();
}

static const signet_certificate_t *leaf(const char *owner)
{
    const signet_certificate_t *issued = NULL;
    const signet_pair_t fields[] = {signet_pair("owner", signet_text(owner))};
    const signet_issue_request_t request = {.size = sizeof request,
                                            .profile = SIGNET_TEXT("leaf"),
                                            .csr = world_csr(NULL, "", "DNS:a.example"),
                                            .fields = fields,
                                            .field_count = 1};
    expect_ok(world_ask(&request, &issued));
    return issued;
}

static signet_authority_change_t asked(const char *authority)
{
    return (signet_authority_change_t){.size = sizeof(signet_authority_change_t),
                                       .action = SIGNET_TEXT(SIGNET_CHANGE_COMPROMISED),
                                       .authority = signet_text(authority),
                                       .comment = SIGNET_TEXT("a backup was stolen")};
}

/* The record of an authority's own certificate, which its parent issued. */
static const signet_certificate_t *own(const char *authority, const char *parent)
{
    static uint8_t octets[20];
    X509 *x509 = life_parse(life_certificate(authority, 1, "certificate"));
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    int length = BN_bn2bin(number, octets);
    BN_free(number);
    X509_free(x509);
    const signet_certificate_t wanted = {.authority = signet_text(parent),
                                         .serial = {octets, (uint64_t)length}};
    return world_get(&wanted);
}

static const signet_json_t *impact(const char *authority, uint64_t limit, signet_text_t cursor)
{
    void *instance = NULL;
    const signet_authority_report_t *report = NULL;
    const signet_json_t *json = NULL;
    const signet_authority_interface_t *interface = life_authorities(&instance);
    const signet_impact_query_t query = {.size = sizeof query,
                                         .authority = signet_text(authority),
                                         .limit = limit,
                                         .cursor = cursor};
    expect_ok(interface->impact(instance, call, &query, &report));
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, &json));
    return json;
}

/* How many certificates one value has in a list of counts. */
static int64_t tally(const signet_json_t *json, const char *list, const char *member,
                     const char *value)
{
    const signet_json_t *items = signet_json_get(json, list);
    for (uint64_t i = 0; i < items->count; i++) {
        const signet_json_t *name = signet_json_get(&items->items[i], member);
        if (name != NULL && signet_text_is(name->text, value))
            return signet_json_get(&items->items[i], "certificates")->integer;
    }
    return 0;
}

START_TEST(a_compromise_blocks_and_replaces)
{
    begin();
    const signet_authority_report_t *report = NULL;
    const signet_certificate_t *refused = NULL;
    const signet_certificate_t *first = leaf("Web");
    (void)leaf("Web");
    (void)leaf("Mail");
    signet_authority_change_t change = asked("spare");
    change.comment = SIGNET_TEXT("");
    expect_error(life_agreed(&change, &report), SIGNET_INVALID, "authority.reason");
    change = asked("spare");
    ck_assert_int_eq(life_apply(&change, &report), SIGNET_PENDING);
    life_states("spare", "active: active");
    ck_assert_uint_eq(world_records("ca.blocked_keys"), 0);
    life_agree();
    expect_ok(life_apply(&change, &report));
    life_states("spare", "compromised: compromised prepublished");
    ck_assert_uint_eq(report->request.length, 0);
    ck_assert_uint_eq(report->revocation.length, 0);
    ck_assert_uint_eq(report->problem.length, 0);
    ck_assert_uint_eq(world_records("ca.blocked_keys"), 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_COMPROMISED), 1);
    const signet_certificate_t *certificate = own("spare", "policy");
    ck_assert(signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert_int_eq(certificate->reason, SIGNET_REASON_CA_COMPROMISE);
    expect_error(world_issue("leaf", world_csr(NULL, "", "DNS:b.example"), &refused),
                 SIGNET_UNAVAILABLE, "authority.compromised");

    /* Who is affected. */
    const signet_json_t *json = impact("spare", 2, SIGNET_TEXT(""));
    ck_assert_int_eq(signet_json_get(json, "certificates")->integer, 3);
    ck_assert_int_eq(tally(json, "profiles", "profile", "leaf"), 3);
    ck_assert_int_eq(tally(json, "owners", "owner", "Web"), 2);
    ck_assert_int_eq(tally(json, "owners", "owner", "Mail"), 1);
    ck_assert_uint_eq(signet_json_get(json, "authorities")->count, 0);
    ck_assert_uint_eq(signet_json_get(json, "list")->count, 2);
    json = impact("spare", 2, signet_json_get(json, "next")->text);
    ck_assert_uint_eq(signet_json_get(json, "list")->count, 1);
    ck_assert_ptr_null(signet_json_get(json, "certificates"));
    ck_assert_int_le(world_get(first)->renew_before, signet_now() + 60000);

    /* The replacement issues; what the old key signed stays affected. */
    expect_error(life_change("rotate", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("resume", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_error(life_change("retire", "spare"), SIGNET_CONFLICT, "authority.state");
    expect_ok(life_change("activate", "spare"));
    life_states("spare", "active: compromised active");
    const signet_certificate_t *after = leaf("Web");
    ck_assert_uint_eq(world_get(after)->generation, 2);
    ck_assert_int_gt(world_get(after)->renew_from, signet_now());
    json = impact("spare", 100, SIGNET_TEXT(""));
    ck_assert_int_eq(signet_json_get(json, "certificates")->integer, 3);
    expect_ok(world_restart());
    administrator();
    life_states("spare", "active: compromised active");
    (void)leaf("Web");

    /* The key goes without a list: it signs nothing any more. */
    void *instance = NULL;
    signet_bytes_t list = {NULL, 0};
    const signet_authority_interface_t *interface = life_authorities(&instance);
    change.action = SIGNET_TEXT(SIGNET_CHANGE_DESTROY_KEY);
    change.generation = 1;
    change.override = SIGNET_TEXT("compromised");
    expect_ok(life_agreed(&change, &report));
    life_states("spare", "active: destroyed active");
    expect_error(interface->last_list(instance, call, SIGNET_TEXT("spare"), 1, &list),
                 SIGNET_NOT_FOUND, "authority.no-list");
    json = impact("spare", 100, SIGNET_TEXT(""));
    ck_assert_int_eq(signet_json_get(json, "certificates")->integer, 3);
    world_end();
}
END_TEST

/* A key that is blocked gets no certificate, although it is there: not even as this authority's. */
START_TEST(a_blocked_key_is_not_certified)
{
    char path[4096];
    const signet_authority_report_t *report = NULL;
    const char *const name = "spare";
    begin();
    signet_authority_change_t change = asked("spare");
    expect_ok(life_agreed(&change, &report));
    snprintf(path, sizeof path, "%s/spare.pem", signet_check_folder(check));
    ck_assert_int_eq(remove(path), 0);
    expect_ok(world_restart());
    world_actor("uid:0", "administrator");
    expect_error(world_command("authority create", &name, 1), SIGNET_INVALID, "key.blocked");
    world_end();
}
END_TEST

/* Where the parent is not in service here, it is told what to do. */
START_TEST(a_parent_elsewhere_is_asked)
{
    begin();
    const signet_authority_report_t *report = NULL;
    expect_ok(life_change("suspend", "policy"));
    signet_authority_change_t change = asked("spare");
    expect_ok(life_agreed(&change, &report));
    life_states("spare", "compromised: compromised requested");
    ck_assert_uint_gt(report->request.length, 0);
    ck_assert_uint_gt(report->revocation.length, 0);
    const signet_certificate_t *certificate = own("spare", "policy");
    ck_assert(signet_text_is(certificate->state, SIGNET_CERTIFICATE_VALID));
    signet_text_t serial = signet_hex(call, certificate->serial);
    ck_assert_int_eq(memcmp(report->revocation.data, serial.data, serial.length), 0);
    ck_assert_ptr_nonnull(
        memmem(report->revocation.data, report->revocation.length, " cACompromise\n", 14));
    /* Once it is, the same ends what is open, without another person. */
    expect_ok(life_change("resume", "policy"));
    expect_ok(life_apply(&change, &report));
    ck_assert_uint_eq(report->revocation.length, 0);
    life_states("spare", "compromised: compromised prepublished");
    ck_assert(signet_text_is(own("spare", "policy")->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_COMPROMISED), 1);
    world_end();
}
END_TEST

START_TEST(a_root_starts_anew)
{
    begin();
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t change = asked("root");
    expect_ok(life_agreed(&change, &report));
    life_states("root", "compromised: compromised prepublished");
    const signet_json_t *list = signet_json_get(life_describe("root"), "generations");
    ck_assert_ptr_null(signet_json_get(&list->items[1], "old_with_new"));
    X509 *x509 = life_parse(life_certificate("root", 2, "certificate"));
    ck_assert_int_eq(X509_verify(x509, X509_get0_pubkey(x509)), 1);
    X509_free(x509);
    /* All authorities below are affected. */
    const signet_json_t *json = impact("root", 10, SIGNET_TEXT(""));
    ck_assert_uint_ge(signet_json_get(json, "authorities")->count, 8);
    expect_ok(life_change("activate", "root"));
    expect_ok(life_change("rotate", "policy"));
    expect_ok(life_change("activate", "policy"));
    /* By the new key alone: the chain of what it certified is not reached any more. */
    json = impact("root", 10, SIGNET_TEXT(""));
    const signet_json_t *below = signet_json_get(json, "authorities");
    for (uint64_t i = 0; i < below->count; i++)
        ck_assert(!signet_text_is(signet_json_get(&below->items[i], "name")->text, "policy"));
    world_end();
}
END_TEST

/* Everything that the store holds of the CA, by keys and versions. */
static uint64_t fingerprint(void)
{
    static const char *const collections[] = {"ca.certificates", "ca.intents",    "ca.generations",
                                              "ca.blocked_keys", "ca.last_lists", "ca.requests",
                                              "ca.approvals"};
    signet_store_t store = world_store();
    uint64_t digest = 1469598103934665603U;
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++) {
        const signet_page_t *page = NULL;
        const signet_query_t query = {
            .size = sizeof query, .collection = signet_text(collections[i]), .limit = 1000};
        int32_t status = store.interface->query(store.instance, call, &query, &page);
        call->services->clear(call);
        for (uint64_t j = 0; status == SIGNET_OK && j < page->count; j++) {
            for (uint64_t k = 0; k < page->records[j]->key.length; k++)
                digest = (digest ^ (uint8_t)page->records[j]->key.data[k]) * 1099511628211U;
            digest = (digest ^ page->records[j]->version) * 1099511628211U;
        }
    }
    return digest;
}

static uint64_t count_keys(void)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_KEY_INTERFACE, "keys");
    const signet_key_interface_t *keys = provider->interface;
    const signet_key_t *const *list = NULL;
    uint64_t count = 0;
    expect_ok(keys->list(provider->instance, call, &list, &count));
    return count;
}

START_TEST(a_rehearsal_changes_nothing)
{
    begin();
    void *instance = NULL;
    const signet_authority_report_t *report = NULL;
    const signet_json_t *json = NULL;
    (void)leaf("Web");
    uint64_t entries = world_entries("");
    uint64_t before = fingerprint();
    uint64_t keys = count_keys();
    uint64_t commits = fault.store_commits;
    uint64_t signatures = fault.signatures;
    const signet_authority_interface_t *interface = life_authorities(&instance);
    expect_ok(interface->rehearse(instance, call, SIGNET_TEXT("spare"), &report));
    ck_assert_uint_eq(fingerprint(), before);
    ck_assert_uint_eq(count_keys(), keys);
    ck_assert_uint_eq(fault.store_commits, commits);
    ck_assert_uint_eq(fault.signatures, signatures);
    ck_assert_uint_eq(world_entries(""), entries + 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_COMPROMISE_REHEARSED), 1);
    life_states("spare", "active: active");
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, &json));
    const signet_json_t *blocked = signet_json_get(json, "keys");
    ck_assert_uint_eq(blocked->count, 1);
    ck_assert_int_eq(signet_json_get(&blocked->items[0], "would_be_blocked")->integer, 1);
    const signet_json_t *reached = signet_json_get(json, "impact");
    ck_assert_int_eq(signet_json_get(reached, "certificates")->integer, 1);
    const signet_json_t *parent = signet_json_get(json, "parent");
    ck_assert_int_eq(signet_json_get(parent, "would_be_revoked")->integer, 1);
    const signet_json_t *replacement = signet_json_get(json, "replacement");
    ck_assert(signet_text_is(signet_json_get(replacement, "key")->text, "spare-g2"));
    ck_assert_ptr_null(signet_json_get(replacement, "problem"));
    /* What stands in the way is found before it matters. */
    expect_ok(interface->rehearse(instance, call, SIGNET_TEXT("tls"), &report));
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, &json));
    replacement = signet_json_get(json, "replacement");
    ck_assert_ptr_nonnull(signet_json_get(replacement, "problem"));
    /* It takes the role, but nobody else. */
    world_actor("token:officer", "officer,administrator");
    interface = life_authorities(&instance);
    expect_error(interface->rehearse(instance, call, SIGNET_TEXT("spare"), &report), SIGNET_DENIED,
                 "permission.authority");
    world_end();
}
END_TEST

/* Where no further key can be made, the compromise stands and says so. */
START_TEST(a_missing_replacement_is_said)
{
    begin();
    const signet_authority_report_t *report = NULL;
    signet_authority_change_t change = asked("tls");
    expect_ok(life_agreed(&change, &report));
    ck_assert_uint_gt(report->problem.length, 0);
    life_states("tls", "compromised: compromised");
    world_end();
}
END_TEST

START_TEST(an_interruption_leaves_nothing_undone)
{
    for (uint64_t pass = 0; pass < 6; pass++) {
        const signet_authority_report_t *report = NULL;
        begin();
        signet_authority_change_t change = asked("spare");
        ck_assert_int_eq(life_apply(&change, &report), SIGNET_PENDING);
        life_agree();
        fault.fail_journal_commit = SIGNET_UNAVAILABLE;
        fault.pass_journal_commits = pass;
        (void)life_apply(&change, &report);
        ck_assert_msg(fault.fail_journal_commit == SIGNET_OK, "commit %d never came", (int)pass);
        call->services->clear(call);
        memset(&fault, 0, sizeof fault);
        expect_ok(world_restart());
        administrator();
        expect_ok(life_apply(&change, &report));
        ck_assert_uint_eq(report->problem.length, 0);
        life_states("spare", "compromised: compromised prepublished");
        ck_assert(signet_text_is(own("spare", "policy")->state, SIGNET_CERTIFICATE_REVOKED));
        ck_assert_uint_eq(world_entries(SIGNET_EVENT_AUTHORITY_COMPROMISED), 1);
        expect_ok(life_change("activate", "spare"));
        ck_assert_uint_eq(world_get(leaf("Web"))->generation, 2);
        world_end();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_compromise_blocks_and_replaces,     a_blocked_key_is_not_certified,
        a_parent_elsewhere_is_asked,          a_root_starts_anew,
        a_rehearsal_changes_nothing,          a_missing_replacement_is_said,
        an_interruption_leaves_nothing_undone};
    return world_run("ca-compromise", NULL, tests, sizeof tests / sizeof tests[0]);
}
