#ifndef ANSWER_H
#define ANSWER_H

/* Read a request and write the answer. */
void answer(int client);

#endif
