#include "edge/http2_flood.h"

#define ONE UINT64_C(1000)
#define CUTS (200 * ONE)    /* at once */
#define CUTS_PER_MS 40U     /* thousandths: 40 a second */
#define FRAMES (1000 * ONE) /* at once */
#define FRAMES_PER_MS 200U  /* thousandths: 200 a second */
#define OCTETS 1024U        /* of data, that earn one frame */

void edge_flood_init(edge_flood_t *flood, uint64_t now_ms)
{
    flood->filled_ms = now_ms;
    flood->cuts = CUTS;
    flood->frames = FRAMES;
}

static uint64_t add(uint64_t bucket, uint64_t more, uint64_t most)
{
    return more >= most - bucket ? most : bucket + more;
}

static void fill(edge_flood_t *flood, uint64_t now_ms)
{
    uint64_t passed = now_ms - flood->filled_ms;

    flood->filled_ms = now_ms;
    if (passed > CUTS) {
        passed = CUTS;
    }
    flood->cuts = add(flood->cuts, passed * CUTS_PER_MS, CUTS);
    flood->frames = add(flood->frames, passed * FRAMES_PER_MS, FRAMES);
}

int edge_flood_cut(edge_flood_t *flood, uint64_t now_ms)
{
    fill(flood, now_ms);
    if (flood->cuts < ONE) {
        return 0;
    }
    flood->cuts -= ONE;
    return 1;
}

int edge_flood_frame(edge_flood_t *flood, uint64_t now_ms)
{
    fill(flood, now_ms);
    if (flood->frames < ONE) {
        return 0;
    }
    flood->frames -= ONE;
    return 1;
}

void edge_flood_earn(edge_flood_t *flood, uint64_t octets)
{
    flood->frames = add(flood->frames, octets * ONE / OCTETS, FRAMES);
}
