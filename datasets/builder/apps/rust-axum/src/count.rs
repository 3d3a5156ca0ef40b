use serde::Serialize;

#[derive(Serialize)]
pub struct Counted {
    pub lines: usize,
    pub words: usize,
    pub characters: usize,
}

pub fn count(text: &str) -> Counted {
    Counted {
        lines: text.lines().count(),
        words: text.split_whitespace().count(),
        characters: text.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn words_are_split_at_spaces() {
        assert_eq!(count("two words\n").words, 2);
    }
}
