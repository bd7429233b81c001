/* Many revocations at once: preview, order, and the job that carries it out. */
#include "world.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/x509.h>
#include <string.h>

static uint8_t digest[32];

static int32_t ask(const signet_certificate_query_t *select, int32_t reason, int expect,
                   const signet_bulk_t **bulk)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    signet_bulk_request_t request = {.size = sizeof request,
                                     .reason = reason,
                                     .select = select,
                                     .comment = SIGNET_TEXT("leak"),
                                     .expected = {expect ? digest : NULL, expect ? 32 : 0}};
    int32_t status = ca->revoke_many(instance, call, &request, bulk);
    if (status == SIGNET_OK)
        memcpy(digest, (*bulk)->digest.data, sizeof digest);
    return status;
}

static const signet_bulk_t *progress(signet_text_t id)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_bulk_t *bulk = NULL;
    expect_ok(ca->bulk(instance, call, id, &bulk));
    return bulk;
}

static const signet_certificate_t *issue(const char *profile, const char *subject)
{
    return world_issued(profile, world_csr(NULL, subject, NULL));
}

START_TEST(previewed_then_revoked)
{
    const signet_certificate_t *mine[5];
    for (int i = 0; i < 5; i++)
        mine[i] = issue("device", "/CN=many");
    const signet_certificate_t *other = issue("tls-client", "/CN=other");
    expect_ok(world_revoke(mine[4], SIGNET_REASON_SUPERSEDED));
    const signet_certificate_query_t select = {.size = sizeof select,
                                               .name = SIGNET_TEXT("cn:many")};
    const signet_bulk_t *bulk = NULL;
    expect_ok(ask(&select, SIGNET_REASON_KEY_COMPROMISE, 0, &bulk));
    ck_assert(signet_text_is(bulk->state, SIGNET_BULK_PREVIEW));
    ck_assert_uint_eq(bulk->count, 4);
    ck_assert_uint_eq(bulk->certificate_count, 4);
    ck_assert_uint_eq(bulk->id.length, 0);
    ck_assert(signet_text_is(world_get(mine[0])->state, SIGNET_CERTIFICATE_VALID));

    /* Another reason, or one certificate more, is not what was previewed. */
    expect_error(ask(&select, SIGNET_REASON_SUPERSEDED, 1, &bulk), SIGNET_CONFLICT, "bulk.changed");
    const signet_certificate_t *late = issue("device", "/CN=many");
    expect_error(ask(&select, SIGNET_REASON_KEY_COMPROMISE, 1, &bulk), SIGNET_CONFLICT,
                 "bulk.changed");
    expect_ok(ask(&select, SIGNET_REASON_KEY_COMPROMISE, 0, &bulk));
    expect_ok(ask(&select, SIGNET_REASON_KEY_COMPROMISE, 1, &bulk));
    ck_assert(signet_text_is(bulk->state, SIGNET_BULK_RUNNING));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATES_REVOKED), 1);
    uint64_t before = world_entries(SIGNET_EVENT_CERTIFICATE_REVOKED);
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    const signet_bulk_t *now = progress(bulk->id);
    ck_assert(signet_text_is(now->state, SIGNET_BULK_DONE));
    ck_assert_uint_eq(now->done, 5);
    ck_assert_uint_eq(now->failed, 0);
    ck_assert_uint_eq(world_records("ca.bulk-parts"), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert(signet_text_is(world_get(mine[i])->state, SIGNET_CERTIFICATE_REVOKED));
        ck_assert_int_eq(world_get(mine[i])->reason, SIGNET_REASON_KEY_COMPROMISE);
    }
    ck_assert(signet_text_is(world_get(late)->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert_int_eq(world_get(mine[4])->reason, SIGNET_REASON_SUPERSEDED);
    ck_assert(signet_text_is(world_get(other)->state, SIGNET_CERTIFICATE_VALID));
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_REVOKED), before + 5);
    /* Once more changes nothing. */
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_REVOKED), before + 5);
}
END_TEST

