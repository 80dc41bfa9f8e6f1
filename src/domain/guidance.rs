//! What a bot's numbers mean in words: the guidance that goes into its prompt and is shown beside
//! the sliders.
//!
//! Pure text from pure numbers; it knows neither prompts nor screens. The bands and thresholds
//! are the specification's ("Guidance from traits").

use super::personality::{Behavior, Engagement};

/// The five sliders that have guidance.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Trait {
    /// `leadership_tendency`
    Leadership,
    /// `skepticism`
    Skepticism,
    /// `aggression`
    Aggression,
    /// `shyness`
    Shyness,
    /// `creativity_level`
    Creativity,
}

impl Trait {
    /// Every trait, in the order of the guidance.
    pub const ALL: [Self; 5] =
        [Self::Leadership, Self::Skepticism, Self::Aggression, Self::Shyness, Self::Creativity];

    /// The short word, as a label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Leadership => "leadership",
            Self::Skepticism => "skepticism",
            Self::Aggression => "aggression",
            Self::Shyness => "shyness",
            Self::Creativity => "creativity",
        }
    }

    /// The key in YAML and on the wire.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Leadership => "leadership_tendency",
            Self::Creativity => "creativity_level",
            _ => self.as_str(),
        }
    }

    /// Where this trait stands in `behavior`, 0–100.
    #[must_use]
    pub const fn level(self, behavior: &Behavior) -> u8 {
        match self {
            Self::Leadership => behavior.leadership_tendency,
            Self::Skepticism => behavior.skepticism,
            Self::Aggression => behavior.aggression,
            Self::Shyness => behavior.shyness,
            Self::Creativity => behavior.creativity_level,
        }
    }

    const fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Leadership => [
                "You let others choose the subject. Add to what is already being discussed rather than steering it, \
                 and give credit to whoever raised it.",
                "You usually join discussions that others began. Now and then, when a point is left hanging, you take \
                 it up and move it forward.",
                "You like to give a discussion direction: sum up where it stands, name the open question, and propose \
                 what to look at next.",
                "You set the agenda. Open new subjects, state a clear position, ask named bots for their view, and push \
                 for a conclusion.",
            ],
            Self::Skepticism => [
                "You take others at their word and build on what they say. Ask questions to learn more, not to test \
                 them.",
                "You accept a sensible claim, but you notice when one is surprising and ask where it comes from.",
                "You weigh claims before agreeing. Ask for a reason or an example, and say what would change your mind.",
                "You doubt by default. Look for the weakest step in an argument, name it exactly, and agree only when \
                 the evidence is good.",
            ],
            Self::Aggression => [
                "You are gentle. When you disagree, say first what you find right, and offer your view as one \
                 possibility.",
                "You stay friendly in a dispute. State your disagreement plainly, without an edge, and leave room for \
                 the other side.",
                "You argue with force. Contradict directly and defend your point, but attack the idea and never the \
                 one who holds it.",
                "You enjoy a clash. Challenge strong claims head on, in short sharp sentences, and do not soften a \
                 verdict. Insults and threats are still out of bounds.",
            ],
            Self::Shyness => [
                "You speak up easily. If you have a thought about the feed, share it without waiting to be asked.",
                "You join in when you have something to add, and you are comfortable letting a discussion pass.",
                "You think twice before you post. Prefer a careful reply to a bot you know over a word to the whole \
                 room.",
                "You mostly listen. Speak when someone addresses you or when it truly matters to you.",
            ],
            Self::Creativity => [
                "You are matter-of-fact. Use plain words, concrete facts and known examples; leave flights of fancy to \
                 others.",
                "You keep to the subject, and you allow yourself a fresh comparison when it makes a point clearer.",
                "You look for the unexpected angle. Connect ideas from different fields and try an image or a small \
                 thought experiment.",
                "You think in leaps. Offer strange connections, invented scenes and metaphors nobody has used here \
                 before, and never open two posts alike.",
            ],
        }
    }
}

/// The guidance for one trait at `level` (bands 0–25, 26–50, 51–75, 76 and above).
#[must_use]
pub const fn trait_text(of: Trait, level: u8) -> &'static str {
    of.texts()[band(level)]
}

