/* POST /v1/certificates: what is read, what is refused, what is answered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ca.h"
#include "world.h"

#define TARGET "/v1/certificates"
/* "MAMCAQU=" is the DER of an INTEGER in a SEQUENCE: the fake CA looks at no request. */
#define CSR "\"csr\":\"MAMCAQU=\""
#define BODY "{\"profile\":\"tls-server\"," CSR "}"
#define PEM_LEAF "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"
#define PEM_ISSUER "-----BEGIN CERTIFICATE-----\nMAMCAQY=\n-----END CERTIFICATE-----\n"
#define PEM_ROOT "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n"
#define PEM_RENEWED "-----BEGIN CERTIFICATE-----\nMAMCAQg=\n-----END CERTIFICATE-----\n"

static uint32_t post(const char *headers, const char *body)
{
    return world_ask("token:bob", "requester", "POST", TARGET, headers, body);
}

/* The body is refused with 400 or 413, and the CA never hears of it. */
static void refused(const char *body, uint32_t status, const char *reason)
{
    int before = fake_ca.issued;
    ck_assert_uint_eq(post(NULL, body), status);
    if (reason != NULL)
        assert_text(world_reason(), reason);
    ck_assert_int_eq(fake_ca.issued, before);
}

START_TEST(answers_the_certificate)
{
    ck_assert_uint_eq(post(NULL, BODY), 201);
    assert_text(world_header("location"), "/v1/certificates/device/010203");
    assert_text(world_header("content-type"), "application/json");
    assert_text(world_header("cache-control"), "no-store");
    assert_text(world_text("authority"), "device");
    assert_text(world_text("serial"), "010203");
    assert_text(world_text("subject"), "CN=\"<b>\" \xc3\xa9");
    assert_text(world_text("profile"), "tls-server");
    assert_text(world_text("not_before"), "2023-11-14T22:13:20Z");
    assert_text(world_text("issued_at"), "2023-11-14T22:13:20.123Z");
    assert_text(world_text("state"), "valid");
    assert_text(world_text("requester"), "token:alice");
    assert_text(world_text("certificate"), PEM_LEAF);
    const signet_json_t *json = world_json();
    ck_assert_int_eq(signet_json_get(json, "profile_version")->integer, 3);
    const signet_json_t *chain = signet_json_get(json, "chain");
    ck_assert_uint_eq(chain->count, 2);
    assert_text(chain->items[0].text, PEM_ISSUER);
    assert_text(chain->items[1].text, PEM_ROOT);
    const signet_json_t *names = signet_json_get(json, "names");
    assert_text(names->items[0].text, "dns:www.example");
    ck_assert_ptr_null(signet_json_get(json, "reason"));
    ck_assert_ptr_null(signet_json_get(json, "revoked_at"));
    ck_assert_ptr_null(signet_json_get(json, "asked"));
}
END_TEST

START_TEST(hands_everything_to_the_ca)
{
    ck_assert_uint_eq(post(NULL, "{\"profile\":\"p\",\"authority\":\"a\",\"csr\":\"MAMCAQU=\","
                                 "\"names\":[{\"type\":\"dns\",\"value\":\"x.example\"},"
                                 "{\"value\":\"192.0.2.7\",\"type\":\"ip\"}],"
                                 "\"not_before\":\"2026-01-01T00:00:00Z\","
                                 "\"not_after\":\"2026-02-01T01:00:00+01:00\"}"),
                      201);
    ck_assert_str_eq(fake_ca.profile, "p");
    ck_assert_str_eq(fake_ca.authority, "a");
    ck_assert_str_eq(fake_ca.names, "dns=x.example;ip=192.0.2.7;");
    ck_assert_int_eq(fake_ca.not_before, INT64_C(1767225600000));
    ck_assert_int_eq(fake_ca.not_after, INT64_C(1769904000000));
    ck_assert_int_eq(fake_ca.validity_ms, 0);
    ck_assert_uint_eq(fake_ca.csr_length, 5);
    ck_assert_str_eq(fake_ca.request_id, "");
}
END_TEST

START_TEST(hands_fields_to_the_ca)
{
    ck_assert_uint_eq(
        post(NULL, "{\"profile\":\"p\"," CSR ",\"fields\":{\"owner\":\"web\",\"tag.a\":\"b\"}}"),
        201);
    ck_assert_str_eq(fake_ca.fields, "owner=web;tag.a=b;");
    refused("{\"profile\":\"p\"," CSR ",\"fields\":[]}", 400, "request.body-invalid");
    refused("{\"profile\":\"p\"," CSR ",\"fields\":{\"owner\":1}}", 400, "request.body-invalid");
}
END_TEST

