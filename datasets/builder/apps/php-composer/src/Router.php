<?php

declare(strict_types=1);

namespace Feedback;

final class Router
{
    /** @var array<string, callable(): string> */
    private array $routes = [];

    public function add(string $method, string $path, callable $handler): void
    {
        $this->routes["$method $path"] = $handler;
    }

    public function answer(string $method, string $path): string
    {
        $handler = $this->routes["$method $path"] ?? null;
        if ($handler === null) {
            http_response_code(404);
            return 'not found';
        }
        return $handler();
    }
}
