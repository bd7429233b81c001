#include "authority/replace.h"

#include "error.h"
#include "record/record.h"
#include "record/revoke.h"

#include <signet/ca.h>
#include <signet/sdk/encode.h>

/* Revokes one at the parent; `*done` is 0 where the parent must do it elsewhere. */
static int32_t revoke_one(const ca_lifecycle_t *life, signet_call_t *call, ca_authority_t *parent,
                          const signet_x509_t *x509, int act, int *done)
{
    signet_store_t store;
    ca_record_t *record = NULL;
    const signet_revoke_request_t request = {.size = sizeof request,
                                             .reason = SIGNET_REASON_CA_COMPROMISE,
                                             .authority = parent->name,
                                             .serial = x509->serial,
                                             .comment = life->change->comment};
    *done = 0;
    int32_t status = ca_authority_ready(call, ca_authority_now(parent), signet_now());
    if (status == SIGNET_OK)
        status = ca_store(life->ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, parent->name, x509->serial, &record);
    if (status != SIGNET_OK) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    signet_text_t key = ca_record_key(call, parent->name, x509->serial);
    signet_text_t order = signet_format(call, "compromise:%.*s", SIGNET_FORMAT(life->home->name));
    if (key.data == NULL || order.data == NULL)
        return SIGNET_NO_MEMORY;
    *done = 1;
    return act ? ca_revoke_ordered(life->ca, call, key, &request, order) : SIGNET_OK;
}

/* SERIAL TIME REASON, as a ceremony reads it. */
static void add_line(signet_call_t *call, signet_buffer_t *lines, const signet_x509_t *x509)
{
    int64_t now = signet_now();
    signet_buffer_format(lines, "%.*s %.*s cACompromise\n",
                         SIGNET_FORMAT(signet_hex(call, x509->serial)),
                         SIGNET_FORMAT(signet_time_text(call, now - now % 1000)));
}

int32_t ca_replace_revoke(ca_lifecycle_t *life, signet_call_t *call, int act, signet_text_t *lines)
{
    signet_buffer_t buffer = signet_buffer(call, 256);
    int32_t status = SIGNET_OK;
    life->revoked = 0;
    for (uint64_t i = 0; status == SIGNET_OK && i < life->lineage->count; i++) {
        const ca_generation_t *item = &life->lineage->items[i];
        ca_authority_t *at = item->authority;
        const signet_x509_t *x509 = NULL;
        int done = 0;
        if (at == NULL || at->parent == NULL || (act && item->compromised == 0))
            continue;
        status = signet_x509_parse(call, at->certificate, &x509);
        if (status != SIGNET_OK || x509->not_after < signet_now())
            continue;
        status = revoke_one(life, call, at->parent, x509, act, &done);
        if (done)
            life->revoked++;
        else
            add_line(call, &buffer, x509);
    }
    return status == SIGNET_OK && buffer.length > 0 ? signet_buffer_text(&buffer, lines) : status;
}

int32_t ca_replace_prepare(ca_lifecycle_t *life, signet_call_t *call)
{
    if (ca_lineage_in(life->lineage, CA_KEY_PREPUBLISHED) != NULL)
        return SIGNET_OK;
    if (life->home->keys.length == 0) {
        life->problem = SIGNET_TEXT("the authority's keys are elsewhere: make a further key there");
        return SIGNET_OK;
    }
    int32_t status = ca_lifecycle_rotate(life, call);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY)
        return status;
    /* The compromise stands; this can be asked for again. */
    const signet_error_t *error = call->services->error(call);
    life->problem = signet_text_copy(call, error->message);
    signet_log_error(life->ca->host, call, SIGNET_LOG_ERROR, "ca.replacement-unprepared");
    call->services->clear(call);
    return SIGNET_OK;
}

int32_t ca_replace_rehearse(const ca_lifecycle_t *life, signet_call_t *call,
                            signet_json_writer_t *writer)
{
    signet_text_t name = {NULL, 0};
    if (life->home->keys.length == 0) {
        signet_json_text(writer, "problem",
                         SIGNET_TEXT("the authority's keys are elsewhere: make a further key "
                                     "there"));
        return SIGNET_OK;
    }
    int32_t status = ca_lifecycle_rotate_check(life, call, &name);
    signet_json_text(writer, "key", name);
    signet_json_text(writer, "backend", life->home->keys);
    signet_json_text(writer, "type", life->home->key_type);
    if (status != SIGNET_OK) {
        signet_json_text(writer, "problem", call->services->error(call)->message);
        call->services->clear(call);
    }
    ca_authority_t *parent =
        life->home->parent != NULL ? ca_authority_now(life->home->parent) : NULL;
    if (parent == NULL) {
        signet_json_text(writer, "certificate",
                         SIGNET_TEXT("self-signed; whoever trusts this root must be told, and "
                                     "given the new one"));
        return SIGNET_OK;
    }
    int ready = ca_authority_ready(call, parent, signet_now()) == SIGNET_OK;
    call->services->clear(call);
    signet_json_text(writer, "certificate",
                     ready ? SIGNET_TEXT("by the parent, at once")
                           : SIGNET_TEXT("requested: the parent signs elsewhere"));
    return SIGNET_OK;
}