START_TEST(says_what_would_be_issued)
{
    fake_ca.issued = 0;
    ck_assert_uint_eq(
        world_ask("token:alice", "requester", "POST", "/v1/profiles/p/try", NULL, "{" CSR "}"),
        200);
    assert_text(world_text("profile"), "p");
    assert_text(world_text("text"), "Certificate:\n");
    fake_ca.failure = SIGNET_INVALID;
    ck_assert_uint_eq(
        world_ask("token:alice", "requester", "POST", "/v1/profiles/p/try", NULL, "{" CSR "}"),
        400);
    fake_ca.failure = 0;
    ck_assert_uint_eq(world_ask("token:alice", "requester", "POST", "/v1/profiles/p/try", NULL,
                                "{\"profile\":\"q\"," CSR "}"),
                      400);
    ck_assert_int_eq(fake_ca.issued, 0);
}
END_TEST

/* A duration stays one, so that a repeated request is the same request. */
START_TEST(keeps_a_validity_as_duration)
{
    ck_assert_uint_eq(post(NULL, "{\"profile\":\"p\"," CSR ",\"validity\":\"24h\"}"), 201);
    ck_assert_int_eq(fake_ca.validity_ms, 86400000);
    ck_assert_int_eq(fake_ca.not_after, 0);
    refused("{\"profile\":\"p\"," CSR
            ",\"validity\":\"24h\",\"not_after\":\"2026-01-01T00:00:00Z\"}",
            400, "request.body-invalid");
    refused("{\"profile\":\"p\"," CSR ",\"validity\":\"soon\"}", 400, "request.body-invalid");
    refused("{\"profile\":\"p\"," CSR ",\"validity\":\"0s\"}", 400, "request.body-invalid");
}
END_TEST

START_TEST(takes_every_form_of_a_request)
{
    static const char *const forms[] = {
        "-----BEGIN CERTIFICATE REQUEST-----\\nMAMCAQU=\\n-----END CERTIFICATE REQUEST-----\\n",
        "-----BEGIN NEW CERTIFICATE REQUEST-----\\r\\nMAMCAQU=\\r\\n"
        "-----END NEW CERTIFICATE REQUEST-----\\r\\n",
        "Certificate Request:\\n    Data:\\n"
        "-----BEGIN CERTIFICATE REQUEST-----\\nMAMCAQU=\\n-----END CERTIFICATE REQUEST-----\\n",
        "MAMC\\nAQU=\\n",
    };
    static const uint8_t der[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char body[512];
        (void)snprintf(body, sizeof body, "{\"profile\":\"p\",\"csr\":\"%s\"}", forms[i]);
        fake_ca.csr_length = 0;
        ck_assert_uint_eq(post(NULL, body), 201);
        ck_assert_uint_eq(fake_ca.csr_length, sizeof der);
        ck_assert_mem_eq(fake_ca.csr, der, sizeof der);
    }
}
END_TEST

START_TEST(refuses_what_is_no_request)
{
    refused("{\"profile\":\"p\",\"csr\":\"MAMCAQU\"}", 400, "csr.malformed");
    refused("{\"profile\":\"p\",\"csr\":\"not base64!\"}", 400, "csr.malformed");
    refused("{\"profile\":\"p\",\"csr\":\"-----BEGIN CERTIFICATE-----\\nMAMCAQU=\\n"
            "-----END CERTIFICATE-----\\n\"}",
            400, "csr.malformed");
    refused("{\"profile\":\"p\",\"csr\":\"-----BEGIN CERTIFICATE REQUEST-----\\nMAMCAQU=\\n\"}",
            400, "csr.malformed");
    assert_text(world_text("field"), "csr");
    refused("{\"profile\":\"p\"}", 400, "request.member-missing");
    assert_text(world_text("field"), "csr");
    refused("{" CSR "}", 400, "request.member-missing");
    assert_text(world_text("field"), "profile");
    refused("", 400, "request.member-missing");
}
END_TEST

