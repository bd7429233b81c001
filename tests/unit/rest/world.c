#include "world.h"

#include <stdio.h>
#include <string.h>

#include "fake_ca.h"
#include "fake_journal.h"
#include "fake_store.h"

signet_check_t *world;
signet_call_t *world_call;
const signet_response_t *world_response;

static void must(int32_t status)
{
    const signet_error_t *error = signet_check_error(world);
    ck_assert_msg(status == SIGNET_OK, "%.*s", error != NULL ? (int)error->message.length : 0,
                  error != NULL ? error->message.data : "");
}

void world_begin(void)
{
    fake_ca = (fake_ca_t){.issued = 0};
    fake_journal = (fake_journal_t){.commits = 0};
    fake_store = (fake_store_t){.gets = 0};
    world = signet_check_begin();
    must(signet_check_open_linked(world, &fake_store_plugin, "store", ""));
    must(signet_check_open_linked(world, &fake_journal_plugin, "journal", ""));
    must(signet_check_open_linked(world, &fake_ca_plugin, "ca", ""));
    must(signet_check_open(world, "protocol-rest", "rest",
                           "ca = \"ca\"; pkcs12_iterations = 100000;"));
    must(signet_check_open(world, "auth-token", "tokens",
                           "maximum_ttl = \"200d\"; second_person = false;"));
}

void world_end(void)
{
    if (world_call != NULL)
        signet_check_call_end(world_call);
    world_call = NULL;
    world_response = NULL;
    signet_check_end(world);
}

uint32_t world_ask(const char *actor, const char *roles, const char *method, const char *target,
                   const char *headers, const char *body)
{
    char lines[4096];
    (void)snprintf(lines, sizeof lines, "%s%s",
                   body != NULL ? "Content-Type: application/json\n" : "",
                   headers != NULL ? headers : "");
    if (world_call != NULL)
        signet_check_call_end(world_call);
    world_call = signet_check_call(world, actor, roles);
    signet_bytes_t content = {(const uint8_t *)body, body != NULL ? strlen(body) : 0};
    int32_t status =
        signet_check_request(world, world_call, method, target, lines, content, &world_response);
    ck_assert_int_eq(status, SIGNET_OK);
    return world_response->status;
}

uint32_t world_get(const char *target)
{
    return world_ask("token:bob", "officer", "GET", target, NULL, NULL);
}

uint32_t world_post(const char *target, const char *body)
{
    return world_ask("token:bob", "officer", "POST", target, NULL, body);
}

signet_text_t world_body(void)
{
    return signet_bytes_text(world_response->body);
}

const signet_json_t *world_json(void)
{
    const signet_json_t *json = NULL;
    world_call->services->clear(world_call);
    int32_t status = signet_json_parse(world_call, world_response->body, 1 << 20, &json);
    ck_assert_msg(status == SIGNET_OK, "not JSON: %.*s", SIGNET_FORMAT(world_body()));
    return json;
}

signet_text_t world_header(const char *name)
{
    for (uint64_t i = 0; i < world_response->header_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, world_response->headers, i);
        if (signet_text_is(pair->name, name))
            return pair->value;
    }
    return (signet_text_t){NULL, 0};
}

signet_text_t world_text(const char *name)
{
    const signet_json_t *member = signet_json_get(world_json(), name);
    return member != NULL ? member->text : (signet_text_t){NULL, 0};
}

signet_text_t world_reason(void)
{
    static const char prefix[] = "urn:signet:error:";
    signet_text_t type = world_text("type");
    ck_assert(signet_text_starts(type, prefix));
    return (signet_text_t){type.data + sizeof prefix - 1, type.length - (sizeof prefix - 1)};
}

int world_run(const char *name, const TTest *const *tests, size_t count)
{
    return world_run_in(name, world_begin, world_end, tests, count);
}

int world_run_in(const char *name, void (*begin)(void), void (*end)(void),
                 const TTest *const *tests, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 0);
    tcase_add_checked_fixture(tcase, begin, end);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
