//! Step 7 of a beat: advisory flags on what a bot just posted.

use crate::domain::Stamp;
use crate::domain::similarity::TermSet;

use super::room::Mind;

/// Posts shorter than this are flagged.
const SHORT: usize = 20;
/// Overlap above this is repetition.
const OVERLAP: f64 = 0.6;
/// Posts compared with.
const COMPARED: usize = 3;
/// This many posts within the window are too many.
const FREQUENT: usize = 5;
/// The window: an hour …
const HOUR: i64 = 3_600;
/// … or six beats, when the pace is faster than that.
const WINDOW_BEATS: i64 = 6;

/// A flag to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) kind: &'static str,
    pub(super) reason: String,
}

/// What is to be said against a post, given its terms, the bot's earlier posts and its interval in seconds.
#[must_use]
pub(super) fn review(mind: &Mind, content: &str, set: &TermSet, at: Stamp, interval: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    let length = content.trim().chars().count();
    if length < SHORT {
        findings.push(Finding { kind: "low_quality", reason: format!("only {length} characters long") });
    }
    let closest = mind.posts.iter().take(COMPARED).map(|own| own.terms.jaccard(set)).fold(0.0, f64::max);
    if closest > OVERLAP {
        findings.push(Finding {
            kind: "repetitive",
            reason: format!("{:.0} % of its words were in one of its last {COMPARED} posts", closest * 100.0),
        });
    }
    let window = HOUR.min(WINDOW_BEATS * i64::from(interval));
    let recent = mind.posts.iter().filter(|own| at.seconds_since(own.dated.at) < window).count() + 1;
    if recent >= FREQUENT {
        findings.push(Finding {
            kind: "frequency",
            reason: format!("{recent} posts within {} minutes", (window + 59) / 60),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::OwnPost;
    use crate::domain::similarity::terms;
    use crate::store::mind::DatedPost;

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
        review(mind, content, &terms(content), Stamp::from_micros(at * 1_000_000), interval)
            .into_iter()
            .map(|f| f.kind)
            .collect()
    }

    #[test]
    fn short_alike_and_frequent_posts_are_flagged() {
        let long = "the harbour bell rings twice before every tide and nobody knows why";
        let other = "compilers dream of well typed sheep grazing quietly under green moonlight";
        assert_eq!(kinds(&mind(&[]), "ok then", 0, 3_600), ["low_quality"]);
        assert_eq!(kinds(&mind(&[(long, 0)]), long, 90_000, 3_600), ["repetitive"]);
        assert!(kinds(&mind(&[(other, 0)]), long, 90_000, 3_600).is_empty());
        let four = [(other, 0), (other, 10), (other, 20), (other, 30)];
        assert_eq!(kinds(&mind(&four), long, 40, 3_600), ["frequency"]);
        // At a pace of 5 s the window is six beats, 30 s: only the posts after second 10 count.
        assert!(kinds(&mind(&four), long, 45, 5).is_empty());
    }
}
