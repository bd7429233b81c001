/* The other routes of protocol-rest: finding, reading and revoking, authorities, profiles, journal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ca.h"
#include "fake_journal.h"
#include "world.h"

#define PEM_LEAF "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"
#define PEM_ISSUER "-----BEGIN CERTIFICATE-----\nMAMCAQY=\n-----END CERTIFICATE-----\n"
#define PEM_ROOT "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n"

static void bad(const char *target, const char *reason, const char *field)
{
    ck_assert_uint_eq(world_get(target), 400);
    assert_text(world_reason(), reason);
    assert_text(world_text("field"), field);
}

START_TEST(finds_by_everything)
{
    ck_assert_uint_eq(
        world_get("/v1/certificates?serial=01:02:03&name=dns%3Awww.example&profile=p&authority="
                  "device&state=revoked&requester=token%3Aalice&expires_after=2026-01-01T00:00:00Z"
                  "&expires_before=2026-02-01T00:00:00Z&order=desc&limit=7&fingerprint="
                  "FEED000000000000000000000000000000000000000000000000000000000000"),
        200);
    const signet_certificate_query_t *query = &fake_ca.query;
    ck_assert_uint_eq(query->serial.length, 3);
    ck_assert_str_eq(fake_ca.query_name, "dns:www.example");
    ck_assert_uint_eq(query->profile.length, 1);
    ck_assert_uint_eq(query->authority.length, 6);
    ck_assert_uint_eq(query->state.length, 7);
    ck_assert_uint_eq(query->requester.length, 11);
    ck_assert_int_eq(query->expires_from, INT64_C(1767225600000));
    ck_assert_int_eq(query->expires_before, INT64_C(1769904000000));
    ck_assert_uint_eq(query->descending, 1);
    ck_assert_uint_eq(query->limit, 7);
    ck_assert_uint_eq(query->fingerprint.length, 32);
}
END_TEST

START_TEST(lists_without_pem)
{
    ck_assert_uint_eq(world_get("/v1/certificates"), 200);
    ck_assert_uint_eq(fake_ca.query.limit, 50);
    ck_assert_int_eq(fake_ca.query.expires_from, 0);
    const signet_json_t *json = world_json();
    const signet_json_t *all = signet_json_get(json, "certificates");
    ck_assert_uint_eq(all->count, FAKE_CERTIFICATES);
    ck_assert_ptr_null(signet_json_get(json, "next"));
    ck_assert_ptr_null(signet_json_get(&all->items[0], "certificate"));
    assert_text(signet_json_get(&all->items[1], "reason")->text, "keyCompromise");
    assert_text(signet_json_get(&all->items[1], "revoked_at")->text, "2023-11-14T22:15:00Z");
    assert_text(signet_json_get(&all->items[2], "reason")->text, "certificateHold");
    assert_text(signet_json_get(&all->items[3], "state")->text, "abandoned");
    ck_assert_ptr_null(signet_json_get(&all->items[3], "fingerprint"));
}
END_TEST

/* A window given as a duration would move between pages: the cursor keeps the first one's. */
START_TEST(keeps_the_window_from_page_to_page)
{
    ck_assert_uint_eq(world_get("/v1/certificates?limit=4&expires_after=-1h&expires_before=30d"),
                      200);
    int64_t from = fake_ca.query.expires_from;
    int64_t before = fake_ca.query.expires_before;
    ck_assert_int_eq(before - from, INT64_C(30) * 86400000 + 3600000);
    char target[256];
    signet_text_t next = world_text("next");
    (void)snprintf(target, sizeof target,
                   "/v1/certificates?limit=4&expires_after=-2h&expires_before=60d&cursor=%.*s",
                   SIGNET_FORMAT(next));
    ck_assert_uint_eq(world_get(target), 200);
    ck_assert_int_eq(fake_ca.query.expires_from, from);
    ck_assert_int_eq(fake_ca.query.expires_before, before);
    ck_assert_str_eq(fake_ca.query_cursor, "p.4");
    const signet_json_t *json = world_json();
    ck_assert_uint_eq(signet_json_get(json, "certificates")->count, 2);
    ck_assert_ptr_null(signet_json_get(json, "next"));
}
END_TEST

