/* Rules that count certificates: two requests at once, what is left of broken ones, and what was
 * there before the rule. */
#include "world.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>
#include <stdio.h>

#define USE "key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"codeSigning\" ];"

static const char profiles[] =
    ", { name = \"one\"; authority = \"tls\"; subject = [ \"CN=required\" ]; max_active = 1; " USE
    " }\n"
    ", { name = \"few\"; authority = \"tls\"; subject = [ \"CN=optional\" ]; dns = [ \"*\" ];\n"
    "    max_active = 2; " USE " }\n"
    ", { name = \"fresh\"; authority = \"tls\"; dns = [ \"*\" ]; renewal_key = \"forbidden\"; " USE
    " }\n"
    ", { name = \"swept\"; authority = \"tls\"; subject = [ \"CN=required\" ]; max_active = 1; " USE
    " }\n"
    ", { name = \"swept-too\"; authority = \"tls\"; subject = [ \"CN=required\" ]; max_active = "
    "1; " USE " }\n"
    ", { name = \"own-key\"; authority = \"tls\"; subject = [ \"CN=required\" ];\n"
    "    shared_key = \"refused\"; " USE " }\n";

/* As before, but for rules that come later, in place of the descriptions. */
static const char later[] =
    ", { name = \"plain\"; authority = \"tls\"; subject = [ \"CN=required\" ];\n"
    "    description = \"of which a rule comes\"; " USE " }\n"
    ", { name = \"other\"; authority = \"tls\"; subject = [ \"CN=required\" ];\n"
    "    description = \"of which another rule comes\"; " USE " }\n";

/* What another client gets meanwhile, with the same CSR. */
static struct {
    const char *profile;
    signet_bytes_t csr;
    int32_t status;
} other;

static void ask_meanwhile(void)
{
    void *instance = NULL;
    const signet_certificate_t *certificate = NULL;
    const signet_issue_request_t request = {
        .size = sizeof request, .profile = signet_text(other.profile), .csr = other.csr};
    signet_call_t *another = signet_check_call(check, "token:another", "officer");
    other.status = world_ca(&instance)->issue(instance, another, &request, &certificate);
    signet_check_call_end(another);
}

/* Issues while another client asks with `csr` for the same profile and is answered first. */
static int32_t issue_beside(const char *profile, signet_bytes_t mine, signet_bytes_t csr)
{
    const signet_certificate_t *certificate = NULL;
    other.profile = profile;
    other.csr = csr;
    other.status = SIGNET_UNKNOWN;
    fault.meanwhile = ask_meanwhile;
    int32_t status = world_issue(profile, mine, &certificate);
    ck_assert(fault.meanwhile == NULL);
    ck_assert_int_eq(other.status, SIGNET_OK);
    return status;
}

