#include "edge/metrics.h"

#include "core/metric.h"

static uint64_t add(uint32_t kind, signet_text_t name, signet_text_t help, signet_text_t labels)
{
    signet_metric_t metric = {sizeof(metric), kind, name, help, labels};

    return core_metric_add(&metric);
}

void edge_metrics_register(edge_metrics_t *metrics)
{
    static const signet_text_t classes[] = {
        SIGNET_TEXT_INIT(""),
        SIGNET_TEXT_INIT("status=\"1xx\""),
        SIGNET_TEXT_INIT("status=\"2xx\""),
        SIGNET_TEXT_INIT("status=\"3xx\""),
        SIGNET_TEXT_INIT("status=\"4xx\""),
        SIGNET_TEXT_INIT("status=\"5xx\""),
    };
    signet_text_t none = {NULL, 0};
    uint32_t i;

    for (i = 2; i < 6; i++) {
        metrics->requests[i] =
            add(SIGNET_METRIC_COUNTER, SIGNET_TEXT("signet_http_requests_total"),
                SIGNET_TEXT("Requests answered, by the class of their status."), classes[i]);
    }
    metrics->duration =
        add(SIGNET_METRIC_HISTOGRAM, SIGNET_TEXT("signet_http_request_duration_seconds"),
            SIGNET_TEXT("Time from a request's last header to its answer."), none);
    metrics->connections = add(SIGNET_METRIC_GAUGE, SIGNET_TEXT("signet_http_connections"),
                               SIGNET_TEXT("Open connections."), none);
    metrics->handshakes = add(SIGNET_METRIC_COUNTER, SIGNET_TEXT("signet_tls_handshakes_total"),
                              SIGNET_TEXT("TLS handshakes completed."), none);
    metrics->handshake_failures =
        add(SIGNET_METRIC_COUNTER, SIGNET_TEXT("signet_tls_handshake_failures_total"),
            SIGNET_TEXT("TLS handshakes that failed."), none);
    metrics->floods =
        add(SIGNET_METRIC_COUNTER, SIGNET_TEXT("signet_http2_floods_total"),
            SIGNET_TEXT("Connections of HTTP/2 ended because of what they sent."), none);
}
