/* The policy stage: order, refusals, holds, filled fields, conflicts, and failures that refuse. */
#include "world.h"

#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/policy.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What each of the two policies does when it is asked. */
typedef struct script {
    int32_t fail; /* a status; 0: it answers */
    signet_policy_answer_t answer;
    int late;   /* answers after its time */
    int silent; /* OK without an answer */
} script_t;

static script_t scripts[2];
static int asked[2];
static int turn;
static uint32_t approved;
static char seen_subject[256];
static char seen_name[256];
static uint64_t seen_extensions;
static int64_t seen_remaining;

static int32_t decide(void *instance, signet_call_t *for_call,
                      const signet_policy_request_t *request, const signet_policy_answer_t **answer)
{
    const int *index = instance;
    script_t *script = &scripts[*index];
    asked[*index] = ++turn;
    approved = request->approved;
    snprintf(seen_subject, sizeof seen_subject, "%.*s", SIGNET_FORMAT(request->subject));
    snprintf(seen_name, sizeof seen_name, "%.*s",
             SIGNET_FORMAT(request->name_count > 0 ? request->names[0] : (signet_text_t){0}));
    seen_extensions = request->extension_count;
    seen_remaining = for_call->services->remaining(for_call);
    ck_assert_int_lt(request->not_before, request->not_after);
    ck_assert_uint_gt(request->spki.length, 0);
    ck_assert(signet_bytes_equal(request->request->csr, request->request->csr));
    while (script->late && for_call->services->remaining(for_call) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    if (script->fail != SIGNET_OK) {
        signet_error_t error = {.size = sizeof error,
                                .status = script->fail,
                                .reason = SIGNET_TEXT("policy.mock-failed"),
                                .message = SIGNET_TEXT("the mock failed")};
        return (for_call->services->fail)(for_call, &error);
    }
    if (!script->silent)
        *answer = &script->answer;
    return SIGNET_OK;
}

static int32_t open_policy(const signet_host_t *host, signet_call_t *for_call, void **instance)
{
    static int indexes[2] = {0, 1};
    (void)for_call;
    *instance = &indexes[signet_text_is(host->name, "second")];
    return SIGNET_OK;
}

static void close_policy(void *instance)
{
    (void)instance;
}

static const signet_policy_interface_t interface = {.size = sizeof interface, .decide = decide};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_POLICY_INTERFACE),
     .vtable = &interface},
};

static const signet_plugin_t plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("policy-mock"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("A policy that answers as the test says."),
    .provides = provides,
    .provide_count = 1,
    .open = open_policy,
    .close = close_policy,
};

static void begin(void)
{
    memset(asked, 0, sizeof asked);
    turn = 0;
    for (size_t i = 0; i < 2; i++)
        scripts[i] = (script_t){
            .answer = {.size = sizeof(signet_policy_answer_t), .decision = SIGNET_POLICY_PERMIT}};
}

static int32_t issue(const signet_certificate_t **certificate)
{
    return world_issue("open-subject", world_csr(NULL, "/CN=a.example", "DNS:a.example"),
                       certificate);
}

static void expect_refused(int32_t status, const char *reason)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t records = world_records("ca.certificates");
    uint64_t intents = world_records("ca.intents");
    expect_error(issue(&certificate), status, reason);
    ck_assert_uint_eq(world_records("ca.certificates"), records);
    ck_assert_uint_eq(world_records("ca.intents"), intents);
}

static signet_pair_t pair(const char *name, const char *value)
{
    return (signet_pair_t){
        .size = sizeof(signet_pair_t), .name = signet_text(name), .value = signet_text(value)};
}

static void fill(size_t index, const signet_pair_t *fields, uint64_t count)
{
    scripts[index].answer.fields = fields;
    scripts[index].answer.field_count = count;
}

START_TEST(policies_are_asked_in_the_order_of_the_configuration)
{
    const signet_certificate_t *certificate = NULL;
    begin();
    expect_ok(issue(&certificate));
    /* policies = [ "second", "first" ] */
    ck_assert_int_eq(asked[1], 1);
    ck_assert_int_eq(asked[0], 2);
    ck_assert_uint_eq(approved, 0);
    ck_assert_str_eq(seen_subject, "CN=a.example");
    ck_assert_str_eq(seen_name, "dns:a.example");
    ck_assert_uint_eq(seen_extensions, 1);
    ck_assert_int_gt(seen_remaining, 0);
    ck_assert_int_le(seen_remaining, 250);
}
END_TEST

