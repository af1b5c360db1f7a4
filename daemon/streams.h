#ifndef DAEMON_STREAMS_H
#define DAEMON_STREAMS_H

/* The three standard streams of both programs, whatever they are given in place of a terminal. */

/*
 * Before anything is opened: a stream that was given closed is taken, so that no other file gets its number,
 * and a reader that goes away (`| head`) ends no program in the middle of its work.
 */
void streams_begin(void);

/*
 * At the end: the exit code, or EXIT_TROUBLE after one line that says why the answer could not be written. A
 * reader that has gone away had enough: that is no trouble.
 */
int streams_end(int code);

#endif
