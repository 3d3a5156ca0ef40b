package com.example.quotes;

import java.time.LocalDate;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class QuoteController {
    record Quote(String text, String of) {}

    private static final List<Quote> QUOTES = List.of(
            new Quote("Slow is smooth.", "an old saying"),
            new Quote("Measure twice, cut once.", "a carpenter"));

    @GetMapping("/")
    Quote today() {
        return QUOTES.get(LocalDate.now().getDayOfYear() % QUOTES.size());
    }
}
