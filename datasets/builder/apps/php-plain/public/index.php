<?php

declare(strict_types=1);

require __DIR__ . '/../src/birthdays.php';

$people = upcoming(require __DIR__ . '/../data/people.php', new DateTimeImmutable('today'));
?>
<!doctype html>
<title>Birthdays</title>
<link rel="stylesheet" href="/style.css">
<h1>Birthdays</h1>
<ul>
<?php foreach ($people as $name => $days): ?>
  <li><?= htmlspecialchars($name) ?> in <?= $days ?> days</li>
<?php endforeach ?>
</ul>
