/* Requests that wait for others: persons and not credentials, once and not twice, and nothing is
 * issued but what they agreed to. */
#include "world.h"

#include <pthread.h>
#include <signet/ext/draft/approval.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROFILE "two-persons"

static const signet_approval_interface_t *approvals(void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

/* The request of this test, and the id that it waits under; both outlive calls. */
static uint8_t csr[2048];
static uint64_t csr_length;
static char request_id[128];
static char id[128];
static unsigned serial;

static void as_requester(void)
{
    world_actor("token:alice|alice", "requester");
}

static signet_issue_request_t request_for(const char *profile)
{
    return (signet_issue_request_t){.size = sizeof(signet_issue_request_t),
                                    .request_id = signet_text(request_id),
                                    .profile = signet_text(profile),
                                    .csr = {csr, csr_length}};
}

static int32_t ask(const char *profile, const signet_certificate_t **certificate)
{
    signet_issue_request_t request = request_for(profile);
    return world_ask(&request, certificate);
}

/* A new request of alice, which waits. */
static void put_down(const char *profile)
{
    const signet_certificate_t *certificate = NULL;
    as_requester();
    signet_bytes_t made = world_csr(NULL, "/CN=a.example", "DNS:a.example");
    ck_assert_uint_le(made.length, sizeof csr);
    memcpy(csr, made.data, made.length);
    csr_length = made.length;
    snprintf(request_id, sizeof request_id, "test/%u", ++serial);
    ck_assert_int_eq(ask(profile, &certificate), SIGNET_PENDING);
    const signet_error_t *error = call->services->error(call);
    ck_assert(signet_text_is(error->reason, "approval.pending"));
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(error->field));
    call->services->clear(call);
}

static void expect_pending(void)
{
    const signet_certificate_t *certificate = NULL;
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_PENDING, "approval.pending");
}

static int32_t decide_as(const char *actor, const char *roles, int32_t decision,
                         const signet_approval_t **approval)
{
    void *instance = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    world_actor(actor, roles);
    return interface->decide(instance, call, signet_text(id), decision, SIGNET_TEXT("as said"),
                             approval);
}

static void approve_as(const char *actor, const char *state)
{
    const signet_approval_t *approval = NULL;
    expect_ok(decide_as(actor, "officer", SIGNET_DECISION_APPROVE, &approval));
    ck_assert(signet_text_is(approval->state, state));
}

static const signet_approval_t *get_as(const char *actor, const char *roles)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    world_actor(actor, roles);
    expect_ok(interface->get(instance, call, signet_text(id), &approval));
    return approval;
}

static void expect_state(const char *state)
{
    ck_assert(signet_text_is(get_as("token:alice|alice", "requester")->state, state));
}

START_TEST(a_request_waits_until_enough_persons_agree)
{
    const signet_certificate_t *certificate = NULL;
    uint64_t records = world_records("ca.certificates");
    uint64_t requested = world_entries(SIGNET_EVENT_APPROVAL_REQUESTED);
    put_down(PROFILE);
    expect_pending();
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_APPROVAL_REQUESTED), requested + 1);
    ck_assert_uint_eq(world_records("ca.intents"), 0);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    expect_pending();
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    ck_assert_uint_eq(world_records("ca.certificates"), records);

    as_requester();
    expect_ok(ask(PROFILE, &certificate));
    ck_assert(signet_text_is(certificate->requester, "token:alice"));
    ck_assert(signet_text_is(certificate->request_id, request_id));
    const char *asked = signet_text_string(call, certificate->asked);
    ck_assert_ptr_nonnull(strstr(asked, "\"approved_by\":[\"bob\",\"carol\"]"));
    signet_text_t result = signet_format(call, "certificate:tls/%.*s",
                                         SIGNET_FORMAT(signet_hex(call, certificate->serial)));
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    expect_ok(interface->get(instance, call, signet_text(id), &approval));
    ck_assert(signet_text_is(approval->state, SIGNET_APPROVAL_DONE));
    ck_assert(signet_text_equal(approval->result, result));
    ck_assert_uint_eq(approval->decision_count, 2);
}
END_TEST

