/* queue.h - a bounded queue of pointers between threads; whose the pointers
 * are is up to both ends. Every function may be called from any thread, but
 * queue_init and queue_free only while nobody else uses the queue. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    void **item; /* a ring */
    uint32_t cap, at, n;
    bool closed;
};

void queue_init(struct queue *q, uint32_t cap); /* at least 1 */
void queue_free(struct queue *q);               /* not what is in it */

/* Both false where the queue is closed. queue_put waits while it is full,
 * queue_try_put is false then too. */
bool queue_put(struct queue *q, void *item);
bool queue_try_put(struct queue *q, void *item);

/* The oldest item; waits while there is none. NULL: closed and empty. */
void *queue_take(struct queue *q);
void *queue_try_take(struct queue *q); /* NULL: nothing there now */

/* Nothing goes in any more, and who waits goes on. What is in it can still be
 * taken. */
void queue_close(struct queue *q);

#endif
