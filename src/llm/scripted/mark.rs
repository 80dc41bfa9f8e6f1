//! What a bot's posts look like: a line for each sentence, letters, brackets, its initial below.

use super::grammar::uncapital;
use super::habit::Habit;
use super::persona::mentions;
use super::rules::sentences;
use super::writer::lowered;
use crate::domain::PersonalityConfig;

/// What a bot's posts look like.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    /// A line for each sentence.
    Lines,
    /// The last sentence but one in brackets.
    Brackets,
    /// Sentences with letters.
    Letters,
    /// The first sentence is called out.
    Calls,
    /// Its initial at the end.
    Signs,
    /// Sentences run on after a dash.
    Dashes,
}

/// The marks: by the words for a bot's style, traits and quirks, else by its habits.
const MARKS: [(Mark, &[&str]); 6] = [
    (Mark::Letters, &["lists", "number", "orderly", "tidy", "punctual", "method", "ledger", "system"]),
    (Mark::Lines, &["poet", "lyric", "short sentence", "elliptic", "laconic", "terse", "staccato"]),
    (
        Mark::Brackets,
        &["aside", "digress", "self-mocking", "hesita", "thinks aloud", "whisper", "shy", "footnote"],
    ),
    (Mark::Calls, &["loud", "exclam", "excit", "enthus", "boister", "theatr", "dramatic"]),
    (Mark::Signs, &["letter", "formal", "ceremon", "old-fashioned", "old-world", "courte", "signs"]),
    (Mark::Dashes, &["breathless", "ramb", "rush", "quick", "chatty", "restless", "impati"]),
];

impl Mark {
    /// The mark of a bot.
    pub fn of(config: &PersonalityConfig, habit: &Habit) -> Self {
        const ALL: [Mark; 8] = [
            Mark::None,
            Mark::Lines,
            Mark::Brackets,
            Mark::Letters,
            Mark::Calls,
            Mark::Signs,
            Mark::Dashes,
            Mark::None,
        ];
        let words = &config.personality;
        // Whoever cares for letters ends as they do.
        if words.interests.iter().any(|interest| interest == "letters") {
            return Self::Signs;
        }
        let text =
            format!("{} {} {}", words.communication_style, words.traits.join(" "), words.quirks.join(" "));
        let text = text.to_lowercase();
        let fitting: Vec<Mark> =
            MARKS.iter().filter(|(_, stems)| mentions(&text, stems)).map(|(mark, _)| *mark).collect();
        let mark = if fitting.is_empty() {
            ALL[habit.one_of(23, 8)]
        } else {
            fitting[habit.one_of(23, fitting.len())]
        };
        // Where there are few, what nobody asked for would be all one sees.
        let asked = !fitting.is_empty() && mark != Mark::Letters;
        if asked || habit.is_of_many() { mark } else { Mark::None }
    }

    /// The post with this mark; `leads` are the words that lead from sentence to sentence.
    pub fn set(self, text: String, sign: &str, leads: &[&str]) -> String {
        let all = sentences(&text);
        if all.len() < 2 || text.contains(['\n', '(', '“']) {
            return match self {
                Self::Signs if text.ends_with('.') && !text.contains('\n') => format!("{text} – {sign}"),
                _ => text,
            };
        }
        match self {
            Self::None => text,
            Self::Lines => all.join("\n"),
            Self::Brackets if all.len() > 2 => {
                let at = all.len() - 2;
                let asides = all.iter().enumerate().map(|(place, one)| {
                    if place == at && one.ends_with('.') { format!("({one})") } else { (*one).to_owned() }
                });
                asides.collect::<Vec<_>>().join(" ")
            }
            Self::Brackets => text,
            // Only for several things: not a mere “Rex!”, and not what one sentence says in three.
            Self::Letters if all.len() > 2 && all.iter().all(|one| one.split(' ').count() > 5) => {
                let list = all.iter().zip('a'..='z').map(|(one, letter)| format!("({letter}) {one}"));
                list.collect::<Vec<_>>().join(" ")
            }
            Self::Letters => text,
            Self::Calls if all[0].ends_with('.') => text.replacen(". ", "! ", 1),
            Self::Calls => text,
            Self::Signs if text.ends_with('.') => format!("{text} – {sign}"),
            Self::Signs => text,
            Self::Dashes => {
                let mut text = text;
                for lead in leads {
                    let small = format!(" – {}", uncapital(lead));
                    text = text.replace(&format!(". {lead}"), &small);
                }
                text
            }
        }
    }
}

/// What the signs and the last stop are drawn by: with these no two of the embedded bots have the same.
const DIVIDING: u64 = 1_029;
const ENDING: u64 = 4_003;

