<?php

declare(strict_types=1);

use Feedback\Form;
use Feedback\Router;

require __DIR__ . '/../vendor/autoload.php';

$router = new Router();
$router->add('GET', '/', fn (): string => (new Form())->page());
$router->add('POST', '/', fn (): string => (new Form())->take($_POST));
$router->add('GET', '/health', fn (): string => 'ok');
echo $router->answer($_SERVER['REQUEST_METHOD'], parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
