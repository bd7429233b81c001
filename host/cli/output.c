/* The output that a command is handed. */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/table.h"
#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

/* A labelled value that waits for the others, to be aligned with them. */
typedef struct pair {
    struct pair *next;
    core_buffer_t title;
    core_buffer_t value;
} pair_t;

struct cli_output {
    signet_output_t head;
    uint64_t width;
    int color;
    cli_table_t *table;
    core_buffer_t names; /* of the table's columns, each with a NUL behind it, for JSON */
    uint32_t *flags;
    uint64_t column_count; /* 0: no table was begun */
    uint64_t rows;
    pair_t *pairs;
    pair_t **last_pair;
    uint64_t values;
    int raw;
    cli_progress_t progress;
};

static cli_output_t *of(signet_output_t *output)
{
    return (cli_output_t *)(void *)output;
}

static int32_t fail_memory(signet_call_t *call)
{
    return core_fail(call, SIGNET_NO_MEMORY, "output.no-memory",
                     "there is no memory to print the answer: free some");
}

static int32_t fail_mixed(signet_call_t *call)
{
    return core_fail(call, SIGNET_CONFLICT, "output.begun",
                     "a command prints one table or values, not both");
}

/* Whether text is a number in JSON (RFC 8259, 6). */
static int is_number(signet_text_t text)
{
    uint64_t at = text.length && text.data[0] == '-';
    uint64_t digits = at;
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    if (at == digits || (text.data[digits] == '0' && at > digits + 1))
        return 0;
    if (at < text.length && text.data[at] == '.') {
        digits = ++at;
        while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9')
            at++;
        if (at == digits)
            return 0;
    }
    return at == text.length;
}

static void print_json(signet_text_t text)
{
    core_buffer_t buffer = {0};
    core_buffer_json(&buffer, text);
    fprintf(stdout, "\"%.*s\"", CORE_TEXT_ARG(core_buffer_text(&buffer)));
    core_buffer_free(&buffer);
}

static void print_member(signet_text_t name, uint32_t flags, signet_text_t value)
{
    print_json(name);
    fputc(':', stdout);
    if (!(flags & SIGNET_COLUMN_NUMBER))
        print_json(value);
    else if (!value.length)
        fputs("null", stdout);
    else if (is_number(value))
        fprintf(stdout, "%.*s", CORE_TEXT_ARG(value));
    else
        print_json(value);
}

static int32_t columns(signet_output_t *output, signet_call_t *call,
                       const signet_column_t *declared, uint64_t count)
{
    cli_output_t *self = of(output);
    if (self->column_count || self->values)
        return fail_mixed(call);
    if (!count)
        return core_fail(call, SIGNET_INVALID, "output.columns", "a table needs a column");
    self->table = cli_table_new(declared, count, self->width, self->color);
    self->flags = calloc(count, sizeof *self->flags);
    if (!self->table || !self->flags)
        return fail_memory(call);
    for (uint64_t index = 0; index < count; index++) {
        const signet_column_t *column = SIGNET_AT(signet_column_t, declared, index);
        self->flags[index] = column->flags;
        core_buffer_add(&self->names, column->name.data, column->name.length);
        core_buffer_add(&self->names, "", 1);
    }
    self->column_count = count;
    return self->names.failed ? fail_memory(call) : SIGNET_OK;
}

static void print_object(const cli_output_t *self, const signet_text_t *cells)
{
    const char *name = self->names.data;
    fputs(self->rows ? ",\n{" : "[\n{", stdout);
    for (uint64_t index = 0; index < self->column_count; index++) {
        if (index)
            fputc(',', stdout);
        print_member(core_text(name), self->flags[index], cells[index]);
        name += strlen(name) + 1;
    }
    fputc('}', stdout);
}

static int32_t row(signet_output_t *output, signet_call_t *call, const signet_text_t *cells,
                   uint64_t count)
{
    cli_output_t *self = of(output);
    if (!self->column_count || count != self->column_count)
        return core_fail(call, SIGNET_INVALID, "output.cells",
                         "a row has a cell for each column of the table");
    cli_progress_wipe(&self->progress);
    if (output->json)
        print_object(self, cells);
    else if (!cli_table_row(self->table, cells, stdout))
        return fail_memory(call);
    self->rows++;
    return SIGNET_OK;
}

static int32_t value(signet_output_t *output, signet_call_t *call, const signet_column_t *label,
                     signet_text_t text)
{
    cli_output_t *self = of(output);
    if (self->column_count)
        return fail_mixed(call);
    if (output->json) {
        fputs(self->values++ ? ",\n" : "{\n", stdout);
        print_member(label->name, label->flags, text);
        return SIGNET_OK;
    }
    pair_t *pair = calloc(1, sizeof *pair);
    if (!pair)
        return fail_memory(call);
    core_buffer_plain(&pair->title, label->title);
    core_buffer_add(&pair->value, text.data, text.length);
    *self->last_pair = pair;
    self->last_pair = &pair->next;
    self->values++;
    return pair->title.failed || pair->value.failed ? fail_memory(call) : SIGNET_OK;
}

