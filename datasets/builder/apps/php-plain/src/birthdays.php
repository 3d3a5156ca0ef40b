<?php

declare(strict_types=1);

/** @param array<string, string> $people  @return array<string, int> */
function upcoming(array $people, DateTimeImmutable $today): array
{
    $found = [];
    foreach ($people as $name => $day) {
        $next = new DateTimeImmutable($today->format('Y') . '-' . $day);
        $found[$name] = (int) $today->diff($next < $today ? $next->modify('+1 year') : $next)->days;
    }
    asort($found);
    return $found;
}
