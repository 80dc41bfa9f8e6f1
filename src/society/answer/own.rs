//! A post in which a model speaks for others as well ("Rex: … Ada: …") is trimmed to the bot's own words.

use crate::domain::scene::Scene;
use crate::domain::text::behind_name;

/// Lines that begin with these, before a name, are still its lines.
const MARKS: [char; 5] = ['*', '_', '>', '[', '#'];

/// A text without what others are made to say in it, and without the bot's own name before its words.
/// `also` speak beside those the bot knows. `None` when nobody is made to say anything: most texts.
#[must_use]
pub(crate) fn own_words(text: &str, scene: &Scene, also: &[&str]) -> Option<String> {
    if !text.contains([':', '：']) {
        return None;
    }
    let mine = [scene.me.name.as_str(), scene.me.id.as_str()];
    let bots = scene.roster.iter().flat_map(|other| [&*other.name, &*other.id]);
    let writers = scene.feed.iter().flat_map(|thread| {
        thread.replies.iter().map(|reply| &*reply.author_name).chain([&*thread.author_name])
    });
    let others: Vec<&str> = bots
        .chain(writers)
        .chain(also.iter().copied())
        .filter(|name| !name.is_empty() && !mine.contains(name))
        .collect();
    trimmed(text, &mine, &others)
}

/// Who says a part of a text: nobody in particular, the bot, another.
#[derive(Copy, Clone, PartialEq)]
enum By {
    Nobody,
    Me,
    Another,
}

fn trimmed(text: &str, mine: &[&str], others: &[&str]) -> Option<String> {
    let read = |part| match (speaker(part, mine), speaker(part, others)) {
        (Some(said), _) => (By::Me, said),
        (None, Some(_)) => (By::Another, part),
        (None, None) => (By::Nobody, part),
    };
    let mut parts: Vec<(&str, By, &str)> = Vec::new();
    for line in text.split('\n') {
        let (by, said) = read(line);
        // Only a line that is said by somebody goes on with what another says.
        let mut at = if by == By::Nobody { said.len() } else { 0 };
        let (mut before, mut by, mut from) = ("\n", by, 0);
        while let Some(end) = said[at..].find([' ']).map(|end| at + end) {
            at = end + 1;
            let next = read(&said[at..]);
            if said[..end].ends_with(['.', '!', '?', '…', '"', '”']) && next.0 != By::Nobody {
                parts.push((before, by, &said[from..end]));
                (before, by, from) = (" ", next.0, said.len() - next.1.len());
                at = at.max(from); // a name that was read is behind
            }
        }
        parts.push((before, by, &said[from..]));
    }
    let first = parts.iter().find(|(_, _, said)| !said.trim().is_empty())?;
    let spoken = parts.iter().filter(|(_, by, _)| *by != By::Nobody).count();
    // "Rex: I doubt it." at the beginning, and nobody after it, turns to Rex.
    if spoken == 0 || (spoken == 1 && first.1 == By::Another) {
        return None;
    }
    let mut own = String::with_capacity(text.len());
    let mut speaks = true;
    for (before, by, said) in parts {
        speaks = if by == By::Nobody { speaks } else { by == By::Me };
        if speaks {
            own.push_str(before);
            own.push_str(said);
        }
    }
    Some(own.trim().to_owned())
}

/// What a line says behind one of these names and a colon.
fn speaker<'l>(line: &'l str, names: &[&str]) -> Option<&'l str> {
    let start = line.trim_start().trim_start_matches(MARKS).trim_start();
    names.iter().find_map(|name| {
        let mut rest = behind_name(start, name)?.trim_start_matches(['*', '_', ']']);
        // "Rex (rex_001): …"
        if let Some((_, behind)) = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')) {
            rest = behind.trim_start_matches(['*', '_']);
        }
        let said = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
        // A time or an address is nobody's line.
        (!said.starts_with(|c: char| c == '/' || c.is_ascii_digit()))
            .then(|| said.trim_start_matches(['*', '_']).trim_start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_speaks_for_itself() {
        let of = |text: &str| trimmed(text, &["Ada", "ada_001"], &["Rex", "rex_002", "Kim"]);
        for (text, own) in [
            (
                "I think so.\nRex: I don't.\nAda: You should.\n\nReally.",
                "I think so.\nYou should.\n\nReally.",
            ),
            ("Ada: The tide turns at six.", "The tide turns at six."),
            ("**Ada:** One.\n**Rex:** Two.\nand three.", "One."),
            ("Rex: hello\nAda: hello back", "hello back"),
            ("One of mine.\n> Rex: not mine", "One of mine."),
            ("rex: a\nRex: b", ""),
            ("Rex (rex_002): no.\nAda (ada_001): yes.", "yes."),
            ("Ada: Yes, it does. Rex: No! Kim: Why? Ada: Because.", "Yes, it does. Because."),
            ("Ada： 是的。\nRex： 不。", "是的。"),
        ] {
            assert_eq!(of(text).as_deref(), Some(own), "{text}");
        }
        let of_neil = |text: &str| trimmed(text, &["O'Neil"], &["Jean-Luc"]);
        assert_eq!(of_neil("O’Neil: yes.\nJean‑Luc: no.").as_deref(), Some("yes."));
        assert_eq!(of("Ada: Yes. Ada (he said. Rex: no): hello").as_deref(), Some("Yes. hello"));
        for text in [
            "Rex: I doubt that. Look again.",
            "What Rex said: nothing.",
            "I agree. Rex: look at the tides, please.",
            "At Rex:30 nobody came.",
            "Note: two things.\nFirst: tides.",
            "Adagio: slow.",
            "plain",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn names_within_names_and_marks_anywhere_do_no_harm(
            parts in proptest::collection::vec(
                proptest::sample::select(
                    &["Ada", "Dr. Ada", "Rex", "St. Rex", ":", ": ", ". ", "? ", " (", ")", "**", "\n", "yes", " ", "：", "…"][..]
                ), 0..24)
        ) {
            let text = parts.concat();
            for (mine, other) in [("Ada", "Dr. Ada"), ("Dr. Ada", "Ada"), ("St. Rex", "Rex"), ("Ada", "Rex")] {
                if let Some(own) = trimmed(&text, &[mine], &[other]) {
                    proptest::prop_assert!(own.len() <= text.len());
                }
            }
        }
    }
}
