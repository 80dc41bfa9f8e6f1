//! Sentences of a text.

/// What ends a sentence.
const ENDS: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];
/// What may close after the end and still belongs to the sentence.
const CLOSES: [char; 7] = ['”', '"', '\'', '’', ')', '»', '」'];

/// The sentences of `text`, each trimmed, none empty; a line break ends one, too.
///
/// A mark ends a sentence only where white space or the end of the text follows it, so that figures
/// (`3.14`) and addresses stay whole; marks of scripts without spaces always do.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let (sentence, after) = rest.split_at(end(rest));
            rest = after;
            let sentence = sentence.trim();
            if !sentence.is_empty() {
                return Some(sentence);
            }
        }
    })
}

/// Where the first sentence ends.
fn end(text: &str) -> usize {
    let mut ended = false;
    for (at, c) in text.char_indices() {
        let closes = CLOSES.contains(&c);
        if c == '\n' || (ended && c.is_whitespace()) {
            return at + c.len_utf8();
        }
        if ended && !closes && !ENDS.contains(&c) {
            // An unspaced script goes on at once.
            if text[..at].ends_with(['。', '！', '？', '」']) {
                return at;
            }
            ended = false;
        }
        ended = ENDS.contains(&c) || (ended && closes);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        sentences(text).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        assert_eq!(of("One. Two!  Three?"), ["One.", "Two!", "Three?"]);
        assert_eq!(of("It is 3.14 at a.example today. Then"), ["It is 3.14 at a.example today.", "Then"]);
        assert_eq!(of("Ada said: “No. Never!” Then left."), ["Ada said: “No.", "Never!”", "Then left."]);
        assert_eq!(of("a line\n\nand another"), ["a line", "and another"]);
        assert_eq!(of("海は青い。空も！そう"), ["海は青い。", "空も！", "そう"]);
        assert_eq!(of(" \n . "), ["."]);
        assert_eq!(of("Wait... what"), ["Wait...", "what"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_but_white_space_is_lost(text in "\\PC{0,60}|[a-c .!?…”\\n]{0,60}") {
            let kept: String = sentences(&text).flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
            let all: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            proptest::prop_assert_eq!(kept, all);
        }
    }
}
