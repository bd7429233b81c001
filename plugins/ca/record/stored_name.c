#include "record/stored_name.h"

static int is_known(const signet_text_t *values, uint64_t count, signet_text_t value)
{
    for (uint64_t i = 0; i < count; i++) {
        if (signet_text_equal(values[i], value))
            return 1;
    }
    return 0;
}

int32_t ca_stored_names_write(signet_call_t *call, const signet_text_t *names, uint64_t count,
                              signet_text_t **values, uint64_t *value_count, signet_text_t *lines)
{
    *values = signet_alloc(call, count + 1, sizeof **values);
    if (*values == NULL)
        return SIGNET_NO_MEMORY;
    *value_count = 0;
    signet_buffer_t buffer = signet_buffer(call, 64 * (count + 1));
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t value;
        signet_text_split(names[i], ':', &value);
        if (!is_known(*values, *value_count, value))
            (*values)[(*value_count)++] = value;
        if (i > 0)
            signet_buffer_add_byte(&buffer, '\n');
        signet_buffer_add_text(&buffer, names[i]);
    }
    return signet_buffer_text(&buffer, lines);
}

int32_t ca_stored_names_read(signet_call_t *call, signet_text_t lines, const signet_text_t **names,
                             uint64_t *count)
{
    uint64_t total = lines.length > 0 ? 1 : 0;
    for (uint64_t i = 0; i < lines.length; i++)
        total += lines.data[i] == '\n';
    signet_text_t *read = signet_alloc(call, total + 1, sizeof *read);
    if (read == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < total; i++)
        read[i] = signet_text_split(lines, '\n', &lines);
    *names = read;
    *count = total;
    return SIGNET_OK;
}

static int is_type(signet_text_t word)
{
    static const char *const types[] = {"dns", "ip", "email", "uri", "upn", "cn"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (signet_text_is(word, types[i]))
            return 1;
    }
    return 0;
}

signet_text_t ca_stored_name_value(signet_text_t name, int *typed)
{
    signet_text_t value;
    *typed = is_type(signet_text_split(name, ':', &value)) && value.length > 0;
    return *typed ? value : name;
}

int ca_stored_name_matches(signet_text_t searched, const signet_text_t *names, uint64_t count)
{
    int typed = 0;
    int found = searched.length == 0;
    signet_text_t value = ca_stored_name_value(searched, &typed);
    for (uint64_t i = 0; !found && i < count; i++) {
        signet_text_t own;
        signet_text_split(names[i], ':', &own);
        found = typed ? signet_text_equal(names[i], searched) : signet_text_equal(own, value);
    }
    return found;
}
