#include <inttypes.h>
#include <signet/sdk/error.h>
#include <signet/sdk/show.h>
#include <string.h>

signet_text_t signet_show_text(signet_call_t *call, const signet_json_t *value)
{
    if (value == NULL)
        return (signet_text_t){NULL, 0};
    switch (value->kind) {
    case SIGNET_JSON_TEXT:
        return value->text;
    case SIGNET_JSON_INTEGER:
        return signet_format(call, "%" PRId64, value->integer);
    case SIGNET_JSON_REAL:
        return signet_format(call, "%g", value->real);
    case SIGNET_JSON_BOOLEAN:
        return value->integer ? SIGNET_TEXT("yes") : SIGNET_TEXT("no");
    case SIGNET_JSON_ARRAY:
        break;
    default:
        return (signet_text_t){NULL, 0};
    }
    signet_buffer_t buffer = signet_buffer(call, 128);
    for (uint64_t i = 0; i < value->count; i++) {
        if (i > 0)
            signet_buffer_add_string(&buffer, ", ");
        signet_buffer_add_text(&buffer, signet_show_text(call, &value->items[i]));
    }
    signet_text_t text = {NULL, 0};
    (void)signet_buffer_text(&buffer, &text);
    return text;
}

static void write_items(signet_json_writer_t *writer, const signet_json_t *value)
{
    for (uint64_t i = 0; i < value->count; i++) {
        const char *name = NULL;
        if (value->kind == SIGNET_JSON_OBJECT) {
            name = signet_text_string(writer->buffer.call, value->items[i].name);
            if (name == NULL) {
                writer->buffer.failed = 1;
                return;
            }
        }
        signet_json_value(writer, name, &value->items[i]);
    }
}

void signet_json_value(signet_json_writer_t *writer, const char *name, const signet_json_t *value)
{
    switch (value->kind) {
    case SIGNET_JSON_TEXT:
        signet_json_text(writer, name, value->text);
        break;
    case SIGNET_JSON_INTEGER:
        signet_json_integer(writer, name, value->integer);
        break;
    case SIGNET_JSON_REAL:
        signet_json_raw(writer, name, signet_format(writer->buffer.call, "%.17g", value->real));
        break;
    case SIGNET_JSON_BOOLEAN:
        signet_json_boolean(writer, name, value->integer != 0);
        break;
    case SIGNET_JSON_ARRAY:
        signet_json_begin_array(writer, name);
        write_items(writer, value);
        signet_json_end_array(writer);
        break;
    case SIGNET_JSON_OBJECT:
        signet_json_begin_object(writer, name);
        write_items(writer, value);
        signet_json_end_object(writer);
        break;
    default:
        signet_json_raw(writer, name, SIGNET_TEXT("null"));
        break;
    }
}

static int32_t show_raw(signet_call_t *call, signet_output_t *output, const char *before,
                        const signet_json_t *value, const char *after)
{
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_value(&writer, NULL, value);
    signet_text_t json;
    int32_t status = signet_json_finish(&writer, &json);
    if (status != SIGNET_OK)
        return status;
    signet_text_t line = signet_format(call, "%s%.*s%s", before, SIGNET_FORMAT(json), after);
    if (line.data == NULL)
        return signet_status(call);
    return output->services->raw(output, call, signet_text_bytes(line));
}

static signet_text_t cell_text(signet_call_t *call, const signet_json_t *object,
                               signet_text_t member, signet_cell_t cell)
{
    if (cell != NULL)
        return cell(call, object, member);
    const char *name = signet_text_string(call, member);
    return signet_show_text(call, name != NULL ? signet_json_get(object, name) : NULL);
}

