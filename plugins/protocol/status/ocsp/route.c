#include "ocsp/route.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>
#include <signet/sdk/record.h>

#include "http.h"
#include "ocsp/answer.h"
#include "ocsp/cache.h"
#include "status.h"

#define SECOND_MS 1000
#define MEDIA_TYPE "application/ocsp-response"
/* Who has not heard of revocations for so long looks each certificate up. */
#define VIEW_MS 60000

/* A request on its way. */
typedef struct asking {
    status_t *status;
    const signet_request_t *request;
    signet_exchange_t *exchange;
    status_ocsp_request_t *read;
    status_issuer_t *issuer;
    uint64_t issuer_index;
} asking_t;

/* Answers what is good for one client alone, or says nothing about any certificate. */
static int32_t answer_unkept(signet_call_t *call, const asking_t *asking, signet_bytes_t der)
{
    const signet_pair_t headers[] = {signet_pair("content-type", SIGNET_TEXT(MEDIA_TYPE)),
                                     signet_pair("cache-control", SIGNET_TEXT("no-store"))};
    const signet_response_t response = {.size = sizeof response,
                                        .status = 200,
                                        .headers = headers,
                                        .header_count = sizeof headers / sizeof headers[0],
                                        .body = der};
    return asking->exchange->services->respond(asking->exchange, call, &response);
}

static int32_t answer_plain(signet_call_t *call, const asking_t *asking, unsigned code)
{
    call->services->clear(call);
    return answer_unkept(call, asking, status_answer_plain(code));
}

static int32_t answer_signed(signet_call_t *call, const asking_t *asking, const status_kept_t *kept)
{
    const status_t *status = asking->status;
    signet_bytes_t digest;
    status->host->services->record(status->host, status->answers_metric, 1);
    if (asking->read->nonce.length > 0)
        return answer_unkept(call, asking, kept->der);
    int32_t done = signet_sha256(call, kept->der, &digest);
    const status_document_t document = {.type = SIGNET_TEXT(MEDIA_TYPE),
                                        .etag = done == SIGNET_OK ? signet_hex(call, digest)
                                                                  : (signet_text_t){NULL, 0},
                                        .modified = kept->this_update,
                                        .expires = kept->next_update,
                                        .max_age_ms = status->answer_max_age_ms,
                                        .length = kept->der.length,
                                        .data = kept->der.data,
                                        .file = -1};
    if (document.etag.data == NULL)
        return SIGNET_NO_MEMORY;
    return status_http_serve(call, asking->request, asking->exchange, &document, 0);
}

/* The issuer that all certificates of a request come from; 0 where it is none of ours, or they come
 * from several. */
static int find_issuer(asking_t *asking)
{
    const status_certificate_id_t *first = &asking->read->ids[0];
    status_issuer_t *issuer = NULL;
    if (first->hash >= STATUS_HASHES)
        return 0;
    for (uint64_t i = 0; (issuer = status_issuer_at(&asking->status->issuers, i)) != NULL; i++) {
        if (!atomic_load(&issuer->superseded) &&
            signet_bytes_equal(first->key_hash, issuer->key_hashes[first->hash]) &&
            signet_bytes_equal(first->name_hash, issuer->name_hashes[first->hash])) {
            asking->issuer = issuer;
            asking->issuer_index = i;
            break;
        }
    }
    for (uint64_t i = 1; asking->issuer != NULL && i < asking->read->count; i++) {
        const status_certificate_id_t *id = &asking->read->ids[i];
        if (id->hash >= STATUS_HASHES ||
            !signet_bytes_equal(id->key_hash, asking->issuer->key_hashes[id->hash]) ||
            !signet_bytes_equal(id->name_hash, asking->issuer->name_hashes[id->hash]))
            return 0;
    }
    return asking->issuer != NULL;
}

static status_cache_key_t key_of(const asking_t *asking)
{
    return (status_cache_key_t){.issuer = asking->issuer_index,
                                .hash = asking->read->ids[0].hash,
                                .serial = asking->read->ids[0].serial};
}

static int is_cacheable(const asking_t *asking)
{
    return asking->read->count == 1 && asking->read->nonce.length == 0 &&
           asking->read->ids[0].serial.length > 0;
}

/* An answer that is kept and not older than `age`. */
static int find_kept(signet_call_t *call, const asking_t *asking, int64_t age, status_kept_t *kept)
{
    const status_cache_key_t key = key_of(asking);
    return is_cacheable(asking) &&
           status_cache_find(asking->status->cache, call, &key, !asking->exchange->inside_loop,
                             kept) &&
           signet_now() < kept->this_update + age;
}

/* What became of each certificate; `*all` 0 where one was not issued. */
static int32_t look_up(signet_call_t *call, const asking_t *asking, status_said_t *said, int *all)
{
    status_source_t source;
    int32_t done = status_source(asking->status, call, &source);
    *all = 1;
    for (uint64_t i = 0; done == SIGNET_OK && i < asking->read->count; i++) {
        const status_certificate_id_t *id = &asking->read->ids[i];
        const signet_status_t *state = NULL;
        said[i] = (status_said_t){.id = id};
        done = id->serial.length == 0
                   ? SIGNET_NOT_FOUND
                   : source.interface->status(source.instance, call, asking->issuer->seen.authority,
                                              asking->issuer->seen.generation, id->serial, &state);
        if (done == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            done = SIGNET_OK;
            *all = 0;
        } else {
            said[i].state = state;
        }
    }
    return done;
}