START_TEST(a_replayed_approval_issues_once)
{
    const signet_certificate_t *first = NULL;
    const signet_certificate_t *again = NULL;
    const signet_approval_t *approval = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    uint64_t records = world_records("ca.certificates");
    as_requester();
    expect_ok(ask(PROFILE, &first));
    expect_ok(ask(PROFILE, &again));
    ck_assert(signet_bytes_equal(first->der, again->der));
    ck_assert_uint_eq(world_records("ca.certificates"), records + 1);
    expect_error(decide_as("token:dan|dan", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_CONFLICT, "approval.not-pending");
    /* Another request under the same id does not ride on it. */
    as_requester();
    signet_issue_request_t request = request_for(PROFILE);
    request.csr = world_csr(NULL, "/CN=b.example", "DNS:b.example");
    expect_error(world_ask(&request, &again), SIGNET_CONFLICT, "request.id-reused");
}
END_TEST

START_TEST(another_request_under_a_waiting_id_is_a_conflict)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    as_requester();
    signet_issue_request_t request = request_for(PROFILE);
    request.csr = world_csr(NULL, "/CN=b.example", "DNS:b.example");
    expect_error(world_ask(&request, &certificate), SIGNET_CONFLICT, "request.id-reused");
}
END_TEST

START_TEST(nobody_approves_their_own)
{
    const signet_approval_t *approval = NULL;
    uint64_t denied = world_entries(SIGNET_EVENT_ACCESS_DENIED);
    put_down(PROFILE);
    expect_error(
        decide_as("token:alice|alice", "requester,officer", SIGNET_DECISION_APPROVE, &approval),
        SIGNET_DENIED, "approval.own");
    /* Nor by another credential. */
    expect_error(decide_as("token:other|alice", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.own");
    expect_error(decide_as("token:other|alice", "officer", SIGNET_DECISION_DENY, &approval),
                 SIGNET_DENIED, "approval.own");
    ck_assert_uint_gt(world_entries(SIGNET_EVENT_ACCESS_DENIED), denied);
    expect_state(SIGNET_APPROVAL_PENDING);
}
END_TEST

START_TEST(the_same_person_counts_once)
{
    const signet_approval_t *approval = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    expect_error(decide_as("token:bob|bob", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.decided-already");
    expect_error(decide_as("certificate:bob|bob", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.decided-already");
    expect_state(SIGNET_APPROVAL_PENDING);
}
END_TEST

START_TEST(only_those_with_the_role_decide)
{
    const signet_approval_t *approval = NULL;
    put_down(PROFILE);
    /* An auditor sees it, decides nothing, and issues nothing, whatever else the token says. */
    get_as("token:eve|eve", "auditor");
    expect_error(decide_as("token:eve|eve", "auditor", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.role");
    expect_error(decide_as("token:eve|eve", "auditor,officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.role");
    get_as("token:adm|adm", "administrator");
    expect_error(decide_as("token:adm|adm", "administrator", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.role");
    /* Who may not even see it learns nothing. */
    expect_error(decide_as("token:mal|mal", "requester", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_NOT_FOUND, "approval.not-found");
    expect_error(
        decide_as("token:rev|rev", "revocation-officer", SIGNET_DECISION_APPROVE, &approval),
        SIGNET_NOT_FOUND, "approval.not-found");
    expect_error(decide_as("token:far|far", "officer@device", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_NOT_FOUND, "approval.not-found");
    expect_ok(decide_as("token:near|near", "officer@" PROFILE, SIGNET_DECISION_APPROVE, &approval));
}
END_TEST

START_TEST(an_auditor_never_issues)
{
    const signet_certificate_t *certificate = NULL;
    world_actor("token:eve|eve", "auditor");
    expect_error(
        world_issue("tls-server", world_csr(NULL, "/CN=a.example", "DNS:a.example"), &certificate),
        SIGNET_DENIED, "permission.profile");
    world_actor("token:eve|eve", "auditor,officer,requester");
    expect_error(
        world_issue("tls-server", world_csr(NULL, "/CN=a.example", "DNS:a.example"), &certificate),
        SIGNET_DENIED, "permission.profile");
    world_actor("token:officer", "officer");
    certificate = world_issued("tls-server", world_csr(NULL, "/CN=a.example", "DNS:a.example"));
    signet_bytes_t number = {memcpy(csr, certificate->serial.data, certificate->serial.length),
                             certificate->serial.length};
    signet_certificate_t copy = {.authority = SIGNET_TEXT("tls"), .serial = number};
    world_actor("token:eve|eve", "auditor,officer");
    expect_error(world_revoke(&copy, SIGNET_REASON_SUPERSEDED), SIGNET_DENIED,
                 "permission.certificate");
}
END_TEST

START_TEST(a_missing_factor_is_refused)
{
    const signet_approval_t *approval = NULL;
    put_down("with-card");
    /* The runner's actors prove themselves by the method "test". */
    expect_error(decide_as("token:bob|bob", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_DENIED, "approval.method");
    expect_state(SIGNET_APPROVAL_PENDING);
}
END_TEST

START_TEST(one_denial_denies)
{
    const signet_certificate_t *certificate = NULL;
    const signet_approval_t *approval = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    expect_ok(decide_as("token:carol|carol", "officer", SIGNET_DECISION_DENY, &approval));
    ck_assert(signet_text_is(approval->state, SIGNET_APPROVAL_DENIED));
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_DENIED, "approval.denied");
    ck_assert_uint_ge(world_entries(SIGNET_EVENT_APPROVAL_DENIED), 1);
}
END_TEST

static int32_t withdraw_as(const char *actor, const char *roles)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    world_actor(actor, roles);
    return interface->withdraw(instance, call, signet_text(id), SIGNET_TEXT("a mistake"),
                               &approval);
}

START_TEST(only_the_requester_withdraws)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    expect_error(withdraw_as("token:bob|bob", "officer"), SIGNET_DENIED, "approval.not-own");
    expect_error(withdraw_as("token:mal|mal", "requester"), SIGNET_NOT_FOUND, "approval.not-found");
    expect_error(withdraw_as("token:eve|eve", "auditor"), SIGNET_DENIED, "approval.not-own");
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    expect_ok(withdraw_as("token:other|alice", "requester"));
    expect_state(SIGNET_APPROVAL_WITHDRAWN);
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_DENIED, "approval.withdrawn");
    expect_error(withdraw_as("token:alice|alice", "requester"), SIGNET_CONFLICT,
                 "approval.not-pending");
}
END_TEST

START_TEST(who_sees_it_may_comment)
{
    void *instance = NULL;
    char longer[1100];
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    put_down(PROFILE);
    world_actor("token:eve|eve", "auditor");
    expect_ok(interface->comment(instance, call, signet_text(id), SIGNET_TEXT("why?"), &approval));
    ck_assert_uint_eq(approval->decision_count, 1);
    ck_assert_int_eq(approval->decisions[0]->decision, 0);
    ck_assert(signet_text_is(approval->decisions[0]->comment, "why?"));
    expect_error(interface->comment(instance, call, signet_text(id), SIGNET_TEXT(""), &approval),
                 SIGNET_INVALID, "approval.comment");
    memset(longer, 'x', sizeof longer);
    expect_error(interface->comment(instance, call, signet_text(id),
                                    (signet_text_t){longer, sizeof longer}, &approval),
                 SIGNET_INVALID, "approval.comment");
    world_actor("token:mal|mal", "requester");
    expect_error(interface->comment(instance, call, signet_text(id), SIGNET_TEXT("x"), &approval),
                 SIGNET_NOT_FOUND, "approval.not-found");
    ck_assert_uint_ge(world_entries(SIGNET_EVENT_APPROVAL_COMMENTED), 1);
}
END_TEST

START_TEST(a_request_without_an_id_is_asked_for_by_the_one_it_got)
{
    const signet_certificate_t *certificate = NULL;
    as_requester();
    signet_requested_name_t name = {
        .size = sizeof name, .type = SIGNET_TEXT("dns"), .value = SIGNET_TEXT("b.example")};
    signet_pair_t field = {
        .size = sizeof field, .name = SIGNET_TEXT("owner"), .value = SIGNET_TEXT("team-a")};
    signet_issue_request_t request = {.size = sizeof request,
                                      .profile = SIGNET_TEXT(PROFILE),
                                      .csr = world_csr(NULL, "/CN=b.example", NULL),
                                      .names = &name,
                                      .name_count = 1,
                                      .validity_ms = 86400000,
                                      .fields = &field,
                                      .field_count = 1};
    ck_assert_int_eq(world_ask(&request, &certificate), SIGNET_PENDING);
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(call->services->error(call)->field));
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    const signet_approval_t *approval = get_as("token:alice|alice", "requester");
    ck_assert(signet_text_starts(approval->key, "approval/"));
    signet_issue_request_t by_id = {.size = sizeof by_id, .request_id = approval->key};
    expect_ok(world_ask(&by_id, &certificate));
    ck_assert_uint_eq(certificate->name_count, 2);
    ck_assert(signet_text_is(certificate->names[0], "dns:b.example"));
    ck_assert_int_le(certificate->not_after - certificate->issued_at, 86400000);
    const signet_certificate_t *again = NULL;
    expect_ok(world_ask(&by_id, &again));
    ck_assert(signet_bytes_equal(again->der, certificate->der));

    snprintf(request_id, sizeof request_id, "%.*s", SIGNET_FORMAT(approval->key));
    by_id.request_id = signet_text(request_id);
    world_actor("token:mal|mal", "requester");
    expect_error(world_ask(&by_id, &certificate), SIGNET_NOT_FOUND, "request.not-found");
    by_id.request_id = SIGNET_TEXT("approval/nothing");
    expect_error(world_ask(&by_id, &certificate), SIGNET_NOT_FOUND, "request.not-found");
}
END_TEST

/* Case 80: what is issued is what was agreed to, or nothing. */
START_TEST(a_changed_profile_sends_an_approved_request_back)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    uint64_t records = world_records("ca.certificates");
    uint64_t returned = world_entries(SIGNET_EVENT_APPROVAL_RETURNED);
    expect_ok(world_profiles_replace("version = 7;", "version = 8;"));
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_PENDING, "approval.pending");
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_APPROVAL_RETURNED), returned + 1);
    ck_assert_uint_eq(world_records("ca.certificates"), records);
    const signet_approval_t *approval = get_as("token:bob|bob", "officer");
    ck_assert(signet_text_is(approval->state, SIGNET_APPROVAL_PENDING));
    ck_assert_uint_eq(approval->decision_count, 0);
    ck_assert_ptr_nonnull(
        strstr(signet_text_string(call, approval->document), "\"profile_version\":8"));
    /* The same persons look again. */
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    as_requester();
    expect_ok(ask(PROFILE, &certificate));
    ck_assert_uint_eq(certificate->profile_version, 8);

    /* The same where nobody counted the version on. */
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    expect_ok(world_profiles_replace("validity = \"30d\";", "validity = \"31d\";"));
    expect_pending();
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    /* And where the profile is gone, nothing is issued. */
    expect_ok(world_profiles_replace("name = \"" PROFILE "\"", "name = \"no-persons!\""));
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_NOT_FOUND, "profile.not-found");
    expect_ok(world_profiles_replace("name = \"no-persons!\"", "name = \"" PROFILE "\""));
}
END_TEST

START_TEST(all_checks_are_made_again)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    uint64_t records = world_records("ca.certificates");
    world_actor("token:alice|alice", "requester@device");
    expect_error(ask(PROFILE, &certificate), SIGNET_DENIED, "permission.profile");

    /* The key is reported as compromised, by another certificate that it has. */
    world_actor("token:officer", "officer");
    signet_bytes_t same = {csr, csr_length};
    certificate = world_issued("tls-server", same);
    expect_ok(world_revoke(certificate, SIGNET_REASON_KEY_COMPROMISE));
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_INVALID, "key.blocked");
    ck_assert_uint_eq(world_records("ca.certificates"), records + 1);
    expect_state(SIGNET_APPROVAL_APPROVED);
}
END_TEST

START_TEST(a_key_that_refuses_does_not_use_the_approval_up)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    as_requester();
    fault.fail_sign = SIGNET_DENIED;
    expect_error(ask(PROFILE, &certificate), SIGNET_UNAVAILABLE, "authority.key-refused");
    expect_state(SIGNET_APPROVAL_APPROVED);
    as_requester();
    expect_ok(ask(PROFILE, &certificate));
    expect_state(SIGNET_APPROVAL_DONE);
}
END_TEST

START_TEST(an_abandoned_issuance_uses_the_approval_up)
{
    const signet_certificate_t *certificate = NULL;
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    as_requester();
    fault.fail_journal_commit = SIGNET_UNAVAILABLE;
    ck_assert_int_eq(ask(PROFILE, &certificate), SIGNET_UNAVAILABLE);
    call->services->clear(call);
    expect_state(SIGNET_APPROVAL_DONE);
    as_requester();
    expect_error(ask(PROFILE, &certificate), SIGNET_CONFLICT, "request.abandoned");
    ck_assert_uint_eq(world_records("ca.intents"), 1);
}
END_TEST

typedef struct racer {
    pthread_t thread;
    int32_t status;
} racer_t;

static void *race(void *argument)
{
    racer_t *racer = argument;
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *certificate = NULL;
    signet_call_t *own = signet_check_call(check, "token:alice|alice", "requester");
    signet_issue_request_t request = request_for(PROFILE);
    racer->status = ca->issue(instance, own, &request, &certificate);
    signet_check_call_end(own);
    return NULL;
}

START_TEST(many_at_once_issue_once)
{
    racer_t racers[8];
    put_down(PROFILE);
    approve_as("token:bob|bob", SIGNET_APPROVAL_PENDING);
    approve_as("token:carol|carol", SIGNET_APPROVAL_APPROVED);
    uint64_t records = world_records("ca.certificates");
    uint64_t intents = world_records("ca.intents");
    for (size_t i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    int issued = 0;
    for (size_t i = 0; i < 8; i++) {
        pthread_join(racers[i].thread, NULL);
        issued += racers[i].status == SIGNET_OK;
        ck_assert(racers[i].status == SIGNET_OK || racers[i].status == SIGNET_BUSY ||
                  racers[i].status == SIGNET_CONFLICT);
    }
    ck_assert_int_ge(issued, 1);
    ck_assert_uint_eq(world_records("ca.certificates"), records + 1);
    ck_assert_uint_eq(world_records("ca.intents"), intents);
}
END_TEST

static signet_approval_matter_t matter_of(const char *key, int64_t expires_ms)
{
    static const signet_text_t roles[] = {SIGNET_TEXT_INIT("officer")};
    static const uint8_t digest[32] = {1};
    return (signet_approval_matter_t){.size = sizeof(signet_approval_matter_t),
                                      .required = 1,
                                      .kind = SIGNET_TEXT("test.thing"),
                                      .key = signet_text(key),
                                      .object = SIGNET_TEXT("thing:1"),
                                      .digest = {digest, sizeof digest},
                                      .document = SIGNET_TEXT("{}"),
                                      .roles = roles,
                                      .role_count = 1,
                                      .expires_ms = expires_ms};
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

START_TEST(a_matter_expires_and_is_swept)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_matter_t matter = matter_of("expiring", 1);
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(approval->id));
    wait_a_moment();
    /* Before the sweep has come by, nothing can be decided any more. */
    expect_error(decide_as("token:bob|bob", "officer", SIGNET_DECISION_APPROVE, &approval),
                 SIGNET_CONFLICT, "approval.not-pending");
    uint64_t expired = world_entries(SIGNET_EVENT_APPROVAL_EXPIRED);
    expect_ok(signet_check_run_job(check, "ca", "approvals"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_APPROVAL_EXPIRED), expired + 1);
    expect_ok(signet_check_run_job(check, "ca", "approvals"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_APPROVAL_EXPIRED), expired + 1);
    expect_state(SIGNET_APPROVAL_EXPIRED);
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_DENIED,
                 "approval.expired");
}
END_TEST

