#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "toss.h"

int main(void) {
  int yes = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in place = {0};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = INADDR_ANY;
  place.sin_port = htons(8072);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(server, (struct sockaddr *)&place, sizeof place) || listen(server, 8)) {
    perror("coin");
    return 1;
  }
  for (;;) {
    char request[1024] = {0};
    size_t held = 0;
    ssize_t more = 1;
    int client = accept(server, 0, 0);
    if (client < 0) continue;
    while (more > 0 && held < sizeof request - 1 && !strstr(request, "\r\n\r\n")) {
      more = read(client, request + held, sizeof request - 1 - held);
      held += more > 0 ? (size_t)more : 0;
    }
    if (held > 0) {
      dprintf(client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe coin shows %s\n", toss());
    }
    close(client);
  }
}
