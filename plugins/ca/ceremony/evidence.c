#include "ceremony/evidence.h"

#include <link.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <sys/utsname.h>

#define FILES_MAX 256U
#define SELF "/proc/self/exe"

/* Files whose hashes are taken, each once. */
typedef struct files {
    signet_call_t *call;
    signet_text_t paths[FILES_MAX];
    const char *roles[FILES_MAX];
    uint64_t count;
    int failed;
} files_t;

static void add_file(files_t *files, const char *role, signet_text_t path)
{
    for (uint64_t i = 0; i < files->count; i++) {
        if (signet_text_equal(files->paths[i], path))
            return;
    }
    signet_text_t copy = signet_text_copy(files->call, path);
    if (copy.data == NULL || files->count == FILES_MAX) {
        files->failed = 1;
        return;
    }
    files->roles[files->count] = role;
    files->paths[files->count++] = copy;
}

/* The files in which settings stand. */
static void add_settings(files_t *files, const signet_setting_t *setting)
{
    if (setting->file.length > 0)
        add_file(files, "script", setting->file);
    for (uint64_t i = 0; i < setting->member_count; i++)
        add_settings(files, SIGNET_AT(signet_setting_t, setting->members, i));
}

static int add_library(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    if (info->dlpi_name != NULL && info->dlpi_name[0] == '/')
        add_file(context, "library", signet_text(info->dlpi_name));
    return 0;
}

/* SHA-256 of a file of any size. 0 where it cannot be read. */
static int hash_file(const char *path, uint8_t digest[32])
{
    uint8_t block[16384];
    unsigned length = 0;
    FILE *file = fopen(path, "rbe");
    EVP_MD_CTX *context = file == NULL ? NULL : EVP_MD_CTX_new();
    int done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    size_t got;
    while (done && (got = fread(block, 1, sizeof block, file)) > 0)
        done = EVP_DigestUpdate(context, block, got) == 1;
    done = done && !ferror(file) && EVP_DigestFinal_ex(context, digest, &length) == 1;
    EVP_MD_CTX_free(context);
    if (file != NULL)
        fclose(file);
    return done;
}

static int32_t write_file(ca_session_t *session, signet_call_t *call, const char *role,
                          signet_text_t path)
{
    uint8_t digest[32];
    const char *name = signet_text_string(call, path);
    if (name == NULL)
        return signet_status(call);
    if (!hash_file(name, digest))
        return signet_fail(call, SIGNET_UNAVAILABLE, "ceremony.file-unreadable",
                           "the file %s cannot be read, and its hash belongs into the transcript",
                           name);
    ca_line_t line = ca_transcript_line(call, &session->transcript, "file");
    ca_line_text(&line, "role", signet_text(role));
    ca_line_text(&line, "path", path);
    ca_line_hex(&line, "sha256", (signet_bytes_t){digest, sizeof digest});
    return ca_transcript_write(call, &session->transcript, &line);
}

static int32_t write_files(ca_session_t *session, signet_call_t *call, signet_text_t answers)
{
    files_t *files = signet_alloc(call, 1, sizeof *files);
    if (files == NULL)
        return SIGNET_NO_MEMORY;
    files->call = call;
    /* The main file first: the group of the ceremony stands in it. */
    add_file(files, "script", session->script->file);
    add_settings(files, session->ca->host->settings);
    if (answers.length > 0)
        add_file(files, "answers", answers);
    add_file(files, "program", SIGNET_TEXT(SELF));
    dl_iterate_phdr(add_library, files);
    if (files->failed)
        return signet_fail(call, SIGNET_TOO_LARGE, "ceremony.files",
                           "more than %u files belong to this ceremony", FILES_MAX);
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < files->count; i++)
        status = write_file(session, call, files->roles[i], files->paths[i]);
    return status;
}

static int32_t write_begin(ca_session_t *session, signet_call_t *call)
{
    struct utsname machine;
    signet_text_t system = {NULL, 0};
    if (uname(&machine) == 0)
        system = signet_format(call, "%s %s %s", machine.sysname, machine.release, machine.machine);
    ca_line_t line = ca_transcript_line(call, &session->transcript, "begin");
    ca_line_text(&line, "format", SIGNET_TEXT("signet-transcript/1"));
    ca_line_text(&line, "title", signet_setting_text(session->script, "title"));
    ca_line_number(&line, "quorum", session->quorum);
    ca_line_text(&line, "answers",
                 session->console.rehearsal ? SIGNET_TEXT("file") : SIGNET_TEXT("terminal"));
    ca_line_text(&line, "system", system);
    ca_line_text(&line, "openssl", signet_text(OpenSSL_version(OPENSSL_VERSION)));
    return ca_transcript_write(call, &session->transcript, &line);
}