int32_t signet_show_object(signet_call_t *call, signet_output_t *output,
                           const signet_json_t *object, const signet_column_t *columns,
                           uint64_t count, signet_cell_t cell)
{
    if (output->json)
        return show_raw(call, output, "", object, "\n");
    for (uint64_t i = 0; i < count; i++) {
        const signet_column_t *column = SIGNET_AT(signet_column_t, columns, i);
        signet_text_t text = cell_text(call, object, column->name, cell);
        if (text.length == 0)
            continue;
        int32_t status = output->services->value(output, call, column, text);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

void signet_url_query(signet_buffer_t *path, const char *name, signet_text_t value)
{
    if (value.length == 0)
        return;
    int first = path->length == 0 || memchr(path->data, '?', path->length) == NULL;
    signet_buffer_add_byte(path, first ? '?' : '&');
    signet_buffer_add_string(path, name);
    signet_buffer_add_byte(path, '=');
    signet_buffer_add_text(path, signet_url_encode(path->call, value));
}

/* Where a listing stands. */
typedef struct progress {
    const signet_listing_t *listing;
    const signet_command_input_t *input;
    uint64_t shown;
    uint64_t page; /* items to ask for at once */
} progress_t;

/* Whether an answer is more than the JSON reader takes. */
static int is_too_large(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    return status == SIGNET_TOO_LARGE ||
           (error != NULL && signet_text_is(error->reason, "json.too-many-values"));
}

/* A page must stay below the limits of the JSON reader; pages of long items are halved. */
#define PAGE 200

static const signet_bytes_t list_none = {(const uint8_t *)"[\n]\n", 4};
static const signet_bytes_t list_end = {(const uint8_t *)"\n]\n", 3};

static int32_t show_row(signet_call_t *call, const progress_t *progress, const signet_json_t *item)
{
    signet_output_t *output = progress->input->output;
    const signet_listing_t *listing = progress->listing;
    if (output->json)
        return show_raw(call, output, progress->shown == 0 ? "[\n" : ",\n", item, "");
    signet_text_t *cells = signet_alloc(call, listing->column_count, sizeof *cells);
    if (cells == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < listing->column_count; i++)
        cells[i] = cell_text(call, item, SIGNET_AT(signet_column_t, listing->columns, i)->name,
                             listing->cell);
    return output->services->row(output, call, cells, listing->column_count);
}

/* Shows one page; `cursor` is of this page and becomes that of the next. */
static int32_t show_page(signet_call_t *call, progress_t *progress, signet_text_t *cursor)
{
    const signet_listing_t *listing = progress->listing;
    uint64_t wanted = progress->page;
    if (listing->limit != 0 && listing->limit - progress->shown < wanted)
        wanted = listing->limit - progress->shown;
    signet_buffer_t buffer = signet_buffer(call, 256);
    signet_buffer_add_text(&buffer, listing->path);
    if (!listing->whole)
        signet_url_query(&buffer, "limit", signet_format(call, "%" PRIu64, wanted));
    signet_url_query(&buffer, "cursor", *cursor);
    signet_text_t path;
    int32_t status = signet_buffer_text(&buffer, &path);
    if (status != SIGNET_OK)
        return status;
    const signet_json_t *answer = NULL;
    status =
        signet_client_json(call, progress->input, "GET", path, (signet_text_t){NULL, 0}, &answer);
    if (status != SIGNET_OK)
        return status;
    const signet_json_t *items = signet_json_get(answer, listing->member);
    for (uint64_t i = 0; items != NULL && i < items->count; i++) {
        status = show_row(call, progress, &items->items[i]);
        if (status != SIGNET_OK)
            return status;
        progress->shown++;
    }
    return signet_json_get_text(call, answer, "next", cursor);
}

static int32_t show_pages(signet_call_t *call, progress_t *progress, int *more)
{
    signet_text_t cursor = {NULL, 0};
    do {
        signet_call_t *child = call->services->child(call);
        if (child == NULL)
            return signet_status(call);
        int32_t status = show_page(child, progress, &cursor);
        if (is_too_large(child, status) && progress->page > 1 && !progress->listing->whole) {
            progress->page /= 2;
            child->services->end(child);
            continue;
        }
        if (status != SIGNET_OK && child->services->error(child) != NULL)
            (void)call->services->fail(call, child->services->error(child));
        cursor = signet_text_copy(call, cursor);
        child->services->end(child);
        if (status != SIGNET_OK)
            return status;
        *more = cursor.length > 0;
    } while (*more &&
             (progress->listing->limit == 0 || progress->shown < progress->listing->limit));
    return SIGNET_OK;
}

/* A list that fails before its first item prints nothing, one that fails later ends its array: what
 * was printed is JSON in any case. */
static int32_t end_json(signet_call_t *call, signet_output_t *output, uint64_t shown,
                        int32_t status)
{
    signet_bytes_t end = shown > 0 ? list_end : list_none;
    if (status == SIGNET_OK)
        return output->services->raw(output, call, end);
    if (shown > 0)
        (void)output->services->raw(output, call, end);
    return status;
}

int32_t signet_show_list(signet_call_t *call, const signet_command_input_t *input,
                         const signet_listing_t *listing)
{
    signet_output_t *output = input->output;
    progress_t progress = {.listing = listing, .input = input, .page = PAGE};
    int more = 1;
    int32_t status = output->json ? SIGNET_OK
                                  : output->services->columns(output, call, listing->columns,
                                                              listing->column_count);
    if (status == SIGNET_OK)
        status = show_pages(call, &progress, &more);
    if (output->json)
        return end_json(call, output, progress.shown, status);
    if (status != SIGNET_OK)
        return status;
    return more ? output->services->note(output, call,
                                         SIGNET_TEXT("There are more: --limit N or --all shows "
                                                     "them."))
                : SIGNET_OK;
}
