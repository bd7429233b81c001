/* What a command prints, collected. */
#include "runner.h"

#include <signet/command.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>

struct runner_output {
    signet_output_t head;
    signet_buffer_t text;
    signet_json_writer_t json;
    const signet_column_t *columns;
    uint64_t column_count;
    int values; /* 1: the JSON is one object */
};

static runner_output_t *of(signet_output_t *output)
{
    return (runner_output_t *)output;
}

static int32_t answer(const runner_output_t *self)
{
    return self->text.failed || self->json.buffer.failed ? SIGNET_NO_MEMORY : SIGNET_OK;
}

static void add_cell(runner_output_t *self, const signet_column_t *column, signet_text_t value)
{
    if (!self->head.json) {
        signet_buffer_add_text(&self->text, value);
        return;
    }
    const char *name = runner_take_text(self->text.call, column->name).data;
    if (column->flags & SIGNET_COLUMN_NUMBER) {
        signet_json_raw(&self->json, name, value.length > 0 ? value : SIGNET_TEXT("null"));
    } else {
        signet_json_text(&self->json, name, value);
    }
}

static int32_t output_columns(signet_output_t *output, signet_call_t *call,
                              const signet_column_t *columns, uint64_t count)
{
    runner_output_t *self = of(output);
    if (self->columns || self->values) {
        return signet_fail(call, SIGNET_CONFLICT, "output.begun", "There is one table for a run.");
    }
    self->columns = columns;
    self->column_count = count;
    if (output->json) {
        signet_json_begin_array(&self->json, NULL);
        return answer(self);
    }
    for (uint64_t i = 0; i < count; i++) {
        signet_buffer_add_string(&self->text, i > 0 ? "  " : "");
        signet_buffer_add_text(&self->text, SIGNET_AT(signet_column_t, columns, i)->title);
    }
    signet_buffer_add_byte(&self->text, '\n');
    return answer(self);
}

static int32_t output_row(signet_output_t *output, signet_call_t *call, const signet_text_t *cells,
                          uint64_t count)
{
    runner_output_t *self = of(output);
    if (!self->columns || count != self->column_count) {
        return signet_fail(call, SIGNET_INVALID, "output.cells",
                           "A row has a cell for each column of the table.");
    }
    if (output->json) {
        signet_json_begin_object(&self->json, NULL);
    }
    for (uint64_t i = 0; i < count; i++) {
        signet_buffer_add_string(&self->text, i > 0 && !output->json ? "  " : "");
        add_cell(self, SIGNET_AT(signet_column_t, self->columns, i), cells[i]);
    }
    if (output->json) {
        signet_json_end_object(&self->json);
    } else {
        signet_buffer_add_byte(&self->text, '\n');
    }
    return answer(self);
}

static int32_t output_value(signet_output_t *output, signet_call_t *call,
                            const signet_column_t *label, signet_text_t value)
{
    runner_output_t *self = of(output);
    if (self->columns) {
        return signet_fail(call, SIGNET_CONFLICT, "output.begun",
                           "Values and a table do not go together.");
    }
    if (output->json) {
        if (!self->values) {
            signet_json_begin_object(&self->json, NULL);
        }
        self->values = 1;
        add_cell(self, label, value);
        return answer(self);
    }
    self->values = 1;
    signet_buffer_add_text(&self->text, label->title);
    signet_buffer_add_string(&self->text, "  ");
    add_cell(self, label, value);
    signet_buffer_add_byte(&self->text, '\n');
    return answer(self);
}

static int32_t output_note(signet_output_t *output, signet_call_t *call, signet_text_t sentence)
{
    (void)call;
    if (!output->json) {
        signet_buffer_add_text(&of(output)->text, sentence);
        signet_buffer_add_byte(&of(output)->text, '\n');
    }
    return answer(of(output));
}

static int32_t output_raw(signet_output_t *output, signet_call_t *call, signet_bytes_t bytes)
{
    (void)call;
    signet_buffer_add(&of(output)->text, bytes.data, bytes.length);
    return answer(of(output));
}

static const signet_output_services_t services = {
    .size = sizeof services,
    .columns = output_columns,
    .row = output_row,
    .value = output_value,
    .note = output_note,
    .raw = output_raw,
};

signet_output_t *runner_output_new(signet_call_t *call, int json)
{
    runner_output_t *output = runner_take(call, sizeof *output);
    output->head =
        (signet_output_t){.size = sizeof output->head, .json = json ? 1 : 0, .services = &services};
    output->text = signet_buffer(call, 0);
    output->json = signet_json_writer(call, 0);
    return &output->head;
}

int32_t runner_output_text(signet_output_t *output, signet_text_t *text)
{
    runner_output_t *self = of(output);
    if (output->json && self->columns) {
        signet_json_end_array(&self->json);
    } else if (output->json && self->values) {
        signet_json_end_object(&self->json);
    }
    signet_text_t json;
    if (signet_json_finish(&self->json, &json) != SIGNET_OK) {
        return SIGNET_NO_MEMORY;
    }
    signet_buffer_add_text(&self->text, json);
    return signet_buffer_text(&self->text, text);
}
