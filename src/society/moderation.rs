//! Step 7 of a beat: advisory flags on what a bot just posted.
//!
//! What is much depends on the pace: a bot that posts on every beat is never told off for it, nor for what it posted
//! while somebody let the room run as fast as it can.

use super::room::{Mind, Room};
use crate::domain::Stamp;
use crate::domain::scene::OwnPost;
use crate::domain::similarity::{TermSet, terms};
use crate::domain::text::{cut_words, is_unspaced};
use crate::store::feed::{POST_CHARS, REPLY_CHARS};
use crate::store::posts::DatedPost;
use crate::store::{Db, Result, meta};

/// Posts shorter than this are flagged, in letters.
const SHORT: usize = 20;
/// So many letters is a character that stands for a syllable or a word.
const DENSE: usize = 3;
/// Overlap above this is repetition.
const OVERLAP: f64 = 0.6;
/// Own posts compared with.
const COMPARED: usize = 3;
/// The same with a post of somebody else: who answers takes up the words of who is answered.
const COPIED: f64 = 0.75;
/// Terms a post must have to be compared with those of others: they agree in few words by chance.
const TERMS: usize = 6;
/// Fewer posts than this are never too many.
const FREQUENT: i64 = 5;
/// A window: an hour …
const HOUR: i64 = 3_600;
/// … and another: so many beats.
const WINDOW_BEATS: i64 = 6;

/// Under which the moment is kept until which the room ran ahead of its pace, in microseconds.
const AHEAD: &str = "ran_ahead_until";
/// How long a room goes on running ahead that was seen to, in seconds: so it is not noted with each beat.
const RUN: i64 = 1;

/// A beat nobody forced begins before it is due: the room runs ahead of its pace.
///
/// # Errors
/// Database errors.
pub(crate) fn runs_ahead(c: &Db, at: Stamp) -> Result<()> {
    if ran_ahead_until(c)? <= at {
        meta::set(c, AHEAD, &at.plus_seconds(RUN).micros().to_string())?;
    }
    Ok(())
}

/// Until when the room ran ahead of its pace last.
///
/// # Errors
/// Database errors.
pub(crate) fn ran_ahead_until(c: &Db) -> Result<Stamp> {
    let micros = meta::get(c, AHEAD)?.and_then(|until| until.parse().ok());
    Ok(micros.map_or(Stamp::default(), Stamp::from_micros))
}

/// A flag to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: &'static str,
    pub(crate) reason: String,
}

/// What is to be said against a bot's post, given its terms and the bot's interval in seconds.
///
/// # Errors
/// Database errors.
pub(crate) fn review(
    room: &mut Room,
    c: &Db,
    bot: &str,
    post: &DatedPost,
    set: &TermSet,
    interval: u32,
) -> Result<Vec<Finding>> {
    let mind = room.mind(c, bot)?;
    let mut findings = of_its_own(mind, &post.post.content, set);
    findings.extend(too_fast(mind, post.at, interval, || ran_ahead_until(c))?);
    if !findings.iter().any(|finding| finding.kind == REPETITIVE)
        && let Some(other) = copied(room, c, bot, post)?
    {
        let reason = format!("nearly the words of a post by {other}");
        findings.push(Finding { kind: REPETITIVE, reason });
    }
    Ok(findings)
}

/// The flag for posts that come too fast.
const FREQUENCY: &str = "frequency";
/// The flag for posts that are alike.
const REPETITIVE: &str = "repetitive";

/// What the words of a post and of the bot's earlier ones tell.
fn of_its_own(mind: &Mind, content: &str, set: &TermSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    let length = content.trim().chars().count();
    if letters(content) < SHORT {
        findings.push(Finding { kind: "low_quality", reason: format!("only {length} characters long") });
    }
    let closest = mind.posts.iter().take(COMPARED).map(|own| own.terms.jaccard(set)).fold(0.0, f64::max);
    if closest > OVERLAP {
        findings.push(Finding {
            kind: REPETITIVE,
            reason: format!("{:.0} % of its words were in one of its last {COMPARED} posts", closest * 100.0),
        });
    }
    findings
}

/// Whether a post of `at` and the bot's earlier ones came too fast. Those from before the moment that `since` tells do
/// not count; it is asked where there are enough of them with these.
fn too_fast(
    mind: &Mind,
    at: Stamp,
    interval: u32,
    since: impl FnOnce() -> Result<Stamp>,
) -> Result<Option<Finding>> {
    let pace = i64::from(interval.max(1));
    // Half as many again as the pace makes normal: intervals vary, and a person may wake a bot.
    let much = |times: &[Stamp]| {
        [HOUR, WINDOW_BEATS * pace].into_iter().find_map(|window| {
            let recent = times.iter().filter(|own| at.seconds_since(**own) < window).count() + 1;
            let recent = i64::try_from(recent).unwrap_or(i64::MAX);
            (recent >= FREQUENT.max(window / pace * 3 / 2)).then_some((recent, window))
        })
    };
    let mut times: Vec<Stamp> = mind.posts.iter().map(|own| own.dated.at).collect();
    if much(&times).is_none() {
        return Ok(None);
    }
    let since = since()?;
    times.retain(|own| *own >= since);
    Ok(much(&times).filter(|_| at >= since).map(|(recent, window)| Finding {
        kind: FREQUENCY,
        reason: format!("{recent} posts within {} minutes", (window + 59) / 60),
    }))
}