START_TEST(an_approval_that_nobody_acts_on_expires)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_matter_t matter = matter_of("unused", 500);
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(approval->id));
    approve_as("token:bob|bob", SIGNET_APPROVAL_APPROVED);
    as_requester();
    expect_ok(interface->require(instance, call, &matter, &approval));
    int64_t expires = approval->expires;
    while (signet_now() <= expires)
        wait_a_moment();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_DENIED,
                 "approval.expired");
}
END_TEST

START_TEST(waiting_too_long_is_told_once)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_matter_t matter = matter_of("escalating", 3600000);
    matter.escalate_ms = 1;
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    wait_a_moment();
    uint64_t escalated = world_entries(SIGNET_EVENT_APPROVAL_ESCALATED);
    expect_ok(signet_check_run_job(check, "ca", "approvals"));
    expect_ok(signet_check_run_job(check, "ca", "approvals"));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_APPROVAL_ESCALATED), escalated + 1);
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
}
END_TEST

START_TEST(a_matter_is_acted_on_once)
{
    void *instance = NULL;
    const signet_change_t *change = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_matter_t matter = matter_of("once", 0);
    signet_store_t store = world_store();
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(approval->id));
    approve_as("token:bob|bob", SIGNET_APPROVAL_APPROVED);
    as_requester();
    expect_ok(interface->require(instance, call, &matter, &approval));
    expect_ok(interface->finish(instance, call, approval, SIGNET_TEXT("thing:1"), &change));
    expect_ok(store.interface->commit(store.instance, call, change, 1));
    ck_assert_int_eq(store.interface->commit(store.instance, call, change, 1), SIGNET_CONFLICT);
    call->services->clear(call);
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_CONFLICT,
                 "approval.done");
}
END_TEST

