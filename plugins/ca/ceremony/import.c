#include "ceremony/import.h"

#include "authority/copy.h"
#include "ceremony/check.h"
#include "ceremony/command.h"
#include "ceremony/install.h"
#include "permission_grant.h"

#include <signet/auth.h>
#include <signet/sdk/client.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define FILE_MAX (1U << 30)
#define QUORUM_LEAST 2U

/* Verifies the bundle, and the transcript where there is one. */
static int32_t verify(signet_call_t *call, const signet_authority_bundle_t *asked,
                      ca_reading_t *bundle)
{
    ca_reading_t transcript = {0};
    ca_verdict_t verdict = {0};
    int32_t status = ca_bundle_open(call, asked->file, asked->signers, asked->quorum, bundle);
    if (status != SIGNET_OK || asked->transcript.length == 0)
        return status;
    status = ca_check(call, asked->transcript, &verdict);
    if (status == SIGNET_OK)
        status = ca_reading_open(call, asked->transcript, &transcript);
    return status == SIGNET_OK ? ca_bundle_match(call, asked->file, &transcript) : status;
}

/* Who can have a bundle installed here can also stop the host and do it without: an administrator
 * of this machine. The files are theirs to write, so that nobody else has a use for this. */
static int32_t permit(signet_call_t *call)
{
    const signet_actor_t *actor = call->services->actor(call);
    int local = signet_text_is(actor->method, "peer") && !ca_grants_watch(actor);
    for (uint64_t i = 0; local && i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        if (ca_grant_is(grant, SIGNET_ROLE_ADMINISTRATOR) && grant->authority.length == 0 &&
            grant->profile.length == 0 && grant->names.length == 0)
            return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_DENIED, "permission.local-administrator",
                       "bundles are imported by an administrator over a Unix socket of the host: "
                       "run 'signet ceremony import' on its machine");
}

static int32_t answer(signet_call_t *call, uint64_t journaled,
                      const signet_authority_report_t **report)
{
    signet_authority_report_t *made = signet_alloc(call, 1, sizeof *made);
    signet_json_writer_t writer = signet_json_writer(call, 64);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    made->size = sizeof *made;
    signet_json_begin_object(&writer, NULL);
    signet_json_integer(&writer, "journaled", (int64_t)journaled);
    signet_json_end_object(&writer);
    *report = made;
    return signet_json_finish(&writer, &made->document);
}

int32_t ca_import_bundle(void *instance, signet_call_t *call,
                         const signet_authority_bundle_t *asked,
                         const signet_authority_report_t **report)
{
    ca_t *ca = instance;
    ca_t copy = {0};
    ca_reading_t bundle = {0};
    ca_installing_t installing;
    uint64_t journaled = 0;
    int32_t status = permit(call);
    if (status == SIGNET_OK && asked->quorum < QUORUM_LEAST)
        status = signet_fail_field(call, SIGNET_INVALID, "bundle.quorum", "quorum",
                                   "a bundle takes %u signatures at least", QUORUM_LEAST);
    if (status == SIGNET_OK)
        status = verify(call, asked, &bundle);
    if (status == SIGNET_OK)
        status = ca_authorities_copy(ca, call, &copy);
    if (status == SIGNET_OK)
        status = ca_install_place(&copy, call, &bundle, asked->folder, &installing);
    if (status == SIGNET_OK)
        status = ca_install_journal(ca, call, &installing, &journaled);
    ca_authorities_free(&copy);
    return status == SIGNET_OK ? answer(call, journaled, report) : status;
}

