/* message.h - what the processes of one mpirun tell each other; without MPI there is one process, and
 * silence.
 *
 * Only the thread that called message_join() may call any of this.  Messages between two ranks arrive in
 * the order in which they were sent.  An error of MPI ends all processes (MPI_ERRORS_ARE_FATAL), which
 * is what a user wants: finished work is on disk.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts MPI if mpirun started this program (its environment says so) and the program knows MPI. */
void message_join(void);
void message_leave(void);
int message_ranks(void);		/* >= 1 */
int message_self(void);			/* 0 .. ranks - 1 */
void message_send(int to, const void *data, size_t bytes);
/* The next message from anybody: malloc'd, with a NUL behind it; NULL: none has arrived. */
char *message_poll(int *from, size_t *bytes);
/* Everybody calls it with one number: true if all numbers are the same. */
bool message_same(uint64_t number);

#endif