START_TEST(refuses_bad_parameters)
{
    bad("/v1/certificates?offset=5", "request.parameter-unknown", "query");
    bad("/v1/certificates?limit=1&limit=2", "request.parameter-repeated", "query");
    static const char *const limits[] = {"0", "1001", "-1", "1.5", "ten", "99999999999999999999999",
                                         "+5"};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char target[128];
        (void)snprintf(target, sizeof target, "/v1/certificates?limit=%s", limits[i]);
        bad(target, "request.parameter-invalid", "limit");
    }
    bad("/v1/certificates?order=up", "request.parameter-invalid", "order");
    bad("/v1/certificates?expires_before=soon", "request.parameter-invalid", "expires_before");
    bad("/v1/certificates?expires_after=--1h", "request.parameter-invalid", "expires_after");
    bad("/v1/certificates?expires_after=-", "request.parameter-invalid", "expires_after");
    bad("/v1/certificates?serial=xyz", "request.serial-invalid", "serial");
    bad("/v1/certificates?serial=123", "request.serial-invalid", "serial");
    bad("/v1/certificates?fingerprint=feed", "request.parameter-invalid", "fingerprint");
    bad("/v1/certificates?cursor=x", "request.cursor-invalid", "cursor");
    bad("/v1/certificates?cursor=1.2.", "request.cursor-invalid", "cursor");
    bad("/v1/certificates?cursor=1.9999999999999999999.p", "request.cursor-invalid", "cursor");
}
END_TEST

START_TEST(reads_one_in_every_form)
{
    static const char *const serials[] = {"010203", "01:02:03", "00010203"};
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        char target[128];
        (void)snprintf(target, sizeof target, "/v1/certificates/device/%s", serials[i]);
        ck_assert_uint_eq(world_get(target), 200);
        assert_text(world_text("serial"), "010203");
        assert_text(world_text("certificate"), PEM_LEAF);
        assert_text(signet_json_get(signet_json_get(world_json(), "asked"), "profile")->text, "x");
    }
    ck_assert_uint_eq(world_get("/v1/certificates/device/010203?format=pem"), 200);
    assert_text(world_header("content-type"), "application/pem-certificate-chain");
    assert_text(world_body(), PEM_LEAF);
    ck_assert_uint_eq(world_get("/v1/certificates/device/010203?format=chain"), 200);
    assert_text(world_body(), PEM_LEAF PEM_ISSUER PEM_ROOT);
    ck_assert_uint_eq(world_get("/v1/certificates/device/010203?format=der"), 200);
    assert_text(world_header("content-type"), "application/pkix-cert");
    ck_assert_uint_eq(world_ask("a", "officer", "GET", "/v1/certificates/device/010203?format=json",
                                "Accept: application/pkix-cert\n", NULL),
                      200);
    assert_text(world_header("content-type"), "application/json");
    bad("/v1/certificates/device/010203?format=p12", "request.parameter-invalid", "format");
}
END_TEST

START_TEST(shows_abandoned_intents)
{
    ck_assert_uint_eq(world_get("/v1/certificates/device/010206"), 200);
    assert_text(world_text("state"), "abandoned");
    ck_assert_ptr_null(signet_json_get(world_json(), "certificate"));
    ck_assert_ptr_null(signet_json_get(world_json(), "chain"));
    ck_assert_uint_eq(world_get("/v1/certificates/device/010206?format=pem"), 404);
    assert_text(world_reason(), "certificate.abandoned");
    ck_assert_uint_eq(world_get("/v1/certificates/device/010206?format=der"), 404);
}
END_TEST

START_TEST(does_not_find)
{
    ck_assert_uint_eq(world_get("/v1/certificates/device/0102ff"), 404);
    ck_assert_uint_eq(world_get("/v1/certificates/other/010203"), 404);
    bad("/v1/certificates/device/nothex", "request.serial-invalid", "serial");
    bad("/v1/certificates/device/000102030405060708090a0b0c0d0e0f101112131415161718",
        "request.serial-invalid", "serial");
}
END_TEST

