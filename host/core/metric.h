/* Metrics in the Prometheus text format. */
#ifndef CORE_METRIC_H
#define CORE_METRIC_H

#include <signet/host.h>

/* Registers, or finds a metric with the same name and labels. 0 when the table is full. */
uint64_t core_metric_add(const signet_metric_t *metric);
/* Adds or observes; lock-free. Any thread. */
void core_metric_record(uint64_t number, int64_t value);
void core_metric_set(uint64_t number, int64_t value);
/* All of them as text/plain; version=0.0.4, in the call's arena. */
int32_t core_metric_text(signet_call_t *call, signet_text_t *text);

#endif
