/* Searching the inventory. */
#include "world.h"

#include <string.h>

static const signet_certificate_page_t *query(const signet_certificate_query_t *query)
{
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_page_t *page = NULL;
    expect_ok(inventory->query(instance, call, query, &page));
    return page;
}

/* Whether a search finds exactly this one. */
static int finds(const signet_certificate_query_t *wanted, const signet_certificate_t *certificate)
{
    const signet_certificate_page_t *page = query(wanted);
    return page->count == 1 && page->cursor.length == 0 &&
           signet_bytes_equal(page->certificates[0]->der, certificate->der);
}

START_TEST(by_serial_fingerprint_name_and_requester)
{
    world_issued("device", world_csr(NULL, "/CN=other", "DNS:other.example"));
    signet_call_t *officer = call;
    call = signet_check_call(check, "token:requester", "requester");
    const signet_certificate_t *certificate =
        world_issued("sensor", world_csr(NULL, "/CN=Sensor 9", "DNS:nine.example,URI:urn:s:9"));
    signet_call_t *requester = call;
    call = officer;
    signet_certificate_query_t wanted = {.size = sizeof wanted, .limit = 10};
    wanted.serial = certificate->serial;
    ck_assert(finds(&wanted, certificate));
    wanted.serial = (signet_bytes_t){NULL, 0};
    wanted.fingerprint = certificate->fingerprint;
    ck_assert(finds(&wanted, certificate));
    wanted.fingerprint = (signet_bytes_t){NULL, 0};
    static const char *const names[] = {"nine.example", "dns:nine.example", "urn:s:9",
                                        "uri:urn:s:9",  "cn:Sensor 9",      "Sensor 9"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        wanted.name = signet_text(names[i]);
        ck_assert_msg(finds(&wanted, certificate), "%s", names[i]);
    }
    wanted.name = SIGNET_TEXT("cn:nine.example");
    ck_assert_uint_eq(query(&wanted)->count, 0);
    wanted.name = (signet_text_t){NULL, 0};
    wanted.requester = SIGNET_TEXT("token:requester");
    ck_assert(finds(&wanted, certificate));
    wanted.requester = (signet_text_t){NULL, 0};
    /* A requester sees its own, whatever it asks for. */
    call = requester;
    ck_assert(finds(&wanted, certificate));
    wanted.requester = SIGNET_TEXT("token:officer");
    ck_assert_uint_eq(query(&wanted)->count, 0);
    signet_check_call_end(requester);
    call = signet_check_call(check, "", "");
    wanted.requester = (signet_text_t){NULL, 0};
    ck_assert_uint_eq(query(&wanted)->count, 0);
    signet_check_call_end(call);
    call = officer;
}
END_TEST

START_TEST(by_state_profile_and_authority)
{
    const signet_certificate_t *revoked =
        world_issued("user", world_csr(NULL, "/CN=r", "email:r@b.example"));
    const signet_certificate_t *held =
        world_issued("user", world_csr(NULL, "/CN=h", "email:h@b.example"));
    const signet_certificate_t *valid =
        world_issued("user", world_csr(NULL, "/CN=v", "email:v@b.example"));
    expect_ok(world_revoke(revoked, SIGNET_REASON_SUPERSEDED));
    expect_ok(world_revoke(held, SIGNET_REASON_CERTIFICATE_HOLD));
    signet_certificate_query_t wanted = {
        .size = sizeof wanted, .limit = 10, .profile = SIGNET_TEXT("user")};
    ck_assert_uint_eq(query(&wanted)->count, 3);
    wanted.state = SIGNET_TEXT("revoked");
    ck_assert(finds(&wanted, revoked));
    wanted.state = SIGNET_TEXT("held");
    ck_assert(finds(&wanted, held));
    wanted.state = SIGNET_TEXT("valid");
    ck_assert(finds(&wanted, valid));
    wanted.authority = SIGNET_TEXT("user");
    ck_assert(finds(&wanted, valid));
    wanted.authority = SIGNET_TEXT("use");
    ck_assert_uint_eq(query(&wanted)->count, 0);
    wanted.state = SIGNET_TEXT("abandoned");
    wanted.authority = (signet_text_t){NULL, 0};
    ck_assert_uint_eq(query(&wanted)->count, 0);
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    const signet_certificate_page_t *page = NULL;
    wanted.state = SIGNET_TEXT("lost");
    expect_error(inventory->query(instance, call, &wanted, &page), SIGNET_INVALID,
                 "inventory.state");
    wanted.state = (signet_text_t){NULL, 0};
    wanted.limit = 0;
    expect_error(inventory->query(instance, call, &wanted, &page), SIGNET_INVALID,
                 "inventory.limit");
}
END_TEST

