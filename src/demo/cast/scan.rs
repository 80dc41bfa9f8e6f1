//! Where a stream for a terminal may be cut: between characters, never within an escape sequence; and what of it
//! is for no other terminal.

use std::borrow::Cow;

/// How a text is put on the clipboard (OSC 52).
const CLIPBOARD: &str = "\u{1b}]52;";

#[derive(Copy, Clone, PartialEq, Eq)]
enum State {
    Ground,
    /// After ESC, or after its intermediate bytes.
    Escape,
    /// Control sequence: ESC [ …
    Control,
    /// A string that BEL or ST ends: OSC, DCS, SOS, PM, APC.
    Text,
    /// ESC within a string: perhaps the first half of ST.
    TextEscape,
    /// This many bytes of a character are missing.
    Character(u8),
}

/// Length of the longest beginning of `bytes` that holds only whole characters and sequences.
pub(super) fn whole(bytes: &[u8]) -> usize {
    let mut state = State::Ground;
    let mut end = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        state = next(state, byte);
        if state == State::Ground {
            end = at + 1;
        }
    }
    end
}

/// A text without what it puts on a clipboard: whoever plays a recording keeps their own.
pub(super) fn without_clipboard(text: &str) -> Cow<'_, str> {
    if !text.contains(CLIPBOARD) {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, copied)) = rest.split_once(CLIPBOARD) {
        kept.push_str(before);
        let end = copied.find(['\u{7}', '\u{1b}']).unwrap_or(copied.len());
        let behind = &copied[end..];
        // Another sequence than its end (BEL or ST) ends it as well, and stays.
        rest = behind.strip_prefix('\u{7}').or_else(|| behind.strip_prefix("\u{1b}\\")).unwrap_or(behind);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

const fn next(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Text, 0x07) => State::Ground,
        (State::Text, 0x1b) => State::TextEscape,
        (State::Text, _) => State::Text,
        (State::TextEscape, b'\\') => State::Ground,
        (State::TextEscape, _) => next(State::Escape, byte), // a new sequence ended the string
        (State::Character(1), 0x80..=0xbf) => State::Ground,
        (State::Character(left), 0x80..=0xbf) => State::Character(left - 1),
        (_, 0x1b) => State::Escape,
        (State::Escape, b'[') => State::Control,
        (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::Text,
        (State::Escape, 0x20..=0x2f) => State::Escape,
        (State::Control, 0x20..=0x3f) => State::Control,
        (State::Ground | State::Character(_), 0xc2..=0xdf) => State::Character(1),
        (State::Ground | State::Character(_), 0xe0..=0xef) => State::Character(2),
        (State::Ground | State::Character(_), 0xf0..=0xf4) => State::Character(3),
        _ => State::Ground,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_stand_between_sequences() {
        assert_eq!(whole(b"plain"), 5);
        assert_eq!(whole(b"a\x1b"), 1);
        assert_eq!(whole(b"a\x1b[1;3"), 1);
        assert_eq!(whole(b"a\x1b[1;31m"), 8);
        assert_eq!(whole(b"\x1b(B"), 3);
        assert_eq!(whole(b"\x1b("), 0);
        assert_eq!(whole(b"\x1b]52;c;aGk="), 0);
        assert_eq!(whole(b"\x1b]52;c;aGk=\x07"), 12);
        assert_eq!(whole(b"\x1b]0;t\x1b\\"), 7);
        assert_eq!(whole(b"\x1b]0;t\x1b"), 0);
        assert_eq!(whole("é".as_bytes()), 2);
        assert_eq!(whole(&"🦀".as_bytes()[..3]), 0);
        assert_eq!(whole(b"\xff\xffx"), 3);
    }

    #[test]
    fn what_is_copied_is_not_recorded() {
        for (text, kept) in [
            ("a\u{1b}]52;c;aGk=\u{7}b", "ab"),
            ("a\u{1b}]52;c;aGk=\u{1b}\\b\u{1b}]52;p;aGk=\u{7}", "ab"),
            ("\u{1b}]52;c;aGk=\u{1b}[1mb", "\u{1b}[1mb"),
            ("a\u{1b}]52;c;aG", "a"),
            ("\u{1b}]0;52;c\u{7}", "\u{1b}]0;52;c\u{7}"),
        ] {
            assert_eq!(without_clipboard(text), kept, "{text:?}");
        }
    }

    proptest! {
        /// However the stream is cut into writes, the pieces put together are the stream, and
        /// every piece is whole.
        #[test]
        fn any_cutting_gives_the_same_stream(
            parts in proptest::collection::vec("(\\PC|\u{1b}\\[[0-9;]{0,6}[a-zA-Z]|\u{1b}\\][0-9;a-z]{0,8}\u{7}){0,6}", 1..5),
            cuts in proptest::collection::vec(0usize..64, 0..12),
        ) {
            let stream = parts.concat().into_bytes();
            let mut held = Vec::new();
            let mut out = Vec::new();
            let mut rest = stream.as_slice();
            let mut cuts = cuts.into_iter();
            while !rest.is_empty() {
                let cut = cuts.next().unwrap_or(rest.len()).clamp(1, rest.len());
                held.extend_from_slice(&rest[..cut]);
                rest = &rest[cut..];
                let piece: Vec<u8> = held.drain(..whole(&held)).collect();
                prop_assert!(std::str::from_utf8(&piece).is_ok());
                out.extend(piece);
            }
            prop_assert!(held.is_empty());
            prop_assert_eq!(out, stream);
        }
    }
}