START_TEST(of_two_at_once_only_one_passes)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *none = NULL;
    uint64_t before = world_records("ca.certificates");
    expect_error(
        issue_beside("one", world_csr(NULL, "/CN=a", NULL), world_csr(NULL, "/CN=a", NULL)),
        SIGNET_INVALID, "profile.max-active");
    expect_error(issue_beside("fresh", world_csr(key, "", "DNS:a.example"),
                              world_csr(key, "", "DNS:a.example")),
                 SIGNET_INVALID, "profile.key-reused");
    EVP_PKEY_free(key);
    key = world_key();
    expect_error(
        issue_beside("own-key", world_csr(key, "/CN=a", NULL), world_csr(key, "/CN=b", NULL)),
        SIGNET_INVALID, "profile.key-of-another");
    ck_assert_uint_eq(world_records("ca.certificates"), before + 3);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    /* Nobody gives way for nothing. */
    expect_ok(issue_beside("few", world_csr(NULL, "/CN=c", NULL), world_csr(NULL, "/CN=c", NULL)));
    expect_error(world_issue("few", world_csr(NULL, "/CN=c", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    expect_ok(issue_beside("one", world_csr(NULL, "/CN=d", NULL), world_csr(NULL, "/CN=e", NULL)));
    expect_ok(
        issue_beside("own-key", world_csr(key, "/CN=b", NULL), world_csr(key, "/CN=b", NULL)));
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(the_order_of_names_does_not_matter)
{
    const signet_certificate_t *none = NULL;
    world_issued("few", world_csr(NULL, "", "DNS:a.example,DNS:b.example"));
    world_issued("few", world_csr(NULL, "", "DNS:b.example,DNS:a.example"));
    world_issued("few", world_csr(NULL, "", "DNS:a.example"));
    expect_error(world_issue("few", world_csr(NULL, "", "DNS:b.example,DNS:a.example"), &none),
                 SIGNET_INVALID, "profile.max-active");
}
END_TEST

/* The one certificate of which the issuance broke after its intent was stored. */
static void abandon(const char *profile, signet_bytes_t csr)
{
    const signet_certificate_t *none = NULL;
    uint64_t before = world_records("ca.intents");
    fault.fail_sign = SIGNET_INTERNAL;
    ck_assert_int_eq(world_issue(profile, csr, &none), SIGNET_INTERNAL);
    call->services->clear(call);
    ck_assert_uint_eq(world_records("ca.intents"), before + 1);
}

/* Revokes the abandoned certificate. */
static void revoke_abandoned(void)
{
    void *instance = NULL;
    const signet_certificate_page_t *page = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_query_t query = {
        .size = sizeof query, .state = SIGNET_TEXT(SIGNET_CERTIFICATE_UNKNOWN), .limit = 10};
    expect_ok(inventory->query(instance, call, &query, &page));
    ck_assert_uint_eq(page->count, 1);
    expect_ok(world_revoke(page->certificates[0], SIGNET_REASON_SUPERSEDED));
}

START_TEST(what_was_abandoned_counts_until_it_is_revoked)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *none = NULL;
    abandon("one", world_csr(NULL, "/CN=x", NULL));
    expect_error(world_issue("one", world_csr(NULL, "/CN=x", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    revoke_abandoned();
    world_issued("one", world_csr(NULL, "/CN=x", NULL));
    /* A key that was signed for stays so, revoked or not. */
    abandon("fresh", world_csr(key, "", "DNS:x.example"));
    expect_error(world_issue("fresh", world_csr(key, "", "DNS:x.example"), &none), SIGNET_INVALID,
                 "profile.key-reused");
    revoke_abandoned();
    expect_error(world_issue("fresh", world_csr(key, "", "DNS:x.example"), &none), SIGNET_INVALID,
                 "profile.key-reused");
    EVP_PKEY_free(key);
    key = world_key();
    abandon("own-key", world_csr(key, "/CN=x", NULL));
    expect_error(world_issue("own-key", world_csr(key, "/CN=y", NULL), &none), SIGNET_INVALID,
                 "profile.key-of-another");
    world_issued("own-key", world_csr(key, "/CN=x", NULL));
    revoke_abandoned();
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(what_the_key_refused_does_not_count)
{
    EVP_PKEY *key = world_key();
    const signet_certificate_t *none = NULL;
    fault.fail_sign = SIGNET_DENIED;
    expect_error(world_issue("one", world_csr(NULL, "/CN=r", NULL), &none), SIGNET_UNAVAILABLE,
                 "authority.key-refused");
    world_issued("one", world_csr(NULL, "/CN=r", NULL));
    fault.fail_sign = SIGNET_DENIED;
    expect_error(world_issue("fresh", world_csr(key, "", "DNS:r.example"), &none),
                 SIGNET_UNAVAILABLE, "authority.key-refused");
    world_issued("fresh", world_csr(key, "", "DNS:r.example"));
    EVP_PKEY_free(key);
}
END_TEST

/* What is held can be released, which no rule would look at. */
START_TEST(what_is_on_hold_counts)
{
    const signet_certificate_t *none = NULL;
    const signet_certificate_t *held = world_issued("one", world_csr(NULL, "/CN=h", NULL));
    expect_ok(world_revoke(held, SIGNET_REASON_CERTIFICATE_HOLD));
    expect_error(world_issue("one", world_csr(NULL, "/CN=h", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    expect_ok(world_revoke(held, SIGNET_REASON_SUPERSEDED));
    world_issued("one", world_csr(NULL, "/CN=h", NULL));
}
END_TEST

/* The store does not say whether it has stored: the reservation is there with the intent. */
START_TEST(an_unknown_outcome_is_read_back)
{
    const signet_certificate_t *none = NULL;
    fault.fail_store_commit = SIGNET_UNKNOWN;
    fault.do_it_first = 1;
    world_issued("one", world_csr(NULL, "/CN=u", NULL));
    fault.do_it_first = 0;
    expect_error(world_issue("one", world_csr(NULL, "/CN=u", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
}
END_TEST

/* Profiles without such rules have nothing to do with it. */
START_TEST(others_pay_nothing)
{
    uint64_t before = world_records("ca.reservations");
    fault.store_commits = fault.store_reads = 0;
    world_issued("tls-client", world_csr(NULL, "/CN=n", NULL));
    ck_assert_uint_eq(fault.store_commits, 1);
    ck_assert_uint_eq(fault.store_reads, 0);
    ck_assert_uint_eq(world_records("ca.reservations"), before);
}
END_TEST

/* The reservation of one subject, or NULL. */
static const signet_record_t *reservation_of(const char *profile)
{
    signet_store_t store = world_store();
    const signet_page_t *page = NULL;
    char prefix[64];
    signet_query_t query = {
        .size = sizeof query, .collection = SIGNET_TEXT("ca.reservations"), .limit = 1000};
    snprintf(prefix, sizeof prefix, "active/%s/", profile);
    expect_ok(store.interface->query(store.instance, call, &query, &page));
    for (uint64_t i = 0; i < page->count; i++)
        if (signet_text_starts(page->records[i]->key, prefix))
            return page->records[i];
    return NULL;
}

/* Puts the mark of an empty one back in time. */
static void let_rest(const signet_record_t *stored, int64_t hours)
{
    signet_store_t store = world_store();
    const signet_field_t field =
        signet_field_time("empty_since", signet_now() - hours * INT64_C(3600000));
    const signet_change_t change = signet_put("ca.reservations", stored->key, stored->version,
                                              &field, 1, (signet_bytes_t){NULL, 0});
    expect_ok(store.interface->commit(store.instance, call, &change, 1));
}

static void sweep(void)
{
    expect_ok(signet_check_run_job(check, "ca", "reservations"));
}

START_TEST(what_counts_no_more_is_swept)
{
    const signet_certificate_t *none = NULL;
    const signet_certificate_t *one = world_issued("swept", world_csr(NULL, "/CN=s", NULL));
    const signet_record_t *stored = reservation_of("swept");
    ck_assert_ptr_nonnull(stored);
    uint64_t version = stored->version;
    sweep();
    /* It counts: nothing changes. */
    ck_assert_uint_eq(reservation_of("swept")->version, version);
    expect_ok(world_revoke(one, SIGNET_REASON_SUPERSEDED));
    sweep();
    stored = reservation_of("swept");
    ck_assert(signet_record_integer(stored, "empty_since") > 0);
    version = stored->version;
    sweep();
    ck_assert_uint_eq(reservation_of("swept")->version, version);
    /* Whoever needs it takes the mark away, and the sweep leaves it. */
    const signet_certificate_t *two = world_issued("swept", world_csr(NULL, "/CN=s", NULL));
    stored = reservation_of("swept");
    ck_assert_int_eq(signet_record_integer(stored, "empty_since"), 0);
    ck_assert_uint_eq(stored->version, version + 2);
    sweep();
    expect_error(world_issue("swept", world_csr(NULL, "/CN=s", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    /* Hours after nothing of it counts it goes, and not before. */
    expect_ok(world_revoke(two, SIGNET_REASON_SUPERSEDED));
    sweep();
    let_rest(reservation_of("swept"), 5);
    sweep();
    ck_assert_ptr_nonnull(reservation_of("swept"));
    let_rest(reservation_of("swept"), 7);
    sweep();
    ck_assert_ptr_null(reservation_of("swept"));
    /* It begins anew. */
    world_issued("swept", world_csr(NULL, "/CN=s", NULL));
    ck_assert_ptr_nonnull(reservation_of("swept"));
}
END_TEST

/* More than a page, and keys beside holders. */
START_TEST(all_pages_are_swept)
{
    char subject[32];
    const signet_certificate_t *issued[150];
    EVP_PKEY *key = world_key();
    for (int i = 0; i < 150; i++) {
        snprintf(subject, sizeof subject, "/CN=p-%d", i);
        issued[i] = world_issued("swept-too", world_csr(NULL, subject, NULL));
    }
    world_issued("own-key", world_csr(key, "/CN=owner", NULL));
    for (int i = 0; i < 149; i++)
        expect_ok(world_revoke(issued[i], SIGNET_REASON_SUPERSEDED));
    sweep();
    signet_store_t store = world_store();
    const signet_page_t *page = NULL;
    signet_query_t query = {
        .size = sizeof query, .collection = SIGNET_TEXT("ca.reservations"), .limit = 1000};
    expect_ok(store.interface->query(store.instance, call, &query, &page));
    uint64_t marked = 0;
    uint64_t gone = 0;
    for (uint64_t i = 0; i < page->count; i++) {
        if (signet_text_starts(page->records[i]->key, "active/swept-too/"))
            marked += signet_record_integer(page->records[i], "empty_since") > 0;
        if (signet_record_integer(page->records[i], "empty_since") > 0) {
            let_rest(page->records[i], 7);
            gone++;
        }
    }
    ck_assert_uint_eq(marked, 149);
    sweep();
    ck_assert_uint_eq(world_records("ca.reservations"), page->count - gone);
    ck_assert_ptr_nonnull(reservation_of("swept-too"));
    /* The key is another's for good: the index knows it. */
    const signet_certificate_t *none = NULL;
    expect_error(world_issue("own-key", world_csr(key, "/CN=thief", NULL), &none), SIGNET_INVALID,
                 "profile.key-of-another");
    EVP_PKEY_free(key);
}
END_TEST

#define RULE_OF_PLAIN "description = \"of which a rule comes\""
#define RULE_OF_OTHER "description = \"of which another rule comes\""

static void count_all(void)
{
    /* The second time there is nothing to do. */
    for (int i = 0; i < 2; i++)
        expect_ok(signet_check_run_job(check, "ca", "counting"));
    ck_assert(signet_check_logged(check, "ca.counted"));
    world_actor("token:officer", "officer");
}

START_TEST(certificates_of_before_count)
{
    const signet_certificate_t *none = NULL;
    char subject[32];
    world_begin(later);
    EVP_PKEY *key = world_key();
    /* More than a page; each rule looks at some of them. */
    for (int i = 0; i < 120; i++) {
        snprintf(subject, sizeof subject, "/CN=many-%d", i);
        world_issued("other", world_csr(i == 60 ? key : NULL, subject, NULL));
    }
    world_issued("plain", world_csr(NULL, "/CN=two", NULL));
    world_issued("plain", world_csr(NULL, "/CN=two", NULL));
    world_issued("plain", world_csr(NULL, "/CN=one", NULL));
    const signet_certificate_t *gone = world_issued("plain", world_csr(NULL, "/CN=one", NULL));
    expect_ok(world_revoke(gone, SIGNET_REASON_SUPERSEDED));
    abandon("plain", world_csr(NULL, "/CN=left", NULL));
    world_issued("plain", world_csr(NULL, "/CN=left", NULL));
    expect_ok(world_profiles_replace(RULE_OF_PLAIN, "max_active = 2"));
    world_actor("token:officer", "officer");
    expect_error(world_issue("plain", world_csr(NULL, "/CN=new", NULL), &none), SIGNET_BUSY,
                 "profile.not-counted");
    world_issued("other", world_csr(NULL, "/CN=new", NULL));
    count_all();
    expect_error(world_issue("plain", world_csr(NULL, "/CN=two", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    expect_error(world_issue("plain", world_csr(NULL, "/CN=left", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    world_issued("plain", world_csr(NULL, "/CN=one", NULL));
    expect_error(world_issue("plain", world_csr(NULL, "/CN=one", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    /* The mark outlives a restart. */
    expect_ok(world_restart());
    world_actor("token:officer", "officer");
    world_issued("plain", world_csr(NULL, "/CN=new", NULL));
    /* So do the other rules, at a later time: what was issued meanwhile counts, too. */
    expect_ok(world_profiles_replace(RULE_OF_OTHER, "shared_key = \"refused\""));
    world_actor("token:officer", "officer");
    expect_error(world_issue("other", world_csr(key, "/CN=thief", NULL), &none), SIGNET_BUSY,
                 "profile.not-counted");
    count_all();
    expect_error(world_issue("other", world_csr(key, "/CN=thief", NULL), &none), SIGNET_INVALID,
                 "profile.key-of-another");
    world_issued("other", world_csr(key, "/CN=many-60", NULL));
    EVP_PKEY_free(key);
    world_end();
}
END_TEST

/* A rule that was away for a time counts what was issued in that time. */
START_TEST(a_rule_that_comes_back_counts_anew)
{
    const signet_certificate_t *none = NULL;
    world_begin(later);
    expect_ok(world_profiles_replace(RULE_OF_PLAIN, "max_active = 2 "));
    count_all();
    world_issued("plain", world_csr(NULL, "/CN=a", NULL));
    expect_ok(world_profiles_replace("max_active = 2 ", "clip = true"));
    world_actor("token:officer", "officer");
    world_issued("plain", world_csr(NULL, "/CN=a", NULL));
    expect_ok(world_profiles_replace("clip = true    ", "max_active = 2 "));
    world_actor("token:officer", "officer");
    count_all();
    expect_error(world_issue("plain", world_csr(NULL, "/CN=a", NULL), &none), SIGNET_INVALID,
                 "profile.max-active");
    world_end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        of_two_at_once_only_one_passes,
        the_order_of_names_does_not_matter,
        what_was_abandoned_counts_until_it_is_revoked,
        what_the_key_refused_does_not_count,
        what_is_on_hold_counts,
        an_unknown_outcome_is_read_back,
        others_pay_nothing,
        what_counts_no_more_is_swept,
        all_pages_are_swept,
    };
    const TTest *const before[] = {certificates_of_before_count,
                                   a_rule_that_comes_back_counts_anew};
    int failed = world_run("counting", profiles, tests, sizeof tests / sizeof tests[0]);
    return world_run("counting-before", NULL, before, sizeof before / sizeof before[0]) | failed;
}
