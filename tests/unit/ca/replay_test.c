/* Replaying a policy over many certificates: SIGNET_REPLAY_COUNT of them, by default 2,000. A
 * hundred thousand take less than 30 seconds. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 100U
#define WHOLE 100000U
#define WHOLE_MS 30000

static void give_serial(uint8_t *der, uint64_t length, signet_bytes_t old, const uint8_t *serial)
{
    uint8_t *place = memmem(der, (size_t)length, old.data, (size_t)old.length);
    ck_assert_ptr_nonnull(place);
    memcpy(place, serial, (size_t)old.length);
}

/* Copies of one certificate with serials of their own, as if each had been issued. */
static void write_copies(const signet_certificate_t *certificate, uint64_t first, uint64_t count)
{
    signet_store_t store = world_store();
    signet_call_t *child = call->services->child(call);
    ck_assert_ptr_nonnull(child);
    signet_change_t changes[BATCH];
    for (uint64_t i = 0; i < count; i++) {
        uint8_t serial[16] = {1};
        snprintf((char *)serial + 1, sizeof serial - 1, "%014llu", (unsigned long long)(first + i));
        serial[15] = 1;
        signet_bytes_t der = signet_bytes_copy(child, certificate->der);
        give_serial((uint8_t *)(uintptr_t)der.data, der.length, certificate->serial, serial);
        signet_text_t key = signet_format(
            child, "tls/%.*s",
            SIGNET_FORMAT(signet_hex(child, (signet_bytes_t){serial, sizeof serial})));
        signet_field_t *fields = child->services->alloc(child, 8 * sizeof *fields);
        ck_assert_ptr_nonnull(fields);
        fields[0] = signet_field_text("profile", certificate->profile);
        fields[1] = signet_field_time("not_after", certificate->not_after);
        fields[2] = signet_field_time("issued_at", certificate->issued_at);
        fields[3] = signet_field_text("asked", certificate->asked);
        fields[4] = signet_field_text("requester", certificate->requester);
        fields[5] = signet_field_text("subject", certificate->subject);
        fields[6] = signet_field_text("canonical", certificate->names[0]);
        changes[i] = signet_put("ca.certificates", key, SIGNET_VERSION_ABSENT, fields, 7, der);
    }
    expect_ok(store.interface->commit(store.instance, child, changes, count));
    call->services->end(child);
}

START_TEST(a_replay_over_many_certificates_is_quick)
{
    const char *wanted = getenv("SIGNET_REPLAY_COUNT");
    uint64_t count = wanted != NULL ? strtoull(wanted, NULL, 10) : 2000;
    const signet_certificate_t *certificate =
        world_issued("tls-server", world_csr(NULL, "", "DNS:a.example"));
    for (uint64_t i = 0; i < count; i += BATCH)
        write_copies(certificate, i, count - i < BATCH ? count - i : BATCH);
    signet_text_t output;
    int64_t begun = signet_monotonic();
    expect_ok(signet_check_command(check, call, "ca", "policy replay", NULL, 0, 0, &output));
    int64_t taken = signet_monotonic() - begun;
    printf("%llu certificates replayed in %lld ms\n", (unsigned long long)count, (long long)taken);
    signet_text_t expected =
        signet_format(call, "%llu certificates looked at: 0 would be refused, 0 would be different",
                      (unsigned long long)count + 1);
    ck_assert_msg(memmem(output.data, output.length, expected.data, expected.length) != NULL,
                  "%.*s", (int)(output.length > 400 ? 400 : output.length), output.data);
    if (count >= WHOLE)
        ck_assert_int_lt(taken, WHOLE_MS * (int64_t)(count / WHOLE));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_replay_over_many_certificates_is_quick};
    return world_run("ca-replay", "", tests, 1);
}