static int32_t write_participants(ca_session_t *session, signet_call_t *call)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < session->participant_count; i++) {
        const ca_participant_t *participant = &session->participants[i];
        ca_line_t line = ca_transcript_line(call, &session->transcript, "participant");
        ca_line_text(&line, "name", participant->name);
        ca_line_text(&line, "role", signet_text(ca_role_name(participant->role)));
        ca_line_text(&line, "key_sha256", participant->fingerprint);
        ca_line_base64(&line, "certificate", participant->certificate);
        status = ca_transcript_write(call, &session->transcript, &line);
    }
    return status;
}

static int32_t write_authority(ca_session_t *session, signet_call_t *call,
                               const ca_authority_t *authority)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    signet_text_t subject = {NULL, 0};
    int32_t status = signet_name_parse(call, authority->subject, &attributes, &count);
    if (status == SIGNET_OK)
        status = signet_name_text(call, attributes, count, &subject);
    if (status != SIGNET_OK)
        return status;
    ca_line_t line = ca_transcript_line(call, &session->transcript, "authority");
    ca_line_text(&line, "name", authority->name);
    ca_line_text(&line, "kind", authority->kind);
    ca_line_text(&line, "subject", subject);
    ca_line_text(&line, "key_type", authority->key_type);
    ca_line_text(&line, "algorithm", authority->algorithm);
    ca_line_text(&line, "keys", authority->keys);
    ca_line_text(&line, "parent",
                 authority->parent == NULL ? SIGNET_TEXT("") : authority->parent->name);
    return ca_transcript_write(call, &session->transcript, &line);
}

static int32_t write_profile(ca_session_t *session, signet_call_t *call,
                             const ca_profile_t *profile)
{
    ca_line_t line = ca_transcript_line(call, &session->transcript, "profile");
    ca_line_text(&line, "name", profile->name);
    ca_line_number(&line, "version", (int64_t)profile->version);
    ca_line_text(&line, "document", profile->document);
    return ca_transcript_write(call, &session->transcript, &line);
}

/* A step as the script has it: its options that are set, one a text. */
static int32_t write_plan(ca_session_t *session, signet_call_t *call, const signet_setting_t *step,
                          uint64_t number)
{
    signet_text_t *options = signet_alloc(call, step->member_count + 1, sizeof *options);
    uint64_t count = 0;
    if (options == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < step->member_count; i++) {
        const signet_setting_t *member = SIGNET_AT(signet_setting_t, step->members, i);
        if (member->line == 0)
            continue;
        signet_buffer_t value = signet_buffer(call, 64);
        signet_buffer_format(&value, "%.*s = ", SIGNET_FORMAT(member->name));
        for (uint64_t at = 0; at < member->member_count; at++)
            signet_buffer_format(&value, "%s%.*s", at > 0 ? ", " : "",
                                 SIGNET_FORMAT(signet_setting_at(member, at)->text));
        if (member->text.length > 0)
            signet_buffer_add_text(&value, member->text);
        else if (member->member_count == 0)
            signet_buffer_format(&value, "%lld", (long long)member->integer);
        if (signet_buffer_text(&value, &options[count++]) != SIGNET_OK)
            return SIGNET_NO_MEMORY;
    }
    ca_line_t line = ca_transcript_line(call, &session->transcript, "plan");
    ca_line_number(&line, "step", (int64_t)number);
    ca_line_text(&line, "action", signet_setting_text(step, "action"));
    ca_line_text(&line, "authority", signet_setting_text(step, "authority"));
    ca_line_text(&line, "profile", signet_setting_text(step, "profile"));
    ca_line_texts(&line, "options", options, count);
    return ca_transcript_write(call, &session->transcript, &line);
}

int32_t ca_evidence_write(ca_session_t *session, signet_call_t *call, signet_text_t answers)
{
    const ca_t *ca = session->ca;
    const signet_setting_t *steps = signet_setting(session->script, "steps");
    int32_t status = write_begin(session, call);
    if (status == SIGNET_OK)
        status = write_files(session, call, answers);
    if (status == SIGNET_OK)
        status = write_participants(session, call);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->authority_count; i++)
        status = write_authority(session, call, &ca->authorities[i]);
    for (uint64_t i = 0; status == SIGNET_OK && i < ca->profile_count; i++)
        status = write_profile(session, call, &ca->profiles[i]);
    for (uint64_t i = 0; status == SIGNET_OK && i < steps->member_count; i++)
        status = write_plan(session, call, signet_setting_at(steps, i), i + 1);
    return status;
}
