/* Installing a bundle on the online side. */
#include "ceremony/install.h"

#include "authority/authority_load.h"
#include "authority/foresee.h"
#include "authority/lineage.h"
#include "authority/list_file.h"
#include "authority/manage.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MODE 0644U
#define EVENT_IMPORTED "ceremony.imported"

/* The configured authority with this subject. */
static ca_authority_t *find_subject(ca_t *ca, signet_bytes_t subject)
{
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        if (signet_bytes_equal(ca->authorities[i].subject, subject))
            return &ca->authorities[i];
    }
    return NULL;
}

/* What has no place of its own goes into the folder, if there is one, under its hash. */
static int32_t elsewhere(signet_call_t *call, const ca_installing_t *installing,
                         ca_placement_t *placement, const char *suffix)
{
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, placement->der, &digest);
    if (status != SIGNET_OK || installing->folder.length == 0)
        return status;
    digest.length = 8;
    placement->path = signet_format(call, "%.*s/%.*s.%s", SIGNET_FORMAT(installing->folder),
                                    SIGNET_FORMAT(signet_hex(call, digest)), suffix);
    return placement->path.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static signet_bytes_t issuer_of(const ca_authority_t *authority)
{
    return authority->parent == NULL ? authority->subject : authority->parent->subject;
}

/* Whether one of the authority's further keys has this very certificate. */
static int is_on_record(const ca_authority_t *authority, const signet_x509_t *x509)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    for (uint64_t i = 0; lineage != NULL && i < lineage->count; i++) {
        const ca_authority_t *at = lineage->items[i].authority;
        if (at != NULL && signet_bytes_equal(at->certificate, x509->der))
            return 1;
    }
    return 0;
}

/* Whether it is for a further key: one that was made here and waits for its certificate, or, of an
 * authority whose keys are elsewhere, one that is not known yet. A cross-certificate is for a key
 * that is. */
static int is_further(signet_call_t *call, const ca_authority_t *authority,
                      const signet_x509_t *x509)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    if (lineage == NULL || ca_lineage_has_key(authority, x509->key.spki) ||
        !signet_bytes_equal(issuer_of(authority), x509->issuer))
        return 0;
    if (authority->keys.length == 0)
        return 1;
    const ca_generation_t *open = ca_lineage_in(lineage, CA_KEY_REQUESTED);
    const signet_key_t *key = NULL;
    ca_authority_t *bare = open != NULL ? signet_alloc(call, 1, sizeof *bare) : NULL;
    if (open == NULL || bare == NULL)
        return 0;
    ca_lineage_copy(authority->home, open->number, open->key_uri, bare);
    int same = ca_authority_key(call, bare, &key) == SIGNET_OK &&
               signet_bytes_equal(key->public_key, x509->key.spki);
    call->services->clear(call);
    return same;
}

/* An authority's certificate, in the order root first, so that each one's issuer is known. */
static int32_t place_certificate(signet_call_t *call, ca_installing_t *installing,
                                 ca_placement_t *placement)
{
    const signet_x509_t *x509 = NULL;
    signet_text_t uri;
    int32_t status = signet_x509_parse(call, placement->der, &x509);
    if (status != SIGNET_OK)
        return status;
    ca_authority_t *authority = x509->is_ca ? find_subject(installing->ca, x509->subject) : NULL;
    if (authority != NULL &&
        (signet_bytes_equal(authority->certificate, x509->der) || is_on_record(authority, x509))) {
        placement->authority = authority;
        return SIGNET_OK;
    }
    if (authority != NULL && is_further(call, authority, x509)) {
        /* What it signed may be in the bundle, too. */
        status = ca_lineage_foresee(installing->ca, call, authority, x509);
        placement->authority = authority;
        placement->further = status == SIGNET_OK ? ++installing->further : 0;
        return status;
    }
    int renewal = authority != NULL && authority->certificate.length > 0 &&
                  signet_bytes_equal(authority->spki, x509->key.spki) &&
                  signet_bytes_equal(issuer_of(authority), x509->issuer) &&
                  x509->not_after > authority->not_after;
    /* A second certificate of a subject, a cross-certificate for instance, replaces none. */
    if (authority == NULL || (authority->certificate.length > 0 && !renewal))
        return elsewhere(call, installing, placement, "pem");
    status = ca_authority_check(call, authority, x509);
    if (status == SIGNET_OK && authority->keys.length > 0)
        status = ca_authority_check_key(call, authority, x509, &uri);
    if (status == SIGNET_OK)
        status = ca_authority_activate(&installing->ca->pool, call, authority, x509);
    placement->authority = authority;
    placement->path = authority->path;
    return status;
}

