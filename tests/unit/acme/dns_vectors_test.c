/* The names and values that challenges in the DNS are answered by. */
#include "validate/dns_record.h"
#include "validate/issue_value.h"
#include "validate/persist_record.h"

#include <check.h>
#include <signet/check.h>
#include <stdlib.h>

#define THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define ACCOUNT "https://ca.example/acct/123"
#define PREFIX "https://ca.example/account-hash/"
#define HASHED PREFIX "sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
#define HASHED_FOR_ALL PREFIX "sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"

static signet_check_t *check;
static signet_call_t *call;

static void begin(void)
{
    check = signet_check_begin();
    call = signet_check_call(check, "test", "");
}

static void end(void)
{
    signet_check_call_end(call);
    signet_check_end(check);
}

/* Appendix of draft-ietf-acme-dns-account-label-03. */
START_TEST(labels_accounts)
{
    signet_text_t name;
    ck_assert_int_eq(acme_dns_account_name(call,
                                           SIGNET_TEXT("https://example.com/acme/acct/"
                                                       "ExampleAccount"),
                                           SIGNET_TEXT("example.org"), &name),
                     SIGNET_OK);
    ck_assert_msg(signet_text_is(name, "_ujmmovf2vn55tgye._acme-challenge.example.org"), "%.*s",
                  SIGNET_FORMAT(name));
}
END_TEST

static void hashes_to(const char *domain, const char *wanted)
{
    signet_text_t uri;
    ck_assert_int_eq(acme_persist_uri(call, SIGNET_TEXT(PREFIX), signet_text(domain),
                                      SIGNET_TEXT(THUMBPRINT), SIGNET_TEXT(ACCOUNT), &uri),
                     SIGNET_OK);
    ck_assert_msg(signet_text_is(uri, wanted), "%.*s", SIGNET_FORMAT(uri));
}

/* draft-ietf-acme-dns-persist-02, 10.2. */
START_TEST(hashes_accounts)
{
    hashes_to("example.com", HASHED);
    hashes_to("*", HASHED_FOR_ALL);
}
END_TEST

/* Whether a record permits the account: issuers are authority.example and ca.example.net. */
static const char *judge(const char *record, int wildcard, int64_t now, int64_t *until)
{
    static const signet_setting_t issuers[] = {
        {.size = sizeof(signet_setting_t), .text = SIGNET_TEXT_INIT("authority.example")},
        {.size = sizeof(signet_setting_t), .text = SIGNET_TEXT_INIT("ca.example.net")},
    };
    static const signet_setting_t list = {.size = sizeof(signet_setting_t),
                                          .members = issuers,
                                          .member_count = sizeof issuers / sizeof *issuers};
    const acme_persist_wanted_t wanted = {
        .issuers = &list,
        .uris = {SIGNET_TEXT_INIT(HASHED), SIGNET_TEXT_INIT(HASHED_FOR_ALL)},
        .wildcard = wildcard,
        .now = now};
    return acme_persist_judge(signet_text(record), &wanted, until);
}

START_TEST(takes_records)
{
    static const char *const good[] = {
        "authority.example; accounturi=" HASHED,
        "authority.example;accounturi=" HASHED_FOR_ALL,
        " \tca.example.net \t;  accounturi = " HASHED " ",
        "AUTHORITY.example;accounturi=" HASHED ";later=unknown",
        "authority.example;accounturi=" HASHED ";policy=other",
    };
    int64_t until = 1;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *why = judge(good[i], 0, 0, &until);
        ck_assert_msg(why == NULL, "%s: %s", good[i], why);
        ck_assert_int_eq(until, 0);
    }
    const char *wild = "authority.example;policy=WildCard;accounturi=" HASHED;
    ck_assert_ptr_null(judge(wild, 1, 0, &until));
    const char *limited = "authority.example;persistUntil=1767225600;accounturi=" HASHED;
    ck_assert_ptr_null(judge(limited, 0, INT64_C(1767225599999), &until));
    ck_assert_int_eq(until, INT64_C(1767225600000));
}
END_TEST

START_TEST(refuses_records)
{
    static const char *const bad[] = {
        "",
        ";",
        "authority.example",
        "; accounturi=" HASHED,
        "other.example; accounturi=" HASHED,
        "authority.example; accounturi=" ACCOUNT,
        "authority.example; accounturi=" HASHED "x",
        "authority.example; accounturi=" HASHED ";",
        "authority.example; accounturi=" HASHED " " HASHED,
        "authority.example; accounturi=" HASHED ";accounturi=" HASHED,
        "authority.example; accounturi=" HASHED ";policy=a;policy=wildcard",
        "authority.example; accounturi=" HASHED ";persistUntil=",
        "authority.example; accounturi=" HASHED ";persistUntil=-1",
        "authority.example; accounturi=" HASHED ";persistUntil=1e9",
        "authority.example; accounturi=" HASHED ";persistUntil=99999999999999999999",
        "authority.example; accounturi=" HASHED ";persistUntil=1767225600",
        "authority.example, accounturi=" HASHED,
        "authority..example; accounturi=" HASHED,
        "authority.example; =" HASHED ";accounturi=" HASHED,
    };
    int64_t until = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(judge(bad[i], 0, INT64_C(1767225600000), &until) != NULL, "%s", bad[i]);
    }
    ck_assert_ptr_nonnull(judge("authority.example; accounturi=" HASHED, 1, 0, &until));
    ck_assert_ptr_nonnull(judge("authority.example; policy=wild;accounturi=" HASHED, 1, 0, &until));
}
END_TEST

START_TEST(parses_values)
{
    acme_issue_value_t value;
    signet_text_t found = {NULL, 0};
    ck_assert_int_eq(acme_issue_value_parse(SIGNET_TEXT("ca.example; a-1=b; C=;a-1=%!~:"), &value),
                     0);
    ck_assert(signet_text_is(value.issuer, "ca.example"));
    ck_assert_uint_eq(value.count, 3);
    ck_assert_uint_eq(acme_issue_value_find(&value, "A-1", &found), 2);
    ck_assert(signet_text_is(found, "%!~:"));
    ck_assert_uint_eq(acme_issue_value_find(&value, "c", &found), 1);
    ck_assert_uint_eq(found.length, 0);
    ck_assert_uint_eq(acme_issue_value_find(&value, "d", &found), 0);
    ck_assert_int_eq(acme_issue_value_parse(SIGNET_TEXT(" ;"), &value), 0);
    ck_assert_uint_eq(value.issuer.length, 0);
    static const char *const bad[] = {"-a.example", "a-.example", "a.-b",     "a.example b",
                                      "a;b",        "a;b=c d",    "a;-b=c",   "a;b-=c",
                                      "a;b=c;;d=e", "a.",         "a;b=\x7f", ".a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(acme_issue_value_parse(signet_text(bad[i]), &value) != 0, "%s", bad[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("acme-dns-vectors");
    TCase *cases = tcase_create("all");
    tcase_add_checked_fixture(cases, begin, end);
    tcase_add_test(cases, labels_accounts);
    tcase_add_test(cases, hashes_accounts);
    tcase_add_test(cases, takes_records);
    tcase_add_test(cases, refuses_records);
    tcase_add_test(cases, parses_values);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
