#include "core/value.h"

#include "core/text.h"

/* Longer words are not compared. */
#define MAX_WORD 64U

typedef struct unit {
    const char *name;
    int64_t factor;
} unit_t;

static const unit_t duration_units[] = {
    {"ms", 1},      {"s", 1000},     {"m", 60000},
    {"h", 3600000}, {"d", 86400000}, {"y", INT64_C(365) * 86400000},
};

static const unit_t size_units[] = {
    {"B", 1},
    {"KiB", 1024},
    {"MiB", INT64_C(1024) * 1024},
    {"GiB", INT64_C(1024) * 1024 * 1024},
    {"TiB", INT64_C(1024) * 1024 * 1024 * 1024},
};

/* The digits at the start of `text`; how many there are, 0 also where they do not fit. */
static uint64_t take_digits(signet_text_t text, int64_t *value)
{
    uint64_t at = 0;
    *value = 0;
    for (; at < text.length && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, text.data[at] - '0', value))
            return 0;
    }
    return at;
}

static int with_unit(signet_text_t text, const unit_t *units, size_t count, int64_t *value)
{
    int64_t number = 0;
    uint64_t digits = take_digits(text, &number);
    if (digits == 0)
        return 0;
    signet_text_t unit = {text.data + digits, text.length - digits};
    for (size_t index = 0; index < count; index++) {
        if (core_text_is(unit, units[index].name))
            return !__builtin_mul_overflow(number, units[index].factor, value);
    }
    return 0;
}

int core_value_duration(signet_text_t text, int64_t *milliseconds)
{
    return with_unit(text, duration_units, sizeof duration_units / sizeof duration_units[0],
                     milliseconds);
}

int core_value_size(signet_text_t text, int64_t *octets)
{
    return with_unit(text, size_units, sizeof size_units / sizeof size_units[0], octets);
}

int core_value_integer(signet_text_t text, int64_t *integer)
{
    int negative = text.length > 0 && text.data[0] == '-';
    signet_text_t digits = {negative ? text.data + 1 : text.data,
                            negative ? text.length - 1 : text.length};
    if (digits.length == 0 || take_digits(digits, integer) != digits.length)
        return 0;
    if (negative)
        *integer = -*integer;
    return 1;
}

int core_value_chosen(const signet_option_t *option, signet_text_t text)
{
    if (!SIGNET_HAS(option, choices.length))
        return 1;
    uint64_t begin = 0;
    for (uint64_t at = 0; at <= option->choices.length; at++) {
        if (at < option->choices.length && option->choices.data[at] != '|')
            continue;
        signet_text_t choice = {option->choices.data + begin, at - begin};
        if (core_text_equal(choice, text))
            return 1;
        begin = at + 1;
    }
    return 0;
}

int core_value_within(const signet_option_t *option, int64_t integer)
{
    return (option->minimum == 0 && option->maximum == 0) ||
           (integer >= option->minimum && integer <= option->maximum);
}

int core_value_default(const signet_option_t *option, signet_text_t *text, int64_t *integer)
{
    signet_text_t written = option->default_value;
    switch (option->type) {
    case SIGNET_OPTION_TEXT:
        *text = written;
        return core_value_chosen(option, written);
    case SIGNET_OPTION_INSTANCE:
    case SIGNET_OPTION_PATH:
        *text = written;
        return 1;
    case SIGNET_OPTION_INTEGER:
        return core_value_integer(written, integer) && core_value_within(option, *integer);
    case SIGNET_OPTION_BOOLEAN:
        *integer = core_text_is(written, "true");
        return *integer || core_text_is(written, "false");
    case SIGNET_OPTION_DURATION:
        return core_value_duration(written, integer) && core_value_within(option, *integer);
    case SIGNET_OPTION_SIZE:
        return core_value_size(written, integer) && core_value_within(option, *integer);
    default:
        return 0;
    }
}

const signet_option_t *core_option_find(const signet_option_t *options, uint64_t count,
                                        signet_text_t name)
{
    for (uint64_t index = 0; index < count; index++) {
        const signet_option_t *option = SIGNET_AT(signet_option_t, options, index);
        if (core_text_equal(option->name, name))
            return option;
    }
    return NULL;
}

/* How many letters must be changed, added or taken away to make one word the other (Levenshtein).
 * Both are at most MAX_WORD long. */
static uint32_t distance(signet_text_t left, signet_text_t right)
{
    uint32_t row[MAX_WORD + 1];
    for (uint32_t column = 0; column <= right.length; column++)
        row[column] = column;
    for (uint32_t line = 1; line <= left.length; line++) {
        uint32_t diagonal = row[0];
        row[0] = line;
        for (uint32_t column = 1; column <= right.length; column++) {
            uint32_t change = diagonal + (left.data[line - 1] != right.data[column - 1]);
            uint32_t add = row[column - 1] + 1;
            uint32_t take = row[column] + 1;
            diagonal = row[column];
            row[column] = add < take ? add : take;
            if (change < row[column])
                row[column] = change;
        }
    }
    return row[right.length];
}

void core_nearest_offer(core_nearest_t *nearest, signet_text_t candidate)
{
    if (nearest->wanted.length > MAX_WORD || candidate.length > MAX_WORD)
        return;
    uint32_t apart = distance(nearest->wanted, candidate);
    uint32_t most = candidate.length < 6 ? 2 : (uint32_t)(candidate.length / 3);
    if (apart <= most && apart < candidate.length &&
        (nearest->best.length == 0 || apart < nearest->distance)) {
        nearest->best = candidate;
        nearest->distance = apart;
    }
}