/* Whether a key signed a list. */
static int is_signed_by(signet_call_t *call, signet_bytes_t spki, const signet_crl_t *crl)
{
    signet_public_key_t key;
    int32_t status = signet_public_key_parse(call, spki, &key);
    if (status == SIGNET_OK)
        status = signet_verify(call, &key, crl->algorithm, crl->tbs, crl->signature);
    call->services->clear(call);
    return status == SIGNET_OK;
}

/* Of an authority's keys the one that signed a list, or NULL. */
static const ca_authority_t *signer_of(signet_call_t *call, const ca_authority_t *authority,
                                       const signet_crl_t *crl)
{
    const ca_lineage_t *lineage = ca_lineage(authority);
    if (authority->certificate.length > 0 && is_signed_by(call, authority->spki, crl))
        return authority;
    for (uint64_t i = 0; lineage != NULL && i < lineage->count; i++) {
        const ca_authority_t *at = lineage->items[i].authority;
        if (at != NULL && is_signed_by(call, at->spki, crl))
            return at;
    }
    return NULL;
}

static int32_t place_crl(signet_call_t *call, ca_installing_t *installing,
                         ca_placement_t *placement)
{
    const signet_crl_t *crl = NULL;
    const signet_crl_t *present = NULL;
    signet_text_t path;
    int32_t status = signet_crl_parse(call, placement->der, &crl);
    if (status != SIGNET_OK)
        return status;
    ca_authority_t *authority = find_subject(installing->ca, crl->issuer);
    if (authority == NULL || authority->certificate.length == 0)
        return elsewhere(call, installing, placement, "crl");
    const ca_authority_t *signer = signer_of(call, authority, crl);
    if (signer == NULL)
        return signet_fail(call, SIGNET_DENIED, "crl.signature",
                           "a list of the authority \"%.*s\" in the bundle was signed by none of "
                           "its keys; where it is by a further one, that key's certificate "
                           "must be in the bundle as well, or imported first",
                           SIGNET_FORMAT(authority->name));
    placement->authority = authority;
    status = ca_lineage_file(call, signer, "crl", &path);
    if (status == SIGNET_OK && path.length == 0)
        return elsewhere(call, installing, placement, "crl");
    if (status == SIGNET_OK)
        status = ca_list_file_read(call, path, &present);
    if (status != SIGNET_OK)
        return status;
    /* What another key signed there counts for itself. */
    if (present != NULL && signer_of(call, authority, present) == signer &&
        signet_crl_number_compare(crl->number, present->number) < 0)
        return signet_fail(call, SIGNET_CONFLICT, "crl.number",
                           "the list of the authority \"%.*s\" in the bundle has a lower number "
                           "than the one in %.*s",
                           SIGNET_FORMAT(authority->name), SIGNET_FORMAT(path));
    if (present == NULL || !signet_bytes_equal(present->der, crl->der))
        placement->path = path;
    return SIGNET_OK;
}

static int32_t place_all(signet_call_t *call, ca_installing_t *installing,
                         const ca_reading_t *reading)
{
    int32_t status = SIGNET_OK;
    /* Certificates before lists, and as often as it takes for each to find its issuer: they stand
     * in the bundle in no order. */
    for (uint64_t i = 0; i < reading->count; i++) {
        const ca_line_read_t *line = &reading->lines[i];
        if (!signet_text_is(line->type, "item"))
            continue;
        int crl = signet_text_is(ca_line_get(line, "kind"), "crl");
        installing->placements[installing->count++] =
            (ca_placement_t){.label = crl ? "X509 CRL" : "CERTIFICATE",
                             .what = crl ? "revocation list" : "certificate",
                             .subject = ca_line_get(line, "subject"),
                             .der = ca_line_get_base64(call, line, "der")};
    }
    for (uint64_t depth = 0; depth <= installing->ca->authority_count; depth++) {
        for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++) {
            ca_placement_t *placement = &installing->placements[i];
            if (signet_text_is(signet_text(placement->label), "CERTIFICATE") &&
                placement->authority == NULL && placement->path.length == 0) {
                status = place_certificate(call, installing, placement);
                const signet_error_t *error = call->services->error(call);
                int later = status == SIGNET_INVALID && error != NULL &&
                            depth < installing->ca->authority_count;
                if (later) {
                    call->services->clear(call);
                    placement->authority = NULL;
                    placement->path.length = 0;
                    status = SIGNET_OK;
                }
            }
        }
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++) {
        if (signet_text_is(signet_text(installing->placements[i].label), "X509 CRL"))
            status = place_crl(call, installing, &installing->placements[i]);
    }
    return status;
}

