#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* States of a call in flight. */
#define WAITING 0
#define DONE 1    /* the reply is there */
#define EXPIRED 2 /* its time is up; the reply may still come */
#define LOST 3    /* the process is gone */
#define UNFIT 4   /* there was no memory for the reply */

/* How often deadlines are looked at, with calls in flight and without. */
#define TICK_MS 20
#define IDLE_TICK_MS 1000
/* What may wait to be sent to a process that does not read. */
#define UNSENT_MAX (UINT64_C(64) * 1024 * 1024)
#define RETRY_MS 1000

int channel_init(channel_t *channel)
{
    channel->socket = -1;
    channel->state = CHANNEL_DOWN;
    channel->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (channel->wake < 0)
        return 0;
    pthread_mutex_init(&channel->lock, NULL);
    for (uint32_t at = 0; at < CHANNEL_CALLS; at++)
        channel->spare[at] = (uint16_t)(CHANNEL_CALLS - 1 - at);
    channel->spares = CHANNEL_CALLS;
    return 1;
}

void channel_free(channel_t *channel)
{
    channel_forget(channel);
    remote_writer_free(&channel->unsent);
    close(channel->wake);
    pthread_mutex_destroy(&channel->lock);
}

/* --- under the lock ------------------------------------------------------------------------ */

static void release(channel_t *channel, channel_slot_t *slot)
{
    slot->owner = NULL;
    slot->used = 0;
    channel->spare[channel->spares++] = (uint16_t)(slot - channel->slots);
}

/* Has a call go on, unless it went on already. */
static void wake(channel_call_t *owner, int state)
{
    int before = owner->state;
    owner->state = state;
    if (before == WAITING)
        owner->call->services->resume(owner->call);
}

/* Fails all that is in flight. */
static void lose(channel_t *channel, int state)
{
    if (channel->state != CHANNEL_UP)
        return;
    channel->state = state;
    for (uint32_t at = 0; at < CHANNEL_CALLS; at++) {
        channel_slot_t *slot = &channel->slots[at];
        if (!slot->used)
            continue;
        if (slot->owner) {
            wake(slot->owner, LOST);
            channel->failed++;
        }
        release(channel, slot);
    }
    remote_writer_free(&channel->unsent);
    channel->sent = 0;
    /* A process that hangs or says what it must not is not listened to any more. */
    shutdown(channel->socket, SHUT_RDWR);
}