START_TEST(a_matter_of_another_is_not_mine)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_matter_t matter = matter_of("of-alice", 0);
    static const uint8_t other[32] = {2};
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(approval->id));
    matter.digest = (signet_bytes_t){other, sizeof other};
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_CONFLICT,
                 "approval.changed");
    world_actor("token:mal|mal", "requester");
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_CONFLICT,
                 "approval.of-another");
    approve_as("token:bob|bob", SIGNET_APPROVAL_APPROVED);
    as_requester();
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_PENDING,
                 "approval.pending");
    ck_assert(signet_text_is(approval->state, SIGNET_APPROVAL_PENDING));
    matter.required = 0;
    expect_error(interface->require(instance, call, &matter, &approval), SIGNET_INVALID,
                 "approval.matter");
}
END_TEST

static uint64_t found_as(const char *actor, const char *roles, const char *state)
{
    void *instance = NULL;
    const signet_approval_page_t *page = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    uint64_t count = 0;
    signet_approval_query_t query = {.size = sizeof query, .state = signet_text(state), .limit = 2};
    world_actor(actor, roles);
    do {
        expect_ok(interface->query(instance, call, &query, &page));
        for (uint64_t i = 0; i < page->count; i++) {
            ck_assert(query.state.length == 0 || signet_text_is(page->approvals[i]->state, state));
            count++;
        }
        query.cursor = page->cursor;
    } while (page->cursor.length > 0);
    return count;
}

