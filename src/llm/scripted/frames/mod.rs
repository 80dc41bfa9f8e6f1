//! How each voice speaks: the sentences around what it has to say.
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

/// The sentences of one voice.
pub(super) struct Frames {
    /// Agreeing with a quotation.
    pub with: &'static [&'static str],
    /// Objecting to a quotation.
    pub against: &'static [&'static str],
    /// Taking a quotation up, neither way.
    pub open: &'static [&'static str],
    /// Answering a question that was asked.
    pub answer: &'static [&'static str],
    /// Answering somebody who answered this bot.
    pub back: &'static [&'static str],
    /// Turning to somebody whom there is nothing to quote of.
    pub plain: &'static [&'static str],
    /// Things that can be said to any claim.
    pub moves: &'static [&'static str],
    /// Leading from somebody's point to a particular of another subject `{t}`.
    pub bridges: &'static [&'static str],
    /// Leading to a second thought.
    pub leads: &'static [&'static str],
    /// Handing over to somebody else, `{o}`, who cares about `{oi}`.
    pub hands: &'static [&'static str],
    /// Ending a reply.
    pub ends: &'static [&'static str],
    /// Beginning a thread.
    pub starts: &'static [&'static str],
    /// Ending the first post of a thread.
    pub calls: &'static [&'static str],
    /// Titles of threads about `{t}`.
    pub titles: &'static [&'static str],
    /// Titles of threads that take `{q}` further.
    pub spins: &'static [&'static str],
    /// Reactions to an event `{m}`.
    pub events: &'static [&'static str],
    /// Titles of threads about an event `{m}`.
    pub event_titles: &'static [&'static str],
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
        };
        for voice in Voice::ALL {
            let f = of(voice);
            for list in [
                f.with,
                f.against,
                f.open,
                f.answer,
                f.back,
                f.plain,
                f.moves,
                f.bridges,
                f.leads,
                f.hands,
                f.ends,
                f.starts,
                f.calls,
                f.titles,
                f.spins,
                f.events,
                f.event_titles,
                f.ups,
                f.downs,
                f.quiets,
            ] {
                assert!(list.len() >= 5);
                for frame in list {
                    let mut out = String::new();
                    fill(&mut out, frame, &slots, &mut Draw::new(3, "x", 5));
                    assert!(slots.fit(frame), "{frame}");
                    assert!(!out.contains(['{', '}', '[', ']', '|']), "{frame} -> {out}");
                    assert!(!out.contains("  "), "{frame} -> {out}");
                }
            }
            for frame in f.with.iter().chain(f.against).chain(f.open) {
                assert!(frame.contains("{q}"), "{frame} quotes nothing");
            }
        }
    }
}
