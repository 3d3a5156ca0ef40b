<?php

declare(strict_types=1);

namespace Feedback;

final class Form
{
    public function page(): string
    {
        return '<!doctype html><h1>Feedback</h1><form method="post"><textarea name="text"></textarea><button>Send</button></form>';
    }

    /** @param array<string, string> $given */
    public function take(array $given): string
    {
        error_log('feedback: ' . substr($given['text'] ?? '', 0, 200));
        return 'Thank you.';
    }
}