START_TEST(everyone_finds_what_they_may_see)
{
    const signet_approval_t *approval = NULL;
    uint64_t pending = found_as("token:eve|eve", "auditor", SIGNET_APPROVAL_PENDING);
    uint64_t denied = found_as("token:eve|eve", "auditor", SIGNET_APPROVAL_DENIED);
    uint64_t own = found_as("token:alice|alice", "requester", "");
    put_down(PROFILE);
    put_down("with-card");
    put_down(PROFILE);
    expect_ok(decide_as("token:bob|bob", "officer", SIGNET_DECISION_DENY, &approval));
    ck_assert_uint_eq(found_as("token:eve|eve", "auditor", SIGNET_APPROVAL_PENDING), pending + 2);
    ck_assert_uint_eq(found_as("token:eve|eve", "auditor", SIGNET_APPROVAL_DENIED), denied + 1);
    ck_assert_uint_eq(found_as("token:alice|alice", "requester", ""), own + 3);
    ck_assert_uint_eq(found_as("token:mal|mal", "requester", ""), 0);
    ck_assert_uint_eq(found_as("token:rev|rev", "revocation-officer", ""), 0);
    ck_assert_uint_gt(found_as("token:bob|bob", "officer", ""),
                      found_as("token:bob|bob", "officer@with-card", ""));

    void *instance = NULL;
    const signet_approval_page_t *page = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    signet_approval_query_t query = {.size = sizeof query, .state = SIGNET_TEXT("odd"), .limit = 1};
    expect_error(interface->query(instance, call, &query, &page), SIGNET_INVALID, "approval.state");
    query = (signet_approval_query_t){.size = sizeof query};
    expect_error(interface->query(instance, call, &query, &page), SIGNET_INVALID, "approval.limit");
}
END_TEST

