#include "ceremony/check.h"

#include "ceremony/describe.h"
#include "ceremony/destroyed.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

#define NONE UINT64_MAX

/* What is known while the lines are walked. */
typedef struct walk {
    const ca_reading_t *reading;
    ca_verdict_t *verdict;
    uint64_t index; /* of the line at hand */
    uint64_t quorum;
    uint64_t next_step; /* number of the step that comes next */
    uint64_t announced; /* index of the line "step" of the step under way; NONE: none */
    uint64_t confirmations;
    uint64_t shares; /* given in the step under way */
    int presence;    /* everybody's presence was proved */
    uint64_t present_confirmers;
} walk_t;

static const ca_line_read_t *at(const walk_t *walk, uint64_t index)
{
    return &walk->reading->lines[index];
}

#define FAIL(walk, ...) ca_reading_fail(call, (walk)->index, __VA_ARGS__)

/* The plan's line for a step. */
static const ca_line_read_t *plan_of(const walk_t *walk, uint64_t step)
{
    for (uint64_t i = 0; i < walk->reading->count; i++) {
        const ca_line_read_t *line = at(walk, i);
        if (signet_text_is(line->type, "plan") && ca_line_get_number(line, "step") == (int64_t)step)
            return line;
    }
    return NULL;
}

static const ca_line_read_t *authority_of(const walk_t *walk, signet_text_t name)
{
    for (uint64_t i = 0; i < walk->reading->count; i++) {
        const ca_line_read_t *line = at(walk, i);
        if (signet_text_is(line->type, "authority") &&
            signet_text_equal(ca_line_get(line, "name"), name))
            return line;
    }
    return NULL;
}

static int confirms(const ca_reader_person_t *person)
{
    return !signet_text_is(person->role, "holder");
}

static int32_t check_step(signet_call_t *call, walk_t *walk, const ca_line_read_t *line)
{
    const ca_line_read_t *plan = plan_of(walk, walk->next_step);
    if (walk->announced != NONE)
        return FAIL(walk, "a step begins before the one before it was done");
    if (ca_line_get_number(line, "step") != (int64_t)walk->next_step || plan == NULL ||
        !signet_text_equal(ca_line_get(line, "action"), ca_line_get(plan, "action")))
        return FAIL(walk, "the step is not the one that the script has here");
    walk->announced = walk->index;
    walk->confirmations = 0;
    walk->shares = 0;
    return SIGNET_OK;
}

/* Lines that belong to the step under way. */
static int32_t check_inside(signet_call_t *call, const walk_t *walk, const ca_line_read_t *line)
{
    if (walk->announced == NONE || ca_line_get_number(line, "step") != (int64_t)walk->next_step)
        return FAIL(walk, "the line belongs to another step");
    return SIGNET_OK;
}

/* Whether someone signed a line of this type in the step under way already. */
static int has_signed(const walk_t *walk, const ca_line_read_t *line)
{
    for (uint64_t i = walk->announced + 1; i < walk->index; i++) {
        if (signet_text_equal(at(walk, i)->type, line->type) &&
            signet_text_equal(at(walk, i)->by, line->by))
            return 1;
    }
    return 0;
}

/* Whether someone proved to be present, and so signs the end too. */
static int is_present(const walk_t *walk, signet_text_t name)
{
    for (uint64_t i = 0; i < walk->index; i++) {
        if (signet_text_is(at(walk, i)->type, "present") &&
            signet_text_equal(at(walk, i)->by, name))
            return 1;
    }
    return 0;
}

static int32_t check_signed(signet_call_t *call, walk_t *walk, const ca_line_read_t *line,
                            uint64_t *counted, int holder)
{
    const ca_reader_person_t *person = ca_reading_person(walk->reading, line->by);
    int32_t status = check_inside(call, walk, line);
    if (status != SIGNET_OK)
        return status;
    if (person == NULL || line->signature.length == 0)
        return FAIL(walk, "the line is not signed");
    /* The first step is confirmed before its participants prove to be there. */
    if (walk->next_step > 1 && !is_present(walk, line->by))
        return FAIL(walk, "%.*s was not present", SIGNET_FORMAT(line->by));
    if (confirms(person) == holder || has_signed(walk, line))
        return FAIL(walk, "%.*s may not sign this, or has done so already",
                    SIGNET_FORMAT(line->by));
    (*counted)++;
    return SIGNET_OK;
}