/* One value; further lines of it stand below its first. */
static void print_value(const cli_output_t *self, signet_text_t title, signet_text_t text,
                        uint64_t width)
{
    const char *color = self->color ? "\033[1m" : "";
    const char *plain = self->color ? "\033[0m" : "";
    const char *name = title.length ? title.data : "";
    do {
        core_buffer_t shown = {0};
        const char *end = text.length ? memchr(text.data, '\n', text.length) : NULL;
        uint64_t length = end ? (uint64_t)(end - text.data) : text.length;
        core_buffer_plain(&shown, (signet_text_t){text.data, length});
        fprintf(stdout, "%s%s%s%*s%.*s\n", color, name, plain,
                (int)(width - cli_text_width(name) + 2), "",
                CORE_TEXT_ARG(core_buffer_text(&shown)));
        core_buffer_free(&shown);
        text.data += length + (end != NULL);
        text.length -= length + (end != NULL);
        name = "";
    } while (text.length);
}

/* Prints what waited. */
static void print_waiting(cli_output_t *self)
{
    uint64_t width = 0;
    cli_progress_wipe(&self->progress);
    if (self->table && self->rows && !self->head.json)
        cli_table_print(self->table, stdout);
    for (const pair_t *pair = self->pairs; pair; pair = pair->next) {
        uint64_t own = pair->title.data ? cli_text_width(pair->title.data) : 0;
        width = own > width ? own : width;
    }
    while (self->pairs) {
        pair_t *pair = self->pairs;
        print_value(self, core_buffer_text(&pair->title), core_buffer_text(&pair->value), width);
        self->pairs = pair->next;
        core_buffer_free(&pair->title);
        core_buffer_free(&pair->value);
        free(pair);
    }
    self->last_pair = &self->pairs;
}

static int32_t note(signet_output_t *output, signet_call_t *call, signet_text_t sentence)
{
    cli_output_t *self = of(output);
    core_buffer_t shown = {0};
    (void)call;
    if (output->json)
        return SIGNET_OK;
    print_waiting(self);
    core_buffer_plain(&shown, sentence);
    fprintf(stdout, "%.*s\n", CORE_TEXT_ARG(core_buffer_text(&shown)));
    core_buffer_free(&shown);
    return SIGNET_OK;
}

static int32_t raw(signet_output_t *output, signet_call_t *call, signet_bytes_t bytes)
{
    cli_output_t *self = of(output);
    (void)call;
    print_waiting(self);
    self->raw = 1;
    if (bytes.length)
        fwrite(bytes.data, 1, bytes.length, stdout);
    return SIGNET_OK;
}

static void progress(signet_output_t *output, signet_text_t unit, uint64_t done, uint64_t total)
{
    if (!output->json)
        cli_progress_show(&of(output)->progress, unit, done, total);
}

static const signet_output_services_t services = {
    .size = sizeof services,
    .columns = columns,
    .row = row,
    .value = value,
    .note = note,
    .raw = raw,
    .progress = progress,
};

cli_output_t *cli_output_new(const cli_t *cli)
{
    cli_output_t *output = calloc(1, sizeof *output);
    if (!output)
        return NULL;
    output->head = (signet_output_t){
        .size = sizeof output->head, .json = cli->json ? 1 : 0, .services = &services};
    output->width = cli->width;
    output->color = cli->color;
    output->last_pair = &output->pairs;
    return output;
}

signet_output_t *cli_output_head(cli_output_t *output)
{
    return &output->head;
}

/* What failed before its first row prints nothing. */
static void end_json(const cli_output_t *output, int done)
{
    if (output->rows)
        fputs("\n]\n", stdout);
    else if (output->column_count)
        fputs(done ? "[\n]\n" : "", stdout);
    else if (output->values)
        fputs("\n}\n", stdout);
    else if (done && !output->raw)
        fputs("{}\n", stdout);
}

int32_t cli_output_end(signet_call_t *call, cli_output_t *output, int done)
{
    print_waiting(output);
    if (output->head.json)
        end_json(output, done);
    else if (done && output->column_count && !output->rows)
        fputs("There are none.\n", stdout);
    cli_table_free(output->table);
    core_buffer_free(&output->names);
    free(output->flags);
    free(output);
    if (fflush(stdout) != 0 || ferror(stdout))
        return core_fail(call, SIGNET_INTERNAL, "output.failed",
                         "standard output does not take what is written to it (%s)",
                         strerror(errno));
    return SIGNET_OK;
}
