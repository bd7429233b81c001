/* Asks every route over the fakes and writes each exchange as one JSON object a line, for
 * check-contract to hold against the OpenAPI document. The first line is the document. */
#include <signet/sdk/encode.h>
#include <stdio.h>

#include "fake_ca.h"
#include "key_proof.h"
#include "world.h"

static FILE *file;
static const char *const formats[] = {"json", "pem", "chain", "der"};

static void print(const char *method, const char *target)
{
    signet_json_writer_t writer = signet_json_writer(world_call, 4096);
    signet_text_t line;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "method", signet_text(method));
    signet_json_text(&writer, "target", signet_text(target));
    signet_json_integer(&writer, "status", world_response->status);
    signet_json_text(&writer, "type", world_header("content-type"));
    signet_json_text(&writer, "body", signet_base64(world_call, world_response->body));
    signet_json_end_object(&writer);
    ck_assert_int_eq(signet_json_finish(&writer, &line), SIGNET_OK);
    (void)fprintf(file, "%.*s\n", SIGNET_FORMAT(line));
}

static void ask(const char *method, const char *target, const char *headers, const char *body)
{
    (void)world_ask("token:boss", "administrator,officer", method, target, headers, body);
    print(method, target);
}

static void ask_powerless(const char *method, const char *target, const char *body)
{
    (void)world_ask("token:nobody", "", method, target, NULL, body);
    print(method, target);
}

#define ISSUE "/v1/certificates"
#define ONE "/v1/certificates/device/010204"
#define BODY "{\"profile\":\"p\",\"csr\":\"MAMCAQU=\"}"

static void sample_certificates(void)
{
    char target[128];
    char body[8192];
    ask("POST", ISSUE, NULL, BODY);
    ask("POST", ISSUE, "Accept: application/pkix-cert\n", BODY);
    ask("POST", ISSUE, "Accept: application/pem-certificate-chain\n", BODY);
    ask("POST", ISSUE, NULL, "{}");
    ask("POST", ISSUE, NULL,
        "{\"profile\":\"p\",\"generate\":\"EC-P256\",\"subject\":\"CN=a\","
        "\"password\":\"correct horse\"}");
    ask("POST", ONE "/recover", NULL, "{\"reason\":\"lost\",\"password\":\"correct horse\"}");
    (void)snprintf(body, sizeof body,
                   "{\"profile\":\"p\",\"pkcs12\":\"%.*s\",\"password\":\"correct horse\"}",
                   SIGNET_FORMAT(signet_base64(world_call, world_response->body)));
    ask("POST", "/v1/keys", NULL, body);
    ask("POST", ONE "/recover", NULL, "{}");
    ask("GET", "/v1/keys?name=ada&order=desc", NULL, NULL);
    ask("GET", "/v1/keys?limit=x", NULL, NULL);
    ask("POST", "/v1/keys", NULL, "{\"profile\":\"p\",\"pkcs12\":\"MAMCAQU=\"}");
    fake_ca.failure = SIGNET_DENIED;
    ask("POST", ISSUE, NULL, BODY);
    fake_ca.failure = 0;
    ask("GET", ISSUE, NULL, NULL);
    ask("GET", ISSUE "?limit=2", NULL, NULL);
    ask("GET", ISSUE "?limit=x", NULL, NULL);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        (void)snprintf(target, sizeof target, ONE "?format=%s", formats[i]);
        ask("GET", target, NULL, NULL);
    }
    ask("GET", "/v1/certificates/device/010206", NULL, NULL);
    ask("GET", "/v1/certificates/device/ffff", NULL, NULL);
    ask("POST", ONE "/revoke", NULL, "{\"reason\":\"keyCompromise\"}");
    ask("POST", ONE "/revoke", NULL, "{\"reason\":\"none\"}");
    ask("POST", ONE "/renew", NULL, NULL);
    ask("POST", ONE "/renew", "Accept: application/pkix-cert\n", "{\"validity\":\"1h\"}");
    ask("POST", ONE "/renew", NULL, "{\"csr\":\"?\"}");
    ask("POST", ONE "/renewal", NULL,
        "{\"from\":\"2026-12-01T00:00:00Z\",\"before\":\"2026-12-02T00:00:00Z\"}");
    ask("POST", ONE "/renewal", NULL, "{\"when\":1}");
    ask("POST", ONE "/hold", NULL, "{}");
    ask("POST", ONE "/hold", NULL, "{\"reason\":1}");
    ask("POST", "/v1/certificates/device/010203/release", NULL, NULL);
    ask("POST", "/v1/certificates/device/ffff/release", NULL, NULL);
}