/* The lines that were announced say what the octets say. */
static int32_t compare_lines(signet_call_t *call, const walk_t *walk, const signet_text_t *lines,
                             uint64_t count)
{
    const signet_json_t *values = ca_line_get_texts(at(walk, walk->announced), "values");
    uint64_t found = 0;
    /* Others may stand before and behind, none between. */
    for (uint64_t i = 0; values != NULL && i < values->count && found < count; i++) {
        if (signet_text_equal(values->items[i].text, lines[found]))
            found++;
        else if (found > 0)
            break;
    }
    return found == count && count > 0
               ? SIGNET_OK
               : FAIL(walk, "what was signed is not what was printed before");
}

/* The certificate of the issuer, which the announcement holds; it has the subject that the script
 * gives. */
static int32_t issuer_of(signet_call_t *call, const walk_t *walk, const signet_x509_t **x509)
{
    const ca_line_read_t *step = at(walk, walk->announced);
    const ca_line_read_t *authority = authority_of(walk, ca_line_get(step, "issuer"));
    signet_bytes_t der = ca_line_get_base64(call, step, "issuer_certificate");
    signet_text_t subject = {NULL, 0};
    if (authority == NULL || der.length == 0)
        return FAIL(walk, "the issuer is none of the script's authorities, or its certificate is "
                          "missing");
    int32_t status = signet_x509_parse(call, der, x509);
    if (status == SIGNET_OK)
        status = signet_name_text(call, (*x509)->attributes, (*x509)->attribute_count, &subject);
    if (status != SIGNET_OK)
        return status;
    return signet_text_equal(subject, ca_line_get(authority, "subject"))
               ? SIGNET_OK
               : FAIL(walk, "the issuer's subject is not the one that the script has");
}

