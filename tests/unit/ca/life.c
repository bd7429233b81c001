#include "life.h"

#include <openssl/pem.h>
#include <signet/ext/draft/approval.h>
#include <stdio.h>

const signet_authority_interface_t *life_authorities(void **instance)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_AUTHORITY_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

int32_t life_apply(const signet_authority_change_t *change,
                   const signet_authority_report_t **report)
{
    void *instance = NULL;
    const signet_authority_interface_t *interface = life_authorities(&instance);
    *report = NULL;
    return interface->change(instance, call, change, report);
}

void life_agree(void)
{
    const signet_provider_t *provider = signet_check_find(check, SIGNET_APPROVAL_INTERFACE, "ca");
    ck_assert_ptr_nonnull(provider);
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    char id[64];
    snprintf(id, sizeof id, "%.*s", SIGNET_FORMAT(call->services->error(call)->field));
    call->services->clear(call);
    /* Nobody agrees to what they asked for themselves. */
    expect_error(approvals->decide(provider->instance, call, signet_text(id),
                                   SIGNET_DECISION_APPROVE, SIGNET_TEXT(""), &approval),
                 SIGNET_DENIED, "approval.own");
    signet_call_t *own = call;
    call = signet_check_call(check, "token:second", "ca-administrator");
    expect_ok(approvals->decide(provider->instance, call, signet_text(id), SIGNET_DECISION_APPROVE,
                                SIGNET_TEXT(""), &approval));
    signet_check_call_end(call);
    call = own;
}

int32_t life_agreed(const signet_authority_change_t *asked,
                    const signet_authority_report_t **report)
{
    int32_t status = life_apply(asked, report);
    if (status != SIGNET_PENDING)
        return status;
    life_agree();
    return life_apply(asked, report);
}

int32_t life_change(const char *action, const char *authority)
{
    const signet_authority_report_t *report = NULL;
    const signet_authority_change_t asked = {
        .size = sizeof asked, .action = signet_text(action), .authority = signet_text(authority)};
    return life_agreed(&asked, &report);
}

const signet_json_t *life_describe(const char *authority)
{
    void *instance = NULL;
    const signet_authority_report_t *report = NULL;
    const signet_json_t *json = NULL;
    const signet_authority_interface_t *interface = life_authorities(&instance);
    expect_ok(interface->generations(instance, call, signet_text(authority), &report));
    expect_ok(signet_json_parse(call, signet_text_bytes(report->document), 1U << 20, &json));
    return json;
}

void life_states(const char *authority, const char *expected)
{
    const signet_json_t *json = life_describe(authority);
    const signet_json_t *list = signet_json_get(json, "generations");
    char states[256];
    int length = snprintf(states, sizeof states,
                          "%.*s:", SIGNET_FORMAT(signet_json_get(json, "state")->text));
    for (uint64_t i = 0; i < list->count; i++)
        length += snprintf(states + length, sizeof states - (size_t)length, " %.*s",
                           SIGNET_FORMAT(signet_json_get(&list->items[i], "state")->text));
    ck_assert_str_eq(states, expected);
}

signet_text_t life_certificate(const char *authority, uint64_t generation, const char *member)
{
    const signet_json_t *list = signet_json_get(life_describe(authority), "generations");
    ck_assert_uint_ge(list->count, generation);
    const signet_json_t *pem = signet_json_get(&list->items[generation - 1], member);
    ck_assert_ptr_nonnull(pem);
    return pem->text;
}

X509 *life_parse(signet_text_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.length);
    X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    ck_assert_ptr_nonnull(x509);
    return x509;
}

X509 *life_parse_der(signet_bytes_t der)
{
    const unsigned char *next = der.data;
    X509 *x509 = d2i_X509(NULL, &next, (long)der.length);
    ck_assert_ptr_nonnull(x509);
    return x509;
}
