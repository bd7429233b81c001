/* Rate limits: how often each of many may ask, over time and at once.
 *
 * Each has a due time that every request moves on (the generic cell rate algorithm). Of more than
 * the table holds, those are forgotten first whose time has passed longest ago: they have nothing
 * to wait for. */
#ifndef EDGE_RATE_H
#define EDGE_RATE_H

#include <signet/base.h>

typedef struct edge_rate edge_rate_t;

/* `rate` requests a second, and `burst` at once. NULL when out of memory. */
edge_rate_t *edge_rate_new(int64_t rate, int64_t burst);
/* NULL is nothing. */
void edge_rate_free(edge_rate_t *rate);
/* One request more of whoever `who` names, at a monotonic time. 0: it may go on; otherwise the
 * milliseconds to wait before it may. [any] */
int64_t edge_rate_take(edge_rate_t *rate, signet_text_t who, int64_t now_us);
/* The part of an address that stands for one client: an IPv4 address, or the /64 of an IPv6 one,
 * of which each client has as many addresses as it likes. */
signet_text_t edge_rate_address(signet_text_t peer, char buffer[static 16]);

#endif
