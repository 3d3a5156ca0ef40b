#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "sudoku.hpp"

namespace {

std::string received(int client) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos && request.size() < 65536) {
        const auto length = read(client, buffer, sizeof buffer);
        if (length <= 0) {
            break;
        }
        request.append(buffer, static_cast<size_t>(length));
    }
    return request;
}

void serve(int client) {
    const std::string request = received(client);
    const auto split = request.find("\r\n\r\n");
    if (split != std::string::npos) {
        const std::string given = request.substr(split + 4);
        const std::string body = given.empty() ? "sudoku check: POST 81 digits\n" : solved(given) ? "solved\n" : "not solved\n";
        const std::string answer =
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
        (void)!write(client, answer.data(), answer.size());
    }
    close(client);
}

}  // namespace

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    const char *given = std::getenv("PORT");
    const int port = given ? std::atoi(given) : 8071;
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const int one = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(server, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 || listen(server, 16) != 0) {
        std::cerr << "port " << port << " is not free\n";
        return 1;
    }
    std::cout << "listening on " << port << std::endl;
    for (;;) {
        const int client = accept(server, nullptr, nullptr);
        if (client >= 0) {
            std::thread(serve, client).detach();
        }
    }
}
