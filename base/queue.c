/* queue.c - a ring behind a mutex. */
#include "base/queue.h"

#include <stdlib.h>

#include "base/err.h"

void queue_init(struct queue *q, uint32_t cap)
{
    *q = (struct queue){.cap = cap, .item = calloc(cap, sizeof *q->item)};
    if (!q->item)
        err_no_memory();
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->filled, NULL);
    pthread_cond_init(&q->emptied, NULL);
}

void queue_free(struct queue *q)
{
    pthread_cond_destroy(&q->emptied);
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
    free(q->item);
    q->item = NULL;
}

static bool put(struct queue *q, void *item, bool wait)
{
    pthread_mutex_lock(&q->lock);
    while (wait && q->n == q->cap && !q->closed)
        pthread_cond_wait(&q->emptied, &q->lock);
    bool room = q->n < q->cap && !q->closed;
    if (room) {
        q->item[(q->at + q->n++) % q->cap] = item;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return room;
}

bool queue_put(struct queue *q, void *item)
{
    return put(q, item, true);
}

bool queue_try_put(struct queue *q, void *item)
{
    return put(q, item, false);
}

static void *take(struct queue *q, bool wait)
{
    void *item = NULL;

    pthread_mutex_lock(&q->lock);
    while (wait && q->n == 0 && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    if (q->n) {
        item = q->item[q->at];
        q->at = (q->at + 1) % q->cap;
        q->n--;
        pthread_cond_signal(&q->emptied);
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_take(struct queue *q)
{
    return take(q, true);
}

void *queue_try_take(struct queue *q)
{
    return take(q, false);
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->lock);
}