/// Which of the four bands a level is in.
#[must_use]
pub const fn band(level: u8) -> usize {
    match level {
        0..=25 => 0,
        26..=50 => 1,
        51..=75 => 2,
        _ => 3,
    }
}

/// What the engagement style asks of a bot.
#[must_use]
pub const fn engagement_text(style: Engagement) -> &'static str {
    match style {
        Engagement::Active => {
            "You seek out conversation: look for a thread where your view is missing, and answer questions even when \
             they were not put to you."
        }
        Engagement::Reactive => {
            "You respond rather than initiate: answer those who mention you, reply to you or touch one of your \
             interests, and let the rest go by."
        }
        Engagement::Observer => {
            "You observe: read first, vote on what you find good or bad, and write only when you see something others \
             have missed."
        }
    }
}

/// How often a bot does something, as told to the model.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tendency {
    /// Hardly ever.
    Rare,
    /// Now and then.
    Occasional,
    /// Much of the time (said of opening threads).
    Common,
    /// Much of the time (said of staying quiet).
    Likely,
}

impl Tendency {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rare => "rare",
            Self::Occasional => "occasional",
            Self::Common => "common",
            Self::Likely => "likely",
        }
    }
}

/// How often a bot opens threads: common above leadership 60, occasional above 30, else rare.
#[must_use]
pub const fn thread_tendency(leadership: u8) -> Tendency {
    match leadership {
        61.. => Tendency::Common,
        31..=60 => Tendency::Occasional,
        _ => Tendency::Rare,
    }
}

/// How often a bot stays quiet: likely above shyness 60, occasional above 30, else rare.
#[must_use]
pub const fn quiet_tendency(shyness: u8) -> Tendency {
    match shyness {
        61.. => Tendency::Likely,
        31..=60 => Tendency::Occasional,
        _ => Tendency::Rare,
    }
}

const fn thread_text(tendency: Tendency) -> &'static str {
    match tendency {
        Tendency::Common | Tendency::Likely => {
            "Starting threads: common. When the feed holds nothing on your mind, open a thread of your own."
        }
        Tendency::Occasional => {
            "Starting threads: occasional. Open one when you have a subject that fits no thread in the feed."
        }
        Tendency::Rare => {
            "Starting threads: rare. Reply or vote instead, unless something will not let you go."
        }
    }
}

const fn quiet_text(tendency: Tendency) -> &'static str {
    match tendency {
        Tendency::Likely | Tendency::Common => {
            "Staying quiet: likely. Doing nothing is a good choice when nothing concerns you."
        }
        Tendency::Occasional => {
            "Staying quiet: occasional. Skip a turn when you would only repeat what was said."
        }
        Tendency::Rare => "Staying quiet: rare. There is nearly always something worth a reply or a vote.",
    }
}

/// Words of a style that asks for few words, and for many.
const BRIEF: [&str; 10] =
    ["brief", "terse", "short", "spare", "laconic", "concise", "curt", "clipped", "succinct", "blunt"];
const AMPLE: [&str; 6] = ["long", "detailed", "elaborate", "thorough", "expansive", "verbose"];

/// How long a post may be: the one rule of length, as the style of a bot and its shyness ask.
#[must_use]
pub fn length_text(style: &str, shyness: u8) -> &'static str {
    let style = style.to_lowercase();
    let has = |words: &[&str]| style.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    if has(&BRIEF) || band(shyness) > 2 {
        "Length: 15 to 60 words."
    } else if has(&AMPLE) {
        "Length: 60 to 150 words."
    } else {
        "Length: 40 to 120 words."
    }
}

/// The guidance of a whole personality, one line for each thing: what goes into the prompt and
/// is shown while a slider moves.
#[must_use]
pub fn guidance(behavior: &Behavior) -> String {
    let mut lines = vec![format!("Engagement: {}", engagement_text(behavior.engagement_style))];
    for of in Trait::ALL {
        let level = of.level(behavior);
        let mut label = of.as_str().to_owned();
        label[..1].make_ascii_uppercase();
        lines.push(format!("{label}: {}", trait_text(of, level)));
    }
    lines.push(thread_text(thread_tendency(behavior.leadership_tendency)).to_owned());
    lines.push(quiet_text(quiet_tendency(behavior.shyness)).to_owned());
    lines.join("\n")
}

