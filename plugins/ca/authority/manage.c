#include "authority/manage.h"

#include "approval/approval.h"
#include "authority/compromise.h"
#include "authority/impact.h"
#include "authority/last_list.h"
#include "authority/report.h"
#include "ceremony/import.h"
#include "permission_grant.h"

#include <signet/auth.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <string.h>

#define COMMENT_MAX 1024U

typedef int32_t (*step_t)(ca_lifecycle_t *life, signet_call_t *call);

static const struct {
    const char *action;
    step_t step;
} steps[] = {
    {SIGNET_CHANGE_ROTATE, ca_lifecycle_rotate},
    {SIGNET_CHANGE_IMPORT, ca_lifecycle_import},
    {SIGNET_CHANGE_ACTIVATE, ca_lifecycle_activate},
    {SIGNET_CHANGE_SUSPEND, ca_lifecycle_suspend},
    {SIGNET_CHANGE_RESUME, ca_lifecycle_resume},
    {SIGNET_CHANGE_RETIRE, ca_lifecycle_retire},
    {SIGNET_CHANGE_DESTROY_KEY, ca_lifecycle_destroy},
    {SIGNET_CHANGE_COMPROMISED, ca_lifecycle_compromised},
};

static step_t step_of(signet_text_t action)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (signet_text_is(action, steps[i].action))
            return steps[i].step;
    }
    return NULL;
}

static int32_t check_comment(signet_call_t *call, signet_text_t comment)
{
    if (comment.length <= COMMENT_MAX && signet_text_valid(comment))
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "authority.comment", "comment",
                             "a comment is at most %u octets of UTF-8", COMMENT_MAX);
}

static int32_t find(ca_t *ca, signet_call_t *call, signet_text_t name, ca_authority_t **home)
{
    *home = ca_tenant_authority(ca, call, name);
    if (*home != NULL)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_NOT_FOUND, "authority.not-found", "authority",
                             "there is no such authority; the list of authorities says which "
                             "there are");
}

/* Finds the authority as its records are now. */
static int32_t begin(ca_t *ca, signet_call_t *call, const signet_authority_change_t *change,
                     ca_lifecycle_t *life)
{
    *life = (ca_lifecycle_t){.ca = ca, .change = change};
    int32_t status = find(ca, call, change->authority, &life->home);
    if (status == SIGNET_OK)
        status = check_comment(call, change->comment);
    if (status == SIGNET_OK)
        status = check_comment(call, change->override);
    if (status != SIGNET_OK)
        return status;
    if (ca_lineage(life->home) == NULL)
        return signet_fail(call, SIGNET_CONFLICT, "authority.pending",
                           "the authority \"%.*s\" has no certificate yet",
                           SIGNET_FORMAT(life->home->name));
    status = ca_lineage_refresh(ca, call, life->home);
    life->lineage = ca_lineage(life->home);
    return status;
}

static int32_t answer(signet_call_t *call, const ca_lifecycle_t *life,
                      const signet_authority_report_t **report)
{
    signet_authority_report_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    *made = (signet_authority_report_t){.size = sizeof *made,
                                        .document = life->document,
                                        .request = life->request,
                                        .revocation = life->revocation,
                                        .problem = life->problem};
    *report = made;
    return life->document.length > 0
               ? SIGNET_OK
               : ca_report(call, life->home, ca_lineage(life->home), &made->document);
}

/* What a second person must agree to: what cannot be taken back. */
static int is_final(signet_text_t action)
{
    return signet_text_is(action, SIGNET_CHANGE_ACTIVATE) ||
           signet_text_is(action, SIGNET_CHANGE_RETIRE) ||
           signet_text_is(action, SIGNET_CHANGE_DESTROY_KEY) ||
           signet_text_is(action, SIGNET_CHANGE_COMPROMISED);
}

/* What is asked for, as members of the paper that the second person sees. */
static int32_t write_asked(signet_call_t *call, signet_json_writer_t *writer,
                           const signet_authority_change_t *asked)
{
    signet_json_text(writer, "authority", asked->authority);
    signet_json_text(writer, "action", asked->action);
    signet_json_text(writer, "comment", asked->comment);
    if (asked->generation != 0)
        signet_json_integer(writer, "generation", (int64_t)asked->generation);
    if (asked->key_type.length > 0)
        signet_json_text(writer, "key_type", asked->key_type);
    if (asked->override.length > 0)
        signet_json_text(writer, "override", asked->override);
    if (asked->responder.length > 0) {
        signet_bytes_t digest;
        int32_t status = signet_sha256(call, asked->responder, &digest);
        if (status != SIGNET_OK)
            return status;
        signet_json_hex(writer, "responder", digest);
        signet_json_text(writer, "profile", asked->profile);
    }
    return SIGNET_OK;
}