/* What an interrupted run revoked is not revoked twice, and nothing is left out. */
START_TEST(interrupted_and_taken_up_again)
{
    const signet_certificate_t *mine[3];
    for (int i = 0; i < 3; i++)
        mine[i] = issue("device", "/CN=half");
    const signet_certificate_query_t select = {.size = sizeof select,
                                               .name = SIGNET_TEXT("cn:half")};
    const signet_bulk_t *bulk = NULL;
    expect_ok(ask(&select, SIGNET_REASON_SUPERSEDED, 0, &bulk));
    expect_ok(ask(&select, SIGNET_REASON_SUPERSEDED, 1, &bulk));
    fault.fail_journal_commit = SIGNET_UNAVAILABLE;
    fault.do_it_first = 1;
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_UNAVAILABLE);
    fault.do_it_first = 0;
    ck_assert(signet_text_is(progress(bulk->id)->state, SIGNET_BULK_RUNNING));
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert_uint_eq(progress(bulk->id)->done, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(world_get(mine[i])->version, 2);
}
END_TEST

static int32_t plan(const char *name, signet_bytes_t key, int64_t deadline, int expect,
                    const signet_bulk_t **bulk)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_query_t select = {.size = sizeof select, .name = signet_text(name)};
    signet_bulk_request_t request = {.size = sizeof request,
                                     .reason = SIGNET_REASON_SUPERSEDED,
                                     .select = &select,
                                     .key = key,
                                     .deadline = deadline,
                                     .expected = {expect ? digest : NULL, expect ? 32 : 0}};
    int32_t status = ca->revoke_many(instance, call, &request, bulk);
    if (status == SIGNET_OK)
        memcpy(digest, (*bulk)->digest.data, sizeof digest);
    return status;
}

static void renew(const signet_certificate_t *old)
{
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    const signet_certificate_t *renewed = NULL;
    const signet_renew_request_t request = {
        .size = sizeof request, .authority = old->authority, .serial = old->serial};
    expect_ok(ca->renew(instance, call, &request, &renewed));
}