START_TEST(a_refusal_stops_and_is_journaled)
{
    begin();
    uint64_t entries = world_entries(SIGNET_EVENT_CERTIFICATE_DENIED);
    world_actor("token:refused", "officer");
    scripts[1].answer.decision = SIGNET_POLICY_REFUSE;
    scripts[1].answer.reason = SIGNET_TEXT("policy.mock.no");
    scripts[1].answer.message = SIGNET_TEXT("not today");
    expect_refused(SIGNET_DENIED, "policy.mock.no");
    ck_assert_int_eq(asked[0], 0);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_DENIED), entries + 1);
}
END_TEST

START_TEST(a_refusal_without_a_reason_is_a_failure)
{
    begin();
    scripts[1].answer.decision = SIGNET_POLICY_REFUSE;
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
    scripts[1].answer.reason = SIGNET_TEXT("Not A Reason");
    scripts[1].answer.message = SIGNET_TEXT("not today");
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
}
END_TEST

START_TEST(a_failure_refuses_and_is_journaled)
{
    begin();
    uint64_t entries = world_entries(SIGNET_EVENT_CERTIFICATE_DENIED);
    world_actor("token:failed", "officer");
    scripts[1].fail = SIGNET_UNAVAILABLE;
    expect_refused(SIGNET_UNAVAILABLE, "policy.mock-failed");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_DENIED), entries + 1);
}
END_TEST

START_TEST(an_unknown_decision_refuses)
{
    begin();
    scripts[1].answer.decision = 4;
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
    scripts[1].answer.decision = 0;
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
    scripts[1].silent = 1;
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
}
END_TEST

START_TEST(a_late_answer_refuses)
{
    begin();
    scripts[1].late = 1;
    expect_refused(SIGNET_TIMEOUT, "policy.timeout");
    scripts[1].fail = SIGNET_TIMEOUT;
    expect_refused(SIGNET_TIMEOUT, "policy.timeout");
}
END_TEST

static const signet_approval_interface_t *approvals(void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

START_TEST(a_hold_waits_for_approval)
{
    const signet_certificate_t *certificate = NULL;
    const signet_approval_t *approval = NULL;
    void *instance = NULL;
    uint8_t csr[2048];
    char id[64];
    signet_bytes_t made = world_csr(NULL, "/CN=a.example", "DNS:a.example");
    signet_issue_request_t request = {.size = sizeof request,
                                      .request_id = SIGNET_TEXT("test/held"),
                                      .profile = SIGNET_TEXT("open-subject"),
                                      .csr = {memcpy(csr, made.data, made.length), made.length}};
    begin();
    scripts[1].answer.decision = SIGNET_POLICY_HOLD;
    world_actor("token:alice|alice", "requester");
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_PENDING);
    ck_assert_int_eq(turn, 2);
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(call->services->error(call)->field));
    call->services->clear(call);
    /* While it waits, policies are left alone. */
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_PENDING);
    ck_assert_int_eq(turn, 2);

    world_actor("token:bob|bob", "officer");
    const signet_approval_interface_t *interface_of = approvals(&instance);
    expect_ok(interface_of->decide(instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                   SIGNET_TEXT(""), &approval));
    ck_assert_ptr_nonnull(
        strstr(signet_text_string(call, approval->document), "\"held_by\":\"second\""));
    world_actor("token:alice|alice", "requester");
    expect_ok(world_ask(&request, &certificate));
    ck_assert_uint_eq(approved, 1);
    ck_assert_int_eq(turn, 4);
}
END_TEST

