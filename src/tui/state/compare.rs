//! What a bot does, says and gets: before and after a moment, or beside another bot, in counts and shares.

use std::collections::BTreeMap;

use crate::domain::text::{clean_line, word_count};
use crate::domain::{Activity, ActivityKind};
use crate::domain::{Money, Stamp};
use crate::protocol::ActivityView;
use crate::tui::widgets::text;

/// What is being compared.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The bot, once its life was read.
    pub(in crate::tui) story: Option<Story>,
    /// Whose life is being read.
    pub(in crate::tui) wanted: Option<String>,
    /// Whether two bots stand beside each other in the last seven days alone.
    pub(in crate::tui) week: bool,
}

/// Acts with a line of their own.
const KINDS: [(ActivityKind, &str); 6] = [
    (ActivityKind::CreateThread, "threads"),
    (ActivityKind::Reply, "replies"),
    (ActivityKind::Vote, "votes"),
    (ActivityKind::Follow, "follows"),
    (ActivityKind::WebSearch, "searches"),
    (ActivityKind::DoNothing, "quiet"),
];

/// What is known of a bot's latest life.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// Whose.
    pub bot: String,
    /// Its acts, newest first.
    pub acts: Vec<ActivityView>,
    /// What others did to it, and events, newest first.
    pub others: Vec<ActivityView>,
    /// From when on all that others did is known.
    pub since: Option<Stamp>,
}

/// A moment to compare before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Stamp,
    /// What was then.
    pub what: String,
}

impl Story {
    /// The moments at which the bot was changed or an event began, newest first. What was changed in one go is one.
    #[must_use]
    pub fn moments(&self) -> Vec<Moment> {
        let mut moments: Vec<Moment> = self.acts.iter().chain(&self.others).filter_map(moment).collect();
        moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
        moments.dedup_by(|older, newer| older.what == newer.what && newer.at.seconds_since(older.at) < 2);
        moments
    }

    /// What it did, said and got while `within` holds.
    #[must_use]
    pub fn tally(&self, within: impl Fn(Stamp) -> bool) -> Tally {
        let mut tally = Tally::default();
        for act in self.acts.iter().filter(|act| within(act.created_at) && !is_about(act)) {
            tally.take(act);
        }
        for act in self.others.iter().filter(|act| within(act.created_at)) {
            tally.get(act);
        }
        // What others did further back is not known: nothing is told of it then.
        let oldest = self.acts.iter().map(|act| act.created_at).filter(|at| within(*at)).min();
        tally.gets_known = oldest.zip(self.since).is_none_or(|(oldest, since)| oldest >= since);
        tally
    }
}

/// Whether an act is something done to a bot and not by it.
fn is_about(act: &ActivityView) -> bool {
    ActivityKind::of(&act.action_type).is_some_and(ActivityKind::is_about)
}

fn moment(act: &ActivityView) -> Option<Moment> {
    let what = match Activity::read(&act.action_type, &act.details)? {
        Activity::ConfigUpdated(changed) => format!("changed: {}", changed.in_words().unwrap_or_default()),
        Activity::EventInjected { title, .. } => format!("event: {}", clean_line(&title, 60)),
        _ => return None,
    };
    Some(Moment { at: act.created_at, what })
}

/// What was done, said and got in a stretch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Beats that did something.
    pub beats: usize,
    kinds: BTreeMap<ActivityKind, usize>,
    posts: usize,
    words: usize,
    questions: usize,
    tokens: i64,
    cost: Money,
    replies_got: usize,
    ups_got: usize,
    downs_got: usize,
    follows_got: usize,
    gets_known: bool,
}

impl Tally {
    fn take(&mut self, act: &ActivityView) {
        self.beats += 1;
        let Some(kind) = ActivityKind::of(&act.action_type) else { return };
        *self.kinds.entry(kind).or_default() += 1;
        self.tokens += act.tokens_used;
        self.cost = Money::from_nanos(self.cost.nanos().saturating_add(act.cost_usd.nanos()));
        let said = act.details.get("content").and_then(serde_json::Value::as_str);
        if let Some(said) = said.filter(|_| kind.is_post()) {
            self.posts += 1;
            self.words += word_count(said);
            self.questions += usize::from(said.contains('?'));
        }
    }

    fn get(&mut self, act: &ActivityView) {
        match Activity::read(&act.action_type, &act.details) {
            Some(Activity::Reply { .. } | Activity::HumanPost { .. }) => self.replies_got += 1,
            Some(Activity::Vote { value: -1, .. }) => self.downs_got += 1,
            Some(Activity::Vote { .. }) => self.ups_got += 1,
            Some(Activity::Follow { .. }) => self.follows_got += 1,
            _ => {}
        }
    }
}

/// A line of the comparison: what, on one side, on the other, and how they differ.
pub type ComparedLine = [String; 4];

/// Percent of a whole.
fn percent(part: usize, whole: usize) -> Option<i64> {
    let (part, whole) = (i64::try_from(part).ok()?, i64::try_from(whole).ok()?);
    (whole > 0).then(|| (part * 100 + whole / 2) / whole)
}