#define PAGES_COUNT 7
#define HOUR INT64_C(3600000)

START_TEST(by_expiry_in_pages_and_both_directions)
{
    int64_t now = signet_now();
    for (int i = 0; i < PAGES_COUNT; i++) {
        const signet_certificate_t *certificate = NULL;
        signet_issue_request_t request = {.size = sizeof request,
                                          .profile = SIGNET_TEXT("tls-server"),
                                          .csr = world_csr(NULL, "", "DNS:page.example"),
                                          .not_after = now + (i * 3 % PAGES_COUNT + 1) * HOUR};
        expect_ok(world_ask(&request, &certificate));
    }
    for (uint32_t descending = 0; descending <= 1; descending++) {
        signet_certificate_query_t wanted = {.size = sizeof wanted,
                                             .descending = descending,
                                             .limit = 3,
                                             .expires_from = now + 2 * HOUR - 1000,
                                             .expires_before = now + PAGES_COUNT * HOUR - 1000};
        uint64_t seen = 0;
        int64_t last = 0;
        do {
            const signet_certificate_page_t *page = query(&wanted);
            ck_assert_uint_le(page->count, 3);
            for (uint64_t i = 0; i < page->count; i++, seen++) {
                int64_t time = page->certificates[i]->not_after;
                ck_assert(last == 0 || (descending ? time < last : time > last));
                last = time;
            }
            wanted.cursor = page->cursor;
        } while (wanted.cursor.length > 0);
        ck_assert_uint_eq(seen, PAGES_COUNT - 2);
    }
}
END_TEST

START_TEST(authorities_and_profiles_are_listed)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_authority_t *const *authorities = NULL;
    const signet_profile_t *const *profiles = NULL;
    const signet_bytes_t *chain = NULL;
    uint64_t count = 0;
    expect_ok(ca->authorities(instance, call, &authorities, &count));
    ck_assert_uint_eq(count, 8);
    ck_assert(signet_text_is(authorities[0]->state, SIGNET_AUTHORITY_ACTIVE));
    ck_assert(signet_text_is(authorities[0]->subject, "CN=Test Root,O=Example,C=DE"));
    ck_assert(signet_text_is(authorities[2]->parent, "policy"));
    expect_ok(ca->profiles(instance, call, &profiles, &count));
    ck_assert_uint_eq(count, 9);
    ck_assert_uint_gt(profiles[0]->document.length, 0);
    ck_assert_int_eq(profiles[0]->validity_ms, 90 * 24 * HOUR);
    expect_ok(ca->chain(instance, call, SIGNET_TEXT("tls"), &chain, &count));
    ck_assert_uint_eq(count, 3);
    expect_error(ca->chain(instance, call, SIGNET_TEXT("moon"), &chain, &count), SIGNET_NOT_FOUND,
                 "authority.not-found");
    signet_call_t *officer = call;
    call = signet_check_call(check, "token:r", "requester@device");
    expect_ok(ca->profiles(instance, call, &profiles, &count));
    ck_assert_uint_eq(count, 1);
    ck_assert(signet_text_is(profiles[0]->name, "device"));
    signet_check_call_end(call);
    call = officer;
}
END_TEST

/* As "device", for requesters whose role names no names. */
static const char profiles[] =
    ", { name = \"sensor\"; extends = \"device\"; names_from_role = false;"
    " overrides = ( { finding = \"client-subject\"; reason = \"a test\"; } ); }";

int main(void)
{
    const TTest *const tests[] = {
        by_serial_fingerprint_name_and_requester,
        by_state_profile_and_authority,
        by_expiry_in_pages_and_both_directions,
        authorities_and_profiles_are_listed,
    };
    return world_run("ca-inventory", profiles, tests, sizeof tests / sizeof tests[0]);
}