START_TEST(a_policy_may_refuse_what_was_approved)
{
    const signet_certificate_t *certificate = NULL;
    const signet_approval_t *approval = NULL;
    void *instance = NULL;
    uint8_t csr[2048];
    char id[64];
    signet_bytes_t made = world_csr(NULL, "/CN=a.example", "DNS:a.example");
    signet_issue_request_t request = {.size = sizeof request,
                                      .request_id = SIGNET_TEXT("test/refused"),
                                      .profile = SIGNET_TEXT("open-subject"),
                                      .csr = {memcpy(csr, made.data, made.length), made.length}};
    begin();
    scripts[1].answer.decision = SIGNET_POLICY_HOLD;
    world_actor("token:alice|alice", "requester");
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_PENDING);
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(call->services->error(call)->field));
    world_actor("token:bob|bob", "officer");
    const signet_approval_interface_t *interface_of = approvals(&instance);
    expect_ok(interface_of->decide(instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                   SIGNET_TEXT(""), &approval));
    world_actor("token:alice|alice", "requester");
    /* What it fills now was not there when others looked. */
    signet_pair_t owner = pair("owner", "team-a");
    fill(1, &owner, 1);
    expect_error(world_ask(&request, &certificate), SIGNET_PENDING, "approval.pending");
    world_actor("token:bob|bob", "officer");
    expect_ok(interface_of->decide(instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                   SIGNET_TEXT(""), &approval));
    world_actor("token:alice|alice", "requester");
    scripts[0].fail = SIGNET_UNAVAILABLE;
    expect_error(world_ask(&request, &certificate), SIGNET_UNAVAILABLE, "policy.mock-failed");
    scripts[0].fail = SIGNET_OK;
    expect_ok(world_ask(&request, &certificate));
}
END_TEST

START_TEST(what_is_open_can_be_filled)
{
    const signet_certificate_t *certificate = NULL;
    signet_pair_t first[] = {pair("owner", "team-a"), pair("subject.OU", "Plant 7")};
    signet_pair_t second[] = {pair("tag.cost-centre", "4711"), pair("owner", "team-a")};
    begin();
    fill(1, first, 2);
    fill(0, second, 2);
    scripts[0].answer.document = SIGNET_TEXT("{\"ticket\":\"CHG-1\"}");
    expect_ok(issue(&certificate));
    ck_assert(signet_text_is(certificate->subject, "CN=a.example,OU=Plant 7"));
    /* The second to be asked saw what the first had filled. */
    ck_assert_str_eq(seen_subject, "CN=a.example,OU=Plant 7");
    const signet_certificate_t *stored = world_get(certificate);
    ck_assert_ptr_nonnull(stored);
    const char *kept = signet_text_string(call, stored->asked);
    ck_assert_ptr_nonnull(kept);
    ck_assert_ptr_nonnull(strstr(
        kept, "\"policies\":[{\"policy\":\"second\",\"decision\":\"permit\",\"fields\":{\"owner\":"
              "\"team-a\",\"subject.OU\":\"Plant 7\"}},{\"policy\":\"first\",\"decision\":"
              "\"permit\",\"fields\":{\"tag.cost-centre\":\"4711\",\"owner\":\"team-a\"},"
              "\"document\":{\"ticket\":\"CHG-1\"}}]"));
}
END_TEST

START_TEST(what_is_not_open_is_refused)
{
    static const char *const names[] = {"subject.CN", "subject.O", "subject.nonsense",
                                        "subject.",   "validity",  "tag.",
                                        "tag.UPPER",  "profile",   "dns"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        signet_pair_t field = pair(names[i], "x");
        begin();
        fill(1, &field, 1);
        expect_refused(SIGNET_DENIED, "policy.field-not-open");
    }
}
END_TEST

START_TEST(a_conflict_is_refused)
{
    signet_pair_t one = pair("owner", "team-a");
    signet_pair_t other = pair("owner", "team-b");
    begin();
    fill(1, &one, 1);
    fill(0, &other, 1);
    expect_refused(SIGNET_DENIED, "policy.conflict");

    /* What the request gave stands. */
    const signet_certificate_t *certificate = NULL;
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("open-subject"),
                                      .csr =
                                          world_csr(NULL, "/CN=a.example/OU=Own", "DNS:a.example"),
                                      .fields = &other,
                                      .field_count = 1};
    begin();
    fill(1, &one, 1);
    expect_error(world_ask(&request, &certificate), SIGNET_DENIED, "policy.conflict");
    begin();
    fill(1, &other, 1);
    expect_ok(world_ask(&request, &certificate));
    signet_pair_t unit = pair("subject.OU", "Another");
    begin();
    fill(1, &unit, 1);
    expect_error(world_ask(&request, &certificate), SIGNET_DENIED, "policy.conflict");
    unit = pair("subject.OU", "Own");
    expect_ok(world_ask(&request, &certificate));
}
END_TEST