static int32_t sign(signet_call_t *call, const asking_t *asking, const status_said_t *said,
                    status_kept_t *kept)
{
    const status_t *status = asking->status;
    status_responder_t *responder = status_issuer_responder(asking->issuer);
    int64_t now = signet_now();
    if (responder == NULL)
        return signet_fail(call, SIGNET_UNAVAILABLE, "status.no-responder",
                           "there is no responder for %.*s yet",
                           SIGNET_FORMAT(asking->issuer->name));
    status_answer_t answer = {.said = said,
                              .count = asking->read->count,
                              .nonce = asking->read->nonce,
                              .this_update = now - now % SECOND_MS,
                              .by_name = status->by_name};
    answer.next_update = answer.this_update + status->answer_validity_ms;
    if (answer.next_update > responder->not_after)
        answer.next_update = responder->not_after;
    int32_t done = answer.next_update <= now
                       ? signet_fail(call, SIGNET_UNAVAILABLE, "status.responder-expired",
                                     "the responder's certificate for %.*s has expired",
                                     SIGNET_FORMAT(asking->issuer->name))
                       : status_answer_sign(call, &answer, responder, &kept->der);
    kept->this_update = answer.this_update;
    kept->next_update = answer.next_update;
    status_responder_release(responder);
    return done;
}

/* Looks up and signs; `*plain` where the answer is one without a signature. */
static int32_t answer_anew(signet_call_t *call, const asking_t *asking, status_kept_t *kept,
                           unsigned *plain)
{
    status_t *status = asking->status;
    int all = 0;
    uint64_t turn = status_cache_turn(status->cache);
    status_said_t *said = signet_alloc(call, asking->read->count, sizeof *said);
    int32_t done = said == NULL ? SIGNET_NO_MEMORY : look_up(call, asking, said, &all);
    if (done != SIGNET_OK)
        return done;
    if (!all && !status->signs_unknown) {
        *plain = STATUS_OCSP_UNAUTHORIZED;
        return SIGNET_OK;
    }
    done = sign(call, asking, said, kept);
    /* What is unknown now may be issued in a moment; what was looked up before a revocation became
     * known here is not kept. */
    if (done == SIGNET_OK && all && is_cacheable(asking) &&
        turn == status_cache_turn(status->cache)) {
        const status_cache_key_t key = key_of(asking);
        status_cache_put(status->cache, &key, kept);
    }
    return done;
}

/* On a worker, and on a bounded number of them. */
static int32_t work(signet_call_t *call, const asking_t *asking)
{
    status_t *status = asking->status;
    status_kept_t kept = {.this_update = 0};
    unsigned plain = 0;
    int32_t done = SIGNET_BUSY;
    if (atomic_fetch_add(&status->signing, 1) < status->signers)
        done = answer_anew(call, asking, &kept, &plain);
    else
        status->host->services->record(status->host, status->busy_metric, 1);
    atomic_fetch_sub(&status->signing, 1);
    if (done == SIGNET_OK)
        return plain != 0 ? answer_plain(call, asking, plain) : answer_signed(call, asking, &kept);
    if (done != SIGNET_BUSY)
        signet_log_error(status->host, call, SIGNET_LOG_WARNING, "status.answer-failed");
    call->services->clear(call);
    /* Key or store are away: what was signed is good until its end. */
    if (find_kept(call, asking, INT64_MAX / 4, &kept) && signet_now() < kept.next_update)
        return answer_signed(call, asking, &kept);
    return answer_plain(call, asking, STATUS_OCSP_TRY_LATER);
}

static int32_t answer(signet_call_t *call, asking_t *asking, signet_bytes_t der)
{
    status_t *status = asking->status;
    status_kept_t kept = {.this_update = 0};
    asking->read = signet_alloc(call, 1, sizeof *asking->read);
    if (asking->read == NULL)
        return SIGNET_NO_MEMORY;
    if (status_ocsp_request_read(der, asking->read) != 0)
        return answer_plain(call, asking, STATUS_OCSP_MALFORMED);
    if (!find_issuer(asking) || atomic_load(&asking->issuer->compromised))
        return answer_plain(call, asking, STATUS_OCSP_UNAUTHORIZED);
    int current = signet_monotonic() < atomic_load(&status->followed_at) + VIEW_MS;
    if (current && find_kept(call, asking, status->answer_validity_ms / 2, &kept)) {
        status->host->services->record(status->host, status->cached_metric, 1);
        return answer_signed(call, asking, &kept);
    }
    return asking->exchange->inside_loop ? SIGNET_WOULD_BLOCK : work(call, asking);
}

int32_t status_ocsp_post(void *instance, signet_call_t *call, const signet_request_t *request,
                         signet_exchange_t *exchange)
{
    asking_t asking = {.status = instance, .request = request, .exchange = exchange};
    return answer(call, &asking, request->body);
}

int32_t status_ocsp_get(void *instance, signet_call_t *call, const signet_request_t *request,
                        signet_exchange_t *exchange)
{
    asking_t asking = {.status = instance, .request = request, .exchange = exchange};
    signet_bytes_t der = {NULL, 0};
    signet_text_t text = {NULL, 0};
    if (signet_http_decode(call, signet_http_parameter(request, 0), 0, &text) != SIGNET_OK ||
        signet_base64_decode(call, text, &der) != SIGNET_OK)
        return answer_plain(call, &asking, STATUS_OCSP_MALFORMED);
    return answer(call, &asking, der);
}
