/* Case 94: the Nth allocation of an issuance or a revocation fails, for every N. */
#include "world.h"

#include <string.h>

#define LIMIT 5000
#define ENOUGH 20U

START_TEST(case_94_any_allocation_of_an_issuance_fails)
{
    signet_bytes_t csr = world_csr(NULL, "/CN=a.example", "DNS:a.example,IP:192.0.2.1");
    uint8_t octets[2048];
    ck_assert_uint_le(csr.length, sizeof octets);
    memcpy(octets, csr.data, csr.length);
    csr.data = octets;
    uint64_t records = world_records("ca.certificates");
    uint64_t signatures = fault.signatures;
    uint64_t issued = 0;
    uint64_t in_a_row = 0;
    uint64_t nth = 0;
    /* Some allocations belong to what may fail unnoticed; the last one is past when many succeed.
     */
    while (in_a_row < ENOUGH && nth++ < LIMIT) {
        const signet_certificate_t *certificate = NULL;
        signet_issue_request_t request = {
            .size = sizeof request, .profile = SIGNET_TEXT("tls-server"), .csr = csr};
        world_actor("token:officer", "officer");
        request.request_id = signet_format(call, "rest/%llu", (unsigned long long)nth);
        signet_check_fail_alloc(check, nth);
        int32_t status = world_ask(&request, &certificate);
        signet_check_fail_alloc(check, 0);
        const signet_error_t *error = call->services->error(call);
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY,
                      "allocation %llu: %d, %.*s", (unsigned long long)nth, status,
                      SIGNET_FORMAT(error ? error->reason : SIGNET_TEXT("no error")));
        /* An error is set exactly where one is answered. */
        ck_assert_msg((status == SIGNET_OK) == (error == NULL), "allocation %llu",
                      (unsigned long long)nth);
        ck_assert((status == SIGNET_OK) == (certificate != NULL));
        call->services->clear(call);
        issued += status == SIGNET_OK;
        in_a_row = status == SIGNET_OK ? in_a_row + 1 : 0;
        /* Not acknowledged means no record; each signature has its intent or its record. */
        ck_assert_uint_eq(world_records("ca.certificates"), records + issued);
        ck_assert_uint_le(fault.signatures - signatures, world_records("ca.intents") + issued);
    }
    ck_assert_uint_eq(in_a_row, ENOUGH);
    ck_assert_uint_gt(nth, 60);
}
END_TEST

START_TEST(case_94_any_allocation_of_a_revocation_fails)
{
    const signet_certificate_t *issued = world_issued("device", world_csr(NULL, "/CN=x", NULL));
    uint8_t serial[20];
    ck_assert_uint_le(issued->serial.length, sizeof serial);
    memcpy(serial, issued->serial.data, issued->serial.length);
    signet_certificate_t certificate = {.size = sizeof certificate,
                                        .authority = SIGNET_TEXT("device"),
                                        .serial = {serial, issued->serial.length}};
    int32_t status = SIGNET_NO_MEMORY;
    uint64_t nth = 0;
    while (status == SIGNET_NO_MEMORY && nth++ < LIMIT) {
        world_actor("token:officer", "officer");
        signet_check_fail_alloc(check, nth);
        status = world_revoke(&certificate, SIGNET_REASON_KEY_COMPROMISE);
        signet_check_fail_alloc(check, 0);
        signet_text_t reason =
            status == SIGNET_OK ? SIGNET_TEXT("ok") : call->services->error(call)->reason;
        ck_assert_msg(status == SIGNET_OK || status == SIGNET_NO_MEMORY,
                      "allocation %llu: %d, %.*s", (unsigned long long)nth, status,
                      SIGNET_FORMAT(reason));
        call->services->clear(call);
        ck_assert(signet_text_is(world_get(&certificate)->state, status == SIGNET_OK
                                                                     ? SIGNET_CERTIFICATE_REVOKED
                                                                     : SIGNET_CERTIFICATE_VALID));
    }
    ck_assert_int_eq(status, SIGNET_OK);
    ck_assert_uint_gt(nth, 20);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {case_94_any_allocation_of_an_issuance_fails,
                                  case_94_any_allocation_of_a_revocation_fails};
    return world_run("ca-memory", "", tests, sizeof tests / sizeof tests[0]);
}