static void sample_reading(void)
{
    char nonce[64];
    ask("POST", "/v1/revocations", NULL, "{\"select\":{\"profile\":\"p\"}}");
    ask("POST", "/v1/revocations", NULL, "{}");
    ask("POST", "/v1/revocations", NULL,
        "{\"select\":{\"profile\":\"p\"},\"expected\":"
        "\"0100000000000000000000000000000000000000000000000000000000000000\"}");
    ask("GET", "/v1/revocations/0a0b", NULL, NULL);
    ask("GET", "/v1/revocations/none", NULL, NULL);
    key_proof_nonce(nonce);
    print("GET", "/v1/revocations/nonce");
    ask_powerless("GET", "/v1/revocations/nonce?x=1", NULL);
    (void)world_ask("", "", "POST", "/v1/revocations/by-key", NULL,
                    key_proof_body(NULL, nonce, "superseded", "superseded"));
    print("POST", "/v1/revocations/by-key");
    ask_powerless("POST", "/v1/revocations/by-key", "{}");
    ask("GET", "/v1/authorities", NULL, NULL);
    ask("GET", "/v1/authorities?x=1", NULL, NULL);
    ask("GET", "/v1/authorities/device", NULL, NULL);
    ask("GET", "/v1/authorities/next", NULL, NULL);
    ask("GET", "/v1/authorities/none", NULL, NULL);
    ask("GET", "/v1/authorities/device/chain", NULL, NULL);
    ask("GET", "/v1/authorities/none/chain", NULL, NULL);
    ask("GET", "/v1/authorities/device/generations", NULL, NULL);
    ask("GET", "/v1/authorities/none/generations", NULL, NULL);
    ask("GET", "/v1/authorities/device/generations/1/evidence", NULL, NULL);
    ask("GET", "/v1/authorities/device/generations/2/evidence", NULL, NULL);
    ask("GET", "/v1/authorities/device/generations/1/list", NULL, NULL);
    ask("GET", "/v1/authorities/device/generations/two/list", NULL, NULL);
    ask("GET", "/v1/authorities/device/impact?limit=10", NULL, NULL);
    ask("GET", "/v1/authorities/device/impact?limit=0", NULL, NULL);
    ask("POST", "/v1/authorities/device/compromise/rehearsal", NULL, NULL);
    ask("POST", "/v1/authorities/none/compromise/rehearsal", NULL, NULL);
    ask("POST", "/v1/bundles", NULL,
        "{\"bundle\":\"bundle\",\"signers\":\"people\",\"quorum\":3,\"folder\":\"/tmp\"}");
    ask("POST", "/v1/bundles", NULL, "{\"bundle\":\"bundle\",\"signers\":\"people\",\"quorum\":1}");
    ask("POST", "/v1/bundles", NULL, "{\"bundle\":\"\"}");
    ask("POST", "/v1/authorities/device/rotate", NULL, "{\"comment\":\"yearly\"}");
    ask("POST", "/v1/authorities/device/activate", NULL, NULL);
    ask("GET", "/v1/authorities/device/chain?root=CN%3DOther%20Root", NULL, NULL);
    ask("GET", "/v1/profiles", NULL, NULL);
    ask("GET", "/v1/profiles?x=1", NULL, NULL);
    ask("GET", "/v1/profiles/tls-server", NULL, NULL);
    ask("GET", "/v1/profiles/none", NULL, NULL);
    ask("POST", "/v1/profiles/tls-server/try", NULL, "{\"csr\":\"MAMCAQU=\"}");
    ask("POST", "/v1/profiles/tls-server/try", NULL, "{}");
    ask("GET", "/v1/tenants", NULL, NULL);
    ask("GET", "/v1/tenants?x=1", NULL, NULL);
    ask("GET", "/v1/tenants/acme", NULL, NULL);
    ask("GET", "/v1/tenants/none", NULL, NULL);
    ask("GET", "/v1/journal?limit=1", NULL, NULL);
    ask_powerless("GET", "/v1/journal", NULL);
    ask("GET", "/v1/self", NULL, NULL);
    ask("GET", "/v1/self?x=1", NULL, NULL);
    ask("GET", "/v1/openapi.json", NULL, NULL);
}

static void sample_tokens(void)
{
    char target[128];
    ask("POST", "/v1/tokens", NULL,
        "{\"name\":\"n\",\"grants\":[{\"role\":\"officer\"},{\"role\":\"requester\","
        "\"authority\":\"a\",\"profile\":\"p\",\"names\":\"*.x\"}]}");
    (void)snprintf(target, sizeof target, "/v1/tokens/%.*s", SIGNET_FORMAT(world_text("id")));
    ask_powerless("POST", "/v1/tokens", "{}");
    ask("GET", "/v1/tokens", NULL, NULL);
    ask_powerless("GET", "/v1/tokens", NULL);
    ask("DELETE", target, NULL, NULL);
    ask("DELETE", target, NULL, NULL);
}

static void sample_requests(void)
{
    static const char *const acts[] = {"approve", "deny", "withdraw", "comment", "issue"};
    char target[64];
    ask("GET", "/v1/requests?limit=1", NULL, NULL);
    ask("GET", "/v1/requests?state=odd", NULL, NULL);
    ask("GET", "/v1/requests/0a0b", NULL, NULL);
    ask("GET", "/v1/requests/ffff", NULL, NULL);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        (void)snprintf(target, sizeof target, "/v1/requests/0a0b/%s", acts[i]);
        ask("POST", target, NULL, "{}");
        (void)snprintf(target, sizeof target, "/v1/requests/ffff/%s", acts[i]);
        ask("POST", target, NULL, "{}");
    }
    fake_ca.failure = SIGNET_PENDING;
    ask("POST", ISSUE, NULL, BODY);
    ask("POST", "/v1/requests/0a0b/issue", NULL, "{}");
    ask("POST", "/v1/revocations", NULL,
        "{\"select\":{\"profile\":\"p\"},\"reason\":\"superseded\"}");
    fake_ca.failure = 0;
}

START_TEST(samples)
{
    (void)world_get("/v1/openapi.json");
    (void)fprintf(file, "%.*s\n", SIGNET_FORMAT(world_body()));
    sample_certificates();
    sample_reading();
    sample_tokens();
    sample_requests();
}
END_TEST

int main(int count, char **arguments)
{
    const TTest *const tests[] = {samples};
    file = count == 2 ? fopen(arguments[1], "w") : NULL;
    if (file == NULL) {
        (void)fprintf(stderr, "usage: rest-samples FILE\n");
        return 2;
    }
    int status = world_run_in("samples", key_proof_begin, key_proof_end, tests, 1);
    return fclose(file) == 0 ? status : 1;
}