/// Words of a sentence at most that another can take in.
const SHORT: usize = 16;

/// How a bot divides and ends what it says, of which no word is another: its signs.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Stops {
    /// What it sets for a colon.
    colon: &'static str,
    /// What it sets between two sentences, where there are no more.
    between: &'static str,
    /// Whether it leaves the last full stop out.
    open: bool,
}

impl Stops {
    /// Those of a bot.
    pub fn of(habit: &Habit) -> Self {
        const SIGNS: [(&str, &str); 6] =
            [(": ", ". "), (": ", "; "), (" — ", ". "), (" – ", "; "), (": ", " — "), (" – ", ". ")];
        let (colon, between) = SIGNS[habit.one_of(DIVIDING, SIGNS.len())];
        Self { colon, between, open: habit.one_of(ENDING, 3) == 0 }
    }

    /// Its sign instead of every colon after which the sentence goes on.
    fn dashed(self, text: String) -> String {
        if self.colon == ": " {
            return text;
        }
        let mut pieces = text.split(": ");
        let mut out = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            out.push_str(if piece.starts_with(char::is_lowercase) { self.colon } else { ": " });
            out.push_str(piece);
        }
        out
    }

    /// The post with them.
    pub fn set(self, text: String) -> String {
        let mut text = self.dashed(text);
        let all = sentences(&text);
        if let [first, second] = all[..]
            && self.between != ". "
            && first.ends_with('.')
            && !second.ends_with('?')
            && second.starts_with(char::is_alphanumeric)
            && first.split(' ').count() > 3
            && second.split(' ').count() <= SHORT
            && !text.contains(['\n', '(', '“'])
        {
            text = format!("{}{}{}", super::grammar::bare(first), self.between, lowered(second));
        }
        if self.open && text.ends_with('.') && !text.ends_with("..") && !text.contains('\n') {
            text.pop();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_change_no_word() {
        let text = "Sleep is a price to pay: owls pay it. Every owl does.";
        let set = |colon, between, open| Stops { colon, between, open }.set(text.to_owned());
        assert_eq!(set(": ", ". ", false), text);
        assert_eq!(set(" — ", "; ", true), "Sleep is a price to pay — owls pay it; every owl does");
        let long = "One is here. Two are there. Three are gone.".to_owned();
        assert_eq!(Stops { colon: ": ", between: "; ", open: false }.set(long.clone()), long);
    }

    #[test]
    fn a_mark_changes_the_look_and_no_word() {
        let text = "Rex, sleep is a price. Besides, owls pay it. So what of it?";
        let long = "Rex, sleep is a price to pay. Besides, owls pay it by day. So what is to be done?";
        for (mark, seen) in [
            (Mark::None, text),
            (Mark::Lines, "Rex, sleep is a price.\nBesides, owls pay it.\nSo what of it?"),
            (Mark::Brackets, "Rex, sleep is a price. (Besides, owls pay it.) So what of it?"),
            (Mark::Letters, text),
            (Mark::Calls, "Rex, sleep is a price! Besides, owls pay it. So what of it?"),
            (Mark::Dashes, "Rex, sleep is a price – besides, owls pay it. So what of it?"),
            (Mark::Signs, text),
        ] {
            assert_eq!(mark.set(text.to_owned(), "V.", &["Besides,"]), seen);
        }
        let listed =
            "(a) Rex, sleep is a price to pay. (b) Besides, owls pay it by day. (c) So what is to be done?";
        assert_eq!(Mark::Letters.set(long.to_owned(), "V.", &[]), listed);
        assert_eq!(Mark::Signs.set("Owls pay it.".to_owned(), "V.", &[]), "Owls pay it. – V.");
    }

    #[test]
    fn the_style_of_a_bot_chooses_its_mark() {
        let of = |id: &str, style: &str| {
            let config: PersonalityConfig = serde_json::from_value(serde_json::json!({
                "id": id, "name": "Vera", "personality": {"traits": ["calm"], "communication_style": style}
            }))
            .unwrap();
            Mark::of(&config, &Habit::of(id))
        };
        assert_eq!(of("vera_00004", "keeps lists of everything"), Mark::Letters);
        assert_eq!(of("vera_00004", "writes as one writes letters"), Mark::Signs);
        let plain: Vec<Mark> = (2..=40).map(|at| of(&format!("vera_{at:05}"), "plain")).collect();
        assert!(
            [Mark::Lines, Mark::Brackets, Mark::Calls].iter().all(|mark| plain.contains(mark)),
            "{plain:?}"
        );
    }
}