fn share(label: &str, (a, all_a): (usize, usize), (b, all_b): (usize, usize)) -> ComparedLine {
    let (left, right) = (percent(a, all_a), percent(b, all_b));
    let told = |count: usize, share: Option<i64>| {
        share.map_or_else(|| "-".into(), |share| format!("{share} % ({count})"))
    };
    let differ = left.zip(right).map_or_else(String::new, |(left, right)| match right - left {
        0 => "the same".into(),
        more @ 1.. => format!("+{more} points"),
        less => format!("{less} points"),
    });
    [label.to_owned(), told(a, left), told(b, right), differ]
}

fn mean(
    label: &str,
    (a, of_a): (f64, usize),
    (b, of_b): (f64, usize),
    say: impl Fn(f64) -> String,
) -> ComparedLine {
    #[allow(clippy::cast_precision_loss)] // a mean
    let of = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
    let (left, right) = (of(a, of_a), of(b, of_b));
    let told = |mean: Option<f64>| mean.map_or_else(|| "-".into(), &say);
    let differ = left
        .zip(right)
        .filter(|(left, _)| *left > 0.0)
        .map_or_else(String::new, |(left, right)| format!("{:+.0} %", (right / left - 1.0) * 100.0));
    [label.to_owned(), told(left), told(right), differ]
}

/// The whole comparison, by what it does, says and gets.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // means of counters
pub fn lines(a: &Tally, b: &Tally) -> Vec<(&'static str, Vec<ComparedLine>)> {
    let mut does = vec![["beats".into(), a.beats.to_string(), b.beats.to_string(), String::new()]];
    let count = |tally: &Tally, kind: ActivityKind| tally.kinds.get(&kind).copied().unwrap_or(0);
    for (kind, label) in KINDS {
        does.push(share(label, (count(a, kind), a.beats), (count(b, kind), b.beats)));
    }
    does.push(share(
        "failures",
        (count(a, ActivityKind::Failed), a.beats),
        (count(b, ActivityKind::Failed), b.beats),
    ));
    let tokens = |tokens: f64| text::tokens(tokens.round() as i64);
    let money = |nanos: f64| text::money(Money::from_nanos(nanos.round() as i64));
    does.push(mean("tokens a beat", (a.tokens as f64, a.beats), (b.tokens as f64, b.beats), tokens));
    does.push(mean("cost a beat", (a.cost.nanos() as f64, a.beats), (b.cost.nanos() as f64, b.beats), money));
    let says = vec![
        mean("words a post", (a.words as f64, a.posts), (b.words as f64, b.posts), |words| {
            format!("{words:.0}")
        }),
        share("with a question", (a.questions, a.posts), (b.questions, b.posts)),
    ];
    let mut parts = vec![("does", does), ("says", says)];
    if a.gets_known && b.gets_known {
        let per_beat = |label: &str, got: fn(&Tally) -> usize| {
            mean(label, (got(a) as f64, a.beats), (got(b) as f64, b.beats), |each| {
                format!("{each:.2} a beat")
            })
        };
        let gets = vec![
            per_beat("replies", |tally| tally.replies_got),
            per_beat("votes up", |tally| tally.ups_got),
            per_beat("votes down", |tally| tally.downs_got),
            per_beat("followers", |tally| tally.follows_got),
        ];
        parts.push(("gets", gets));
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tui::tests::fixture::act as row;

    fn acts(kinds: &[(&str, Value)], from: i64) -> Vec<ActivityView> {
        let act = |(at, (kind, details)): (i64, &(&str, Value))| {
            row(from - at, ("ada_001", "Ada"), kind, details.clone())
        };
        (0..).zip(kinds).map(act).collect()
    }

    #[test]
    fn shares_before_and_after_a_moment_are_told() {
        let reply = |said: &str| ("reply", json!({"content": said}));
        let quiet = || ("do_nothing", json!({}));
        let mut all = acts(
            &[reply("one two three?"), reply("one"), ("create_thread", json!({"content": "a b"})), quiet()],
            20,
        );
        all.push(row(15, ("ada_001", "Ada"), "config_updated", json!({"changed": ["behavior.shyness"]})));
        all.extend(acts(&[reply("one two"), quiet(), quiet(), quiet()], 14));
        let got = row(18, ("rex_001", "Rex"), "vote", json!({"value": 1, "other_bot_id": "ada_001"}));
        let story = Story { bot: "ada_001".into(), acts: all, others: vec![got], since: None };
        let moments = story.moments();
        assert_eq!((moments.len(), moments[0].what.as_str()), (1, "changed: behavior.shyness"));
        let at = moments[0].at;
        let (before, after) = (story.tally(|time| time < at), story.tally(|time| time >= at));
        assert_eq!((before.beats, after.beats), (4, 4));
        let parts = lines(&before, &after);
        let line = |label: &str| {
            parts.iter().flat_map(|(_, lines)| lines).find(|line| line[0] == label).cloned().unwrap()
        };
        assert_eq!(line("quiet")[1..], ["75 % (3)", "25 % (1)", "-50 points"]);
        assert_eq!(line("threads")[1..], ["0 % (0)", "25 % (1)", "+25 points"]);
        assert_eq!(line("words a post")[1..], ["2", "2", "+0 %"]);
        assert_eq!(line("votes up")[1..], ["0.00 a beat", "0.25 a beat", ""]);
        // What others did further back is not made up.
        let known = Story { since: Some(at), ..story };
        assert!(lines(&known.tally(|time| time < at), &after).iter().all(|(part, _)| *part != "gets"));
    }
}