START_TEST(refuses_what_it_does_not_know)
{
    refused("{\"profile\":\"p\"," CSR ",\"is_ca\":true}", 400, NULL);
    refused("{\"profile\":\"p\"," CSR ",\"names\":{\"type\":\"dns\"}}", 400,
            "request.body-invalid");
    refused("{\"profile\":\"p\"," CSR ",\"names\":[\"dns:x\"]}", 400, "request.body-invalid");
    refused("{\"profile\":\"p\"," CSR ",\"names\":[{\"type\":\"dns\"}]}", 400,
            "request.member-missing");
    refused("{\"profile\":\"p\"," CSR ",\"names\":[{\"type\":\"dns\",\"value\":\"x\",\"y\":1}]}",
            400, NULL);
    refused("{\"profile\":[\"p\"]," CSR "}", 400, NULL);
    refused("{\"profile\":\"p\"," CSR ",\"not_after\":\"tomorrow\"}", 400, "request.time-invalid");
    assert_text(world_text("field"), "not_after");
    refused("[1]", 400, "request.body-invalid");
    ck_assert_uint_eq(world_ask("token:bob", "requester", "POST", TARGET "?dry_run=1", NULL, BODY),
                      400);
    assert_text(world_reason(), "request.parameter-unknown");
    ck_assert_int_eq(fake_ca.issued, 0);
}
END_TEST

/* A form or plain text is what a page of another origin could make a browser send. */
START_TEST(wants_json_to_be_called_json)
{
    signet_call_t *call = signet_check_call(world, "token:bob", "requester");
    signet_bytes_t body = {(const uint8_t *)BODY, sizeof BODY - 1};
    static const char *const types[] = {NULL, "Content-Type: text/plain\n",
                                        "Content-Type: application/x-www-form-urlencoded\n",
                                        "Content-Type: application/jsonx\n"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const signet_response_t *response = NULL;
        ck_assert_int_eq(
            signet_check_request(world, call, "POST", TARGET, types[i], body, &response),
            SIGNET_OK);
        ck_assert_uint_eq(response->status, 400);
    }
    const signet_response_t *response = NULL;
    ck_assert_int_eq(signet_check_request(world, call, "POST", TARGET,
                                          "Content-Type: Application/JSON ; charset=utf-8\n", body,
                                          &response),
                     SIGNET_OK);
    ck_assert_uint_eq(response->status, 201);
    signet_check_call_end(call);
}
END_TEST

START_TEST(answers_in_the_form_that_accept_prefers)
{
    ck_assert_uint_eq(post("Accept: application/pem-certificate-chain\n", BODY), 201);
    assert_text(world_header("content-type"), "application/pem-certificate-chain");
    assert_text(world_header("location"), "/v1/certificates/device/010203");
    assert_text(world_body(), PEM_LEAF PEM_ISSUER PEM_ROOT);

    ck_assert_uint_eq(post("Accept: text/html, application/pkix-cert\n", BODY), 201);
    assert_text(world_header("content-type"), "application/pkix-cert");
    ck_assert_uint_eq(world_response->body.length, 5);

    static const struct {
        const char *accept;
        const char *type;
    } cases[] = {
        {"Accept: */*\n", "application/json"},
        {"Accept: text/html\n", "application/json"},
        {"Accept: application/json;q=0.2, application/pkix-cert;q=0.9\n", "application/pkix-cert"},
        {"Accept: application/json , application/pkix-cert\n", "application/json"},
        {"Accept: application/pkix-cert;q=0, application/json;q=0.001\n", "application/json"},
        {"Accept: application/pem-certificate-chain;q=1.000,*/*;q=0.5\n",
         "application/pem-certificate-chain"},
        {"Accept: application/pkix-cert;q=x, ,;q=,\n", "application/json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_uint_eq(post(cases[i].accept, BODY), 201);
        assert_text(world_header("content-type"), cases[i].type);
    }
}
END_TEST

/* A chain is kept, but never answered once the authority has another. */
START_TEST(never_answers_an_old_chain)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(post("Accept: application/pem-certificate-chain\n", BODY), 201);
        assert_text(world_body(), PEM_LEAF PEM_ISSUER PEM_ROOT);
    }
    fake_ca.renewed = 1;
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(post("Accept: application/pem-certificate-chain\n", BODY), 201);
        assert_text(world_body(), PEM_LEAF PEM_RENEWED PEM_ROOT);
    }
}
END_TEST