static int32_t verify_by(signet_call_t *call, const walk_t *walk, const signet_public_key_t *key,
                         signet_text_t algorithm, signet_bytes_t tbs, signet_bytes_t signature)
{
    int32_t status = signet_verify(call, key, algorithm, tbs, signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return FAIL(walk, "the issuer's key did not sign this");
}

/* No serial number twice under one issuer. */
static int32_t check_serial(signet_call_t *call, const walk_t *walk, const signet_x509_t *x509)
{
    for (uint64_t i = 0; i < walk->index; i++) {
        signet_bytes_t der = ca_line_get_base64(call, at(walk, i), "certificate");
        const signet_x509_t *other = NULL;
        if (!signet_text_is(at(walk, i)->type, "done") || der.length == 0)
            continue;
        int32_t status = signet_x509_parse(call, der, &other);
        if (status != SIGNET_OK)
            return status;
        if (signet_bytes_equal(other->serial, x509->serial) &&
            signet_bytes_equal(other->issuer, x509->issuer))
            return FAIL(walk, "the serial number was given out before, in line %llu",
                        (unsigned long long)i + 1);
    }
    return SIGNET_OK;
}

/* A certificate that makes an authority of the script: it has the subject that the script gives. */
static int32_t check_subject(signet_call_t *call, const walk_t *walk, const signet_x509_t *x509)
{
    const ca_line_read_t *step = at(walk, walk->announced);
    const ca_line_read_t *plan = plan_of(walk, walk->next_step);
    signet_text_t action = ca_line_get(step, "action");
    signet_text_t subject = {NULL, 0};
    if (!signet_text_is(action, "self-sign") && !signet_text_is(action, "certify"))
        return signet_text_equal(ca_line_get(plan, "authority"), ca_line_get(step, "issuer")) ||
                       ca_line_get(plan, "authority").length == 0
                   ? SIGNET_OK
                   : FAIL(walk, "another authority signed than the script names");
    const ca_line_read_t *authority = authority_of(walk, ca_line_get(plan, "authority"));
    int32_t status = signet_name_text(call, x509->attributes, x509->attribute_count, &subject);
    if (status != SIGNET_OK)
        return status;
    return authority != NULL && signet_text_equal(subject, ca_line_get(authority, "subject"))
               ? SIGNET_OK
               : FAIL(walk, "the subject is not the one that the script has");
}

static int32_t check_certificate(signet_call_t *call, walk_t *walk, signet_bytes_t der)
{
    const ca_line_read_t *step = at(walk, walk->announced);
    const signet_x509_t *x509 = NULL;
    const signet_x509_t *issuer = NULL;
    signet_text_t *lines = NULL;
    uint64_t count = 0;
    int32_t status = signet_x509_parse(call, der, &x509);
    if (status != SIGNET_OK)
        return status;
    if (!signet_bytes_equal(x509->tbs, ca_line_get_base64(call, step, "tbs")))
        return FAIL(walk, "the certificate is not the one that was announced");
    status = ca_describe_certificate(call, x509, &lines, &count);
    if (status == SIGNET_OK)
        status = compare_lines(call, walk, lines, count);
    if (status == SIGNET_OK)
        status = check_subject(call, walk, x509);
    if (status == SIGNET_OK)
        status = check_serial(call, walk, x509);
    if (status == SIGNET_OK && signet_text_is(ca_line_get(step, "action"), "self-sign"))
        issuer = x509;
    else if (status == SIGNET_OK)
        status = issuer_of(call, walk, &issuer);
    if (status != SIGNET_OK)
        return status;
    if (issuer == NULL || !signet_bytes_equal(issuer->subject, x509->issuer))
        return FAIL(walk, "the certificate names another issuer");
    walk->verdict->signed_count++;
    return verify_by(call, walk, &issuer->key, x509->algorithm, x509->tbs, x509->signature);
}

/* Numbers go up, and what the list before had is there unless it was announced as expired. */
static int32_t check_before(signet_call_t *call, const walk_t *walk, const signet_crl_t *crl,
                            signet_bytes_t der)
{
    const signet_json_t *values = ca_line_get_texts(at(walk, walk->announced), "values");
    const signet_crl_t *before = NULL;
    if (der.length == 0)
        return SIGNET_OK;
    int32_t status = signet_crl_parse(call, der, &before);
    if (status != SIGNET_OK)
        return status;
    if (signet_crl_number_compare(crl->number, before->number) <= 0)
        return FAIL(walk, "the number of the list went back");
    for (uint64_t i = 0; i < before->entry_count; i++) {
        int kept = signet_crl_find(crl, before->entries[i].serial) != NULL;
        signet_text_t dropped =
            signet_format(call, "Expired and left out: %.*s",
                          SIGNET_FORMAT(signet_hex(call, before->entries[i].serial)));
        for (uint64_t v = 0; !kept && values != NULL && v < values->count; v++)
            kept = signet_text_equal(values->items[v].text, dropped);
        if (!kept)
            return FAIL(walk, "an entry of the list before is missing");
    }
    return SIGNET_OK;
}

static int32_t check_crl(signet_call_t *call, walk_t *walk, const ca_line_read_t *line,
                         signet_bytes_t der)
{
    const ca_line_read_t *step = at(walk, walk->announced);
    const signet_crl_t *crl = NULL;
    const signet_x509_t *issuer = NULL;
    signet_text_t *lines = NULL;
    uint64_t count = 0;
    int32_t status = signet_crl_parse(call, der, &crl);
    if (status != SIGNET_OK)
        return status;
    if (!signet_bytes_equal(crl->tbs, ca_line_get_base64(call, step, "tbs")))
        return FAIL(walk, "the list is not the one that was announced");
    status = ca_describe_crl(call, crl, &lines, &count);
    if (status == SIGNET_OK)
        status = compare_lines(call, walk, lines, count);
    if (status == SIGNET_OK)
        status = issuer_of(call, walk, &issuer);
    if (status != SIGNET_OK)
        return status;
    if (issuer == NULL || !signet_bytes_equal(issuer->subject, crl->issuer))
        return FAIL(walk, "the list names another issuer");
    walk->verdict->signed_count++;
    status = check_before(call, walk, crl, ca_line_get_base64(call, line, "list_before"));
    return status == SIGNET_OK
               ? verify_by(call, walk, &issuer->key, crl->algorithm, crl->tbs, crl->signature)
               : status;
}

/* Everybody's presence, once the first step was done. */
static void count_present(walk_t *walk)
{
    for (uint64_t i = walk->announced + 1; i < walk->index; i++) {
        const ca_line_read_t *line = at(walk, i);
        const ca_reader_person_t *person = ca_reading_person(walk->reading, line->by);
        if (signet_text_is(line->type, "present") && person != NULL && confirms(person))
            walk->present_confirmers++;
    }
    walk->presence = 1;
}

/* The instance that holds the keys of the authority which a step of the plan names. */
static signet_text_t keys_of(const walk_t *walk, signet_text_t authority)
{
    const ca_line_read_t *line = authority_of(walk, authority);
    return line == NULL ? (signet_text_t){NULL, 0} : ca_line_get(line, "keys");
}

/* Whether the token of an authority was unlocked by an earlier step, and not locked since. */
static int is_unlocked(const walk_t *walk, signet_text_t name)
{
    signet_text_t wanted = keys_of(walk, name);
    int open = 0;
    for (uint64_t step = 1; step < walk->next_step; step++) {
        const ca_line_read_t *plan = plan_of(walk, step);
        signet_text_t action = ca_line_get(plan, "action");
        if (!signet_text_equal(keys_of(walk, ca_line_get(plan, "authority")), wanted))
            continue;
        if (signet_text_is(action, "unlock"))
            open = 1;
        else if (signet_text_is(action, "lock"))
            open = 0;
    }
    return open;
}

/* A key goes while its token is open to a quorum. */
static int32_t check_destroyed(signet_call_t *call, const walk_t *walk)
{
    signet_text_t name = ca_line_get(plan_of(walk, walk->next_step), "authority");
    const ca_line_read_t *authority = authority_of(walk, name);
    if (authority == NULL || !is_unlocked(walk, name))
        return FAIL(walk, "a key was destroyed while no quorum had unlocked the token");
    return ca_destroyed_check(call, walk->reading, walk->announced, walk->index,
                              ca_line_get(authority, "subject"));
}

/* Whether an earlier step destroyed the key of an authority. */
static int is_destroyed(const walk_t *walk, signet_text_t name)
{
    for (uint64_t step = 1; step < walk->next_step; step++) {
        const ca_line_read_t *plan = plan_of(walk, step);
        if (signet_text_is(ca_line_get(plan, "action"), "destroy-key") &&
            signet_text_equal(ca_line_get(plan, "authority"), name))
            return 1;
    }
    return 0;
}

static int32_t check_done(signet_call_t *call, walk_t *walk, const ca_line_read_t *line)
{
    signet_text_t action =
        ca_line_get(at(walk, walk->announced == NONE ? 0 : walk->announced), "action");
    signet_bytes_t certificate = ca_line_get_base64(call, line, "certificate");
    signet_bytes_t crl = ca_line_get_base64(call, line, "crl");
    int32_t status = check_inside(call, walk, line);
    if (status != SIGNET_OK)
        return status;
    if (!walk->presence)
        count_present(walk);
    if (walk->confirmations == 0 || walk->confirmations < walk->present_confirmers)
        return FAIL(walk, "the step was done before everybody had confirmed it");
    if (signet_text_is(action, "unlock") && !signet_text_is(ca_line_get(line, "quorum"), "token") &&
        walk->shares < walk->quorum)
        return FAIL(walk, "fewer than %llu holders gave their shares",
                    (unsigned long long)walk->quorum);
    int signs = ca_line_get_base64(call, at(walk, walk->announced), "tbs").length > 0;
    signet_text_t issuer = ca_line_get(at(walk, walk->announced), "issuer");
    if (signs && is_destroyed(walk, issuer))
        return FAIL(walk, "something was signed by a key that had been destroyed");
    if (signs && !is_unlocked(walk, issuer))
        return FAIL(walk, "something was signed while no quorum had unlocked the token");
    if (signs && certificate.length == 0 && crl.length == 0)
        return FAIL(walk, "what was announced to be signed is missing");
    if (certificate.length > 0)
        status = check_certificate(call, walk, certificate);
    else if (crl.length > 0)
        status = check_crl(call, walk, line, crl);
    else if (signet_text_is(action, "destroy-key"))
        status = check_destroyed(call, walk);
    walk->announced = NONE;
    walk->next_step++;
    walk->verdict->steps++;
    return status;
}

static int32_t check_begin(signet_call_t *call, walk_t *walk, const ca_line_read_t *line)
{
    int64_t quorum = ca_line_get_number(line, "quorum");
    if (walk->index != 0 || !signet_text_is(ca_line_get(line, "format"), "signet-transcript/1") ||
        quorum < 0)
        return FAIL(walk, "the file is no transcript of a ceremony");
    walk->quorum = (uint64_t)quorum;
    walk->verdict->title = ca_line_get(line, "title");
    walk->verdict->began = ca_line_get(line, "time");
    walk->verdict->rehearsal = !signet_text_is(ca_line_get(line, "answers"), "terminal");
    return SIGNET_OK;
}

/* Lines that are of no step; all that a transcript may have. */
static int32_t check_other(signet_call_t *call, walk_t *walk, const ca_line_read_t *line)
{
    static const char *const types[] = {"participant", "authority", "profile",  "plan",
                                        "failed",      "end",       "signature"};
    if (signet_text_is(line->type, "file")) {
        if (walk->verdict->script_sha256.length == 0 &&
            signet_text_is(ca_line_get(line, "role"), "script"))
            walk->verdict->script_sha256 = ca_line_get(line, "sha256");
        return SIGNET_OK;
    }
    for (uint64_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (signet_text_is(line->type, types[i]))
            return SIGNET_OK;
    }
    return FAIL(walk, "a transcript has no line \"%.*s\"", SIGNET_FORMAT(line->type));
}

/* Who proved to be present signs the end too. */
static int32_t check_present(signet_call_t *call, const walk_t *walk, const ca_line_read_t *line)
{
    const signet_json_t *signers = ca_line_get_texts(at(walk, walk->reading->end), "signers");
    int32_t status = check_inside(call, walk, line);
    if (status != SIGNET_OK)
        return status;
    if (line->signature.length == 0 || has_signed(walk, line))
        return FAIL(walk, "the line is not signed, or is there twice");
    for (uint64_t i = 0; signers != NULL && i < signers->count; i++) {
        if (signet_text_equal(signers->items[i].text, line->by))
            return SIGNET_OK;
    }
    return FAIL(walk, "%.*s was present and has not signed the end", SIGNET_FORMAT(line->by));
}

static int32_t check_line(signet_call_t *call, walk_t *walk, const ca_line_read_t *line)
{
    uint64_t ignored = 0;
    if (signet_text_is(line->type, "begin") || walk->index == 0)
        return check_begin(call, walk, line);
    if (signet_text_is(line->type, "step"))
        return check_step(call, walk, line);
    if (signet_text_is(line->type, "confirmed"))
        return signet_text_is(ca_line_get(line, "answer"), "yes")
                   ? check_signed(call, walk, line, &walk->confirmations, 0)
                   : check_signed(call, walk, line, &ignored, 0);
    if (signet_text_is(line->type, "share"))
        return check_signed(call, walk, line, &walk->shares, 1);
    if (signet_text_is(line->type, "witnessed"))
        return check_signed(call, walk, line, &ignored, 0);
    if (signet_text_is(line->type, "present"))
        return check_present(call, walk, line);
    if (signet_text_is(line->type, "done"))
        return check_done(call, walk, line);
    return check_other(call, walk, line);
}

static int32_t check_outcome(signet_call_t *call, walk_t *walk)
{
    const ca_line_read_t *end = at(walk, walk->reading->end);
    walk->index = walk->reading->end;
    walk->verdict->outcome = ca_line_get(end, "outcome");
    if (!signet_text_is(walk->verdict->outcome, "complete"))
        return SIGNET_OK;
    if (walk->announced != NONE || plan_of(walk, walk->next_step) != NULL)
        return FAIL(walk, "steps of the script are missing");
    return SIGNET_OK;
}

int32_t ca_check(signet_call_t *call, signet_bytes_t file, ca_verdict_t *verdict)
{
    ca_reading_t reading;
    *verdict = (ca_verdict_t){0};
    walk_t walk = {.reading = &reading, .verdict = verdict, .next_step = 1, .announced = NONE};
    int32_t status = ca_reading_open(call, file, &reading);
    for (uint64_t i = 0; status == SIGNET_OK && i < reading.count; i++) {
        walk.index = i;
        status = check_line(call, &walk, &reading.lines[i]);
    }
    return status == SIGNET_OK ? check_outcome(call, &walk) : status;
}