START_TEST(revokes)
{
    ck_assert_uint_eq(
        world_post("/v1/certificates/device/010204/revoke",
                   "{\"reason\":\"keyCompromise\",\"invalid_since\":\"2026-01-01T00:00:00Z\","
                   "\"comment\":\"stolen\"}"),
        200);
    ck_assert_int_eq(fake_ca.reason, 1);
    ck_assert_int_eq(fake_ca.invalid_since, INT64_C(1767225600000));
    ck_assert_str_eq(fake_ca.comment, "stolen");
    assert_text(world_text("state"), "revoked");
    ck_assert_ptr_null(signet_json_get(world_json(), "certificate"));

    static const struct {
        const char *body;
        int32_t reason;
    } cases[] = {{"", 0},
                 {"{}", 0},
                 {"{\"reason\":\"unspecified\"}", 0},
                 {"{\"reason\":\"KEYCOMPROMISE\"}", 1},
                 {"{\"reason\":2}", 2},
                 {"{\"reason\":\"affiliationChanged\"}", 3},
                 {"{\"reason\":\"superseded\"}", 4},
                 {"{\"reason\":\"cessationOfOperation\"}", 5},
                 {"{\"reason\":\"certificateHold\"}", 6},
                 {"{\"reason\":7}", 7},
                 {"{\"reason\":\"removeFromCRL\"}", 8},
                 {"{\"reason\":\"privilegeWithdrawn\"}", 9},
                 {"{\"reason\":\"aACompromise\"}", 10}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_ca.reason = -1;
        ck_assert_uint_eq(world_post("/v1/certificates/device/010204/revoke", cases[i].body), 200);
        ck_assert_int_eq(fake_ca.reason, cases[i].reason);
    }
}
END_TEST

START_TEST(refuses_bad_revocations)
{
    static const char *const bodies[] = {
        "{\"reason\":\"lost\"}", "{\"reason\":11}",
        "{\"reason\":-1}",       "{\"reason\":4294967297}",
        "{\"reason\":1.5}",      "{\"reason\":null}",
        "{\"reason\":\"\"}",     "{\"invalid_since\":\"yesterday\"}",
        "{\"comment\":5}",       "{\"force\":true}"};
    fake_ca.reason = -1;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        ck_assert_uint_eq(world_post("/v1/certificates/device/010204/revoke", bodies[i]), 400);
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/revoke?reason=1", "{}"), 400);
    ck_assert_uint_eq(world_post("/v1/certificates/device/zz/revoke", "{}"), 400);
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/hold", "{\"reason\":1}"), 400);
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/release", "{\"comment\":\"\"}"),
                      400);
    ck_assert_int_eq(fake_ca.reason, -1);
    fake_ca.failure = SIGNET_CONFLICT;
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/revoke", "{}"), 409);
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/release", "{}"), 409);
}
END_TEST

/* What a page of another origin could make a browser send changes nothing. */
START_TEST(renews)
{
    static const char *const place = "/v1/certificates/device/010204/renew";
    ck_assert_uint_eq(world_ask("token:a", "requester", "POST", place, "Idempotency-Key: k\n",
                                "{\"csr\":\"MAMCAQU=\",\"validity\":\"1h\"}"),
                      201);
    ck_assert_str_eq(fake_ca.request_id, "rest/token:a/k");
    ck_assert_uint_eq(fake_ca.csr_length, 5);
    ck_assert_int_eq(fake_ca.validity_ms, 3600000);
    ck_assert_uint_eq(world_post(place, NULL), 201);
    ck_assert_uint_eq(fake_ca.csr_length, 0);
    ck_assert_uint_eq(world_post(place, "{\"validity\":\"soon\"}"), 400);
    ck_assert_uint_eq(world_post("/v1/certificates/device/ffff/renew", NULL), 404);
    ck_assert_uint_eq(world_post("/v1/certificates/device/010204/renewal",
                                 "{\"from\":\"1970-01-01T00:00:01Z\",\"before\":"
                                 "\"1970-01-01T00:00:02Z\"}"),
                      200);
    ck_assert_int_eq(fake_ca.not_before, 1000);
    ck_assert_int_eq(fake_ca.not_after, 2000);
}
END_TEST

