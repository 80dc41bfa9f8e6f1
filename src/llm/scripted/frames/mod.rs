//! What is said beside posts: reasons for votes, for silence, for looking something up.
//!
//! Slots and choices are those of [`grammar`](super::grammar). No sentence here claims anything
//! about a subject; the substance comes from the bank, the feed and the memories.

mod bold;
mod curious;
mod dreamy;
mod gentle;
mod precise;
mod shared;
mod wise;

pub(super) use self::shared::*;
use super::persona::Voice;

/// What a voice says beside its posts.
pub(super) struct Frames {
    /// Reasons for a vote up.
    pub ups: &'static [&'static str],
    /// Reasons for a vote down.
    pub downs: &'static [&'static str],
    /// Reasons for staying quiet.
    pub quiets: &'static [&'static str],
}

/// The sentences of `voice`.
pub(super) const fn of(voice: Voice) -> &'static Frames {
    match voice {
        Voice::Curious => &curious::FRAMES,
        Voice::Precise => &precise::FRAMES,
        Voice::Dreamy => &dreamy::FRAMES,
        Voice::Bold => &bold::FRAMES,
        Voice::Gentle => &gentle::FRAMES,
        Voice::Wise => &wise::FRAMES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::scripted::draw::Draw;
    use crate::llm::scripted::grammar::{Slots, fill};

    #[test]
    fn every_frame_can_be_filled() {
        let slots = Slots {
            name: "Ada",
            quote: "a clause",
            topic: "tides",
            many: true,
            other: "Rex",
            other_interest: "chess",
            interest: "maps",
            matter: "A storm",
            ..Slots::default()
        };
        for voice in Voice::ALL {
            let f = of(voice);
            for list in [f.ups, f.downs, f.quiets] {
                assert!(list.len() >= 5);
                for frame in list {
                    let mut out = String::new();
                    fill(&mut out, frame, &slots, &mut Draw::new(3, "x", 5));
                    assert!(slots.fit(frame), "{frame}");
                    assert!(!out.contains(['{', '}', '[', ']', '|']), "{frame} -> {out}");
                    assert!(!out.contains("  "), "{frame} -> {out}");
                }
            }
        }
    }
}