/* Nothing is revoked before it is replaced or its deadline has passed. */
START_TEST(replaced_then_revoked)
{
    const signet_certificate_t *mine[4];
    const signet_bytes_t any = {NULL, 0};
    const signet_bulk_t *bulk = NULL;
    void *instance = NULL;
    const signet_inventory_interface_t *inventory = world_inventory(&instance);
    int64_t hour = 3600000;
    int64_t deadline = signet_now() + hour;
    for (int i = 0; i < 4; i++)
        mine[i] = issue("device", "/CN=plan");
    expect_ok(inventory->renewal_asked(instance, call, mine[0]->authority, mine[0]->serial));
    expect_ok(inventory->renewal_asked(instance, call, mine[0]->authority, mine[0]->serial));
    expect_error(inventory->renewal_asked(instance, call, mine[0]->authority,
                                          (signet_bytes_t){(const uint8_t *)"\1", 1}),
                 SIGNET_NOT_FOUND, "certificate.not-found");
    expect_error(plan("cn:plan", any, signet_now() - 1, 0, &bulk), SIGNET_INVALID, "bulk.deadline");
    expect_ok(plan("cn:plan", any, deadline, 0, &bulk));
    ck_assert_uint_eq(bulk->count, 4);
    ck_assert_uint_eq(bulk->unasked, 3);
    uint64_t spread = 0;
    for (uint64_t i = 0; i < SIGNET_BULK_SPREAD; i++)
        spread += bulk->spread[i];
    ck_assert_uint_eq(spread, 1);
    expect_error(plan("cn:plan", any, deadline + hour, 1, &bulk), SIGNET_CONFLICT, "bulk.changed");
    expect_ok(plan("cn:plan", any, deadline, 0, &bulk));
    expect_ok(plan("cn:plan", any, deadline, 1, &bulk));
    signet_text_t id = bulk->id;
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    for (int i = 0; i < 4; i++) {
        ck_assert(signet_text_is(world_get(mine[i])->state, SIGNET_CERTIFICATE_VALID));
        ck_assert_int_eq(world_get(mine[i])->renew_before, deadline);
        ck_assert_int_lt(world_get(mine[i])->renew_from, deadline - hour / 4);
    }
    ck_assert_uint_eq(progress(id)->done, 0);

    renew(mine[1]);
    uint64_t told = world_entries(SIGNET_EVENT_CERTIFICATE_HINTED);
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert(signet_text_is(world_get(mine[1])->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert(signet_text_is(world_get(mine[2])->state, SIGNET_CERTIFICATE_VALID));
    ck_assert_uint_eq(progress(id)->replaced, 1);
    ck_assert_uint_eq(progress(id)->done, 1);
    ck_assert_uint_eq(world_entries(SIGNET_EVENT_CERTIFICATE_HINTED), told);
    ck_assert(signet_text_is(progress(id)->state, SIGNET_BULK_RUNNING));
}
END_TEST

START_TEST(revoked_at_the_deadline)
{
    signet_bytes_t sum;
    const signet_x509_t *x509 = NULL;
    const signet_bulk_t *bulk = NULL;
    const signet_certificate_t *mine = issue("device", "/CN=late");
    const signet_certificate_t *other = issue("device", "/CN=late");
    int64_t deadline = signet_now() + 300;
    expect_ok(signet_x509_parse(call, mine->der, &x509));
    expect_ok(signet_sha256(call, x509->key.spki, &sum));
    expect_ok(plan("", sum, deadline, 0, &bulk));
    ck_assert_uint_eq(bulk->count, 1);
    expect_ok(plan("", sum, deadline, 1, &bulk));
    signet_text_t id = bulk->id;
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert(signet_now() >= deadline ||
              signet_text_is(world_get(mine)->state, SIGNET_CERTIFICATE_VALID));
    while (signet_now() < deadline) {
    }
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert(signet_text_is(world_get(mine)->state, SIGNET_CERTIFICATE_REVOKED));
    ck_assert(signet_text_is(world_get(other)->state, SIGNET_CERTIFICATE_VALID));
    ck_assert_int_eq(signet_check_run_job(check, "ca", "bulk-revocation"), SIGNET_OK);
    ck_assert(signet_text_is(progress(id)->state, SIGNET_BULK_DONE));
    ck_assert_uint_eq(progress(id)->done, 1);
    ck_assert_uint_eq(progress(id)->replaced, 0);
}
END_TEST

START_TEST(refused)
{
    const signet_bulk_t *bulk = NULL;
    const signet_certificate_query_t nothing = {.size = sizeof nothing};
    const signet_certificate_query_t users = {.size = sizeof users,
                                              .profile = SIGNET_TEXT("tls-client")};
    const signet_certificate_t *one = issue("tls-client", "/CN=kept");
    expect_error(ask(&nothing, 1, 0, &bulk), SIGNET_INVALID, "bulk.selects-nothing");
    expect_error(ask(&users, SIGNET_REASON_CERTIFICATE_HOLD, 0, &bulk), SIGNET_INVALID,
                 "certificate.reason");
    signet_certificate_t kept = *one;
    uint8_t serial[20];
    memcpy(serial, one->serial.data, one->serial.length);
    kept.serial.data = serial;
    kept.authority = SIGNET_TEXT("tls");
    /* An auditor sees them all and revokes none; a requester sees its own alone. */
    world_actor("auditor", "auditor");
    expect_error(ask(&users, 1, 0, &bulk), SIGNET_DENIED, "permission.certificate");
    world_actor("nobody", "requester");
    expect_ok(ask(&users, 1, 0, &bulk));
    ck_assert_uint_eq(bulk->count, 0);
    void *instance = NULL;
    const signet_ca_interface_t *ca = world_ca(&instance);
    expect_error(ca->bulk(instance, call, SIGNET_TEXT("00"), &bulk), SIGNET_NOT_FOUND,
                 "bulk.not-found");
    world_actor("officer", "officer");
    ck_assert(signet_text_is(world_get(&kept)->state, SIGNET_CERTIFICATE_VALID));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {previewed_then_revoked, interrupted_and_taken_up_again,
                                  replaced_then_revoked, revoked_at_the_deadline, refused};
    return world_run("ca-bulk", "", tests, sizeof tests / sizeof tests[0]);
}