static int32_t journal(ca_t *ca, signet_call_t *call, const ca_placement_t *placement)
{
    signet_journal_t instance;
    signet_bytes_t digest;
    int32_t status = ca_journal(ca, call, &instance);
    if (status == SIGNET_OK)
        status = signet_sha256(call, placement->der, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_text_t object =
        placement->authority == NULL
            ? SIGNET_TEXT("authority:")
            : signet_format(call, "authority:%.*s", SIGNET_FORMAT(placement->authority->name));
    signet_pair_t fields[] = {signet_pair("what", signet_text(placement->what)),
                              signet_pair("subject", placement->subject),
                              signet_pair("fingerprint", signet_hex(call, digest)),
                              signet_pair("file", placement->path)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(EVENT_IMPORTED),
                            .object = object,
                            .fields = fields,
                            .field_count = sizeof fields / sizeof fields[0]};
    return instance.interface->commit(instance.instance, call, NULL, 0, &entry);
}

/* The certificate of a further key, by the way that `authority import` goes. */
static int32_t put_on_record(ca_t *ca, signet_call_t *call, const ca_placement_t *placement)
{
    const signet_authority_report_t *report = NULL;
    const signet_authority_change_t change = {.size = sizeof change,
                                              .action = SIGNET_TEXT(SIGNET_CHANGE_IMPORT),
                                              .authority = placement->authority->name,
                                              .certificate = placement->der};
    int32_t status = ca_manage_change(ca, call, &change, &report);
    return status == SIGNET_OK ? journal(ca, call, placement) : status;
}

int32_t ca_install_journal(ca_t *ca, signet_call_t *call, const ca_installing_t *installing,
                           uint64_t *count)
{
    int32_t status = SIGNET_OK;
    *count = 0;
    /* Further keys as they depend on each other, then what goes into files. */
    for (uint64_t further = 1; further <= installing->further; further++) {
        for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++) {
            if (installing->placements[i].further != further)
                continue;
            status = put_on_record(ca, call, &installing->placements[i]);
            *count += status == SIGNET_OK;
        }
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++) {
        const ca_placement_t *placement = &installing->placements[i];
        if (placement->further > 0 || placement->path.length == 0)
            continue;
        status = journal(ca, call, placement);
        *count += status == SIGNET_OK;
    }
    return status;
}

int32_t ca_install_write(signet_call_t *call, const ca_installing_t *installing)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++) {
        const ca_placement_t *placement = &installing->placements[i];
        if (placement->path.length == 0)
            continue;
        signet_text_t pem = signet_pem(call, placement->label, placement->der);
        if (pem.data == NULL)
            return SIGNET_NO_MEMORY;
        status = signet_file_write(call, placement->path, signet_text_bytes(pem), FILE_MODE);
    }
    return status;
}

static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const ca_placement_t *placement)
{
    signet_text_t cells[] = {
        signet_text(placement->what), placement->subject,
        placement->authority == NULL ? SIGNET_TEXT("-") : placement->authority->name,
        placement->further             ? SIGNET_TEXT("on record, for a further key")
        : placement->path.length > 0   ? placement->path
        : placement->authority != NULL ? SIGNET_TEXT("there already")
                                       : SIGNET_TEXT("not installed; --out gives a folder")};
    return input->output->services->row(input->output, call, cells, sizeof cells / sizeof cells[0]);
}

int32_t ca_install_place(ca_t *ca, signet_call_t *call, const ca_reading_t *reading,
                         signet_text_t folder, ca_installing_t *installing)
{
    *installing = (ca_installing_t){
        .ca = ca,
        .placements = signet_alloc(call, reading->count, sizeof *installing->placements),
        .folder = folder};
    return installing->placements == NULL ? SIGNET_NO_MEMORY : place_all(call, installing, reading);
}

int32_t ca_install_show(signet_call_t *call, const signet_command_input_t *input,
                        const ca_installing_t *installing)
{
    static const signet_column_t columns[] = {
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("what"),
         .title = SIGNET_TEXT_INIT("What")},
        {.size = sizeof columns[0],
         .flags = SIGNET_COLUMN_WIDE,
         .name = SIGNET_TEXT_INIT("subject"),
         .title = SIGNET_TEXT_INIT("Of")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("authority"),
         .title = SIGNET_TEXT_INIT("Authority")},
        {.size = sizeof columns[0],
         .name = SIGNET_TEXT_INIT("file"),
         .title = SIGNET_TEXT_INIT("Installed as")},
    };
    int32_t status = input->output->services->columns(input->output, call, columns,
                                                      sizeof columns / sizeof columns[0]);
    for (uint64_t i = 0; status == SIGNET_OK && i < installing->count; i++)
        status = show(call, input, &installing->placements[i]);
    return status;
}