/* The files and options of the command. */
static int32_t read_input(signet_call_t *call, const signet_command_input_t *input,
                          signet_authority_bundle_t *asked)
{
    const signet_setting_t *options = input->options;
    signet_text_t transcript = signet_setting_text(options, "transcript");
    signet_bytes_t signers = {NULL, 0};
    *asked = (signet_authority_bundle_t){
        .size = sizeof *asked,
        .quorum = (uint32_t)signet_setting_integer(options, "quorum", QUORUM_LEAST),
        .folder = signet_setting_text(options, "out")};
    int32_t status =
        signet_file_read(call, signet_setting_text(options, "bundle"), FILE_MAX, &asked->file);
    if (status == SIGNET_OK)
        status =
            signet_file_read(call, signet_setting_text(options, "signers"), FILE_MAX, &signers);
    if (status == SIGNET_OK && transcript.length > 0)
        status = signet_file_read(call, transcript, FILE_MAX, &asked->transcript);
    asked->signers = signet_bytes_text(signers);
    return status;
}

/* Asks the host that runs for the entries; `*runs` 0: there is none to ask. */
static int32_t ask_host(signet_call_t *call, const signet_command_input_t *remote,
                        const signet_authority_bundle_t *asked, int *runs)
{
    const signet_json_t *answered = NULL;
    signet_text_t body = {NULL, 0};
    signet_json_writer_t writer = signet_json_writer(call, asked->file.length + 4096);
    *runs = 0;
    if (remote->url.length == 0)
        return SIGNET_OK;
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "bundle", signet_bytes_text(asked->file));
    signet_json_text(&writer, "signers", asked->signers);
    signet_json_integer(&writer, "quorum", asked->quorum);
    if (asked->transcript.length > 0)
        signet_json_text(&writer, "transcript", signet_bytes_text(asked->transcript));
    if (asked->folder.length > 0)
        signet_json_text(&writer, "folder", asked->folder);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &body);
    if (status == SIGNET_OK)
        status =
            signet_client_json(call, remote, "POST", SIGNET_TEXT("/v1/bundles"), body, &answered);
    const signet_error_t *error = call->services->error(call);
    *runs = status == SIGNET_OK;
    if (status != SIGNET_UNAVAILABLE || error == NULL ||
        !signet_text_is(error->reason, "client.unreachable"))
        return status;
    call->services->clear(call);
    return SIGNET_OK;
}

/* Has the host that runs read the certificates: it opens this instance anew. */
static int32_t reload_host(const ca_t *ca, signet_call_t *call,
                           const signet_command_input_t *remote)
{
    const signet_json_t *answered = NULL;
    signet_text_t path = signet_format(call, "/v1/host/reload?instance=%.*s",
                                       SIGNET_FORMAT(signet_url_encode(call, ca->host->name)));
    if (path.data == NULL)
        return SIGNET_NO_MEMORY;
    return signet_client_json(call, remote, "POST", path, SIGNET_TEXT(""), &answered);
}

int32_t ca_command_ceremony_import(void *instance, signet_call_t *call,
                                   const signet_command_input_t *input)
{
    ca_t *ca = instance;
    ca_reading_t bundle = {0};
    ca_installing_t installing;
    signet_authority_bundle_t asked;
    /* Over the socket it is the kernel that says who asks: a token of the environment is not sent
     * there. */
    const signet_command_input_t remote = {
        .size = sizeof remote,
        .options = input->options,
        .output = input->output,
        .url = SIGNET_HAS(input, socket.length) ? input->socket : (signet_text_t){NULL, 0}};
    ca_t copy = {0};
    uint64_t journaled = 0;
    int runs = 0;
    int32_t status = read_input(call, input, &asked);
    if (status == SIGNET_OK)
        status = verify(call, &asked, &bundle);
    if (status == SIGNET_OK)
        status = ca_authorities_copy(ca, call, &copy);
    if (status == SIGNET_OK)
        status = ca_install_place(&copy, call, &bundle, asked.folder, &installing);
    if (status == SIGNET_OK)
        status = ask_host(call, &remote, &asked, &runs);
    if (status == SIGNET_OK && !runs)
        status = ca_install_journal(ca, call, &installing, &journaled);
    if (status == SIGNET_OK)
        status = ca_install_write(call, &installing);
    if (status == SIGNET_OK && runs)
        status = reload_host(ca, call, &remote);
    if (status == SIGNET_OK)
        status = ca_install_show(call, input, &installing);
    ca_authorities_free(&copy);
    return status;
}