/* Sends what waits, as far as it goes; 0 where the other side is gone. */
static int send_unsent(channel_t *channel)
{
    remote_writer_t *unsent = &channel->unsent;
    while (channel->sent < unsent->length) {
        ssize_t done = send(channel->socket, unsent->data + channel->sent,
                            unsent->length - channel->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return errno == EAGAIN;
        channel->sent += (uint64_t)done;
    }
    remote_writer_free(unsent);
    channel->sent = 0;
    return 1;
}

/* Sends a frame, or keeps what of it does not go now. 0 where that would be too much. */
static int send_frame(channel_t *channel, const remote_writer_t *frame)
{
    ssize_t done = 0;
    if (channel->unsent.length == 0) {
        do
            done = send(channel->socket, frame->data, frame->length, MSG_NOSIGNAL | MSG_DONTWAIT);
        while (done < 0 && errno == EINTR);
        /* The thread that receives finds out what is wrong. */
        done = done < 0 ? 0 : done;
        if ((uint64_t)done == frame->length)
            return 1;
    }
    if (channel->unsent.length + frame->length > UNSENT_MAX)
        return 0;
    remote_write(&channel->unsent, frame->data + done, frame->length - (uint64_t)done);
    const uint64_t one = 1;
    if (channel->unsent.failed)
        lose(channel, CHANNEL_GARBLED);
    else if (write(channel->wake, &one, sizeof one) < 0)
        return 1; /* it is awake already */
    return 1;
}

/* Gives a reply to whoever waits for it; 0 where nobody asked. */
static int deliver(channel_t *channel, const remote_frame_t *frame, signet_bytes_t payload)
{
    channel_slot_t *slot = &channel->slots[frame->id % CHANNEL_CALLS];
    if (frame->kind != REMOTE_REPLY || !slot->used || slot->id != frame->id)
        return 0;
    channel_call_t *owner = slot->owner;
    release(channel, slot);
    if (!owner)
        return 1;
    owner->reply = malloc(payload.length ? payload.length : 1);
    if (owner->reply && payload.length)
        memcpy(owner->reply, payload.data, payload.length);
    owner->reply_length = payload.length;
    wake(owner, owner->reply ? DONE : UNFIT);
    return 1;
}

static void look_at_deadlines(channel_t *channel)
{
    int64_t now = signet_monotonic();
    if (now - channel->looked < TICK_MS)
        return;
    channel->looked = now;
    for (uint32_t at = 0; at < CHANNEL_CALLS && channel->state == CHANNEL_UP; at++) {
        channel_slot_t *slot = &channel->slots[at];
        if (!slot->used)
            continue;
        if (now - slot->began >= channel->limit_ms)
            lose(channel, CHANNEL_HUNG);
        else if (slot->owner && slot->owner->state == WAITING && now >= slot->owner->deadline)
            wake(slot->owner, EXPIRED);
    }
}

/* --- the thread that receives ------------------------------------------------------------- */

static void receive(channel_t *channel, remote_inbox_t *inbox)
{
    int64_t got = remote_inbox_receive(inbox, channel->socket, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    pthread_mutex_lock(&channel->lock);
    if (got <= 0)
        lose(channel, CHANNEL_CLOSED);
    while (channel->state == CHANNEL_UP) {
        remote_frame_t frame;
        signet_bytes_t payload;
        int next = remote_inbox_next(inbox, &frame, &payload);
        if (next == REMOTE_INBOX_MORE)
            break;
        if (next == REMOTE_INBOX_BAD || !deliver(channel, &frame, payload))
            lose(channel, CHANNEL_GARBLED);
    }
    pthread_mutex_unlock(&channel->lock);
}

static void *run(void *argument)
{
    channel_t *channel = argument;
    remote_inbox_t inbox = {.data = NULL};
    int up = 1;
    while (up) {
        pthread_mutex_lock(&channel->lock);
        if (!send_unsent(channel))
            lose(channel, CHANNEL_CLOSED);
        look_at_deadlines(channel);
        up = channel->state == CHANNEL_UP;
        int waits = channel->unsent.length > 0;
        int tick = channel->spares == CHANNEL_CALLS ? IDLE_TICK_MS : TICK_MS;
        pthread_mutex_unlock(&channel->lock);
        struct pollfd watched[] = {
            {.fd = channel->socket, .events = (short)(waits ? POLLIN | POLLOUT : POLLIN)},
            {.fd = channel->wake, .events = POLLIN}};
        uint64_t count = 0;
        if (!up || poll(watched, 2, tick) <= 0)
            continue;
        if (watched[1].revents && read(channel->wake, &count, sizeof count) < 0)
            continue;
        if (watched[0].revents & ~POLLOUT)
            receive(channel, &inbox);
    }
    remote_inbox_free(&inbox);
    return NULL;
}

int channel_begin(channel_t *channel, int socket)
{
    sigset_t all;
    sigset_t before;
    pthread_mutex_lock(&channel->lock);
    channel->socket = socket;
    channel->state = CHANNEL_UP;
    channel->stopping = 0;
    channel->failed = 0;
    pthread_mutex_unlock(&channel->lock);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    channel->running = pthread_create(&channel->thread, NULL, run, channel) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (channel->running)
        return 1;
    pthread_mutex_lock(&channel->lock);
    channel->state = CHANNEL_DOWN;
    channel->socket = -1;
    pthread_mutex_unlock(&channel->lock);
    return 0;
}

int channel_end(channel_t *channel, int64_t wait_ms)
{
    struct timespec until;
    if (!channel->running)
        return 1;
    pthread_mutex_lock(&channel->lock);
    channel->stopping = 1;
    shutdown(channel->socket, SHUT_WR);
    pthread_mutex_unlock(&channel->lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    if (pthread_timedjoin_np(channel->thread, NULL, &until) != 0)
        return 0;
    channel->running = 0;
    return 1;
}

int channel_state(channel_t *channel, uint64_t *failed)
{
    pthread_mutex_lock(&channel->lock);
    int state = channel->state;
    *failed = channel->failed;
    pthread_mutex_unlock(&channel->lock);
    return state;
}

void channel_forget(channel_t *channel)
{
    if (channel->running)
        pthread_join(channel->thread, NULL);
    channel->running = 0;
    pthread_mutex_lock(&channel->lock);
    if (channel->socket >= 0)
        close(channel->socket);
    channel->socket = -1;
    channel->state = CHANNEL_DOWN;
    pthread_mutex_unlock(&channel->lock);
}

/* --- calls --------------------------------------------------------------------------------- */

static int32_t fail_down(const channel_t *channel, signet_call_t *call, const char *reason,
                         const char *what)
{
    signet_text_t message =
        signet_format(call, "the process of the isolated instance \"%s\" %s: try again in a moment",
                      channel->name, what);
    if (!message.data)
        return signet_status(call);
    const signet_error_t error = {.size = sizeof error,
                                  .status = SIGNET_UNAVAILABLE,
                                  .reason = signet_text(reason),
                                  .message = message,
                                  .retry_after_ms = RETRY_MS};
    return call->services->fail(call, &error);
}

static int32_t fail_time(const channel_t *channel, signet_call_t *call)
{
    return signet_fail(
        call, SIGNET_TIMEOUT, "isolate.timeout",
        "the process of the isolated instance \"%s\" did not answer in the time that "
        "was left: try again later",
        channel->name);
}

int32_t channel_time(const channel_t *channel, signet_call_t *call, int64_t *time_ms)
{
    int32_t status = call->services->check(call);
    if (status != SIGNET_OK)
        return status;
    int64_t left = call->services->remaining(call);
    /* No time and no objection: what was begun is to be ended, whatever it takes. */
    *time_ms = left > 0 && left < channel->limit_ms ? left : channel->limit_ms;
    return SIGNET_OK;
}

/* Takes a slot and sends; the error is set where it cannot. */
static int32_t send_request(channel_t *channel, channel_call_t *own, remote_writer_t *request,
                            channel_slot_t **slot)
{
    int32_t status = SIGNET_OK;
    const char *what = NULL;
    pthread_mutex_lock(&channel->lock);
    if (channel->state != CHANNEL_UP || channel->stopping) {
        what = "has ended and is started anew";
        status = SIGNET_UNAVAILABLE;
    } else if (channel->spares == 0) {
        what = "has as much to do as it may have";
        status = SIGNET_BUSY;
    } else {
        *slot = &channel->slots[channel->spare[--channel->spares]];
        **slot = (channel_slot_t){.owner = own,
                                  .id = ++channel->last * CHANNEL_CALLS +
                                        (uint64_t)(*slot - channel->slots),
                                  .began = signet_monotonic(),
                                  .used = 1};
        remote_frame_number(request, (*slot)->id);
        if (!send_frame(channel, request)) {
            release(channel, *slot);
            what = "does not take what it is sent";
            status = SIGNET_BUSY;
        }
    }
    pthread_mutex_unlock(&channel->lock);
    if (status == SIGNET_OK)
        return SIGNET_OK;
    return fail_down(channel, own->call, status == SIGNET_BUSY ? "isolate.busy" : "isolate.down",
                     what);
}

/* Waits until the reply is there or will not come. */
static int32_t await(channel_t *channel, channel_call_t *own, channel_slot_t *slot)
{
    signet_call_t *call = own->call;
    for (;;) {
        call->services->pause(call);
        pthread_mutex_lock(&channel->lock);
        int state = own->state;
        if (state == EXPIRED && call->services->check(call) == SIGNET_OK) {
            /* Either the time is not quite up, or what was begun is to be ended: that waits as long
             * as the process may take. */
            int64_t left = call->services->remaining(call);
            own->deadline = left > 0 ? signet_monotonic() + left : INT64_MAX;
            own->state = WAITING;
            pthread_mutex_unlock(&channel->lock);
            continue;
        }
        if (state == EXPIRED)
            slot->owner = NULL;
        pthread_mutex_unlock(&channel->lock);
        if (state == DONE)
            return SIGNET_OK;
        if (state == UNFIT)
            return signet_fail_memory(call);
        if (state == LOST)
            return fail_down(channel, call, "isolate.lost",
                             "ended, or was ended, before it answered");
        call->services->clear(call);
        return fail_time(channel, call);
    }
}

int32_t channel_call(channel_t *channel, signet_call_t *call, remote_writer_t *request,
                     signet_bytes_t *reply)
{
    channel_call_t own = {.call = call, .state = WAITING};
    channel_slot_t *slot = NULL;
    int64_t time_ms = 0;
    *reply = (signet_bytes_t){NULL, 0};
    int32_t status = SIGNET_OK;
    if (!remote_frame_end(request))
        status = request->failed
                     ? signet_fail_memory(call)
                     : signet_fail(call, SIGNET_TOO_LARGE, "isolate.too-large",
                                   "what the isolated instance \"%s\" is asked for is too large",
                                   channel->name);
    if (status == SIGNET_OK)
        status = channel_time(channel, call, &time_ms);
    own.deadline = signet_monotonic() + time_ms;
    if (status == SIGNET_OK)
        status = send_request(channel, &own, request, &slot);
    remote_writer_free(request);
    if (status == SIGNET_OK)
        status = await(channel, &own, slot);
    if (status == SIGNET_OK && own.reply_length) {
        *reply = signet_bytes_copy(call, (signet_bytes_t){own.reply, own.reply_length});
        status = reply->data ? SIGNET_OK : signet_status(call);
    }
    if (own.reply) {
        signet_wipe(own.reply, own.reply_length);
        free(own.reply);
    }
    return status;
}
