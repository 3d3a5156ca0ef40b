const RINGS: [u64; 6] = [480, 525, 570, 630, 675, 720];

/// Minutes until the next ring, from a minute of the day.
pub fn until_next(minute: u64) -> u64 {
    RINGS.iter().find(|&&ring| ring >= minute).map_or(1440 - minute + RINGS[0], |ring| ring - minute)
}

#[cfg(test)]
mod tests {
    #[test]
    fn after_the_last_ring_it_is_tomorrow() {
        assert_eq!(super::until_next(721), 1440 - 721 + 480);
    }
}
