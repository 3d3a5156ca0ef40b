<?php

namespace App\Controller;

use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\Routing\Attribute\Route;

class PriceController
{
    #[Route('/')]
    public function index(): JsonResponse
    {
        return new JsonResponse(['bread' => 3.2, 'butter' => 2.4]);
    }
}