START_TEST(revokes_many)
{
    ck_assert_uint_eq(world_post("/v1/revocations", "{\"select\":{\"name\":\"dns:x\"}}"), 200);
    assert_text(world_text("state"), "preview");
    assert_text(world_header("location"), "");
    ck_assert_uint_eq(world_post("/v1/revocations", "{\"select\":{\"name\":\"dns:x\"},\"reason\":4,"
                                                    "\"expected\":\"01\"}"),
                      400);
    ck_assert_uint_eq(
        world_post(
            "/v1/revocations",
            "{\"select\":{\"expires_before\":\"2027-01-01T00:00:00Z\"},\"reason\":4,\"expected\":"
            "\"0100000000000000000000000000000000000000000000000000000000000000\"}"),
        202);
    ck_assert_int_eq(fake_ca.reason, 4);
    ck_assert_int_eq(fake_ca.query.expires_before, INT64_C(1798761600000));
    assert_text(world_header("location"), "/v1/revocations/0a0b");
    ck_assert_uint_eq(world_get("/v1/revocations/0a0b"), 200);
    assert_text(world_text("state"), "done");
    ck_assert_uint_eq(world_get("/v1/revocations/0a0c"), 404);
}
END_TEST

START_TEST(refuses_forms_of_other_origins)
{
    static const char *const headers[] = {
        "Origin: https://evil.example\n",
        "Origin: null\nContent-Type: application/x-www-form-urlencoded\n"};
    fake_ca.reason = -1;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        ck_assert_uint_eq(world_ask("t", "officer", "POST", "/v1/certificates/device/010204/revoke",
                                    headers[i], NULL),
                          400);
        assert_text(world_reason(), "request.media-type");
    }
    ck_assert_int_eq(fake_ca.reason, -1);
    ck_assert_uint_eq(
        world_ask("t", "officer", "POST", "/v1/certificates/device/010204/revoke", NULL, NULL),
        200);
}
END_TEST

START_TEST(holds_and_releases)
{
    ck_assert_uint_eq(world_post("/v1/certificates/device/010205/hold", "{\"comment\":\"lost?\"}"),
                      200);
    ck_assert_int_eq(fake_ca.reason, 6);
    ck_assert_str_eq(fake_ca.comment, "lost?");
    assert_text(world_text("state"), "held");
    ck_assert_uint_eq(world_post("/v1/certificates/device/010203/release", ""), 200);
    assert_text(world_text("state"), "valid");
    ck_assert_uint_eq(world_post("/v1/certificates/device/0102ff/release", "{}"), 404);
}
END_TEST

START_TEST(shows_authorities)
{
    ck_assert_uint_eq(world_get("/v1/authorities"), 200);
    const signet_json_t *all = signet_json_get(world_json(), "authorities");
    ck_assert_uint_eq(all->count, 2);
    assert_text(signet_json_get(&all->items[0], "parent")->text, "root");
    ck_assert_ptr_null(signet_json_get(&all->items[0], "certificate"));
    ck_assert_ptr_null(signet_json_get(&all->items[1], "not_after"));
    ck_assert_uint_eq(world_get("/v1/authorities/device"), 200);
    assert_text(world_text("key_type"), "EC-P256");
    assert_text(world_text("certificate"), PEM_ISSUER);
    ck_assert_uint_eq(world_get("/v1/authorities/next"), 200);
    ck_assert_ptr_null(signet_json_get(world_json(), "certificate"));
    ck_assert_uint_eq(world_get("/v1/authorities/other"), 404);
    assert_text(world_reason(), "authority.not-found");
    ck_assert_uint_eq(world_get("/v1/authorities/device/chain"), 200);
    assert_text(world_header("content-type"), "application/pem-certificate-chain");
    assert_text(world_body(), PEM_ISSUER PEM_ROOT);
    ck_assert_uint_eq(world_get("/v1/authorities/next/chain"), 404);
    /* The other way up, where a foreign root is asked for. */
    ck_assert_uint_eq(world_get("/v1/authorities/device/chain?root=CN%3DRoot"), 200);
    assert_text(world_body(), PEM_ISSUER PEM_ROOT);
    ck_assert_uint_eq(world_get("/v1/authorities/device/chain?root=CN%3DOther%20Root"), 200);
    ck_assert(!signet_text_is(world_body(), PEM_ISSUER PEM_ROOT));
    ck_assert_uint_eq(world_get("/v1/authorities/device/chain?root=CN%3DNobody"), 404);
    assert_text(world_reason(), "authority.root-not-found");
    ck_assert_uint_eq(world_get("/v1/authorities/device/chain?x=1"), 400);
    ck_assert_uint_eq(world_get("/v1/authorities?x=1"), 400);
}
END_TEST

