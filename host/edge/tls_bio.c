#include "edge/tls_bio.h"

#include <string.h>

static int bio_read(BIO *bio, char *data, int size)
{
    edge_tls_channel_t *channel = BIO_get_data(bio);
    size_t count = channel->input_length < (size_t)size ? channel->input_length : (size_t)size;

    BIO_clear_retry_flags(bio);
    if (count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(data, channel->input, count);
    channel->input += count;
    channel->input_length -= count;
    return (int)count;
}

static int bio_write(BIO *bio, const char *data, int length)
{
    edge_tls_channel_t *channel = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (length <= 0) {
        return 0;
    }
    return edge_buffer_add(channel->output, data, (size_t)length) == SIGNET_OK ? length : -1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *edge_tls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lent memory");

    if (method != NULL &&
        (BIO_meth_set_read(method, bio_read) != 1 || BIO_meth_set_write(method, bio_write) != 1 ||
         BIO_meth_set_ctrl(method, bio_control) != 1 ||
         BIO_meth_set_create(method, bio_create) != 1)) {
        BIO_meth_free(method);
        return NULL;
    }
    return method;
}