/// Beats since its own last thread after which a bot speaks up in a quiet room: 40 for
/// leadership 0, 3 for 100, falling steadily between.
#[must_use]
pub fn speak_up_bound(leadership: u8) -> u32 {
    let leadership = u32::from(leadership.min(100));
    40 - (37 * leadership + 50) / 100
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::{similarity::terms, text::is_clean};
    use super::*;

    #[test]
    fn bands_have_their_edges_where_the_specification_puts_them() {
        for (level, expected) in [(0, 0), (25, 0), (26, 1), (50, 1), (51, 2), (75, 2), (76, 3), (100, 3)] {
            assert_eq!(band(level), expected, "{level}");
        }
        for (level, thread, quiet) in [
            (0, Tendency::Rare, Tendency::Rare),
            (30, Tendency::Rare, Tendency::Rare),
            (31, Tendency::Occasional, Tendency::Occasional),
            (60, Tendency::Occasional, Tendency::Occasional),
            (61, Tendency::Common, Tendency::Likely),
            (100, Tendency::Common, Tendency::Likely),
        ] {
            assert_eq!((thread_tendency(level), quiet_tendency(level)), (thread, quiet), "{level}");
        }
    }

    #[test]
    fn twenty_texts_and_no_two_alike() {
        let texts: Vec<_> = Trait::ALL.into_iter().flat_map(Trait::texts).collect();
        assert_eq!(texts.iter().collect::<HashSet<_>>().len(), 20);
        for (at, text) in texts.iter().enumerate() {
            assert!(
                text.starts_with("You ") && text.ends_with('.') && !text.contains("  ") && is_clean(text)
            );
            for other in &texts[..at] {
                assert!(terms(text).jaccard(&terms(other)) < 0.3, "{text}\n{other}");
            }
        }
    }

    #[test]
    fn guidance_follows_the_sliders() {
        let mut behavior = Behavior { leadership_tendency: 85, shyness: 10, ..Behavior::default() };
        let loud = guidance(&behavior);
        assert!(loud.starts_with("Engagement: You seek out conversation"));
        assert!(loud.contains("\nLeadership: You set the agenda."));
        assert!(loud.contains("\nStarting threads: common.") && loud.contains("\nStaying quiet: rare."));
        assert_eq!(loud.lines().count(), 8);
        behavior.shyness = 75;
        behavior.engagement_style = Engagement::Observer;
        let quiet = guidance(&behavior);
        assert!(quiet.contains("Staying quiet: likely.") && quiet.contains("Engagement: You observe"));
    }

    #[test]
    fn the_length_fits_the_style() {
        assert_eq!(length_text("soft and brief, leaves room", 20), "Length: 15 to 60 words.");
        assert_eq!(length_text("Short declarative sentences", 20), "Length: 15 to 60 words.");
        assert_eq!(length_text("warm", 76), "Length: 15 to 60 words.");
        assert_eq!(length_text("thorough and dry", 20), "Length: 60 to 150 words.");
        assert_eq!(length_text("shortly after, longing", 20), "Length: 40 to 120 words.");
    }

    #[test]
    fn a_leader_breaks_the_silence_first() {
        assert_eq!(speak_up_bound(0), 40);
        assert_eq!(speak_up_bound(100), 3);
        assert!((1..=100).all(|level| speak_up_bound(level) <= speak_up_bound(level - 1)));
        assert_eq!(speak_up_bound(255), 3);
    }

    #[test]
    fn every_trait_reads_its_own_slider() {
        let behavior = Behavior {
            leadership_tendency: 1,
            skepticism: 2,
            aggression: 3,
            shyness: 4,
            creativity_level: 5,
            ..Behavior::default()
        };
        assert_eq!(Trait::ALL.map(|of| of.level(&behavior)), [1, 2, 3, 4, 5]);
        assert_eq!(Trait::Leadership.key(), "leadership_tendency");
        assert_eq!(Trait::Shyness.key(), "shyness");
    }
}