/* The paper, and a digest over all of it but the note. */
static int32_t write_paper(const ca_lifecycle_t *life, signet_call_t *call, signet_text_t *document,
                           signet_bytes_t *digest)
{
    signet_text_t covered;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_writer_t whole = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    int32_t status = write_asked(call, &writer, life->change);
    signet_json_end_object(&writer);
    if (status == SIGNET_OK)
        status = signet_json_finish(&writer, &covered);
    if (status == SIGNET_OK)
        status = signet_sha256(call, signet_text_bytes(covered), digest);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(&whole, NULL);
    status = write_asked(call, &whole, life->change);
    if (life->note.length > 0)
        signet_json_text(&whole, "note", life->note);
    signet_json_end_object(&whole);
    return status == SIGNET_OK ? signet_json_finish(&whole, document) : status;
}

/* Another person's agreement, for the authority as it is now: once it has changed, it takes a new
 * one. */
static int32_t agree(ca_lifecycle_t *life, signet_call_t *call)
{
    static const signet_text_t roles[] = {SIGNET_TEXT_INIT(SIGNET_ROLE_CA_ADMINISTRATOR)};
    const signet_authority_change_t *asked = life->change;
    signet_bytes_t digest = {NULL, 0};
    signet_text_t document = {NULL, 0};
    signet_text_t key =
        signet_format(call, "%.*s/%.*s/%llu", SIGNET_FORMAT(asked->authority),
                      SIGNET_FORMAT(asked->action), (unsigned long long)life->lineage->revision);
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(asked->authority));
    signet_text_t kind = signet_format(call, "authority.%.*s", SIGNET_FORMAT(asked->action));
    if (key.data == NULL || object.data == NULL || kind.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = write_paper(life, call, &document, &digest);
    if (status != SIGNET_OK)
        return status;
    const signet_approval_matter_t matter = {.size = sizeof matter,
                                             .required = 1,
                                             .kind = kind,
                                             .key = key,
                                             .object = object,
                                             .digest = digest,
                                             .document = document,
                                             .authority = asked->authority,
                                             .roles = roles,
                                             .role_count = 1};
    status = ca_approval_interface.require(life->ca, call, &matter, &life->approval);
    if (status != SIGNET_OK)
        return status;
    return ca_approval_interface.finish(life->ca, call, life->approval, object, &life->approved);
}

/* A change as this version knows it, whatever size the caller's has. */
static signet_authority_change_t take(const signet_authority_change_t *change)
{
    signet_authority_change_t taken = {0};
    uint64_t length = change->size < sizeof taken ? change->size : sizeof taken;
    memcpy(&taken, change, (size_t)length);
    taken.size = sizeof taken;
    return taken;
}

static int32_t apply(ca_t *ca, signet_call_t *call, const signet_authority_change_t *asked,
                     int alone, const signet_authority_report_t **report)
{
    ca_lifecycle_t life;
    const signet_authority_change_t taken = take(asked);
    const signet_authority_change_t *change = &taken;
    step_t step = step_of(change->action);
    if (step == NULL)
        return signet_fail_field(call, SIGNET_INVALID, "authority.action", "action",
                                 "there is no such change of an authority");
    int32_t status = begin(ca, call, change, &life);
    if (!alone && is_final(change->action))
        life.agree = agree;
    if (status == SIGNET_OK)
        status = step(&life, call);
    return status == SIGNET_OK ? answer(call, &life, report) : status;
}

int32_t ca_manage_change(ca_t *ca, signet_call_t *call, const signet_authority_change_t *change,
                         const signet_authority_report_t **report)
{
    return apply(ca, call, change, 1, report);
}

int32_t ca_manage_describe(ca_t *ca, signet_call_t *call, signet_text_t authority,
                           const signet_authority_report_t **report)
{
    ca_lifecycle_t life = {.ca = ca};
    int32_t status = find(ca, call, authority, &life.home);
    return status == SIGNET_OK ? answer(call, &life, report) : status;
}

/* Whether the actor holds one of the roles for the authority. */
static int32_t permit(signet_call_t *call, signet_text_t authority, const char *const *roles,
                      size_t count)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        int covers =
            grant->profile.length == 0 && grant->names.length == 0 &&
            (grant->authority.length == 0 || signet_text_equal(grant->authority, authority));
        for (size_t j = 0; covers && j < count; j++) {
            if (signet_text_is(grant->role, roles[j]))
                return SIGNET_OK;
        }
    }
    return signet_fail(call, SIGNET_DENIED, "permission.authority",
                       "you may not do this with an authority; it takes the role "
                       "\"" SIGNET_ROLE_CA_ADMINISTRATOR "\"");
}