START_TEST(shows_profiles)
{
    ck_assert_uint_eq(world_get("/v1/profiles"), 200);
    const signet_json_t *all = signet_json_get(world_json(), "profiles");
    ck_assert_uint_eq(all->count, 1);
    ck_assert_int_eq(signet_json_get(&all->items[0], "validity_seconds")->integer, 7776000);
    ck_assert_ptr_null(signet_json_get(&all->items[0], "document"));
    ck_assert_uint_eq(world_get("/v1/profiles/tls-server"), 200);
    ck_assert_int_eq(signet_json_get(world_json(), "document")->kind, SIGNET_JSON_OBJECT);
    ck_assert_uint_eq(world_get("/v1/profiles/none"), 404);
    assert_text(world_reason(), "profile.not-found");
}
END_TEST

START_TEST(shows_the_journal)
{
    static const char *const target = "/v1/journal?event=certificate.issued&from=-1h&to=1h&order="
                                      "desc&limit=1&object=o&actor=a&cursor=c";
    ck_assert_uint_eq(world_ask("t", "auditor", "GET", target, NULL, NULL), 200);
    ck_assert_str_eq(fake_journal.query_event, "certificate.issued");
    ck_assert_int_eq(fake_journal.query.to - fake_journal.query.from, 7200000);
    ck_assert_uint_eq(fake_journal.query.descending, 1);
    ck_assert_uint_eq(fake_journal.query.limit, 1);
    ck_assert_uint_eq(fake_journal.query.cursor.length, 1);
    assert_text(world_text("next"), "more");
    const signet_json_t *entries = signet_json_get(world_json(), "entries");
    ck_assert_uint_eq(entries->count, 1);
    assert_text(signet_json_get(&entries->items[0], "time")->text, "2023-11-14T22:13:20.123Z");
    ck_assert_int_eq(signet_json_get(&entries->items[0], "sealed")->integer, 1);
    ck_assert_int_eq(signet_json_get(&entries->items[0], "entry")->kind, SIGNET_JSON_OBJECT);

    ck_assert_uint_eq(world_ask("t", "auditor", "GET", "/v1/journal?x=1", NULL, NULL), 400);
    ck_assert_uint_eq(world_ask("t", "officer", "GET", "/v1/journal", NULL, NULL), 403);
    assert_text(world_reason(), "journal.denied");
}
END_TEST

START_TEST(tells_who_asks)
{
    ck_assert_uint_eq(
        world_ask("token:abc", "officer,requester@tls-server", "GET", "/v1/self", NULL, NULL), 200);
    assert_text(world_text("actor"), "token:abc");
    const signet_json_t *grants = signet_json_get(world_json(), "grants");
    ck_assert_uint_eq(grants->count, 2);
    assert_text(signet_json_get(&grants->items[0], "role")->text, "officer");
    ck_assert_ptr_null(signet_json_get(&grants->items[0], "profile"));
    assert_text(signet_json_get(&grants->items[1], "profile")->text, "tls-server");
}
END_TEST

START_TEST(serves_one_document)
{
    ck_assert_uint_eq(world_get("/v1/openapi.json"), 200);
    assert_text(world_text("openapi"), "3.1.0");
    const signet_json_t *paths = signet_json_get(world_json(), "paths");
    ck_assert_uint_eq(paths->count, 40);
    const signet_json_t *certificates = signet_json_get(paths, "/v1/certificates");
    ck_assert_ptr_nonnull(signet_json_get(certificates, "get"));
    ck_assert_ptr_nonnull(signet_json_get(certificates, "post"));
    ck_assert_ptr_nonnull(signet_json_get(signet_json_get(paths, "/v1/tokens/{id}"), "delete"));
    signet_text_t first = world_body();
    char *copy = strndup(first.data, first.length);
    ck_assert_uint_eq(world_get("/v1/openapi.json"), 200);
    assert_text(world_body(), copy);
    free(copy);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {finds_by_everything,
                                  lists_without_pem,
                                  keeps_the_window_from_page_to_page,
                                  refuses_bad_parameters,
                                  reads_one_in_every_form,
                                  shows_abandoned_intents,
                                  does_not_find,
                                  revokes,
                                  refuses_bad_revocations,
                                  renews,
                                  revokes_many,
                                  refuses_forms_of_other_origins,
                                  holds_and_releases,
                                  shows_authorities,
                                  shows_profiles,
                                  shows_the_journal,
                                  tells_who_asks,
                                  serves_one_document};
    return world_run("read", tests, sizeof tests / sizeof tests[0]);
}
