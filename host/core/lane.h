/* Lanes: bounded queues, each with worker threads of its own. */
#ifndef CORE_LANE_H
#define CORE_LANE_H

#include <signet/host.h>

typedef struct core_lanes core_lanes_t;

/* Work for a lane. `run` is called once on a worker. The memory is the submitter's and must live
 * until run is called; run may free it. */
typedef struct core_work core_work_t;
struct core_work {
    core_work_t *next;
    void (*run)(core_work_t *work);
};

/* All four lanes; threads start as they are needed. NULL when out of memory. */
core_lanes_t *core_lanes_new(uint32_t cores);
/* Queues work. OK, or BUSY where the queue is full. Any thread; never blocks. */
int32_t core_lanes_submit(core_lanes_t *lanes, uint32_t lane, core_work_t *work);
/* Waits until the queues are empty and the workers idle, at most `wait_ms`; 1 when they are. */
int core_lanes_drain(core_lanes_t *lanes, int64_t wait_ms);
/* Joins the workers and frees the lanes. */
void core_lanes_free(core_lanes_t *lanes);

#endif
