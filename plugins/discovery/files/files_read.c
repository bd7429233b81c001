/* One file: PEM, with any number of certificates, or one in DER. */
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"

#define FIELDS 3

/* Text from outside as UTF-8: what is none of it becomes '?'. */
static signet_text_t printable(signet_call_t *call, const char *string)
{
    signet_text_t text = signet_text(string);
    if (signet_text_valid(text)) {
        return signet_text_copy(call, text);
    }
    char *copy = signet_alloc(call, text.length + 1, 1);
    for (uint64_t i = 0; copy != NULL && i < text.length; i++) {
        copy[i] = '?';
        if ((uint8_t)string[i] < 0x80) {
            copy[i] = string[i];
        }
    }
    return (signet_text_t){copy, copy ? text.length : 0};
}

static int32_t make_place(signet_call_t *call, const char *path, signet_text_t *place)
{
    signet_text_t shown = printable(call, path);
    *place = signet_format(call, "file:%.*s", SIGNET_FORMAT(shown));
    return shown.data && place->data ? SIGNET_OK : signet_status(call);
}

int32_t files_fault(files_page_t *page, const char *path, signet_text_t reason,
                    signet_text_t message)
{
    signet_call_t *call = page->call;
    signet_discovery_fault_t *fault = signet_alloc(call, 1, sizeof *fault);
    if (fault == NULL) {
        return signet_status(call);
    }
    fault->size = sizeof *fault;
    fault->reason = signet_text_copy(call, reason);
    fault->message = signet_text_copy(call, message);
    page->faults[page->fault_count++] = fault;
    page->is_full = page->count + page->fault_count >= page->limit;
    return make_place(call, path, &fault->place);
}

static int32_t add(files_page_t *page, const char *path, const struct stat *about,
                   signet_bytes_t der)
{
    signet_call_t *call = page->call;
    signet_found_t *found = signet_alloc(call, 1, sizeof *found);
    signet_pair_t *fields = signet_alloc(call, FIELDS, sizeof *fields);
    if (found == NULL || fields == NULL) {
        return signet_status(call);
    }
    fields[0] = signet_pair("owner", signet_format(call, "%u", about->st_uid));
    fields[1] = signet_pair("mode", signet_format(call, "%04o", about->st_mode & 07777U));
    fields[2] =
        signet_pair("modified", signet_time_text(call, (int64_t)about->st_mtim.tv_sec * 1000));
    *found = (signet_found_t){
        .size = sizeof *found,
        .der = signet_bytes_copy(call, der),
        .fields = fields,
        .field_count = FIELDS,
    };
    page->found[page->count++] = found;
    page->is_full = page->count + page->fault_count >= page->limit;
    return found->der.data ? make_place(call, path, &found->place) : signet_status(call);
}

static int is_certificate(signet_bytes_t der)
{
    const uint8_t *position = der.data;
    X509 *x509 = d2i_X509(NULL, &position, (long)der.length);
    int is_whole = x509 != NULL && position == der.data + der.length;
    X509_free(x509);
    ERR_clear_error();
    return is_whole;
}

/* The certificates of a file one after the other, in `child`, which ends with the file. */
static int32_t read_pem(files_page_t *page, signet_call_t *child, const char *path,
                        const struct stat *about, signet_text_t text, uint64_t from,
                        uint64_t *taken)
{
    uint64_t number = 0;
    int32_t status = SIGNET_OK;
    while (status == SIGNET_OK && !page->is_full) {
        signet_bytes_t der = {NULL, 0};
        signet_text_t rest = {NULL, 0};
        status = signet_pem_decode(child, text, "CERTIFICATE", &der, &rest);
        if (status == SIGNET_NOT_FOUND) {
            child->services->clear(child);
            *taken = UINT64_MAX;
            return SIGNET_OK;
        }
        if (status == SIGNET_INVALID || (status == SIGNET_OK && !is_certificate(der))) {
            /* What follows a broken block cannot be told from it. */
            child->services->clear(child);
            *taken = UINT64_MAX;
            return files_fault(page, path, SIGNET_TEXT("files.malformed"),
                               SIGNET_TEXT("It holds something that calls itself a certificate and "
                                           "is none: see whether it is damaged."));
        }
        text = rest;
        if (status == SIGNET_OK && number++ >= from) {
            status = add(page, path, about, der);
            *taken = number;
        }
    }
    return status;
}

static int32_t read_content(files_page_t *page, signet_call_t *child, const char *path,
                            const struct stat *about, uint64_t from, uint64_t *taken)
{
    signet_bytes_t content;
    int32_t status = signet_file_read(child, signet_text(path), page->files->max_size, &content);
    if (status != SIGNET_OK) {
        const signet_error_t *error = child->services->error(child);
        *taken = UINT64_MAX;
        return status == SIGNET_NO_MEMORY ? status
                                          : files_fault(page, path, error->reason, error->message);
    }
    if (content.length > 0 && content.data[0] == 0x30) {
        *taken = UINT64_MAX;
        /* Keys and lists begin like certificates: what is none of them is nobody's fault. */
        return is_certificate(content) ? add(page, path, about, content) : SIGNET_OK;
    }
    return read_pem(page, child, path, about, signet_bytes_text(content), from, taken);
}

int32_t files_read(files_page_t *page, const char *path, uint64_t from, uint64_t *taken)
{
    struct stat about;
    *taken = from;
    /* What is gone meanwhile is not there, and what is no file holds none. */
    if (from == UINT64_MAX || stat(path, &about) != 0 || !S_ISREG(about.st_mode) ||
        about.st_size == 0) {
        *taken = UINT64_MAX;
        return SIGNET_OK;
    }
    signet_call_t *child = page->call->services->child(page->call);
    if (child == NULL) {
        return signet_status(page->call);
    }
    int32_t status = read_content(page, child, path, &about, from, taken);
    status = signet_child_end(page->call, child, status);
    return status;
}