/// How long a text is, in letters of an alphabet.
fn letters(text: &str) -> usize {
    let dense = |c: char| is_unspaced(c) || matches!(c, '\u{AC00}'..='\u{D7A3}'); // Korean has blanks
    text.trim().chars().map(|c| if dense(c) { DENSE } else { 1 }).sum()
}

/// The name of another whose post in one of the newest threads says nearly the same.
fn copied(room: &mut Room, c: &Db, bot: &str, post: &DatedPost) -> Result<Option<String>> {
    // As the others are shown: shortened, and an opening with its title.
    let OwnPost { reply_id, title, content, .. } = &post.post;
    let title = if reply_id.is_none() { title.as_str() } else { "" };
    let opened = terms(&format!("{title} {}", cut_words(content, POST_CHARS)));
    let replied = terms(&cut_words(content, REPLY_CHARS));
    if replied.len() < TERMS {
        return Ok(None);
    }
    let others = room.board(c, post.at)?.active.clone();
    for id in others {
        let Some(shown) = room.thread(c, id)? else { continue };
        let thread = &shown.thread;
        if *thread.author != *bot && shown.opening.is_alike(&opened, COPIED) {
            return Ok(Some(thread.author_name.to_string()));
        }
        let alike = thread
            .replies
            .iter()
            .zip(&shown.replies)
            .find(|(reply, terms)| *reply.author != *bot && terms.is_alike(&replied, COPIED));
        if let Some((reply, _)) = alike {
            return Ok(Some(reply.author_name.to_string()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mind(posts: &[(&str, i64)]) -> Mind {
        let mut mind = Mind::default();
        for (content, at) in posts {
            let post =
                OwnPost { thread_id: 1, reply_id: None, title: String::new(), content: (*content).into() };
            let terms = terms(&post.content);
            mind.posted(DatedPost { post, at: Stamp::from_micros(at * 1_000_000) }, terms);
        }
        mind
    }

    fn kinds(mind: &Mind, content: &str, at: i64, interval: u32) -> Vec<&'static str> {
        kinds_since(mind, content, (0, at), interval)
    }

    fn kinds_since(mind: &Mind, content: &str, (since, at): (i64, i64), interval: u32) -> Vec<&'static str> {
        let [since, at] = [since, at].map(|seconds| Stamp::from_micros(seconds * 1_000_000));
        let mut findings = of_its_own(mind, content, &terms(content));
        findings.extend(too_fast(mind, at, interval, || Ok(since)).unwrap());
        findings.into_iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn short_alike_and_frequent_posts_are_flagged() {
        let long = "the harbour bell rings twice before every tide and nobody knows why";
        let other = "compilers dream of well typed sheep grazing quietly under green moonlight";
        for short in ["ok then", "好的。", "네 알겠어요"] {
            assert_eq!(kinds(&mind(&[]), short, 0, 3_600), ["low_quality"], "{short}");
        }
        for sentence in
            ["今天的潮汐比昨天早了一个小时，第3次。", "潮が一時間早かった。", "밀물이 한 시간 빨랐다."]
        {
            assert!(kinds(&mind(&[]), sentence, 0, 3_600).is_empty(), "{sentence}");
        }
        assert_eq!(kinds(&mind(&[(long, 0)]), long, 90_000, 3_600), ["repetitive"]);
        assert!(kinds(&mind(&[(other, 0)]), long, 90_000, 3_600).is_empty());
        let four = [(other, 0), (other, 10), (other, 20), (other, 30)];
        assert_eq!(kinds(&mind(&four), long, 40, 3_600), ["frequency"]);
        assert!(kinds(&mind(&four), long, 3_700, 3_600).is_empty());
    }

    #[test]
    fn what_was_posted_while_the_room_ran_ahead_is_not_much() {
        let long = "the harbour bell rings twice before every tide and nobody knows why";
        let other = "compilers dream of well typed sheep grazing quietly under green moonlight";
        let run = [(other, 0), (other, 0), (other, 0), (other, 0), (other, 1)];
        assert_eq!(kinds(&mind(&run), long, 1, 3_600), [FREQUENCY]);
        assert!(kinds_since(&mind(&run), long, (2, 1), 3_600).is_empty(), "in the run");
        assert!(kinds_since(&mind(&run), long, (2, 30), 3_600).is_empty(), "right after it");
        let flood = [(other, 2), (other, 2), (other, 2), (other, 3)];
        assert_eq!(kinds_since(&mind(&flood), long, (2, 3), 3_600), [FREQUENCY]);
    }

    #[test]
    fn what_is_much_follows_the_pace() {
        let long = "the harbour bell rings twice before every tide and nobody knows why";
        let other = "compilers dream of well typed sheep grazing quietly under green moonlight";
        let every = |seconds: i64, posts: i64| -> Vec<(&str, i64)> {
            (0..posts).map(|n| (other, n * seconds)).collect()
        };
        for pace in [10, 30, 300, 900, 3_600, 14_400_i64] {
            let interval = u32::try_from(pace).unwrap();
            let beats = mind(&every(pace * 9 / 10, 8));
            assert!(kinds(&beats, long, pace * 9 / 10 * 8, interval).is_empty(), "on every beat of {pace} s");
            let flood = mind(&every((pace / 10).max(0), 8));
            assert_eq!(kinds(&flood, long, pace / 10 * 8, interval), ["frequency"], "at {pace} s");
        }
    }
}