START_TEST(ties_the_key_to_its_caller)
{
    ck_assert_uint_eq(post("Idempotency-Key: abc 1/2~\n", BODY), 201);
    ck_assert_str_eq(fake_ca.request_id, "rest/token:bob/abc 1/2~");

    /* Without escaping, "a" with the key "b/k" would be "a/b" with the key "k". */
    ck_assert_uint_eq(world_ask("a/b", "requester", "POST", TARGET, "Idempotency-Key: k\n", BODY),
                      201);
    ck_assert_str_eq(fake_ca.request_id, "rest/a%2Fb/k");
    ck_assert_uint_eq(world_ask("a", "requester", "POST", TARGET, "Idempotency-Key: b/k\n", BODY),
                      201);
    ck_assert_str_eq(fake_ca.request_id, "rest/a/b/k");

    char longest[200] = "Idempotency-Key: ";
    size_t start = strlen(longest);
    memset(longest + start, 'k', 128);
    longest[start + 128] = '\n';
    ck_assert_uint_eq(post(longest, BODY), 201);
    memcpy(longest + start + 128, "k\n", 3);
    ck_assert_uint_eq(post(longest, BODY), 400);
    assert_text(world_reason(), "request.key-invalid");
    ck_assert_uint_eq(post("Idempotency-Key: caf\xc3\xa9\n", BODY), 400);
    ck_assert_uint_eq(post("Idempotency-Key: a\x01z\n", BODY), 400);
}
END_TEST

START_TEST(passes_the_ca_s_refusals_on)
{
    static const struct {
        int32_t status;
        uint32_t http;
    } cases[] = {{SIGNET_DENIED, 403},      {SIGNET_INVALID, 400},   {SIGNET_CONFLICT, 409},
                 {SIGNET_UNAVAILABLE, 503}, {SIGNET_NOT_FOUND, 404}, {SIGNET_LIMITED, 429}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_ca.failure = cases[i].status;
        ck_assert_uint_eq(post(NULL, BODY), cases[i].http);
        assert_text(world_reason(), "fake.refused");
        assert_text(world_text("field"), "names[0]");
        assert_text(world_header("content-type"), "application/problem+json");
    }
}
END_TEST

/* A body of `count` times `piece` between `before` and `after`. */
static char *repeat(const char *before, const char *piece, size_t count, const char *after)
{
    size_t length = strlen(piece);
    char *body = malloc(strlen(before) + count * length + strlen(after) + 1);
    ck_assert_ptr_nonnull(body);
    char *end = stpcpy(body, before);
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, piece);
    (void)stpcpy(end, after);
    return body;
}

START_TEST(refuses_deep_nesting) /* case 16 */
{
    char *body = repeat("", "[", 10000, "");
    refused(body, 400, NULL);
    free(body);
    body = repeat("{\"profile\":\"p\"," CSR ",\"names\":", "[", 10000, "");
    refused(body, 400, NULL);
    free(body);
    body = repeat("", "{\"names\":", 10000, "");
    refused(body, 400, NULL);
    free(body);
}
END_TEST

START_TEST(refuses_huge_numbers) /* case 17 */
{
    refused("{\"profile\":1e999999999," CSR "}", 400, NULL);
    refused("{\"profile\":\"p\"," CSR ",\"names\":[1e-999999999999999999999]}", 400, NULL);
    refused("{\"profile\":99999999999999999999999999," CSR "}", 400, NULL);
}
END_TEST

START_TEST(refuses_a_flood_of_members) /* case 18 */
{
    /* A million keys are over the route's cap; as many as fit into it are over the parser's. */
    char *body = repeat("{", "\"a\":1,", 1000000, "\"z\":1}");
    refused(body, 413, NULL);
    free(body);
    body = repeat("{\"profile\":\"p\"," CSR ",\"names\":[", "1,", 100000, "1]}");
    refused(body, 400, NULL);
    free(body);
}
END_TEST

START_TEST(refuses_duplicate_members) /* case 19 */
{
    refused("{\"profile\":\"p\",\"profile\":\"q\"," CSR "}", 400, NULL);
    refused("{\"profile\":\"p\"," CSR ",\"\\u0063sr\":\"MAMCAQU=\"}", 400, NULL);
}
END_TEST

START_TEST(refuses_broken_text) /* case 20 */
{
    refused("{\"profile\":\"\xff\"," CSR "}", 400, NULL);
    refused("{\"profile\":\"\xc0\xaf\"," CSR "}", 400, NULL);
    refused("{\"profile\":\"\xed\xa0\x80\"," CSR "}", 400, NULL);
    refused("{\"profile\":\"\\ud800\"," CSR "}", 400, NULL);
    refused("{\"profile\":\"\\u0000\"," CSR "}", 400, NULL);
}
END_TEST

