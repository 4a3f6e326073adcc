//! "Did you mean": the nearest right word to a wrong one.

/// The candidate nearest to `word`, if it is near enough to be what was meant: letter case aside, at most a third
/// of the word wrong (a swap of neighbours counts as one letter). Of two as near, the first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // The distance takes room for every letter of the one times every letter of the other.
    if word.len() > 100 {
        return None;
    }
    let lower = word.to_lowercase();
    let limit = word.chars().count().div_ceil(3).min(4);
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["enforce", "enforce-version", "warn", "audit"];
        assert_eq!(nearest("enforced", words), Some("enforce"));
        assert_eq!(nearest("Warn", words), Some("warn"));
        assert_eq!(nearest("adiut", words), Some("audit"));
        assert_eq!(nearest("something", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"enforce".repeat(1_000_000), words), None);
    }
}
