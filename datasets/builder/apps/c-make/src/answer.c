#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void answer(int client) {
    char request[2048] = {0}, body[64], head[128];
    struct timespec since;
    size_t held = 0;
    while (!strstr(request, "\r\n\r\n")) {
        ssize_t more = read(client, request + held, sizeof request - 1 - held);
        if (more <= 0) {
            return;
        }
        held += (size_t)more;
    }
    clock_gettime(CLOCK_BOOTTIME, &since);
    int length = snprintf(body, sizeof body, "up for %ld seconds\n", (long)since.tv_sec);
    int size = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", length);
    if (write(client, head, size) == size) {
        (void)!write(client, body, length);
    }
}
