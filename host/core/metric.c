#include "core/metric.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/buffer.h"
#include "core/call.h"
#include "core/text.h"

#define TABLE_SIZE 1024U

/* Upper bounds of histogram buckets, in microseconds, and as Prometheus writes them: seconds. */
static const struct {
    int64_t bound;
    const char *label;
} buckets[] = {
    {100, "0.0001"},  {250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"},
    {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},  {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};
#define BUCKETS (sizeof buckets / sizeof buckets[0])

typedef struct histogram {
    _Atomic uint64_t buckets[BUCKETS + 1]; /* the last: above all bounds */
    _Atomic int64_t sum;                   /* microseconds */
} histogram_t;

typedef struct metric {
    uint32_t kind;
    uint32_t family; /* index of the first metric with this name */
    char *name;
    char *help;
    char *labels;
    _Atomic int64_t value;
    histogram_t *histogram;
} metric_t;

/* Entries are only appended; those below `table_count` are complete and never change but in their
 * atomic values, so that readers take no lock. */
static metric_t table[TABLE_SIZE];
static _Atomic uint32_t table_count;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static char *copy(signet_text_t text)
{
    return strndup(text.length ? text.data : "", (size_t)text.length);
}

static int is_name(signet_text_t name)
{
    for (uint64_t index = 0; index < name.length; index++) {
        char character = name.data[index];
        int letter = (character >= 'a' && character <= 'z') ||
                     (character >= 'A' && character <= 'Z') || character == '_';
        int digit = character >= '0' && character <= '9';
        if (!letter && !(digit && index > 0))
            return 0;
    }
    return name.length > 0;
}

/* Fills the entry at `index`; 0 when out of memory. The lock is held. */
static int fill(uint32_t index, uint32_t family, const signet_metric_t *from)
{
    metric_t *metric = &table[index];
    metric->kind = from->kind;
    metric->family = family;
    metric->name = copy(from->name);
    metric->help = copy(from->help);
    metric->labels = copy(from->labels);
    metric->histogram =
        from->kind == SIGNET_METRIC_HISTOGRAM ? calloc(1, sizeof(histogram_t)) : NULL;
    if (metric->name && metric->help && metric->labels &&
        (metric->histogram || from->kind != SIGNET_METRIC_HISTOGRAM))
        return 1;
    free(metric->name);
    free(metric->help);
    free(metric->labels);
    free(metric->histogram);
    memset(metric, 0, sizeof *metric);
    return 0;
}

/* The number of a metric, found or made. The lock is held. */
static uint64_t find_or_add(const signet_metric_t *from)
{
    uint32_t count = atomic_load_explicit(&table_count, memory_order_relaxed);
    uint32_t family = count;
    for (uint32_t index = 0; index < count; index++) {
        if (!core_text_is(from->name, table[index].name))
            continue;
        if (table[index].kind != from->kind)
            return 0;
        if (family == count)
            family = index;
        if (core_text_is(from->labels, table[index].labels))
            return index + 1;
    }
    if (count == TABLE_SIZE || !fill(count, family, from))
        return 0;
    atomic_store_explicit(&table_count, count + 1, memory_order_release);
    return count + 1;
}

uint64_t core_metric_add(const signet_metric_t *metric)
{
    if (metric->size < sizeof *metric || !is_name(metric->name) ||
        metric->kind < SIGNET_METRIC_COUNTER || metric->kind > SIGNET_METRIC_HISTOGRAM)
        return 0;
    pthread_mutex_lock(&table_lock);
    uint64_t number = find_or_add(metric);
    pthread_mutex_unlock(&table_lock);
    return number;
}

static metric_t *metric_at(uint64_t number)
{
    uint32_t count = atomic_load_explicit(&table_count, memory_order_acquire);
    return number >= 1 && number <= count ? &table[number - 1] : NULL;
}

void core_metric_record(uint64_t number, int64_t value)
{
    metric_t *metric = metric_at(number);
    if (!metric)
        return;
    if (metric->kind != SIGNET_METRIC_HISTOGRAM) {
        atomic_fetch_add_explicit(&metric->value, value, memory_order_relaxed);
        return;
    }
    size_t bucket = 0;
    while (bucket < BUCKETS && value > buckets[bucket].bound)
        bucket++;
    atomic_fetch_add_explicit(&metric->histogram->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->histogram->sum, value, memory_order_relaxed);
}

void core_metric_set(uint64_t number, int64_t value)
{
    metric_t *metric = metric_at(number);
    if (metric && metric->kind == SIGNET_METRIC_GAUGE)
        atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

static void write_histogram(core_buffer_t *buffer, const metric_t *metric)
{
    const char *comma = metric->labels[0] ? "," : "";
    uint64_t total = 0;
    for (size_t bucket = 0; bucket <= BUCKETS; bucket++) {
        total += atomic_load_explicit(&metric->histogram->buckets[bucket], memory_order_relaxed);
        core_buffer_format(buffer, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", metric->name,
                           metric->labels, comma, bucket < BUCKETS ? buckets[bucket].label : "+Inf",
                           total);
    }
    const char *open = metric->labels[0] ? "{" : "";
    const char *close = metric->labels[0] ? "}" : "";
    int64_t sum = atomic_load_explicit(&metric->histogram->sum, memory_order_relaxed);
    core_buffer_format(buffer, "%s_sum%s%s%s %" PRId64 ".%06" PRId64 "\n", metric->name, open,
                       metric->labels, close, sum / 1000000, sum % 1000000);
    core_buffer_format(buffer, "%s_count%s%s%s %" PRIu64 "\n", metric->name, open, metric->labels,
                       close, total);
}

static void write_value(core_buffer_t *buffer, const metric_t *metric)
{
    core_buffer_string(buffer, metric->name);
    if (metric->labels[0])
        core_buffer_format(buffer, "{%s}", metric->labels);
    core_buffer_format(buffer, " %" PRId64 "\n",
                       atomic_load_explicit(&metric->value, memory_order_relaxed));
}

static void write_head(core_buffer_t *buffer, const metric_t *metric)
{
    static const char *const kinds[] = {"", "counter", "gauge", "histogram"};
    core_buffer_format(buffer, "# HELP %s ", metric->name);
    for (const char *help = metric->help; *help; help++) {
        if (*help == '\n')
            core_buffer_string(buffer, "\\n");
        else if (*help == '\\')
            core_buffer_string(buffer, "\\\\");
        else
            core_buffer_add(buffer, help, 1);
    }
    core_buffer_format(buffer, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
}

int32_t core_metric_text(signet_call_t *call, signet_text_t *text)
{
    core_buffer_t buffer = {0};
    uint32_t count = atomic_load_explicit(&table_count, memory_order_acquire);
    for (uint32_t first = 0; first < count; first++) {
        if (table[first].family != first)
            continue;
        write_head(&buffer, &table[first]);
        for (uint32_t index = first; index < count; index++) {
            if (table[index].family != first)
                continue;
            if (table[index].kind == SIGNET_METRIC_HISTOGRAM)
                write_histogram(&buffer, &table[index]);
            else
                write_value(&buffer, &table[index]);
        }
    }
    signet_text_t written = core_buffer_text(&buffer);
    char *data = call->services->alloc(call, written.length);
    int32_t status = SIGNET_OK;
    if (data && !buffer.failed) {
        if (written.length)
            memcpy(data, written.data, written.length);
        *text = (signet_text_t){data, written.length};
    } else {
        status = core_fail(call, SIGNET_NO_MEMORY, "host.no-memory",
                           "there is no memory for the text of the metrics: try again later");
    }
    core_buffer_free(&buffer);
    return status;
}