START_TEST(refuses_large_bodies) /* case 77 */
{
    char *body = repeat("{\"profile\":\"p\",\"csr\":\"", "MAMC", 262144, "\"}");
    refused(body, 413, NULL);
    free(body);
    /* Ten thousand names in little space are too many values all the same. */
    body = repeat("{\"profile\":\"p\"," CSR ",\"names\":[", "{\"type\":\"\"},", 15000, "0]}");
    refused(body, 400, NULL);
    free(body);
}
END_TEST

START_TEST(survives_every_failing_allocation)
{
    int refusals = 0;
    for (uint64_t nth = 1; nth < 200; nth++) {
        signet_check_fail_alloc(world, nth);
        uint32_t status = post("Idempotency-Key: k\n", BODY);
        signet_check_fail_alloc(world, 0);
        ck_assert(status == 201 || status == 500);
        refusals += status == 500;
        if (status == 201 && nth > 100)
            break;
    }
    ck_assert_int_gt(refusals, 5);
    ck_assert_uint_eq(post(NULL, BODY), 201);
}
END_TEST

#define GENERATE "{\"profile\":\"p\",\"generate\":\"EC-P256\",\"subject\":\"CN=Ada\""

START_TEST(hands_a_made_key_out)
{
    ck_assert_uint_eq(post(NULL, GENERATE "}"), 201);
    ck_assert_str_eq(fake_ca.generate, "EC-P256");
    ck_assert_str_eq(fake_ca.subject, "CN=Ada");
    ck_assert(signet_text_starts(world_text("private_key"), "-----BEGIN PRIVATE KEY-----\n"));
    ck_assert_uint_eq(post(NULL, GENERATE ",\"password\":\"correct horse\"}"), 201);
    ck_assert(
        signet_text_starts(world_text("private_key"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    ck_assert_uint_eq(post(NULL, BODY), 201);
    ck_assert_uint_eq(world_text("private_key").length, 0);
}
END_TEST

/* What could not be answered with the key is refused before one is made. */
START_TEST(refuses_passwords_before_a_key_is_made)
{
    int before = fake_ca.issued;
    refused(GENERATE ",\"password\":\"too short\"}", 400, "password.length");
    refused("{\"profile\":\"p\"," CSR ",\"password\":\"correct horse\"}", 400,
            "request.body-invalid");
    ck_assert_uint_eq(post("Accept: application/x-pkcs12\n", GENERATE "}"), 400);
    assert_text(world_reason(), "password.length");
    ck_assert_int_eq(fake_ca.issued, before);
    ck_assert_uint_eq(world_post(TARGET "/device/010203/recover",
                                 "{\"reason\":\"lost\",\"password\":\"too short\"}"),
                      400);
    ck_assert_str_eq(fake_ca.reason_text, "");
    fake_ca.failure = SIGNET_DENIED;
    ck_assert_uint_eq(world_post(TARGET "/device/010203/recover",
                                 "{\"reason\":\"lost\",\"password\":\"correct horse\"}"),
                      403);
    ck_assert_str_eq(fake_ca.reason_text, "lost");
    ck_assert_uint_eq(world_post("/v1/keys", "{\"profile\":\"p\",\"pkcs12\":\"MAMCAQU=\"}"), 400);
    assert_text(world_reason(), "pkcs12.malformed");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        hands_a_made_key_out,         refuses_passwords_before_a_key_is_made,
        answers_the_certificate,      hands_everything_to_the_ca,
        hands_fields_to_the_ca,       says_what_would_be_issued,
        keeps_a_validity_as_duration, takes_every_form_of_a_request,
        refuses_what_is_no_request,   refuses_what_it_does_not_know,
        wants_json_to_be_called_json, answers_in_the_form_that_accept_prefers,
        never_answers_an_old_chain,   ties_the_key_to_its_caller,
        passes_the_ca_s_refusals_on,  refuses_deep_nesting,
        refuses_huge_numbers,         refuses_a_flood_of_members,
        refuses_duplicate_members,    refuses_broken_text,
        refuses_large_bodies,         survives_every_failing_allocation};
    return world_run("issue", tests, sizeof tests / sizeof tests[0]);
}