START_TEST(tenants_do_not_see_each_other)
{
    void *instance = NULL;
    const signet_approval_t *approval = NULL;
    const signet_approval_interface_t *interface = approvals(&instance);
    put_down(PROFILE);
    world_actor("token:bob|bob", "officer,auditor,administrator");
    expect_ok(call->services->set_tenant(call, SIGNET_TEXT("other")));
    expect_error(interface->get(instance, call, signet_text(id), &approval), SIGNET_NOT_FOUND,
                 "approval.not-found");
}
END_TEST

START_TEST(without_approval_nothing_is_read)
{
    world_actor("token:officer", "officer");
    signet_bytes_t made = world_csr(NULL, "/CN=a.example", "DNS:a.example");
    fault.store_reads = 0;
    world_issued("tls-server", made);
    ck_assert_uint_eq(fault.store_reads, 0);
}
END_TEST

START_TEST(auditors_are_no_approvers)
{
    ck_assert_int_eq(
        world_profiles_replace("approvers = [ \"officer\" ];", "approvers = [ \"auditor\" ];"),
        SIGNET_INVALID);
    ck_assert(signet_text_is(signet_check_error(check)->reason, "profile.auditor"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_request_waits_until_enough_persons_agree,
        a_replayed_approval_issues_once,
        another_request_under_a_waiting_id_is_a_conflict,
        nobody_approves_their_own,
        the_same_person_counts_once,
        only_those_with_the_role_decide,
        an_auditor_never_issues,
        a_missing_factor_is_refused,
        one_denial_denies,
        only_the_requester_withdraws,
        who_sees_it_may_comment,
        a_request_without_an_id_is_asked_for_by_the_one_it_got,
        a_changed_profile_sends_an_approved_request_back,
        all_checks_are_made_again,
        a_key_that_refuses_does_not_use_the_approval_up,
        many_at_once_issue_once,
        an_abandoned_issuance_uses_the_approval_up,
        a_matter_expires_and_is_swept,
        an_approval_that_nobody_acts_on_expires,
        waiting_too_long_is_told_once,
        a_matter_is_acted_on_once,
        a_matter_of_another_is_not_mine,
        everyone_finds_what_they_may_see,
        tenants_do_not_see_each_other,
        without_approval_nothing_is_read,
        /* The last, because it leaves no CA behind. */
        auditors_are_no_approvers,
    };
    return world_run("approval",
                     ",{ name = \"" PROFILE "\"; version = 7; authority = \"tls\";\n"
                     "dns = [ \"*.example\" ]; subject = [ \"CN=name\" ]; validity = \"30d\";\n"
                     "key_usage = [ \"digitalSignature\" ]; extended_key_usage = [ \"serverAuth\" "
                     "];\n"
                     "approval = 2; approvers = [ \"officer\" ]; },\n"
                     "{ name = \"with-card\"; authority = \"tls\"; dns = [ \"*.example\" ];\n"
                     "subject = [ \"CN=name\" ]; key_usage = [ \"digitalSignature\" ];\n"
                     "extended_key_usage = [ \"serverAuth\" ]; approval = 1;\n"
                     "approver_methods = [ \"certificate\" ]; }",
                     tests, sizeof tests / sizeof tests[0]);
}