START_TEST(a_filled_subject_is_checked_like_one_asked_for)
{
    signet_pair_t unit = pair("subject.OU", "with\ta tab");
    begin();
    fill(1, &unit, 1);
    expect_refused(SIGNET_INVALID, "profile.subject");
}
END_TEST

START_TEST(a_document_must_be_a_modest_object)
{
    static char large[20000];
    begin();
    scripts[1].answer.document = SIGNET_TEXT("[1]");
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
    scripts[1].answer.document = SIGNET_TEXT("{");
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
    memset(large, ' ', sizeof large);
    large[0] = '{';
    large[sizeof large - 1] = '}';
    scripts[1].answer.document = (signet_text_t){large, sizeof large};
    expect_refused(SIGNET_INTERNAL, "policy.answer-invalid");
}
END_TEST

START_TEST(fields_of_a_request_are_checked)
{
    const signet_certificate_t *certificate = NULL;
    signet_pair_t fields[] = {pair("owner", "team-a"), pair("tag.a_b-1", "ü")};
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT("open-subject"),
                                      .csr = world_csr(NULL, "/CN=a.example", "DNS:a.example"),
                                      .fields = fields,
                                      .field_count = 2};
    begin();
    expect_ok(world_ask(&request, &certificate));
    fields[1] = pair("owner", "team-a");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.field");
    fields[1] = pair("colour", "red");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.field");
    fields[1] = pair("tag.x", "");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.field");
    fields[1] = pair("tag.x", "two\nlines");
    expect_error(world_ask(&request, &certificate), SIGNET_INVALID, "request.field");
    signet_pair_t many[33];
    char names[33][8];
    for (size_t i = 0; i < 33; i++) {
        snprintf(names[i], sizeof names[i], "tag.%zu", i);
        many[i] = pair(names[i], "x");
    }
    request.fields = many;
    request.field_count = 33;
    expect_error(world_ask(&request, &certificate), SIGNET_TOO_LARGE, "request.fields");
}
END_TEST

START_TEST(a_policy_that_is_not_there_stops_the_start)
{
    signet_check_close(check, "second");
    ck_assert_int_eq(world_restart(), SIGNET_INVALID);
    ck_assert(signet_text_is(signet_check_error(check)->reason, "policy.not-found"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        policies_are_asked_in_the_order_of_the_configuration,
        a_refusal_stops_and_is_journaled,
        a_refusal_without_a_reason_is_a_failure,
        a_failure_refuses_and_is_journaled,
        an_unknown_decision_refuses,
        a_late_answer_refuses,
        a_hold_waits_for_approval,
        a_policy_may_refuse_what_was_approved,
        what_is_open_can_be_filled,
        what_is_not_open_is_refused,
        a_conflict_is_refused,
        a_filled_subject_is_checked_like_one_asked_for,
        a_document_must_be_a_modest_object,
        fields_of_a_request_are_checked,
        /* The last, because it leaves no CA behind. */
        a_policy_that_is_not_there_stops_the_start,
    };
    world_more.plugin = &plugin;
    world_more.instances[0] = "first";
    world_more.instances[1] = "second";
    world_more.settings = "policies = [ \"second\", \"first\" ]; policy_timeout = \"250ms\";";
    return world_run("policy",
                     ",{ name = \"open-subject\"; authority = \"tls\"; dns = [ \"*.example\" ];\n"
                     "subject = [ \"CN=name\", \"OU=optional\" ]; key_usage = [ "
                     "\"digitalSignature\" ];\n"
                     "extended_key_usage = [ \"serverAuth\" ]; }",
                     tests, sizeof tests / sizeof tests[0]);
}