static const char *const changers[] = {SIGNET_ROLE_CA_ADMINISTRATOR};

/* Who may look at an authority's life. */
static const char *const readers[] = {SIGNET_ROLE_CA_ADMINISTRATOR, SIGNET_ROLE_ADMINISTRATOR,
                                      SIGNET_ROLE_AUDITOR, SIGNET_ROLE_OFFICER};

/* Who watches changes nothing. */
static int32_t permit_change(signet_call_t *call, signet_text_t authority)
{
    return ca_grants_watch(call->services->actor(call)) ? permit(call, authority, NULL, 0)
                                                        : permit(call, authority, changers, 1);
}

static int32_t change(void *instance, signet_call_t *call, const signet_authority_change_t *asked,
                      const signet_authority_report_t **report)
{
    int32_t status = permit_change(call, asked->authority);
    return status == SIGNET_OK ? apply(instance, call, asked, 0, report) : status;
}

static int32_t generations(void *instance, signet_call_t *call, signet_text_t authority,
                           const signet_authority_report_t **report)
{
    int32_t status = permit(call, authority, readers, sizeof readers / sizeof readers[0]);
    return status == SIGNET_OK ? ca_manage_describe(instance, call, authority, report) : status;
}

/* An authority for somebody who may look at its life. */
static int32_t look(ca_t *ca, signet_call_t *call, signet_text_t authority, ca_authority_t **home)
{
    int32_t status = permit(call, authority, readers, sizeof readers / sizeof readers[0]);
    return status == SIGNET_OK ? find(ca, call, authority, home) : status;
}

static int32_t last_list(void *instance, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, signet_bytes_t *list)
{
    ca_authority_t *home = NULL;
    ca_last_list_t found;
    int32_t status = look(instance, call, authority, &home);
    if (status == SIGNET_OK)
        status = ca_last_list_get(instance, call, authority, generation, &found);
    if (status == SIGNET_OK)
        *list = found.der;
    return status;
}

static int32_t evidence(void *instance, signet_call_t *call, signet_text_t authority,
                        uint64_t generation, const signet_authority_report_t **report)
{
    ca_lifecycle_t life = {.ca = instance};
    int32_t status = look(instance, call, authority, &life.home);
    const ca_lineage_t *lineage = status == SIGNET_OK ? ca_lineage(life.home) : NULL;
    const ca_generation_t *item = lineage != NULL ? ca_lineage_find(lineage, generation) : NULL;
    if (status != SIGNET_OK)
        return status;
    if (item == NULL || item->evidence.length == 0)
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.no-evidence",
                           "the authority \"%.*s\" has no key of this number that was destroyed",
                           SIGNET_FORMAT(authority));
    life.document = item->evidence;
    return answer(call, &life, report);
}

/* For what is asked of an authority with keys. */
static int32_t look_at_keys(ca_t *ca, signet_call_t *call, signet_text_t authority,
                            ca_lifecycle_t *life)
{
    int32_t status = look(ca, call, authority, &life->home);
    life->lineage = status == SIGNET_OK ? ca_lineage(life->home) : NULL;
    if (status == SIGNET_OK && life->lineage == NULL)
        return signet_fail(call, SIGNET_CONFLICT, "authority.pending",
                           "the authority \"%.*s\" has no certificate yet",
                           SIGNET_FORMAT(authority));
    return status;
}

static int32_t impact(void *instance, signet_call_t *call, const signet_impact_query_t *query,
                      const signet_authority_report_t **report)
{
    ca_lifecycle_t life = {.ca = instance};
    int32_t status = look_at_keys(instance, call, query->authority, &life);
    if (status == SIGNET_OK)
        status = ca_impact(instance, call, life.home, query->limit, query->cursor, &life.document);
    return status == SIGNET_OK ? answer(call, &life, report) : status;
}

static int32_t rehearse(void *instance, signet_call_t *call, signet_text_t authority,
                        const signet_authority_report_t **report)
{
    static const signet_authority_change_t nothing = {.size = sizeof nothing};
    ca_lifecycle_t life = {.ca = instance, .change = &nothing};
    int32_t status = permit_change(call, authority);
    if (status == SIGNET_OK)
        status = look_at_keys(instance, call, authority, &life);
    if (status == SIGNET_OK)
        status = ca_compromise_rehearse(&life, call, &life.document);
    return status == SIGNET_OK ? answer(call, &life, report) : status;
}

const signet_authority_interface_t ca_manage = {
    .size = sizeof(signet_authority_interface_t),
    .change = change,
    .generations = generations,
    .last_list = last_list,
    .evidence = evidence,
    .impact = impact,
    .rehearse = rehearse,
    .import_bundle = ca_import_bundle,
};
